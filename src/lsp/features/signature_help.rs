//! `textDocument/signatureHelp`: how the statement goes on, and which part of it is being written.

use crate::ide::{self, Signature};
use crate::lsp::snapshot::markup;
use crate::lsp::{Feature, Refusal, View};
use gen_lsp_types::{
    ActiveParameter, Documentation, ParameterInformation, ParameterInformationLabel, ServerCapabilities,
    SignatureHelp, SignatureHelpOptions, SignatureHelpParams, SignatureHelpRequest, SignatureInformation,
};
use std::ops::Range;

/// What a client asks by itself behind.
const TRIGGERS: &[&str] = &[" ", "(", ",", ":"];

pub(super) struct HelpWithSignature;

impl Feature for HelpWithSignature {
    type Request = SignatureHelpRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        let signs = || Some(TRIGGERS.iter().map(|sign| (*sign).to_owned()).collect());
        capabilities.signature_help_provider = Some(SignatureHelpOptions {
            trigger_characters: signs(),
            retrigger_characters: signs(),
            ..SignatureHelpOptions::default()
        });
    }

    fn answer(view: &View, parameters: SignatureHelpParams) -> Result<Option<SignatureHelp>, Refusal> {
        let at = &parameters.text_document_position_params;
        let Some((snapshot, file)) = view.file(&at.text_document.uri) else { return Ok(None) };
        let Some(offset) = view.offset(snapshot, file, at.position) else { return Ok(None) };
        let found = ide::signatures(&snapshot.analysis, file, offset);
        if found.is_empty() {
            return Ok(None);
        }
        let active = found.iter().position(|one| one.active.is_some()).unwrap_or(0);
        let parameter = found.get(active).and_then(|one| one.active).and_then(number);
        Ok(Some(SignatureHelp {
            signatures: found.into_iter().map(|one| shown(view, one)).collect(),
            active_signature: number(active),
            active_parameter: parameter.map(ActiveParameter::Int),
        }))
    }
}

fn shown(view: &View, signature: Signature) -> SignatureInformation {
    let label = |range: Range<usize>| {
        Some(ParameterInformationLabel::Tuple((number(range.start)?, number(range.end)?)))
    };
    let parts = signature.parts.into_iter().filter_map(label);
    SignatureInformation {
        label: signature.label,
        documentation: Some(Documentation::MarkupContent(markup(
            &signature.card,
            view.shows().signature,
            None,
        ))),
        parameters: Some(parts.map(|label| ParameterInformation { label, documentation: None }).collect()),
        active_parameter: signature.active.and_then(number).map(ActiveParameter::Int),
    }
}

fn number(count: usize) -> Option<u32> {
    u32::try_from(count).ok()
}
