//! Places that lead out of a text: files that are used, addresses of pages, and paths of files beside the policy.

use super::Analysis;
use super::walk;
use crate::resolve;
use crate::schema::Author;
use crate::source::{FileId, Span};
use crate::syntax::tree::{Comment, ExprKind, NodeKind};

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leads {
    /// To a file of the reading.
    File(FileId),
    /// To a page.
    Page(String),
    /// To a path, counted from the policy's folder, if there is such a file.
    Path(String),
}

/// What addresses of pages begin with.
const SCHEMES: [&str; 2] = ["https://", "http://"];

/// Every link of a file, in order.
pub fn links(analysis: &Analysis, file: FileId) -> Vec<(Span, Leads)> {
    let (Some(module), Some(source)) = (analysis.module(file), analysis.sources.get(file)) else {
        return Vec::new();
    };
    let text = source.text();
    let mut found = Vec::new();
    let mut texts: Vec<Span> = module.tree.module_doc.iter().map(|line| line.span).collect();
    texts.extend(module.tree.comments.iter().map(|Comment { span }| *span));
    walk::nodes(&module.tree.nodes, &mut |node, _| {
        texts.extend(node.docs.iter().map(|line| line.span));
        match &node.kind {
            NodeKind::Use(used) => {
                let names = resolve::used(used, source.name(), &analysis.root);
                // A list of modules leads to none of them.
                if let [name] = names.as_slice()
                    && let Some(to) = analysis.sources.find(name)
                {
                    found.push((target(used), Leads::File(to)));
                }
            }
            NodeKind::Entry(entry) => {
                texts.extend(entry.clauses.iter().filter_map(|clause| match &clause.kind {
                    crate::syntax::tree::ClauseKind::Because(text) => Some(text.span),
                    _ => None,
                }));
            }
            NodeKind::Error => {}
        }
        for expression in walk::expressions(node) {
            walk::parts(expression, &mut |part| {
                if let ExprKind::Text(value) = &part.kind {
                    texts.push(part.span);
                    if module.author == Author::Policy && is_path(value) {
                        found.push((part.span, Leads::Path(value.clone())));
                    }
                }
            });
        }
    });
    for span in texts {
        let covered = text.get(span.range()).unwrap_or("");
        found.extend(pages(covered).into_iter().map(|(at, page)| {
            let start = span.start as usize + at;
            (Span::new(file, start, start + page.len()), Leads::Page(page.to_owned()))
        }));
    }
    found.sort_by_key(|(span, _)| *span);
    found
}

/// Where a `use` names what it uses.
fn target(used: &crate::syntax::tree::Use) -> Span {
    use crate::syntax::tree::UseTarget;
    match &used.target {
        UseTarget::File { span, .. } => *span,
        UseTarget::Module { path, .. } => {
            let spans = path.iter().map(|word| word.span);
            spans.reduce(Span::to).unwrap_or(used.span)
        }
    }
}

/// Whether a text may be a relative path of a file: it has a part with a dot in it, and nothing that paths seldom have.
fn is_path(text: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./".contains(c);
    let name = text.rsplit('/').next().unwrap_or(text);
    text.chars().all(is_plain)
        && !text.starts_with('/')
        && name.split_once('.').is_some_and(|(stem, kind)| {
            !stem.is_empty() && kind.chars().any(|c| c.is_ascii_alphabetic()) && !kind.ends_with('.')
        })
}

/// The addresses of pages in a text, with their places.
fn pages(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some((at, rest)) = SCHEMES
        .iter()
        .filter_map(|scheme| text.get(from..)?.find(scheme).map(|at| from + at))
        .min()
        .and_then(|at| Some((at, text.get(at..)?)))
    {
        let ends = |c: char| c.is_whitespace() || c.is_control() || "\"<>`\\{}|^".contains(c);
        let whole = rest.get(..rest.find(ends).unwrap_or(rest.len())).unwrap_or(rest);
        // What closes the sentence around an address is none of it.
        let page = whole.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']);
        let page = if page.contains('(') { page } else { page.trim_end_matches([')', ']']) };
        let page = page.trim_end_matches(['.', ',', ';']);
        from = at + whole.len();
        if SCHEMES.iter().all(|scheme| page.len() > scheme.len()) {
            found.push((at, page));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::sample::read;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let analysis =
            read(&[("p/main.ops", text), ("p/a/other.ops", "use \"../third.ops\"\n"), ("p/third.ops", "")]);
        let file = analysis.sources.find("p/main.ops").unwrap();
        let name = |file| analysis.sources.get(file).unwrap().name().to_owned();
        let shown: Vec<String> = links(&analysis, file)
            .into_iter()
            .map(|(span, leads)| {
                let to = match leads {
                    Leads::File(file) => name(file),
                    Leads::Page(page) => page,
                    Leads::Path(path) => format!("./{path}"),
                };
                format!("{} -> {to}", analysis.sources.text_of(span))
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_is_used_is_led_to() {
        check(
            "use \"./a/other.ops\"\nuse std.tiers\nuse std.freezes.{hard}\nuse \"./nowhere.ops\"\n",
            &[
                "\"./a/other.ops\" -> p/a/other.ops",
                "std.tiers -> std/tiers.ops",
                "std.freezes -> std/freezes.ops",
            ],
        );
    }

    #[test]
    fn addresses_of_pages_are_led_to() {
        check(
            "/// See https://example.org/a(b).\n// and (http://example.org/c?d=e#f), or https://\nwindow w : hard { because \"x: https://é.example/ü\" }\n",
            &[
                "https://example.org/a(b) -> https://example.org/a(b)",
                "http://example.org/c?d=e#f -> http://example.org/c?d=e#f",
                "https://é.example/ü -> https://é.example/ü",
            ],
        );
    }

    #[test]
    fn paths_of_files_may_be_led_to() {
        check(
            "window w : hard { source \"feeds/card.ics\"; vendor \"a. b\"; because \"1.5\" }\n",
            &["\"feeds/card.ics\" -> ./feeds/card.ics"],
        );
    }
}
