//! From a path to a checked policy: the one entry that commands and tests use.

use super::lower::{Reference, lower};
use super::{LANGUAGE, Policy};
use crate::calendar::{Date, Instant, Interval, Pattern, Repeat, TimeOfDay, Zone};
use crate::diag::{Diagnostic, Sink};
use crate::resolve::{
    self, Allow, Earlier, IMPORT_LIMIT, IMPORT_NOT_FOUND, IMPORT_NOT_TEXT, IMPORT_OUTSIDE, MISSING_ROLES,
    Module, NO_POLICY, Names, UNKNOWN_LANGUAGE, UNKNOWN_NAME, Unreadable,
};
use crate::schema::suggest::closest;
use crate::schema::{self, Author, DUPLICATE_FIELD, Declared};
use crate::source::{FileId, Sources, Span};
use crate::syntax::tree::NodeKind;
use crate::types;
use crate::world::World;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// What came of a policy's files.
#[derive(Debug)]
pub struct Loaded {
    /// Every file that was read.
    pub sources: Sources,
    /// The checked policy; none where an error was found.
    pub policy: Option<Policy>,
    /// What was found, in order, before `@allow` is looked at.
    pub diagnostics: Vec<Diagnostic>,
    /// What the authors accept (see [`resolve::accept`]).
    pub allows: Vec<Allow>,
    /// Every name that is declared.
    pub names: Names,
    /// Every use of a name that could be followed, in order of place.
    pub references: Vec<Reference>,
    /// The policy's folder, with `/` at its end; empty for the current one.
    pub root: String,
    /// The files as trees; those that a file uses come before it.
    pub modules: Vec<Module>,
}

impl Loaded {
    /// Whether an error was found, so that there is no policy.
    pub fn has_errors(&self) -> bool {
        self.policy.is_none()
    }
}

/// Reads, checks and lowers the policy at `path`: a file, or a folder with `main.ops`.
///
/// # Errors
/// Where its first file cannot be read. Everything else that is wrong is a finding.
pub fn load(world: &dyn World, path: &str) -> Result<Loaded, Unreadable> {
    load_after(world, path, &Earlier::default())
}

/// The same, faster: what an earlier reading of the policy has read and did not change is not read again.
///
/// # Errors
/// Where its first file cannot be read.
pub fn load_after(world: &dyn World, path: &str, earlier: &Earlier<'_>) -> Result<Loaded, Unreadable> {
    let mut sources = Sources::new();
    let mut sink = Sink::new();
    let modules = resolve::read(world, path, earlier, &mut sources, &mut sink)?;
    let mut allows = Vec::new();
    let mut names = Names::default();
    let mut declared = Vec::new();
    for module in &modules {
        if module.author == Author::Policy {
            allows.extend(resolve::allows(&module.tree, &mut sink));
        }
        for one in schema::check(&module.tree, &sources, &mut sink) {
            if is_taken(module, &one) && names.declare(&one, module.author, &mut sink) {
                declared.push((module.author, one));
            }
        }
    }
    check_once(&declared, &modules, &mut sink);
    check_language(&declared, &sources, &mut sink);
    let root = resolve::root(world, path);
    let draft = draft(&sources, &modules, root.len());
    let (mut policy, references) = lower(draft, &declared, &names, &sources, &mut sink);
    if policy.horizon == Interval::ALWAYS {
        policy.horizon = horizon(&policy);
    }
    drop(declared);
    let policy = (!sink.has_errors()).then_some(policy);
    let diagnostics = without_echoes(sink.into_sorted());
    Ok(Loaded { sources, policy, diagnostics, allows, names, references, root, modules })
}

/// Less what follows from a file that was not read: a name that nothing declares may be declared there.
fn without_echoes(mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let lost = [&IMPORT_NOT_FOUND, &IMPORT_NOT_TEXT, &IMPORT_OUTSIDE, &IMPORT_LIMIT];
    if found.iter().any(|finding| lost.contains(&finding.code)) {
        found.retain(|finding| ![&UNKNOWN_NAME, &MISSING_ROLES].contains(&finding.code));
    }
    found
}

fn is_taken(module: &Module, declared: &Declared<'_>) -> bool {
    match (&module.only, declared.name) {
        (Some(only), Some(name)) => only.contains(name.text),
        _ => true,
    }
}

fn check_once(declared: &[(Author, Declared<'_>)], modules: &[Module], sink: &mut Sink) {
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    for (_, one) in declared.iter().filter(|(_, one)| !one.kind.row.arity.repeats()) {
        let keyword = one.kind.row.keyword;
        let Some(before) = first.get(keyword) else {
            first.insert(keyword, one.span());
            continue;
        };
        let code = if keyword == "policy" { &NO_POLICY } else { &DUPLICATE_FIELD };
        sink.push(
            Diagnostic::new(code, one.span(), format!("a policy says `{keyword}` once"))
                .label("said again here")
                .also(*before, "said first here")
                .help("keep one of the two"),
        );
    }
    if let (false, Some(root)) =
        (first.contains_key("policy"), modules.last().filter(|root| !misspells_policy(root)))
    {
        sink.push(
            Diagnostic::new(
                &NO_POLICY,
                Span::new(root.file, 0, 0),
                "this policy does not say what it is called",
            )
            .help("begin with `policy NAME { language 1 }`: it fixes the version of the language for good"),
        );
    }
}

/// Whether a declaration of no known kind may be meant to be `policy`: that is reported, and is the whole mistake.
fn misspells_policy(module: &Module) -> bool {
    let words = module.tree.nodes.iter().filter_map(|node| match &node.kind {
        NodeKind::Entry(entry) => Some(entry.word.text.as_str()),
        _ => None,
    });
    let mut unknown = words.filter(|word| schema::schema().kind(word).is_none());
    unknown.any(|word| closest(word, ["policy"]).is_some())
}

fn check_language(declared: &[(Author, Declared<'_>)], sources: &Sources, sink: &mut Sink) {
    let policies = declared.iter().filter(|(_, one)| one.kind.row.keyword == "policy");
    for written in policies.filter_map(|(_, one)| one.one("language")?.get("integer")) {
        let text = sources.text_of(written.span);
        if types::integer(text, LANGUAGE.into(), LANGUAGE.into(), written.span).is_err() {
            sink.push(
                Diagnostic::new(
                    &UNKNOWN_LANGUAGE,
                    written.span,
                    format!("this binary reads version {LANGUAGE} of the language, not `{text}`"),
                )
                .help("a policy of a newer version needs a newer `opsc`; what it means is never guessed"),
            );
        }
    }
}

fn draft(sources: &Sources, modules: &[Module], root: usize) -> Policy {
    // Names count from the policy's folder, so that the digest is the same from wherever it is asked for.
    let inside = |author: Author| if author == Author::Policy { root } else { 0 };
    let own: BTreeSet<_> =
        modules.iter().filter(|module| module.author == Author::Policy).map(|module| module.file).collect();
    let shown = |id: FileId, name: &str| {
        name.get(if own.contains(&id) { root } else { 0 }..).unwrap_or(name).to_owned()
    };
    let digest = |author: Author| {
        let mut hash = Sha256::new();
        let mut files: Vec<_> = modules
            .iter()
            .filter(|module| module.author == author)
            .filter_map(|module| sources.get(module.file))
            .map(|file| (file.name().get(inside(author)..).unwrap_or(file.name()), file.text()))
            .collect();
        files.sort_unstable();
        for (name, text) in files {
            for part in [name, text] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part.as_bytes());
            }
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    Policy {
        digest: digest(Author::Policy),
        library_digest: digest(Author::Library),
        files: sources.iter().map(|(id, file)| shown(id, file.name())).collect(),
        ..Policy::empty("")
    }
}

/// The years that a policy looks at where it names none.
const YEARS: (i32, i32) = (2025, 2030);

/// From the first to the last year that the policy's dated windows name; [`YEARS`] where none has a date.
fn horizon(policy: &Policy) -> Interval {
    let spans = policy.windows.rows().iter().flat_map(|window| &window.when.patterns).filter_map(|pattern| {
        Some(match pattern {
            Pattern::Once(interval) => (Zone::UTC.date(interval.start), Zone::UTC.date(interval.end)),
            Pattern::OnceLocal { start, end } => (start.date(), end.date()),
            Pattern::Dates(span) => (span.first, span.last),
            _ => return None,
        })
    });
    let year = |date: Date| date.format("%Y").to_string().parse().unwrap_or(YEARS.0);
    let bounds = spans.fold(None, |bounds: Option<(i32, i32)>, (first, last)| {
        let (first, last) = (year(first), year(last) + 1);
        Some(bounds.map_or((first, last), |(least, most)| (least.min(first), most.max(last))))
    });
    let (first, last) = bounds.unwrap_or(YEARS);
    let start_of = |year: i32| {
        Date::from_ymd_opt(year, 1, 1)
            .map_or(Instant::MAX, |date| Zone::UTC.instant_on(date, TimeOfDay::MIDNIGHT, Repeat::Earlier))
    };
    Interval::new(start_of(first), start_of(last))
}
