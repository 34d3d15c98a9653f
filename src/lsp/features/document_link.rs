//! `textDocument/documentLink`: places that lead to other files and to pages.

use crate::ide::{Leads, links};
use crate::lsp::{Feature, Refusal, Snapshot, View, uri};
use gen_lsp_types::{
    DocumentLink, DocumentLinkOptions, DocumentLinkParams, DocumentLinkRequest, ServerCapabilities, Uri,
};

pub(super) struct DocumentLinks;

impl Feature for DocumentLinks {
    type Request = DocumentLinkRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        capabilities.document_link_provider = Some(DocumentLinkOptions::default());
    }

    fn answer(view: &View, parameters: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>, Refusal> {
        let Some((snapshot, file)) = view.file(&parameters.text_document.uri) else { return Ok(None) };
        let links = links(&snapshot.analysis, file).into_iter().filter_map(|(span, leads)| {
            let target = Some(target(view, snapshot, leads)?);
            Some(DocumentLink { range: view.range(snapshot, span), target, ..DocumentLink::default() })
        });
        Ok(Some(links.collect()))
    }
}

/// The address that a link leads to; nothing where there is no such file.
fn target(view: &View, snapshot: &Snapshot, leads: Leads) -> Option<Uri> {
    match leads {
        Leads::File(file) => view.uri(snapshot, file),
        Leads::Page(page) => Some(Uri(escaped(&page))),
        Leads::Path(path) => {
            let path = format!("{}{path}", snapshot.analysis.root);
            view.world.is_file(&path).then(|| Uri(uri::uri_of(&path)))
        }
    }
}

/// An address with what may not stand in one in its escaped form (RFC 3986).
fn escaped(page: &str) -> String {
    page.bytes().fold(String::with_capacity(page.len()), |mut escaped, byte| {
        match byte {
            b'!'..=b'~' => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
        escaped
    })
}
