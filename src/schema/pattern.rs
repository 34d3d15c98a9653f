//! The little language in which a schema says what may stand behind a word, compiled once.
//!
//! A pattern is matched against the flat parts of a phrase:
//!
//! ```text
//! 'week' '..'      these words, and the range sign
//! time date text   one part of this sort (see `Atom`); any declaration's keyword is a reference to one
//! start=time       the same, under a name of its own; else the sort is the name
//! region,          one or more of them, separated by commas
//! #tag             nothing; says which alternative was taken
//! <recurrence>     another pattern, by name (see `RULES`)
//! a | b  ( … )  x?  x*
//! ```

use super::atom::Atom;
use std::fmt;

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// One step after the other.
    pub(super) steps: Vec<Step>,
}

/// One step of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// This word, or `..`.
    Word(&'static str),
    /// One part.
    One(&'static str, Atom),
    /// One or more, separated by commas.
    List(&'static str, Atom),
    /// Says which way was taken.
    Tag(&'static str),
    /// Any of these, the first that leads on.
    Choice(Vec<Vec<Step>>),
    /// This or nothing.
    Optional(Vec<Step>),
    /// This as often as it stands there.
    Repeat(Vec<Step>),
}

/// Patterns that several fields share, by name.
pub const RULES: &[(&str, &str)] = super::rules::RULES;

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What is wrong with it, for the test that compiles every pattern of the schema.
    pub fn compile(text: &'static str) -> Result<Self, String> {
        let mut reader = Reader { tokens: tokens(text)?, at: 0, depth: 0 };
        let steps = reader.alternatives()?;
        match reader.peek() {
            None => Ok(Self { steps }),
            Some(token) => Err(format!("`{token}` is left over in `{text}`")),
        }
    }

    /// A pattern that nothing matches.
    pub(super) fn nothing() -> Self {
        Self { steps: vec![Step::Choice(Vec::new())] }
    }

    /// The alternatives as people read them: `week WEEKDAY TIME .. WEEKDAY TIME`.
    pub fn forms(&self) -> Vec<String> {
        self.signatures().into_iter().map(|form| form.text).collect()
    }

    /// Whether its first part is a name that the statement declares.
    pub fn declares(&self) -> bool {
        matches!(self.steps.first(), Some(Step::One(_, Atom::Sort(sort))) if sort.name == "new")
    }

    /// Whether nothing at all matches it.
    pub fn takes_nothing(&self) -> bool {
        self.steps.iter().all(|step| matches!(step, Step::Optional(_) | Step::Repeat(_) | Step::Tag(_)))
    }

    /// Every sort of part it names.
    pub fn atoms(&self) -> Vec<Atom> {
        fn walk(steps: &[Step], found: &mut Vec<Atom>) {
            for step in steps {
                match step {
                    Step::One(_, atom) | Step::List(_, atom) => found.push(*atom),
                    Step::Choice(ways) => ways.iter().for_each(|way| walk(way, found)),
                    Step::Optional(inner) | Step::Repeat(inner) => walk(inner, found),
                    Step::Word(_) | Step::Tag(_) => {}
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.steps, &mut found);
        found
    }

    /// Every word it names.
    pub fn words(&self) -> Vec<&'static str> {
        fn walk(steps: &[Step], found: &mut Vec<&'static str>) {
            for step in steps {
                match step {
                    Step::Word(word) => found.push(word),
                    Step::Choice(ways) => ways.iter().for_each(|way| walk(way, found)),
                    Step::Optional(inner) | Step::Repeat(inner) => walk(inner, found),
                    Step::One(..) | Step::List(..) | Step::Tag(_) => {}
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.steps, &mut found);
        found
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.forms().join(" | "))
    }
}

fn tokens(text: &'static str) -> Result<Vec<&'static str>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => rest.get(1..).and_then(|tail| tail.find('\'')).map(|at| at + 2),
            '<' => rest.find('>').map(|at| at + 1),
            '(' | ')' | '|' | '?' | '*' | ',' => Some(1),
            _ => Some(rest.find(|c: char| c.is_whitespace() || "()|?*,'<".contains(c)).unwrap_or(rest.len())),
        };
        let Some((token, tail)) =
            length.filter(|length| *length > 0).and_then(|at| rest.split_at_checked(at))
        else {
            return Err(format!("`{rest}` is not closed in `{text}`"));
        };
        found.push(token);
        rest = tail.trim_start();
    }
    Ok(found)
}

struct Reader {
    tokens: Vec<&'static str>,
    at: usize,
    depth: u32,
}

impl Reader {
    fn peek(&self) -> Option<&'static str> {
        self.tokens.get(self.at).copied()
    }

    fn next(&mut self) -> Option<&'static str> {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn alternatives(&mut self) -> Result<Vec<Step>, String> {
        let mut ways = vec![self.sequence()?];
        while self.peek() == Some("|") {
            self.at += 1;
            ways.push(self.sequence()?);
        }
        Ok(if ways.len() == 1 { ways.pop().unwrap_or_default() } else { vec![Step::Choice(ways)] })
    }

    fn sequence(&mut self) -> Result<Vec<Step>, String> {
        let mut steps = Vec::new();
        while let Some(token) = self.peek() {
            if token == "|" || token == ")" {
                break;
            }
            let mut group = self.primary()?;
            while let Some(mark @ ("?" | "*" | ",")) = self.peek() {
                self.at += 1;
                group = match (mark, group.as_slice()) {
                    ("?", _) => vec![Step::Optional(group)],
                    ("*", _) => vec![Step::Repeat(group)],
                    (_, [Step::One(label, atom)]) => vec![Step::List(label, *atom)],
                    _ => return Err("only a sort can be listed".to_owned()),
                };
            }
            steps.append(&mut group);
        }
        Ok(steps)
    }

    fn primary(&mut self) -> Result<Vec<Step>, String> {
        let token = self.next().unwrap_or("");
        if token == "(" {
            let steps = self.alternatives()?;
            return if self.next() == Some(")") { Ok(steps) } else { Err("`(` is not closed".to_owned()) };
        }
        if let Some(word) = token.strip_prefix('\'').and_then(|tail| tail.strip_suffix('\'')) {
            return Ok(vec![Step::Word(word)]);
        }
        if let Some(tag) = token.strip_prefix('#') {
            return Ok(vec![Step::Tag(tag)]);
        }
        if let Some(name) = token.strip_prefix('<').and_then(|tail| tail.strip_suffix('>')) {
            return self.rule(name);
        }
        let (label, sort) = token.split_once('=').unwrap_or((token, token));
        let atom = Atom::named(sort).ok_or_else(|| format!("`{sort}` is no sort of part"))?;
        Ok(vec![Step::One(label, atom)])
    }

    fn rule(&mut self, name: &str) -> Result<Vec<Step>, String> {
        let Some((_, text)) = RULES.iter().find(|(rule, _)| *rule == name) else {
            return Err(format!("no rule is called `{name}`"));
        };
        if self.depth > 8 {
            return Err(format!("rule `{name}` holds itself"));
        }
        let mut inner = Self { tokens: tokens(text)?, at: 0, depth: self.depth + 1 };
        let steps = inner.alternatives()?;
        match inner.peek() {
            None => Ok(steps),
            Some(token) => Err(format!("`{token}` is left over in rule `{name}`")),
        }
    }
}
