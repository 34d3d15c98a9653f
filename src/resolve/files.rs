//! Reads a policy with everything it uses: each file once, within limits, never from outside its folder.

use super::codes::{
    IMPORT_CYCLE, IMPORT_LIMIT, IMPORT_NOT_FOUND, IMPORT_NOT_TEXT, IMPORT_OUTSIDE, UNKNOWN_MODULE,
};
use super::library::{self, LIBRARY, LibraryModule};
use super::path::{self, Refused};
use crate::diag::{Diagnostic, Sink};
use crate::schema::Author;
use crate::schema::suggest::{closest, one_of};
use crate::source::{FileId, Sources, Span};
use crate::syntax::tree::{Node, NodeKind, Tree, Use, UseTarget, Word};
use crate::syntax::{self, Parsed};
use crate::world::World;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The most files that a policy is read from.
pub const MOST_FILES: usize = 1000;
/// The deepest chain of files that use each other.
pub const DEEPEST_CHAIN: usize = 64;
/// The most bytes that a policy's files have together.
pub const MOST_BYTES: usize = 64 * 1024 * 1024;

/// No module of the library has a name of so many words.
const DEEPEST_MODULE: usize = 4;

/// A file of a policy.
#[derive(Debug)]
pub struct Module {
    /// Its place in the sources.
    pub file: FileId,
    /// What stands in it.
    pub tree: Arc<Tree>,
    /// Whether it is the policy's own or the library's.
    pub author: Author,
    /// The names that are taken from it; none means all.
    pub only: Option<BTreeSet<String>>,
    parsed: Arc<Parsed>,
}

/// The files of an earlier reading: what did not change in them is not read again.
#[derive(Debug, Default)]
pub struct Earlier<'a>(BTreeMap<&'a str, &'a Arc<Parsed>>);

impl<'a> Earlier<'a> {
    /// The files of `modules`, which were read into `sources`.
    pub fn of(sources: &'a Sources, modules: &'a [Module]) -> Self {
        let named = |module: &'a Module| Some((sources.get(module.file)?.name(), &module.parsed));
        Self(modules.iter().filter_map(named).collect())
    }
}

/// Why a policy's first file cannot be read: nothing can be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The path that was tried.
    pub path: String,
    /// The reason, as the outside gives it.
    pub reason: String,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "`{}` cannot be read: {}", self.path, self.reason)
    }
}

impl std::error::Error for Unreadable {}

/// Reads the policy at `path`, a file or a folder with `main.ops`, into `sources`; a file's imports come before it.
///
/// # Errors
/// Where that first file cannot be read. What is wrong with others is a finding.
pub fn read(
    world: &dyn World,
    path: &str,
    earlier: &Earlier<'_>,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Result<Vec<Module>, Unreadable> {
    let first = first_file(world, path);
    let mut reader = Reader {
        world,
        earlier,
        root: path::folder(&first).to_owned(),
        sources,
        sink,
        states: BTreeMap::new(),
        modules: Vec::new(),
        chain: Vec::new(),
        bytes: 0,
    };
    let bytes =
        world.read(&first).map_err(|error| Unreadable { path: first.clone(), reason: error.to_string() })?;
    reader.enter(first, bytes, Author::Policy, None);
    Ok(reader.modules)
}

/// The first file of the policy at `path`.
fn first_file(world: &dyn World, path: &str) -> String {
    let given = path::normal(path);
    let main = path::joined(&given, "main.ops");
    if world.is_file(&given) { given } else { main }
}

/// The folder of the policy at `path`, a file or a folder with `main.ops`: with `/` at its end, empty for the current one.
pub fn root(world: &dyn World, path: &str) -> String {
    path::root(&first_file(world, path))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Its imports are being read.
    Open,
    /// It is read, and is this module.
    Done(usize),
    /// It could not be read; that was reported.
    Failed,
}

struct Reader<'w> {
    world: &'w dyn World,
    earlier: &'w Earlier<'w>,
    root: String,
    sources: &'w mut Sources,
    sink: &'w mut Sink,
    states: BTreeMap<String, State>,
    modules: Vec<Module>,
    /// The files being read, each with the `use` that leads on.
    chain: Vec<(String, Span)>,
    bytes: usize,
}

impl Reader<'_> {
    fn enter(&mut self, name: String, bytes: Vec<u8>, author: Author, asked: Option<Span>) {
        if self.too_much(&name, bytes.len(), asked) {
            self.states.insert(name, State::Failed);
            return;
        }
        let (text, torn) = text_of(bytes);
        let file = self.sources.add(name.clone(), text);
        if let Some((valid, line)) = torn {
            let message =
                format!("`{name}` is not UTF-8 text: byte {valid}, in line {line}, belongs to no character");
            self.sink.push(
                Diagnostic::new(&IMPORT_NOT_TEXT, asked.unwrap_or(Span::new(file, valid, valid)), message)
                    .help("save the file as UTF-8; what stands behind that byte was not read"),
            );
        }
        let parsed = syntax::parse_after(self.sources, file, self.earlier.0.get(name.as_str()).copied());
        self.sink.extend(parsed.found.iter().cloned());
        let tree = Arc::clone(&parsed.tree);
        self.states.insert(name.clone(), State::Open);
        for used in tree.nodes.iter().filter_map(used) {
            self.chain.push((name.clone(), used.span));
            self.follow(&name, author, used);
            self.chain.pop();
        }
        self.states.insert(name, State::Done(self.modules.len()));
        self.modules.push(Module { file, tree, author, only: None, parsed });
    }

    fn too_much(&mut self, name: &str, length: usize, asked: Option<Span>) -> bool {
        self.bytes = self.bytes.saturating_add(length);
        let message = if self.bytes > MOST_BYTES {
            format!("with `{name}` the policy is larger than {} MiB", MOST_BYTES / 1024 / 1024)
        } else if self.states.len() >= MOST_FILES {
            format!("a policy is read from at most {MOST_FILES} files")
        } else if self.chain.len() > DEEPEST_CHAIN {
            format!("more than {DEEPEST_CHAIN} files use each other in a row")
        } else {
            return false;
        };
        let span = asked.unwrap_or_else(|| self.start());
        self.sink.push(
            Diagnostic::new(&IMPORT_LIMIT, span, message).help("use the files from one place, or join them"),
        );
        true
    }

    /// The start of the first file, for what has no better place.
    fn start(&mut self) -> Span {
        let first = self.sources.iter().next().map(|(file, _)| file);
        let file = first.unwrap_or_else(|| self.sources.add(path::joined(&self.root, "main.ops"), ""));
        Span::new(file, 0, 0)
    }

    fn follow(&mut self, from: &str, author: Author, used: &Use) {
        match &used.target {
            UseTarget::File { span, path } => match author {
                Author::Policy => self.follow_file(from, *span, path),
                Author::Library => self.refuse(*span, path, "the library uses no files"),
            },
            UseTarget::Module { path, only } => self.follow_module(used, path, only.as_deref()),
        }
    }

    fn refuse(&mut self, span: Span, written: &str, why: &str) {
        self.sink.push(
            Diagnostic::new(&IMPORT_OUTSIDE, span, format!("`{written}` cannot be used: {why}"))
                .help("use a file of the policy's own folder, by a path relative to this file, as in `\"./people.ops\"`"),
        );
    }

    fn follow_file(&mut self, from: &str, span: Span, written: &str) {
        let target = match path::within(&self.root, from, written) {
            Ok(target) => target,
            Err(Refused::Absolute) => return self.refuse(span, written, "it does not begin at this file"),
            Err(Refused::Outside) => return self.refuse(span, written, "it leaves the policy's folder"),
            Err(Refused::Malformed) => {
                return self.refuse(span, written, "it is no path with `/` between its parts");
            }
        };
        match self.states.get(&target) {
            Some(State::Open) => self.report_cycle(&target),
            Some(State::Done(_) | State::Failed) => {}
            None => match self.world.read(&target) {
                Ok(bytes) => self.enter(target, bytes, Author::Policy, Some(span)),
                Err(error) => {
                    let message = format!("`{target}` cannot be read: {error}");
                    self.sink.push(
                        Diagnostic::new(&IMPORT_NOT_FOUND, span, message)
                            .help("mend the path: it is relative to the file that says it"),
                    );
                    self.states.insert(target, State::Failed);
                }
            },
        }
    }

    fn report_cycle(&mut self, target: &str) {
        let start = self.chain.iter().position(|(file, _)| file == target).unwrap_or(0);
        let round = self.chain.get(start..).unwrap_or_default();
        let Some((_, closing)) = round.last() else { return };
        let names: Vec<&str> = round.iter().map(|(file, _)| file.as_str()).chain([target]).collect();
        let mut finding = Diagnostic::new(
            &IMPORT_CYCLE,
            *closing,
            format!("files use each other in a circle: {}", names.join(" -> ")),
        )
        .label("this closes the circle")
        .help("move what both need into a file that uses neither");
        for ((_, span), next) in round.iter().zip(names.iter().skip(1)).take(round.len() - 1) {
            finding = finding.also(*span, format!("this uses `{next}`"));
        }
        self.sink.push(finding);
    }

    fn follow_module(&mut self, used: &Use, path: &[Word], only: Option<&[Word]>) {
        let words: Vec<&str> = path.iter().map(|word| word.text.as_str()).collect();
        match (words.as_slice(), only) {
            (["std", within @ ..], only) if within.len() < DEEPEST_MODULE => {
                let name = within.join(".");
                match only {
                    // `use std.{tiers, freezes}` and `use std.metrics.{http, rag}` name modules.
                    Some(modules) if name.is_empty() || library::is_folder(&name) => {
                        for module in modules {
                            self.follow_library(&name, module, None);
                        }
                    }
                    only => {
                        if let Some((module, folder)) = path.split_last().filter(|_| !name.is_empty()) {
                            let folder: Vec<&str> =
                                folder.iter().skip(1).map(|word| word.text.as_str()).collect();
                            self.follow_library(&folder.join("."), module, only);
                        }
                    }
                }
            }
            _ => {
                let message = format!("`{}` is no module of the library", words.join("."));
                let names = LIBRARY.iter().map(|module| module.name);
                self.sink.push(
                    Diagnostic::new(&UNKNOWN_MODULE, used.span, message)
                        .help(format!("write `use std.NAME`, where NAME is {}", one_of(names))),
                );
            }
        }
    }

    /// Follows a module of a folder of the library, or every module below it where it is a folder itself.
    fn follow_library(&mut self, folder: &str, word: &Word, only: Option<&[Word]>) {
        let inside = |name: &'static str| match folder {
            "" => Some(name),
            folder => name.strip_prefix(folder)?.strip_prefix('.'),
        };
        let name = if folder.is_empty() { word.text.clone() } else { format!("{folder}.{}", word.text) };
        if let Some(module) = library::module(&name) {
            return self.enter_library(module, word.span, only);
        }
        if only.is_none() && library::is_folder(&name) {
            let below = |module: &&LibraryModule| {
                module.name.strip_prefix(&name).is_some_and(|rest| rest.starts_with('.'))
            };
            for module in LIBRARY.iter().filter(below) {
                self.enter_library(module, word.span, None);
            }
            return;
        }
        let known = || LIBRARY.iter().filter_map(|module| inside(module.name));
        let finding = Diagnostic::new(&UNKNOWN_MODULE, word.span, format!("the library has no `{name}`"));
        self.sink.push(match closest(&word.text, known()) {
            Some(near) => finding.fix(format!("write `{near}`"), word.span, near),
            None => finding.help(format!("it has {}", one_of(known()))),
        });
    }

    fn enter_library(&mut self, module: &'static LibraryModule, asked: Span, only: Option<&[Word]>) {
        let new = !self.states.contains_key(module.file);
        if new {
            self.enter(module.file.to_owned(), module.text.as_bytes().to_vec(), Author::Library, Some(asked));
        }
        let Some(State::Done(at)) = self.states.get(module.file).copied() else { return };
        let Some(read) = self.modules.get_mut(at) else { return };
        match only {
            None => read.only = None,
            Some(words) => {
                let declared: BTreeSet<&str> = read.tree.nodes.iter().filter_map(declared_name).collect();
                for word in words.iter().filter(|word| !declared.contains(word.text.as_str())) {
                    let finding = Diagnostic::new(
                        &UNKNOWN_MODULE,
                        word.span,
                        format!("`std.{}` does not declare `{}`", module.name, word.text),
                    );
                    self.sink.push(match closest(&word.text, declared.iter().copied()) {
                        Some(near) => finding.help(format!("did you mean `{near}`?")),
                        None => finding.help(format!("it declares {}", one_of(declared.iter().copied()))),
                    });
                }
                let taken = words.iter().map(|word| word.text.clone());
                match &mut read.only {
                    Some(only) => only.extend(taken),
                    None if new => read.only = Some(taken.collect()),
                    None => {}
                }
            }
        }
    }
}

/// The text of a file up to the first byte that is no UTF-8, with that byte's offset and line.
fn text_of(bytes: Vec<u8>) -> (String, Option<(usize, usize)>) {
    match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let text =
                String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default()).into_owned();
            let line = text.matches('\n').count() + 1;
            (text, Some((valid, line)))
        }
    }
}

fn used(node: &Node) -> Option<&Use> {
    match &node.kind {
        NodeKind::Use(used) => Some(used),
        _ => None,
    }
}

/// The name that a declaration gives.
pub(super) fn declared_name(node: &Node) -> Option<&str> {
    match &node.kind {
        NodeKind::Entry(entry) => entry.head.as_ref()?.phrase().first()?.word(),
        _ => None,
    }
}
