//! `stage`: one step of a pipeline. Names of stages live in their pipeline, and are known before any pipeline is read.

use super::pipeline::{on_failure, share};
use super::{Lower, Reference, release};
use crate::calendar::Elapsed;
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::{
    After, Component, Environment, Gate, Holding, Id, Lock, Origin, Pipeline, Service, Stage, StageKind,
    Table, Traffic,
};
use crate::resolve::{NAME_CLASH, UNKNOWN_NAME};
use crate::schema::suggest::{closest, first_of, one_of};
use crate::schema::{DUPLICATE_FIELD, Declared, Given};
use crate::source::Span;
use crate::syntax::tree::Expr;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

code!(pub STAGE_WITHOUT_KIND, Error, "stage-without-kind", "a stage whose name is no kind, and which says none");
code!(pub STAGE_AFTER_ITSELF, Error, "stage-after-itself", "a stage that waits for its own end");
code!(pub BAD_SHARES, Error, "bad-shares", "shares of traffic that do not rise, or are no shares");

/// More tries than this end nowhere.
const MOST_TRIES: i64 = 100;

/// The stages of every pipeline, by name: where each stands, and its position among them.
pub(super) type StageNames<'t> = BTreeMap<&'t str, BTreeMap<&'t str, (u32, Span)>>;

/// The pipeline whose stages are read.
pub(super) struct Whose<'t> {
    /// Its id.
    pub pipeline: Id<Pipeline>,
    /// Its name.
    pub name: &'t str,
    /// What it carries out.
    pub service: Option<Id<Service>>,
}

/// The names of the stages of these pipelines; of two stages of one name, the first.
pub(super) fn names<'t>(pipelines: &[&'t Declared<'t>]) -> StageNames<'t> {
    let mut names = StageNames::new();
    for declared in pipelines {
        let Some(name) = declared.name else { continue };
        let known = names.entry(name.text).or_default();
        for written in declared.all("stage").filter_map(|given| given.get("new")) {
            let ordinal = u32::try_from(known.len()).unwrap_or(u32::MAX);
            if let Some(word) = written.word() {
                known.entry(word).or_insert((ordinal, written.span));
            }
        }
    }
    names
}

/// The stages of a pipeline, in the order they are written.
pub(super) fn stages(lower: &mut Lower<'_>, declared: &Declared<'_>, whose: &Whose<'_>) -> Table<Stage> {
    let mut table = Table::default();
    for given in declared.all("stage") {
        let Some((written, name)) = given.get("new").and_then(|new| Some((new, new.word()?))) else {
            continue;
        };
        let first = lower.stages.get(whose.name).and_then(|known| known.get(name)).map(|(_, span)| *span);
        match first.filter(|first| *first != written.span) {
            Some(first) => {
                let message = format!("`{name}` names two stages of `{}`", whose.name);
                let finding =
                    Diagnostic::new(&NAME_CLASH, written.span, message).label("declared again here");
                lower.report(
                    finding.also(first, "declared first here").help("give one of the two another name"),
                );
            }
            None => {
                let stage = stage(lower, given, name, written.span, whose);
                table.push(stage);
            }
        }
    }
    table
}

fn stage(lower: &mut Lower<'_>, given: &Given<'_>, name: &str, span: Span, whose: &Whose<'_>) -> Stage {
    let kind = kind(lower, given, name, span);
    let (traffic, hold) = traffic(lower, given);
    let plan = given.fields.one("regions");
    let mut starts = named::<Component>(lower, given, "starts");
    if let (StageKind::Deploy, true, Some(service)) = (kind, starts.is_empty(), whose.service) {
        let origin = lower.origin(span);
        let service = lower.policy.services.rows().get(service.index());
        starts.extend(
            service.into_iter().flat_map(|row| &row.components).map(|component| (*component, origin)),
        );
    }
    let word = |field: &str, label: &str| -> Vec<Expr> {
        given.fields.all(field).flat_map(|given| given.captures.all(label)).cloned().collect()
    };
    let artifacts = |lower: &Lower<'_>, field: &str| -> Vec<(String, Origin)> {
        let written = word(field, "artifact").into_iter();
        written.filter_map(|name| Some((name.word()?.to_owned(), lower.origin(name.span)))).collect()
    };
    Stage {
        name: name.to_owned(),
        doc: lower.doc(given.node),
        origin: lower.origin(span),
        kind,
        after: after(lower, given, name, whose),
        run: text(lower, given, "run"),
        undo: text(lower, given, "undo"),
        needs: named(lower, given, "needs"),
        starts,
        calls: named(lower, given, "calls"),
        produces: artifacts(lower, "produces"),
        expects: artifacts(lower, "expects"),
        holds: holds(lower, given, whose),
        traffic,
        hold,
        gates: named::<Gate>(lower, given, "gate"),
        region_plan: plan.map(|plan| release::steps(lower, plan)).unwrap_or_default(),
        soak: plan.and_then(|plan| lower.duration(plan.get("soak")?)),
        environment: one::<Environment>(lower, given, "environment"),
        approve: given.fields.one("approve").and_then(|given| lower.seats(given.get("seats")?)),
        timeout: given.fields.one("timeout").and_then(|given| {
            let timeout = lower.duration(given.get("duration")?)?;
            Some((timeout, lower.origin(given.span())))
        }),
        retries: given
            .fields
            .one("retry")
            .and_then(|given| lower.integer(given.get("integer")?, 0, MOST_TRIES))
            .and_then(|tries| u32::try_from(tries).ok())
            .unwrap_or(0),
        on_failure: given.fields.one("on").and_then(|given| {
            let what = on_failure(lower, &given.captures)?;
            Some((what, lower.origin(given.span())))
        }),
        warms: word("warms", "cache").iter().filter_map(|cache| cache.word().map(str::to_owned)).collect(),
        switch: given.fields.one("switch").and_then(|given| {
            Some((given.get("from")?.word()?.to_owned(), given.get("to")?.word()?.to_owned()))
        }),
    }
}

fn kind(lower: &mut Lower<'_>, given: &Given<'_>, name: &str, span: Span) -> StageKind {
    let kinds = StageKind::ALL.map(|kind| (kind.name(), kind));
    if let Some(written) = given.annotation.get("kind") {
        return lower.one_of(written, "kind of stage", &kinds).unwrap_or(StageKind::Verify);
    }
    if let Some((_, kind)) = kinds.iter().find(|(word, _)| *word == name) {
        return *kind;
    }
    let message = format!("stage `{name}` does not say what it is for");
    let finding = Diagnostic::new(&STAGE_WITHOUT_KIND, span, message)
        .help(format!("its kind is one of {}", one_of(kinds.iter().map(|(word, _)| *word))));
    let finding = match (closest(name, kinds.iter().map(|(word, _)| *word)), likely(given)) {
        (Some(near), _) => finding.fix(format!("write `{near}`"), span, near),
        (None, Some(kind)) => finding.fix(
            format!("say that it is a `{}`", kind.name()),
            span.after(),
            format!(" : {}", kind.name()),
        ),
        (None, None) => finding,
    };
    lower.report(finding);
    StageKind::Verify
}

/// The kind that a stage's own fields give away.
fn likely(given: &Given<'_>) -> Option<StageKind> {
    let traffic = given.fields.one("traffic")?;
    Some(match traffic.captures.all("share").count() {
        _ if traffic.captures.has("mirror") => StageKind::Shadow,
        1 => StageKind::Canary,
        _ => StageKind::Ramp,
    })
}

fn after(lower: &mut Lower<'_>, given: &Given<'_>, own: &str, whose: &Whose<'_>) -> Vec<After> {
    let mut found: Vec<After> = Vec::new();
    for statement in given.fields.all("after") {
        let (pipeline, name) = match statement.get("pipeline") {
            Some(written) => match lower.id::<Pipeline>(written) {
                Some(id) => (id, written.word().unwrap_or("")),
                None => continue,
            },
            None => (whose.pipeline, whose.name),
        };
        for written in statement.captures.all("stage") {
            if pipeline == whose.pipeline && written.word() == Some(own) {
                after_itself(lower, statement, written, own);
                continue;
            }
            let Some(stage) = lower.stage(name, written) else { continue };
            if !found.iter().any(|after| after.pipeline == pipeline && after.stage == stage) {
                found.push(After { pipeline, stage, origin: lower.origin(written.span) });
            }
        }
    }
    found
}

fn after_itself(lower: &mut Lower<'_>, statement: &Given<'_>, written: &Expr, own: &str) {
    let message = format!("stage `{own}` waits for its own end");
    let finding = Diagnostic::new(&STAGE_AFTER_ITSELF, written.span, message);
    let others = statement.captures.all("stage").filter(|other| other.word() != Some(own));
    let others: Vec<&str> = others.filter_map(Expr::word).collect();
    let rest = statement
        .entry
        .head
        .as_ref()
        .map_or(written.span, |head| head.phrase().first().map_or(head.span, |list| list.span));
    lower.report(if others.is_empty() {
        finding.help("take it away: it never starts")
    } else {
        finding.fix("take it out of the list", rest, others.join(", "))
    });
}

fn holds(lower: &mut Lower<'_>, given: &Given<'_>, whose: &Whose<'_>) -> Vec<Holding> {
    let mut found: Vec<(Holding, Span)> = Vec::new();
    for statement in given.fields.all("holds") {
        let until = statement.get("stage").and_then(|written| lower.stage(whose.name, written));
        for written in statement.captures.all("lock") {
            let Some(lock) = lower.id::<Lock>(written) else { continue };
            if let Some((_, first)) = found.iter().find(|(holding, _)| holding.lock == lock) {
                let message = format!("this stage takes `{}` twice", written.word().unwrap_or(""));
                let finding = Diagnostic::new(&DUPLICATE_FIELD, written.span, message);
                lower.report(
                    finding
                        .also(*first, "it is taken here")
                        .help("a lock is not taken again by who holds it: keep one"),
                );
                continue;
            }
            found.push((Holding { lock, until, origin: lower.origin(written.span) }, written.span));
        }
    }
    found.into_iter().map(|(holding, _)| holding).collect()
}

/// Shares rise, each above nothing and none above everything; a hold is said once.
fn traffic(lower: &mut Lower<'_>, given: &Given<'_>) -> (Option<Traffic>, Option<Elapsed>) {
    let own = given.fields.one("hold");
    let hold = own.and_then(|given| lower.duration(given.get("duration")?));
    let Some(statement) = given.fields.one("traffic") else { return (None, hold) };
    let within = statement.get("hold").cloned();
    if let (Some(within), Some(own)) = (&within, own) {
        let finding = Diagnostic::new(&DUPLICATE_FIELD, own.span(), "`stage` says `hold` twice");
        let finding = finding.label("said again here").also(within.span, "said first here");
        lower.report(finding.help("keep one of the two"));
    }
    let hold = within.and_then(|hold| lower.duration(&hold)).or(hold);
    let mut shares: Vec<(Decimal, Span)> = Vec::new();
    let mut sound = true;
    for written in statement.captures.all("share") {
        let Some(share) = share(lower, written) else { return (None, hold) };
        let before = shares.last().copied();
        shares.push((share, written.span));
        let text = lower.text(written.span).to_owned();
        let finding = if share > Decimal::ONE {
            Diagnostic::new(&BAD_SHARES, written.span, format!("`{text}` is more than all traffic")).fix(
                "write `100%`",
                written.span,
                "100%",
            )
        } else if share.is_zero() {
            Diagnostic::new(&BAD_SHARES, written.span, format!("`{text}` is no traffic"))
                .help("write how much of it the change gets, or take the step away")
        } else if let Some((_, earlier)) = before.filter(|(before, _)| *before >= share) {
            Diagnostic::new(&BAD_SHARES, written.span, format!("`{text}` is no more than the share before it"))
                .also(earlier, "the share before it")
                .help("shares are given one after the other, each more than the last: they are not weights that add up")
        } else {
            continue;
        };
        sound = false;
        lower.report(finding);
    }
    if !sound {
        return (None, hold);
    }
    let traffic = match shares.as_slice() {
        [(share, _)] if statement.captures.has("mirror") => Traffic::Mirror(*share),
        _ => Traffic::Shares(shares.iter().map(|(share, _)| *share).collect()),
    };
    (Some(traffic), hold)
}

fn text(lower: &Lower<'_>, given: &Given<'_>, field: &str) -> Option<String> {
    given.fields.one(field).and_then(|given| lower.string(given.get("text")?))
}

/// The rows that a field names in all its statements, each once, with their places.
fn named<T: super::Row>(lower: &mut Lower<'_>, given: &Given<'_>, field: &str) -> Vec<(Id<T>, Origin)> {
    let mut found: Vec<(Id<T>, Origin)> = Vec::new();
    for written in given.fields.all(field).flat_map(|given| given.captures.all(T::KEYWORD)) {
        let Some(id) = lower.id::<T>(written) else { continue };
        if !found.iter().any(|(earlier, _)| *earlier == id) {
            found.push((id, lower.origin(written.span)));
        }
    }
    found
}

fn one<T: super::Row>(lower: &mut Lower<'_>, given: &Given<'_>, field: &str) -> Option<Id<T>> {
    named::<T>(lower, given, field).first().map(|(id, _)| *id)
}

impl Lower<'_> {
    /// The stage of the pipeline of this name that a word names. An unknown one is reported.
    pub fn stage(&mut self, pipeline: &str, written: &Expr) -> Option<Id<Stage>> {
        let name = written.word()?;
        let known = self.stages.get(pipeline)?;
        if let Some(&(ordinal, to)) = known.get(name) {
            self.references.push(Reference { at: written.span, to });
            return Some(Id::at(ordinal as usize));
        }
        let finding =
            Diagnostic::new(&UNKNOWN_NAME, written.span, format!("`{pipeline}` has no stage `{name}`"));
        let finding = match closest(name, known.keys().copied()) {
            Some(near) => finding.fix(format!("write `{near}`"), written.span, near),
            None => finding.help(format!("it has {}", first_of(known.keys().copied(), known.len()))),
        };
        self.report(finding);
        None
    }
}
