//! What a file declares, as a tree: declarations, and the statements in them that have a name or a block of their own.

use super::Analysis;
use crate::schema::{Author, Body, schema};
use crate::source::{FileId, Span};
use crate::syntax::tree::{Entry, ExprKind, Node, NodeKind};

/// A declaration or statement in an outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlined {
    /// What it is called; its keyword where it has no name.
    pub name: String,
    /// The word it begins with.
    pub keyword: String,
    /// The rest of its first line.
    pub detail: String,
    /// All of it.
    pub span: Span,
    /// Where its name stands, within `span`.
    pub name_span: Span,
    /// What is in its block.
    pub children: Vec<Outlined>,
}

/// Longer details are cut.
const LONGEST_DETAIL: usize = 60;

/// The outline of a file, in the order of its text. What could not be read is left out.
pub fn outline(analysis: &Analysis, file: FileId) -> Vec<Outlined> {
    let nodes = analysis.tree(file).map_or(&[][..], |tree| &tree.nodes);
    let entries = nodes.iter().filter_map(entry_of);
    entries
        .filter_map(|(node, entry)| {
            let body = schema().kind(&entry.word.text).map(|kind| &kind.body);
            let name = name_of(entry);
            // A word alone that begins no declaration is the rest of something broken.
            let is_something = body.is_some() || name.is_some() || entry.block.is_some();
            is_something.then(|| outlined(analysis, node, entry, name, body))
        })
        .collect()
}

/// Everything that a policy's own files declare by name, with the name of what it stands in.
pub fn declared(analysis: &Analysis) -> Vec<(Outlined, Option<String>)> {
    fn add(found: &mut Vec<(Outlined, Option<String>)>, one: Outlined, around: Option<&str>) {
        for child in one.children.iter().filter(|child| child.name != child.keyword) {
            add(found, child.clone(), Some(&one.name));
        }
        found.push((one, around.map(str::to_owned)));
    }
    let mut found = Vec::new();
    for module in analysis.modules.iter().filter(|module| module.author == Author::Policy) {
        outline(analysis, module.file).into_iter().for_each(|one| add(&mut found, one, None));
    }
    found.sort_by_key(|(one, _)| one.span);
    found
}

fn entry_of(node: &Node) -> Option<(&Node, &Entry)> {
    match &node.kind {
        NodeKind::Entry(entry) => Some((node, entry)),
        NodeKind::Use(_) | NodeKind::Error => None,
    }
}

/// Where the name or title stands that an entry gives.
fn name_of(entry: &Entry) -> Option<Span> {
    let first = entry.head.as_ref()?.phrase().first()?;
    matches!(first.kind, ExprKind::Word(_) | ExprKind::Text(_)).then_some(first.span)
}

fn outlined(
    analysis: &Analysis,
    node: &Node,
    entry: &Entry,
    name: Option<Span>,
    body: Option<&'static Body>,
) -> Outlined {
    let text = |span: Span| analysis.sources.text_of(span);
    let name_span = name.unwrap_or(entry.word.span);
    let head_end = entry.head.as_ref().map_or(entry.word.span.end, |head| head.span.end);
    let rest = Span { start: name_span.end.min(head_end), end: head_end, ..name_span };
    let annotation = entry.annotation.as_ref().map(|annotation| text(annotation.span));
    let annotation = annotation.filter(|text| !text.trim().is_empty()).map(|text| format!(": {text}"));
    let parts = [entry.word.text.clone(), text(rest).trim().to_owned(), annotation.unwrap_or_default()];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let inner = entry.block.as_ref().map_or(&[][..], |block| &block.nodes);
    let children = inner.iter().filter_map(entry_of).filter_map(|(node, inner)| {
        let slot = body.and_then(|body| body.slot(&inner.word.text));
        let name = name_of(inner).filter(|_| slot.is_some_and(|slot| slot.pattern.declares()));
        (name.is_some() || inner.block.is_some())
            .then(|| outlined(analysis, node, inner, name, slot.map(|slot| &slot.body)))
    });
    Outlined {
        name: text(name_span).trim_matches('"').to_owned(),
        keyword: entry.word.text.clone(),
        detail: short(&parts.join(" ")),
        span: node.span.to(name_span),
        name_span,
        children: children.collect(),
    }
}

/// A text on one line, cut where it is long.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST_DETAIL) {
        Some((at, _)) => format!("{}...", line.get(..at).unwrap_or("")),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::sample::{read, whole};

    /// The outline, a line each: depth, name, detail.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        fn show(all: &[Outlined], depth: usize, shown: &mut Vec<String>) {
            for one in all {
                shown.push(format!("{}{} | {}", "  ".repeat(depth), one.name, one.detail));
                show(&one.children, depth + 1, shown);
            }
        }
        let analysis = read(&[("main.ops", text)]);
        let mut shown = Vec::new();
        show(&outline(&analysis, analysis.sources.find("main.ops").unwrap()), 0, &mut shown);
        assert_eq!(shown, expected);
    }

    #[test]
    fn declarations_and_what_is_in_them() {
        check(
            "policy p { language 1 }\nuse std.tiers\nwindow w : hard {\n  every day 09:00 .. 17:00\n}\npipeline q for s {\n  stage build\n  stage eu : canary { after build }\n  on freeze { hard: pause }\n}\n",
            &[
                "p | policy",
                "w | window : hard",
                "q | pipeline for s",
                "  build | stage",
                "  eu | stage : canary",
                "  on | on freeze",
            ],
        );
        check(
            "test \"nobody, ever\" { tier T1 }\nclassify { otherwise T2 }\n",
            &["nobody, ever | test", "classify | classify"],
        );
    }

    #[test]
    fn what_is_broken_hides_nothing_else() {
        check(
            "window : { \nregion eu { zone }\n))) junk\nteem t {}\n",
            &["window | window :", "eu | region", "t | teem"],
        );
    }

    #[test]
    fn a_name_lies_within_its_declaration_and_children_within_theirs() {
        fn within(all: &[Outlined], around: Span) {
            for one in all {
                assert!(around.start <= one.span.start && one.span.end <= around.end, "{one:?}");
                assert!(
                    one.span.start <= one.name_span.start && one.name_span.end <= one.span.end,
                    "{one:?}"
                );
                within(&one.children, one.span);
            }
        }
        let analysis = read(&[("main.ops", include_str!("../../examples/rag-platform/recovery.ops"))]);
        let file = analysis.sources.find("main.ops").unwrap();
        let outline = outline(&analysis, file);
        assert!(outline.len() > 5);
        within(&outline, whole(&analysis, file));
    }
}
