//! What may stand behind `use`: modules of the library, names within one, files of the policy.

use super::{Found, Sort};
use crate::resolve::LIBRARY;
use crate::schema::Author;
use crate::source::Sources;
use crate::syntax::parse;
use crate::syntax::tree::NodeKind;

impl Found<'_, '_> {
    /// Behind `use` and what is written there already.
    pub(super) fn uses(&mut self, written: &str, offset: u32) {
        let typed = self.typed();
        if let Some(path) = written.strip_prefix('"') {
            self.files(path, offset);
        } else if let Some((module, _)) = written.split_once('{') {
            let module = module.trim_end_matches('.').trim_start_matches("std.");
            self.declared(module, written);
        } else {
            let whole = format!("{written}{typed}");
            let start = offset - u32::try_from(whole.len()).unwrap_or(0).min(offset);
            self.replaced.start = start;
            for module in LIBRARY {
                let summary = module.text.lines().next().unwrap_or("").trim_start_matches("//! ");
                self.push(Sort::Module, format!("std.{}", module.name), summary);
            }
            self.snippet(Sort::File, "\"./...\"", "a file of the policy", "\"./${1:file.ops}\"");
        }
    }

    /// The names that a module declares, without those that are taken already.
    fn declared(&mut self, module: &str, written: &str) {
        let Some(module) = LIBRARY.iter().find(|known| known.name == module) else { return };
        let taken: Vec<&str> =
            written.split(|letter: char| !crate::ide::statement::is_name_part(letter)).collect();
        let mut sources = Sources::new();
        let file = sources.add(module.file, module.text);
        let (tree, _) = parse(&sources, file);
        for node in &tree.nodes {
            let NodeKind::Entry(entry) = &node.kind else { continue };
            let name =
                entry.head.as_ref().and_then(|head| head.phrase().first()).and_then(|name| name.word());
            if let Some(name) = name.filter(|name| !taken.contains(name)) {
                let doc = node.docs.first().map_or("", |line| line.text.as_str());
                self.push(Sort::Name, name, format!("{}: {doc}", entry.word.text));
            }
        }
    }

    /// The files of the policy and those beside them, as this one would name them.
    fn files(&mut self, path: &str, offset: u32) {
        self.replaced.start = offset - u32::try_from(path.len()).unwrap_or(0).min(offset);
        let analysis = self.analysis();
        let here = analysis.sources.get(self.replaced.file).map_or("", |file| file.name());
        let names = analysis.modules.iter().filter(|module| module.author == Author::Policy);
        let mut names: Vec<&str> = names
            .filter_map(|module| analysis.sources.get(module.file))
            .map(|file| file.name())
            .chain(analysis.beside.iter().map(String::as_str))
            .filter(|name| *name != here)
            .collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            self.push(Sort::File, relative(here, name), "");
        }
    }
}

/// The way from one file to another, as `use` writes it.
fn relative(from: &str, to: &str) -> String {
    let folder: Vec<&str> = from.split('/').collect();
    let folder = folder.split_last().map_or(&[][..], |(_, folder)| folder);
    let parts: Vec<&str> = to.split('/').collect();
    let shared = folder.iter().zip(&parts).take_while(|(one, other)| one == other).count();
    let up = "../".repeat(folder.len() - shared);
    let up = if up.is_empty() { "./".to_owned() } else { up };
    format!("{up}{}", parts.get(shared..).unwrap_or_default().join("/"))
}
