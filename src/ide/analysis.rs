//! One reading of a policy that never changes: what requests are answered from while a newer one is being made.

use crate::calendar::Instant;
use crate::diag::{Diagnostic, Habit};
use crate::policy::{self, Policy, Reference};
use crate::resolve::{Allow, Earlier, Module, Names, Unreadable};
use crate::rules::{self, Checked};
use crate::schema::Author;
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::syntax::tree::{NodeKind, Tree, UseTarget};
use crate::world::World;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Everything that is known of a policy as its files stand at one moment.
#[derive(Debug)]
pub struct Analysis {
    /// Every file that was read.
    pub sources: Sources,
    /// The files as trees; those that a file uses come before it.
    pub modules: Vec<Module>,
    /// Every name that is declared.
    pub names: Names,
    /// Everything found, in order, less what the authors accept: what `opsc check` says.
    pub diagnostics: Vec<Diagnostic>,
    /// What the authors accept.
    pub allows: Vec<Allow>,
    /// The policy's folder, with `/` at its end; empty for the current one.
    pub root: String,
    /// The clock's reading when it was made.
    pub now: Instant,
    /// Policies beside its files that it does not use, by path.
    pub beside: Vec<String>,
    policy: Option<Arc<Policy>>,
    is_sound: bool,
    /// In order of `at`.
    references: Vec<Reference>,
}

impl Analysis {
    /// Reads and checks the policy at `path`; `before` is the last reading of the same policy, if there is one.
    ///
    /// # Errors
    /// Where its first file cannot be read.
    pub fn of(
        world: &dyn World,
        path: &str,
        habit: Habit,
        before: Option<&Analysis>,
    ) -> Result<Self, Unreadable> {
        let now = Instant::from_system(world.now());
        let earlier = before.map(|before| Earlier::of(&before.sources, &before.modules)).unwrap_or_default();
        let checked = rules::analyse(policy::load_after(world, path, &earlier)?, now, habit);
        let Checked { sources, policy, diagnostics, allows, names, mut references, root, modules } = checked;
        references.extend(taken(&modules, &names));
        references.sort_unstable();
        let is_sound = policy.is_some();
        let policy = policy.map(Arc::new).or_else(|| before.and_then(|before| before.policy.clone()));
        let beside = beside(world, &sources, &modules);
        Ok(Self {
            sources,
            modules,
            names,
            diagnostics,
            allows,
            root,
            now,
            beside,
            policy,
            is_sound,
            references,
        })
    }

    /// What the policy means: where it has errors, what it last meant without. Then its spans are of older texts: look
    /// its rows up by their names, and ask [`Self::is_sound`] before a span is followed.
    pub fn policy(&self) -> Option<&Policy> {
        self.policy.as_deref()
    }

    /// Whether the policy is free of errors, so that [`Self::policy`] is what the files say now.
    pub fn is_sound(&self) -> bool {
        self.is_sound
    }

    /// The file of this display name, and its id.
    pub fn file(&self, name: &str) -> Option<(FileId, &SourceFile)> {
        let file = self.sources.find(name)?;
        Some((file, self.sources.get(file)?))
    }

    /// The name of the policy's first file.
    pub fn root_file(&self) -> &str {
        let last = self.modules.last().and_then(|module| self.sources.get(module.file));
        last.map_or("", SourceFile::name)
    }

    /// Whether it was read from the same files as another, whatever they said then.
    pub fn is_of_files_of(&self, other: &Self) -> bool {
        let (names, others) = (self.sources.iter(), other.sources.iter());
        names.map(|(_, file)| file.name()).eq(others.map(|(_, file)| file.name()))
    }

    /// The module that was read from a file.
    pub fn module(&self, file: FileId) -> Option<&Module> {
        self.modules.iter().find(|module| module.file == file)
    }

    /// What stands in a file.
    pub fn tree(&self, file: FileId) -> Option<&Tree> {
        self.module(file).map(|module| &*module.tree)
    }

    /// Who wrote a file.
    pub fn author(&self, file: FileId) -> Author {
        self.module(file).map_or(Author::Policy, |module| module.author)
    }

    /// What was found in a file.
    pub fn found_in(&self, file: FileId) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(move |finding| finding.primary.span.file == file)
    }

    /// Every use of a name that could be followed, in order of place.
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// The use of a name that covers an offset or ends at it.
    pub(super) fn reference_at(&self, file: FileId, offset: u32) -> Option<Reference> {
        let behind = self.references.partition_point(|one| (one.at.file, one.at.start) <= (file, offset));
        let before = self.references.get(..behind)?.iter().rev();
        before.take(2).find(|one| one.at.file == file && one.at.touches(offset)).copied()
    }

    /// Where the name stands whose declaration covers an offset or ends at it.
    pub(super) fn declaration_at(&self, file: FileId, offset: u32) -> Option<Span> {
        let spans = self.names.iter().map(|(_, known)| known.span);
        spans.into_iter().find(|span| span.file == file && span.touches(offset))
    }
}

/// The policies in the folders of the policy's own files that are none of them.
fn beside(world: &dyn World, sources: &Sources, modules: &[Module]) -> Vec<String> {
    let own = modules.iter().filter(|module| module.author == Author::Policy);
    let names = own.filter_map(|module| sources.get(module.file)).map(SourceFile::name);
    let folders: BTreeSet<&str> =
        names.map(|name| name.rfind('/').and_then(|at| name.get(..=at)).unwrap_or("")).collect();
    let all = folders.iter().flat_map(|folder| world.policies_in(folder));
    all.filter(|name| sources.find(name).is_none()).collect()
}

/// The names that `use std.tiers.{T0, T1}` takes: uses of what the library declares.
fn taken(modules: &[Module], names: &Names) -> Vec<Reference> {
    let uses = modules.iter().flat_map(|module| &module.tree.nodes).filter_map(|node| match &node.kind {
        NodeKind::Use(used) => Some(used),
        _ => None,
    });
    let words = uses.flat_map(|used| match &used.target {
        UseTarget::Module { only: Some(words), .. } => words.as_slice(),
        _ => &[],
    });
    let library: std::collections::BTreeMap<&str, Span> = names
        .iter()
        .filter(|(_, known)| known.author == Author::Library)
        .map(|(name, known)| (name, known.span))
        .collect();
    words
        .filter_map(|word| Some(Reference { at: word.span, to: *library.get(word.text.as_str())? }))
        .collect()
}
