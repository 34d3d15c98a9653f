//! What each word of a file is, for colours: told by the schema and by what names lead to, not by their spelling.

use super::Analysis;
use super::walk::{self, Row};
use crate::schema::Author;
use crate::source::{FileId, Span};
use crate::syntax::tree::{ClauseKind, Expr, ExprKind, Node, NodeKind, Tree, UseTarget};
use std::collections::BTreeMap;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenKind {
    /// `window`, `use`, `when`: a word with a meaning of its own.
    Keyword,
    /// `during`: a field.
    Field,
    /// A place or a thing that changes: a region, an environment, a component, a service.
    Place,
    /// People: a role, a team.
    People,
    /// What evidence or measurement says: a fact, a metric, a probe.
    Evidence,
    /// One of an order: a tier, a severity, a status.
    Rank,
    /// A kind of freeze.
    Freeze,
    /// Something in time: a window, a release, an exception.
    Event,
    /// Something that is run: a stage, a lever, a gate.
    Step,
    /// Any other name.
    Name,
    /// A text.
    Text,
    /// A literal that begins with a digit or `$`.
    Number,
    /// `@allow`
    Attribute,
    /// `//`, `///`
    Comment,
}

/// What else is true of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trait {
    /// It is here that it is declared.
    Declares,
    /// It documents what follows it.
    Documents,
    /// The library declares it.
    Library,
}

/// A stretch of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Where.
    pub span: Span,
    /// What it is.
    pub kind: TokenKind,
    /// What else is true of it.
    pub traits: Vec<Trait>,
}

/// What names of each keyword are; a keyword that is not here declares plain names.
static NAMES: &[(&str, TokenKind)] = &[
    ("region", TokenKind::Place),
    ("environment", TokenKind::Place),
    ("component", TokenKind::Place),
    ("service", TokenKind::Place),
    ("surface", TokenKind::Place),
    ("role", TokenKind::People),
    ("team", TokenKind::People),
    ("schedule", TokenKind::People),
    ("audience", TokenKind::People),
    ("fact", TokenKind::Evidence),
    ("metric", TokenKind::Evidence),
    ("probe", TokenKind::Evidence),
    ("flag", TokenKind::Evidence),
    ("tier", TokenKind::Rank),
    ("severity", TokenKind::Rank),
    ("status", TokenKind::Rank),
    ("freeze", TokenKind::Freeze),
    ("window", TokenKind::Event),
    ("holidays", TokenKind::Event),
    ("release", TokenKind::Event),
    ("exception", TokenKind::Event),
    ("maintenance", TokenKind::Event),
    ("incident", TokenKind::Event),
    ("pipeline", TokenKind::Step),
    ("stage", TokenKind::Step),
    ("lever", TokenKind::Step),
    ("rollback", TokenKind::Step),
    ("gate", TokenKind::Step),
];

/// The tokens of a file, in order; none meets another, and each lies in one line.
pub fn tokens(analysis: &Analysis, file: FileId) -> Vec<Token> {
    let (Some(tree), Some(source)) = (analysis.tree(file), analysis.sources.get(file)) else {
        return Vec::new();
    };
    let mut found = Found { analysis, declared: declared(analysis), tokens: Vec::new() };
    found.comments(tree);
    walk::nodes(&tree.nodes, &mut |node, row| found.node(node, row));
    let Found { mut tokens, .. } = found;
    tokens.sort_by_key(|token| token.span);
    let mut found: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens.iter().flat_map(|token| lines(source.text(), token)) {
        // Of two that meet, as in text that could not be read, the first says what it is.
        if found.last().is_none_or(|last| last.span.end <= token.span.start) {
            found.push(token);
        }
    }
    found
}

/// The part of a token on each line that it covers.
fn lines<'t>(text: &'t str, token: &'t Token) -> impl Iterator<Item = Token> + 't {
    let covered = text.get(token.span.range()).unwrap_or("");
    let mut start = token.span.start as usize;
    covered.split_inclusive(['\n', '\r']).filter_map(move |line| {
        let at = start;
        start += line.len();
        let length = line.trim_end_matches(['\n', '\r']).len();
        (length > 0).then(|| Token { span: Span::new(token.span.file, at, at + length), ..token.clone() })
    })
}

/// The keyword and the author of each declaration that has a name, by the name's place.
fn declared(analysis: &Analysis) -> BTreeMap<Span, (&'static str, Author)> {
    analysis.names.iter().map(|(_, known)| (known.span, (known.keyword, known.author))).collect()
}

struct Found<'a> {
    analysis: &'a Analysis,
    declared: BTreeMap<Span, (&'static str, Author)>,
    tokens: Vec<Token>,
}

impl Found<'_> {
    fn add(&mut self, span: Span, kind: TokenKind, traits: &[Trait]) {
        self.tokens.push(Token { span, kind, traits: traits.to_vec() });
    }

    fn comments(&mut self, tree: &Tree) {
        for comment in &tree.comments {
            self.add(comment.span, TokenKind::Comment, &[]);
        }
        for line in &tree.module_doc {
            self.add(line.span, TokenKind::Comment, &[Trait::Documents]);
        }
    }

    fn node(&mut self, node: &Node, row: Row) {
        for line in &node.docs {
            self.add(line.span, TokenKind::Comment, &[Trait::Documents]);
        }
        for attribute in &node.attributes {
            let at = Span { start: attribute.span.start, ..attribute.name.span };
            self.add(at, TokenKind::Attribute, &[]);
        }
        let mut words: Vec<&str> = Vec::new();
        match &node.kind {
            NodeKind::Use(used) => {
                self.add(leading(used.span, "use"), TokenKind::Keyword, &[]);
                match &used.target {
                    UseTarget::File { span, .. } => self.add(*span, TokenKind::Text, &[]),
                    UseTarget::Module { path, only } => {
                        for word in path {
                            self.add(word.span, TokenKind::Name, &[]);
                        }
                        for word in only.iter().flatten() {
                            self.name(word.span);
                        }
                    }
                }
            }
            NodeKind::Entry(entry) => {
                match row {
                    Row::Kind(kind) => {
                        self.add(entry.word.span, TokenKind::Keyword, &[]);
                        words = [kind.head.words(), kind.annotation.words()].concat();
                    }
                    Row::Slot(slot) => {
                        if slot.row.keyword == entry.word.text {
                            self.add(entry.word.span, TokenKind::Field, &[]);
                        } else {
                            self.name(entry.word.span);
                        }
                        words = [slot.pattern.words(), slot.annotation.words()].concat();
                        if slot.pattern.declares()
                            && let Some(name) = entry.head.as_ref().and_then(|head| head.phrase().first())
                        {
                            self.add(name.span, kind_of(slot.row.keyword), &[Trait::Declares]);
                        }
                    }
                    Row::Unknown => {}
                }
                for clause in &entry.clauses {
                    let (word, text) = match &clause.kind {
                        ClauseKind::When(_) => ("when", None),
                        ClauseKind::Where(_) => ("where", None),
                        ClauseKind::Because(text) => ("because", Some(text.span)),
                    };
                    self.add(leading(clause.span, word), TokenKind::Keyword, &[]);
                    text.into_iter().for_each(|span| self.add(span, TokenKind::Text, &[]));
                }
            }
            NodeKind::Error => {}
        }
        for expression in walk::expressions(node) {
            walk::parts(expression, &mut |part| self.part(part, &words));
        }
    }

    fn part(&mut self, part: &Expr, words: &[&str]) {
        match &part.kind {
            ExprKind::Word(word) => {
                let is_name = self.name(part.span);
                if !is_name && words.contains(&word.as_str()) {
                    self.add(part.span, TokenKind::Keyword, &[]);
                }
            }
            ExprKind::Not(_) => self.add(leading(part.span, "not"), TokenKind::Keyword, &[]),
            ExprKind::Bool(_) => self.add(part.span, TokenKind::Keyword, &[]),
            ExprKind::Call(call) => self.add(call.name.span, TokenKind::Keyword, &[]),
            ExprKind::Text(_) => self.add(part.span, TokenKind::Text, &[]),
            ExprKind::Literal(_) => self.add(part.span, TokenKind::Number, &[]),
            _ => {}
        }
    }

    /// Adds a name that is declared, here or elsewhere; whether it is one.
    fn name(&mut self, span: Span) -> bool {
        let (to, own): (Span, &[Trait]) = match self.analysis.leads_to(span) {
            Some(to) => (to, &[]),
            None => (span, &[Trait::Declares]),
        };
        let stage = ("stage", self.analysis.author(to.file));
        let known = self.declared.get(&to).copied().or((to != span).then_some(stage));
        let Some((keyword, author)) = known else { return false };
        let library: &[Trait] = if author == Author::Library { &[Trait::Library] } else { &[] };
        let is_title = self.analysis.sources.text_of(span).starts_with('"');
        if !is_title {
            self.add(span, kind_of(keyword), &[own, library].concat());
        }
        true
    }
}

fn kind_of(keyword: &str) -> TokenKind {
    NAMES.iter().find(|(known, _)| *known == keyword).map_or(TokenKind::Name, |(_, kind)| *kind)
}

/// The word that a span begins with.
fn leading(span: Span, word: &str) -> Span {
    Span::new(span.file, span.start as usize, span.start as usize + word.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::sample::read;
    use proptest::prelude::*;

    /// The tokens of a text, as `text kind`, with what else is true of them.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let analysis = read(&[("main.ops", text)]);
        let file = analysis.sources.find("main.ops").unwrap();
        let shown: Vec<String> = tokens(&analysis, file)
            .iter()
            .map(|token| {
                let traits = token.traits.iter().map(|one| format!(" {one:?}")).collect::<String>();
                format!("{} {:?}{traits}", analysis.sources.text_of(token.span), token.kind)
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn words_are_what_the_schema_says() {
        check(
            "tier any\nfreeze hard { block any }\nwindow w : hard when not x {\n  every week Fri 18:00 .. Mon 08:00 // away\n}\n",
            &[
                "tier Keyword",
                "any Rank Declares",
                "freeze Keyword",
                "hard Freeze Declares",
                "block Field",
                "any Rank",
                "window Keyword",
                "w Event Declares",
                "hard Freeze",
                "when Keyword",
                "not Keyword",
                "every Field",
                "week Keyword",
                "18:00 Number",
                "08:00 Number",
                "// away Comment",
            ],
        );
    }

    #[test]
    fn what_the_library_declares_is_told_apart() {
        check(
            "use std.tiers.{T1}\n@allow(closed-end, \"x\")\nclaim \"page\" { hard blocks T1 }\n",
            &[
                "use Keyword",
                "std Name",
                "tiers Name",
                "T1 Rank Library",
                "@allow Attribute",
                "\"x\" Text",
                "claim Keyword",
                "\"page\" Text",
                "blocks Keyword",
                "T1 Rank Library",
            ],
        );
    }

    #[test]
    fn a_text_over_several_lines_is_a_token_a_line() {
        check(
            "/// Why.\r\ntemplate t { text \"\"\"\r\n  a\r\n\r\n  b\r\n  \"\"\" }\r\n",
            &[
                "/// Why. Comment Documents",
                "template Keyword",
                "t Name Declares",
                "text Field",
                "\"\"\" Text",
                "  a Text",
                "  b Text",
                "  \"\"\" Text",
            ],
        );
    }

    /// Sorted, apart from each other, each within its line, on the bounds of characters.
    fn lawful(text: &str) -> Result<(), TestCaseError> {
        let analysis = read(&[("main.ops", text)]);
        let file = analysis.sources.find("main.ops").unwrap();
        let mut behind = 0;
        for token in tokens(&analysis, file) {
            prop_assert!(token.span.start >= behind && token.span.end > token.span.start);
            let covered = text.get(token.span.range());
            prop_assert!(covered.is_some_and(|covered| !covered.contains(['\n', '\r'])), "{covered:?}");
            behind = token.span.end;
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn tokens_are_in_order_and_each_in_its_line(
            text in "(tier |window |freeze |[a-z]{1,3} |\\{|\\}|\"|\"\"\"|: |@allow\\(a, \"é\"\\)|// 😀|/// x|\r\n|\n|\r|18:00 |\\.\\. |when |use std.tiers|é){0,40}"
        ) {
            lawful(&text)?;
        }
    }

    #[test]
    fn every_name_that_leads_somewhere_has_a_colour() {
        let analysis = read(&[
            ("main.ops", include_str!("../../examples/four-continents/main.ops")),
            ("people.ops", include_str!("../../examples/four-continents/people.ops")),
            ("feasts.ops", include_str!("../../examples/four-continents/feasts.ops")),
        ]);
        let file = analysis.sources.find("main.ops").unwrap();
        let tokens = tokens(&analysis, file);
        let here = analysis.references().iter().filter(|one| one.at.file == file);
        let mut seen = 0;
        for reference in here {
            let token = tokens.iter().find(|token| token.span == reference.at);
            let place = analysis.sources.place(reference.at);
            assert!(token.is_some_and(|token| token.kind != TokenKind::Keyword), "{place}");
            seen += 1;
        }
        assert!(seen > 30, "{seen}");
    }
}
