//! What stands at a place: the declaration and the statements around it, their rows of the schema, and the part of the phrase.

use super::Analysis;
use crate::resolve::Module;
use crate::schema::{Body, Kind, Slot, schema};
use crate::source::{FileId, Span};
use crate::syntax::tree::{Clause, ClauseKind, Entry, Expr, ExprKind, Node, NodeKind};

/// A place in a file of an analysis.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    /// The reading it is a place in.
    pub analysis: &'a Analysis,
    /// The file.
    pub module: &'a Module,
    /// Its byte offset.
    pub offset: u32,
    /// The declaration around it, then each statement within, the innermost last. Blanks behind a statement on its line
    /// still belong to it: that is where more of it is being written.
    pub nodes: Vec<&'a Node>,
    /// The schema's row of the declaration, where it knows it.
    pub kind: Option<&'static Kind>,
    /// The schema's rows of the statements in `nodes`, behind the declaration, as far as it knows them.
    pub slots: Vec<&'static Slot>,
    /// The part of the innermost node.
    pub place: Place<'a>,
    /// The expression in that part, and each within it that holds the place, the innermost last.
    pub expressions: Vec<&'a Expr>,
}

/// A part of a node.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// Between declarations: no node is here.
    Outside,
    /// The word that a declaration or statement begins with.
    Keyword,
    /// What follows the word, or the blank behind it.
    Head,
    /// Behind `:`.
    Annotation,
    /// In a clause.
    Clause(&'a Clause),
    /// Between the statements of its block.
    Block,
    /// In `@allow(...)`.
    Attribute,
    /// In its `///` lines.
    Documentation,
    /// In a `use`.
    Use,
    /// In text that could not be read.
    Unreadable,
}

impl<'a> Cursor<'a> {
    /// The place at `offset` of a file; nothing where the analysis has no such file.
    pub fn at(analysis: &'a Analysis, file: FileId, offset: u32) -> Option<Self> {
        let module = analysis.module(file)?;
        let text = analysis.sources.get(file)?.text();
        let mut cursor = Self {
            analysis,
            module,
            offset,
            nodes: Vec::new(),
            kind: None,
            slots: Vec::new(),
            place: Place::Outside,
            expressions: Vec::new(),
        };
        let mut nodes = module.tree.nodes.as_slice();
        while let Some(node) = holding(nodes, text, offset) {
            cursor.nodes.push(node);
            let NodeKind::Entry(entry) = &node.kind else { break };
            cursor.know(entry);
            let block = entry.block.as_ref();
            let inside = |span: Span| span.start < offset && offset < span.end;
            nodes = block.filter(|block| inside(block.span)).map_or(&[], |block| &block.nodes);
        }
        if let Some(node) = cursor.nodes.last() {
            let (place, expression) = part(node, offset);
            cursor.place = place;
            cursor.expressions = expression.map(|expression| within(expression, offset)).unwrap_or_default();
        }
        Some(cursor)
    }

    /// The innermost entry around the place.
    pub fn entry(&self) -> Option<&'a Entry> {
        self.nodes.iter().rev().find_map(|node| match &node.kind {
            NodeKind::Entry(entry) => Some(entry),
            _ => None,
        })
    }

    /// The innermost expression at the place.
    pub fn expression(&self) -> Option<&'a Expr> {
        self.expressions.last().copied()
    }

    /// What the block whose statement this is may hold: that of the innermost node between its statements, else of the
    /// one around it. Nothing at the top of a file, or where the schema does not know the block.
    pub fn body(&self) -> Option<&'static Body> {
        let around =
            self.nodes.len() - usize::from(!matches!(self.place, Place::Block) && !self.nodes.is_empty());
        match around {
            0 => None,
            1 => self.kind.map(|kind| &kind.body),
            depth => self.slots.get(depth - 2).map(|slot| &slot.body),
        }
    }

    /// The text of its line before the place: what completion goes by where nothing can be read yet.
    pub fn line_before(&self) -> &'a str {
        let Some(source) = self.analysis.sources.get(self.module.file) else { return "" };
        let before = source.text().get(..self.offset as usize).unwrap_or("");
        before.rsplit('\n').next().unwrap_or("")
    }

    /// Where the innermost statement declares a name of its own, as `stage build` does.
    pub(super) fn declared(&self) -> Option<Span> {
        let slot = self.slots.get(self.nodes.len().checked_sub(2)?)?;
        let head = self.entry()?.head.as_ref()?.phrase().first()?;
        slot.pattern.declares().then_some(head.span)
    }

    /// Adds the schema's row of an entry.
    fn know(&mut self, entry: &Entry) {
        let word = &entry.word.text;
        if self.nodes.len() == 1 {
            self.kind = schema().kind(word);
            return;
        }
        let body = match self.slots.last() {
            Some(slot) => Some(&slot.body),
            None => self.kind.map(|kind| &kind.body),
        };
        let is_known = self.slots.len() + 2 == self.nodes.len();
        self.slots.extend(body.filter(|_| is_known).and_then(|body| body.slot(word)));
    }
}

/// The last of the nodes that covers an offset, or is followed by it with nothing but blanks between.
fn holding<'a>(nodes: &'a [Node], text: &str, offset: u32) -> Option<&'a Node> {
    let behind = nodes.partition_point(|node| node.span.start <= offset);
    let node = nodes.get(behind.checked_sub(1)?)?;
    let open = || text.get(node.span.end as usize..offset as usize);
    let ends = |c: char| c == '}' || c == ';';
    let goes_on = || {
        !text.get(node.span.range()).is_some_and(|text| text.trim_end().ends_with(ends))
            && open().is_some_and(|between| between.chars().all(|c| c == ' ' || c == '\t'))
    };
    (node.span.touches(offset) || goes_on()).then_some(node)
}

/// The part of a node at an offset, and the expression that makes it.
fn part(node: &Node, offset: u32) -> (Place<'_>, Option<&Expr>) {
    if node.docs.iter().any(|line| line.span.touches(offset)) {
        return (Place::Documentation, None);
    }
    if let Some(attribute) = node.attributes.iter().find(|attribute| attribute.span.touches(offset)) {
        return (Place::Attribute, touched(&attribute.arguments, offset));
    }
    let entry = match &node.kind {
        NodeKind::Entry(entry) => entry,
        NodeKind::Use(_) => return (Place::Use, None),
        NodeKind::Error => return (Place::Unreadable, None),
    };
    if offset <= entry.word.span.end {
        return (Place::Keyword, None);
    }
    if let Some(block) = entry.block.as_ref().filter(|block| block.span.start < offset) {
        let place = if offset < block.span.end { Place::Block } else { Place::Head };
        return (place, None);
    }
    if let Some(clause) = entry.clauses.iter().rev().find(|clause| clause.span.start <= offset) {
        return match &clause.kind {
            ClauseKind::When(condition) | ClauseKind::Where(condition) => {
                (Place::Clause(clause), Some(condition))
            }
            ClauseKind::Because(_) => (Place::Clause(clause), None),
        };
    }
    match entry.annotation.as_ref().filter(|annotation| annotation.span.start <= offset) {
        Some(annotation) => (Place::Annotation, Some(annotation)),
        None => (Place::Head, entry.head.as_ref()),
    }
}

/// An expression and everything in it that holds an offset, the innermost last.
fn within(expression: &Expr, offset: u32) -> Vec<&Expr> {
    let mut found = Vec::new();
    let mut next = Some(expression).filter(|expression| expression.span.touches(offset));
    while let Some(expression) = next {
        found.push(expression);
        next = match &expression.kind {
            ExprKind::Or(parts)
            | ExprKind::And(parts)
            | ExprKind::Phrase(parts)
            | ExprKind::List(parts)
            | ExprKind::Bracket(parts) => touched(parts, offset),
            ExprKind::Not(inner) | ExprKind::Negative(inner) | ExprKind::Paren(inner) => {
                Some(inner.as_ref()).filter(|inner| inner.span.touches(offset))
            }
            ExprKind::Compare(left, _, right) | ExprKind::Arithmetic(left, _, right) => {
                [right, left].into_iter().map(AsRef::as_ref).find(|side| side.span.touches(offset))
            }
            ExprKind::In(membership) => match membership.member.span.touches(offset) {
                true => Some(&membership.member),
                false => touched(&membership.of, offset),
            },
            ExprKind::Call(call) => touched(&call.arguments, offset),
            ExprKind::Range
            | ExprKind::Bool(_)
            | ExprKind::Word(_)
            | ExprKind::Text(_)
            | ExprKind::Literal(_)
            | ExprKind::Error => None,
        };
    }
    found
}

/// The last of these that touches an offset: of two that meet there, the one that begins.
fn touched(parts: &[Expr], offset: u32) -> Option<&Expr> {
    parts.iter().rev().find(|part| part.span.touches(offset))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Habit;
    use crate::world::MemoryWorld;

    /// What stands at the `|`: words of the nodes, the part, the row of the schema, the innermost expression.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let offset = u32::try_from(text.find('|').unwrap()).unwrap();
        let world = MemoryWorld::at(0).with_file("main.ops", text.replacen('|', "", 1));
        let analysis = Analysis::of(&world, "main.ops", Habit::Always, None).unwrap();
        let file = analysis.sources.find("main.ops").unwrap();
        let cursor = Cursor::at(&analysis, file, offset).unwrap();
        let words: Vec<&str> = cursor
            .nodes
            .iter()
            .map(|node| match &node.kind {
                NodeKind::Entry(entry) => entry.word.text.as_str(),
                NodeKind::Use(_) => "use",
                NodeKind::Error => "error",
            })
            .collect();
        let place = format!("{:?}", cursor.place);
        let place = place.split('(').next().unwrap();
        let row = match (cursor.slots.last(), cursor.kind) {
            (Some(slot), _) => slot.row.keyword,
            (None, Some(kind)) => kind.row.keyword,
            (None, None) => "",
        };
        let text = cursor.expression().map_or("", |expression| analysis.sources.text_of(expression.span));
        assert_eq!(format!("{} | {place} | {row} | {text}", words.join(" > ")), expected);
    }

    #[test]
    fn places_are_told_apart() {
        check("|\npolicy p { language 1 }\n", " | Outside |  | ");
        check("pol|icy p { language 1 }\n", "policy | Keyword | policy | ");
        check("policy p| { language 1 }\n", "policy | Head | policy | p");
        check("policy p { language |1 }\n", "policy > language | Head | language | 1");
        check("policy p { language 1 }\nrole r {\n  |\n}\n", "role | Block | role | ");
        check("use std.t|iers\n", "use | Use |  | ");
    }

    #[test]
    fn blanks_behind_a_statement_belong_to_it() {
        check("window w : hard {\n  regions |\n  scope x\n}\n", "window > regions | Head | regions | ");
        check("window w : | {\n}\n", "window | Head | window | ");
        check("window w : hard {\n  regions x; |\n}\n", "window | Block | window | ");
    }

    #[test]
    fn the_innermost_expression_is_found() {
        check(
            "tier T { before deploy require canary <= 5% and wa|rmup }\n",
            "tier > before | Head | before | warmup",
        );
        check("window w : hard when a = b|c {\n}\n", "window | Clause | window | bc");
    }
}
