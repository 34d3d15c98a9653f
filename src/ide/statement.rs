//! The statement that is being written, as far as the place: read anew by itself, so that nothing behind it matters, and
//! that it is not finished does not either.

use super::Analysis;
use crate::schema::{Body, Kind, Pattern, Slot, schema};
use crate::source::{FileId, Sources, Span};
use crate::syntax::parse;
use crate::syntax::tree::{ClauseKind, Entry, Expr, ExprKind, Node, NodeKind};

/// Stands for what is being typed.
const HERE: &str = "here";

/// A place in a statement.
#[derive(Debug)]
pub(super) struct Writing<'a> {
    /// The reading it is a place in.
    pub analysis: &'a Analysis,
    /// The declarations and statements whose blocks are round the place, the innermost last.
    pub around: Vec<&'a Entry>,
    /// Their rows of the schema, as far as it knows them.
    pub rows: Rows,
    /// The name or number that is being typed: what a completion replaces.
    pub typed: Span,
    /// Where in the statement it stands.
    pub spot: Spot<'a>,
}

/// The rows of the schema that say what blocks may hold.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    /// That of the declaration.
    pub kind: Option<&'static Kind>,
    /// Those of the statements within.
    pub slots: Vec<&'static Slot>,
}

/// Where in a statement a place is.
#[derive(Debug)]
pub(super) enum Spot<'a> {
    /// In a comment, or a text of several lines.
    Comment,
    /// In a text in quotes: the spot of the text itself.
    Quoted(Box<Spot<'a>>),
    /// Behind `use`: all that stands there before the place.
    Use(&'a str),
    /// In `@allow(…`: how many arguments stand before.
    Attribute(usize),
    /// At the word it begins with.
    Keyword,
    /// In what follows the word.
    Phrase(Phrase),
    /// Somewhere that nothing is known of.
    Nowhere,
}

/// A place in a phrase.
#[derive(Debug)]
pub(super) struct Phrase {
    /// The word that the statement begins with.
    pub keyword: String,
    /// The row of the statement; none where the schema does not know it, or it is a declaration's own line.
    pub slot: Option<&'static Slot>,
    /// Which side of `:` it is, or that it is in a clause.
    pub side: Side,
    /// What must stand there; none in a clause, where a condition does.
    pub pattern: Option<&'static Pattern>,
    /// The parts before the place.
    pub parts: Vec<Expr>,
    /// Where in an expression it is.
    pub inner: Inner,
    /// The text that the spans of the parts are of.
    pub text: String,
}

/// A part of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Behind its word.
    Head,
    /// Behind `:`.
    Annotation,
    /// In a clause.
    Clause,
}

/// A place in an expression.
#[derive(Debug, Clone)]
pub(super) enum Inner {
    /// A part of the phrase itself.
    Part,
    /// A part of a phrase within it: what stands before it there.
    Term(Vec<Expr>),
    /// Behind a comparison with this.
    Compared(Expr),
    /// In the brackets behind `in`.
    Member(Expr),
    /// An argument of a call: the word before it, and how many stand before.
    Argument(String, usize),
    /// In brackets of its own.
    Bracket,
}

impl Rows {
    /// What the innermost block may hold; nothing at the top of a file, or where the schema does not know it.
    pub fn body(&self, depth: usize) -> Option<&'static Body> {
        match depth.checked_sub(1)? {
            0 => self.kind.map(|kind| &kind.body),
            within => self.slots.get(within - 1).map(|slot| &slot.body),
        }
    }
}

impl<'a> Writing<'a> {
    /// The place at `offset` of a file; nothing where the analysis has no such file.
    pub fn at(analysis: &'a Analysis, file: FileId, offset: u32) -> Option<Self> {
        let text: &'a str = analysis.sources.get(file)?.text();
        let nodes = &analysis.tree(file)?.nodes;
        let mut found = Self {
            analysis,
            around: Vec::new(),
            rows: Rows::default(),
            typed: Span { file, start: offset, end: offset },
            spot: Spot::Nowhere,
        };
        let start = found.enter(nodes, offset);
        let all = text.get(start as usize..offset as usize)?;
        let scan = scan(all);
        let said = all.get(scan.begin..)?;
        if matches!(scan.state, State::Comment | State::Lines(_)) {
            found.spot = Spot::Comment;
            return Some(found);
        }
        if let State::Quoted(at) = scan.state {
            let (before, quoted) = (all.get(scan.begin..at)?, all.get(at + 1..)?);
            let spot = match before.trim() {
                "use" => Spot::Use(all.get(at..)?),
                _ => found.spot(before),
            };
            found.spot = match spot {
                Spot::Use(_) => spot,
                spot => Spot::Quoted(Box::new(spot)),
            };
            found.typed.start = offset - u32::try_from(quoted.len()).ok()?;
            return Some(found);
        }
        let typed = said.len() - said.trim_end_matches(is_name_part).len();
        found.typed.start = offset - u32::try_from(typed).ok()?;
        found.spot = found.spot(said.get(..said.len() - typed)?);
        Some(found)
    }

    /// Goes into the blocks round the place; where the scan for the statement begins.
    fn enter(&mut self, nodes: &'a [Node], offset: u32) -> u32 {
        let (mut nodes, mut start) = (nodes, 0);
        loop {
            let behind = nodes.partition_point(|node| node.span.start < offset);
            let Some(node) = behind.checked_sub(1).and_then(|at| nodes.get(at)) else { return start };
            let (NodeKind::Entry(entry), text) = (&node.kind, self.analysis.sources.text_of(node.span))
            else {
                return node.span.start.max(start);
            };
            let is_open = |block: &crate::syntax::tree::Block| {
                block.span.start < offset
                    && (offset < block.span.end
                        || !self.analysis.sources.text_of(block.span).ends_with('}')
                            && node.span.end <= offset)
            };
            let Some(block) = entry.block.as_ref().filter(|block| is_open(block)) else {
                // What is finished says nothing of what is behind it.
                let is_closed = text.trim_end().ends_with(['}', ';']) && node.span.end <= offset;
                return if is_closed { node.span.end } else { node.span.start.max(start) };
            };
            self.know(entry);
            start = block.span.start + 1;
            nodes = &block.nodes;
        }
    }

    fn know(&mut self, entry: &'a Entry) {
        let word = &entry.word.text;
        match self.rows.body(self.around.len()) {
            None if self.around.is_empty() => self.rows.kind = schema().kind(word),
            None => {}
            Some(body) if self.rows.slots.len() + 1 == self.around.len() => {
                self.rows.slots.extend(body.slot(word));
            }
            Some(_) => {}
        }
        self.around.push(entry);
    }

    /// What the block round the place may hold.
    pub fn body(&self) -> Option<&'static Body> {
        self.rows.body(self.around.len())
    }

    /// The spot behind the beginning of a statement.
    fn spot(&self, said: &'a str) -> Spot<'a> {
        let said = without_attributes(said.trim_start());
        if said.starts_with('@') {
            let inside = said.strip_prefix("@allow").and_then(|rest| rest.trim_start().strip_prefix('('));
            return inside.map_or(Spot::Nowhere, |inside| Spot::Attribute(inside.matches(',').count()));
        }
        if let Some(rest) = said.strip_prefix("use").filter(|rest| rest.starts_with([' ', '\t'])) {
            return Spot::Use(rest.trim_start());
        }
        if said.is_empty() {
            return Spot::Keyword;
        }
        let end = u32::try_from(said.len() + HERE.len()).unwrap_or(u32::MAX);
        let text = format!("{said}{HERE}{}", closers(said));
        let mut sources = Sources::new();
        let file = sources.add("statement", text.as_str());
        let (tree, _) = parse(&sources, file);
        let Some(NodeKind::Entry(entry)) = tree.nodes.first().map(|node| &node.kind) else {
            return Spot::Nowhere;
        };
        self.within(entry, end, text).map_or(Spot::Nowhere, Spot::Phrase)
    }

    fn within(&self, entry: &Entry, end: u32, text: String) -> Option<Phrase> {
        let word = entry.word.text.as_str();
        let slot = self.body().and_then(|body| body.slot(word));
        let kind = if self.around.is_empty() { schema().kind(word) } else { None };
        let (head, annotation) = match (slot, kind) {
            (Some(slot), _) => (Some(&slot.pattern), Some(&slot.annotation)),
            (None, Some(kind)) => (Some(&kind.head), Some(&kind.annotation)),
            (None, None) => (None, None),
        };
        let here = |part: &Option<Expr>| part.as_ref().is_some_and(|part| part.span.end >= end);
        let clause = entry.clauses.iter().find(|clause| clause.span.end >= end);
        let (side, pattern, written) = match clause.map(|clause| &clause.kind) {
            Some(ClauseKind::When(condition) | ClauseKind::Where(condition)) => {
                (Side::Clause, None, condition)
            }
            Some(ClauseKind::Because(_)) => return None,
            None if here(&entry.annotation) => (Side::Annotation, annotation, entry.annotation.as_ref()?),
            None if here(&entry.head) => (Side::Head, head, entry.head.as_ref()?),
            None => return None,
        };
        if pattern.is_none() && clause.is_none() {
            return None;
        }
        let leads = slot.is_some_and(|slot| slot.row.keyword.is_empty()) && here(&entry.head);
        let lead = leads.then(|| Expr { span: entry.word.span, kind: ExprKind::Word(word.to_owned()) });
        let (parts, inner) = place(written, end);
        let parts = lead.into_iter().chain(parts).collect();
        Some(Phrase { keyword: word.to_owned(), slot, side, pattern, parts, inner, text })
    }
}

/// The parts of the leftmost phrase before the place, and where in the expression the place is: nothing stands behind it.
fn place(written: &Expr, end: u32) -> (Vec<Expr>, Inner) {
    let leftmost = leftmost(written);
    let parts = leftmost.phrase();
    if leftmost.span.end < end {
        return (parts.to_vec(), within(written));
    }
    let before = parts.len().saturating_sub(1);
    let inner = parts.last().map_or(Inner::Part, |last| match &last.kind {
        ExprKind::List(_) | ExprKind::Word(_) => Inner::Part,
        _ => within(last),
    });
    (parts.get(..before).unwrap_or_default().to_vec(), inner)
}

/// Where in an expression its end is, the innermost.
fn within(written: &Expr) -> Inner {
    let nothing = Inner::Term(Vec::new());
    let last = |parts: &[Expr]| parts.last().map_or(Inner::Term(Vec::new()), within);
    match &written.kind {
        ExprKind::Or(parts) | ExprKind::And(parts) => last(parts),
        ExprKind::Not(inner) | ExprKind::Negative(inner) | ExprKind::Paren(inner) => within(inner),
        ExprKind::Phrase(parts) => match parts.split_last() {
            Some((last, before)) if matches!(last.kind, ExprKind::Word(_) | ExprKind::List(_)) => {
                Inner::Term(before.to_vec())
            }
            Some((last, _)) => within(last),
            None => nothing,
        },
        ExprKind::Compare(left, _, right) => match &right.kind {
            ExprKind::Word(_) | ExprKind::Error => Inner::Compared(left.as_ref().clone()),
            _ => within(right),
        },
        ExprKind::Arithmetic(left, _, _) => Inner::Compared(left.as_ref().clone()),
        ExprKind::In(membership) => Inner::Member(membership.member.clone()),
        ExprKind::Call(call) => {
            let count = call.arguments.iter().map(|argument| argument.list().len()).sum::<usize>();
            Inner::Argument(call.name.text.clone(), count.saturating_sub(1))
        }
        ExprKind::Bracket(_) => Inner::Bracket,
        _ => nothing,
    }
}

/// What closes the brackets that a text leaves open.
fn closers(said: &str) -> String {
    let mut open = Vec::new();
    let mut is_quoted = false;
    for letter in said.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '(' if !is_quoted => open.push(')'),
            '[' if !is_quoted => open.push(']'),
            ')' | ']' if !is_quoted => drop(open.pop()),
            _ => {}
        }
    }
    open.into_iter().rev().collect()
}

fn leftmost(written: &Expr) -> &Expr {
    match &written.kind {
        ExprKind::And(terms) | ExprKind::Or(terms) => terms.first().map_or(written, leftmost),
        _ => written,
    }
}

/// What stands behind the attributes of a statement.
fn without_attributes(said: &str) -> &str {
    let mut rest = said;
    while let Some(inside) = rest.strip_prefix('@').and_then(|_| closed(rest)) {
        rest = rest.get(inside..).unwrap_or("").trim_start();
    }
    rest
}

/// Where the parenthesis that a text opens is closed again.
fn closed(text: &str) -> Option<usize> {
    let mut is_quoted = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ')' if !is_quoted => return Some(at + 1),
            _ => {}
        }
    }
    None
}

pub(super) fn is_name_part(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Code,
    Comment,
    /// In quotes that open here: they end with the line at the latest.
    Quoted(usize),
    /// In a text of several lines that opens here.
    Lines(usize),
}

/// How far a text goes, and where its last statement begins.
struct Scan {
    begin: usize,
    state: State,
}

/// What opens and closes a text of several lines.
const FENCE: &str = "\"\"\"";

fn scan(text: &str) -> Scan {
    let mut found = Scan { begin: 0, state: State::Code };
    let (mut last, mut depth, mut escaped) = (' ', 0_u32, false);
    for (at, letter) in text.char_indices() {
        let rest = text.get(at..).unwrap_or("");
        match found.state {
            State::Lines(start) => {
                let is_over = at >= start + 2 * FENCE.len() - 1
                    && text.get(..=at).is_some_and(|all| all.ends_with(FENCE));
                if is_over {
                    (found.state, last) = (State::Code, letter);
                }
            }
            State::Quoted(_) if escaped => escaped = false,
            State::Quoted(_) if letter == '\\' => escaped = true,
            State::Quoted(_) if letter == '"' => (found.state, last) = (State::Code, letter),
            State::Quoted(_) | State::Comment if letter != '\n' => {}
            State::Quoted(_) | State::Comment | State::Code => {
                found.state = State::Code;
                match letter {
                    '"' if rest.starts_with(FENCE) => found.state = State::Lines(at),
                    '"' => found.state = State::Quoted(at),
                    '/' if rest.starts_with("//") => found.state = State::Comment,
                    '(' | '[' => depth += 1,
                    ')' | ']' => depth = depth.saturating_sub(1),
                    ';' | '}' => (found.begin, depth) = (at + 1, 0),
                    '{' if !is_use(text, found.begin, at) => (found.begin, depth) = (at + 1, 0),
                    '\n' if depth == 0 && last != ',' && !is_continued(rest) => found.begin = at + 1,
                    _ => {}
                }
                if !letter.is_whitespace() && found.state == State::Code {
                    last = letter;
                }
            }
        }
    }
    found
}

fn is_use(text: &str, begin: usize, at: usize) -> bool {
    text.get(begin..at).is_some_and(|said| said.trim_start().starts_with("use "))
}

/// Whether the next line goes on with `and` or `or`.
fn is_continued(rest: &str) -> bool {
    let word = rest.trim_start().split(|letter: char| !is_name_part(letter)).next();
    matches!(word, Some("and" | "or"))
}
