//! Places to fill in, each with an example that could stand there, so that what is accepted can be read at once.

use crate::calendar::Zone;
use crate::ide::Analysis;
use crate::schema::{Atom, Body, Kind, Part, Pattern, Slot};

/// An example of each sort of part: a row a sort that is no reference.
const EXAMPLES: &[(&str, &str)] = &[
    ("new", "name"),
    ("title", "title"),
    ("word", "name"),
    ("text", "text"),
    ("number", "1"),
    ("integer", "1"),
    ("ratio", "5%"),
    ("points", "2pp"),
    ("duration", "15m"),
    ("rate", "5/s"),
    ("money", "$0.02"),
    ("time", "09:00"),
    ("ordinal", "1st"),
    ("weekday", "Mon"),
    ("month", "Jan"),
    ("zone", "Europe/Dublin"),
    ("bool", "true"),
    ("value", "1"),
    ("party", "owner"),
    ("wording", "\"text\""),
    ("binding", "KEY = \"value\""),
    ("part", "name"),
    ("seats", "1 of owner"),
    ("condition", "true"),
    ("anything", "true"),
];

/// A text with numbered places to fill in.
pub(super) struct Snippet<'a> {
    analysis: &'a Analysis,
    pub text: String,
    places: u32,
}

impl<'a> Snippet<'a> {
    pub fn new(analysis: &'a Analysis) -> Self {
        Self { analysis, text: String::new(), places: 0 }
    }

    /// A declaration with what it must say, and a place to go on in.
    pub fn declaration(&mut self, kind: &Kind) {
        self.head(kind.row.keyword, &kind.head, &kind.annotation);
        if !kind.row.fields.is_empty() {
            self.block(&kind.body, "");
        }
    }

    /// A statement with what it must say.
    pub fn field(&mut self, slot: &Slot) {
        self.head(slot.row.keyword, &slot.pattern, &slot.annotation);
        if slot.body.fields.iter().any(|inner| inner.row.arity.required())
            || slot.pattern.takes_nothing() && !slot.body.fields.is_empty()
        {
            self.block(&slot.body, "");
        }
    }

    fn head(&mut self, keyword: &str, head: &Pattern, annotation: &Pattern) {
        self.text.push_str(keyword);
        self.phrase(head, " ");
        self.phrase(annotation, " : ");
    }

    fn block(&mut self, body: &Body, indent: &str) {
        self.text.push_str(" {\n");
        for slot in body.fields.iter().filter(|slot| slot.row.arity.required()) {
            self.text.push_str(indent);
            self.text.push('\t');
            self.field(slot);
            self.text.push('\n');
        }
        self.text.push_str(&format!("{indent}\t$0\n{indent}}}"));
    }

    fn phrase(&mut self, pattern: &Pattern, lead: &str) {
        if let Some(words) = pattern.choices() {
            self.text.push_str(lead);
            self.places += 1;
            self.text.push_str(&format!("${{{}|{}|}}", self.places, words.join(",")));
            return;
        }
        for (number, part) in pattern.shortest().into_iter().enumerate() {
            self.text.push_str(if number == 0 { lead } else { " " });
            self.part(part);
        }
    }

    fn part(&mut self, part: Part<'_>) {
        if let Some(word) = part.word() {
            self.text.push_str(&escape(word));
        }
        if let Some((_, atom)) = part.atom() {
            self.places += 1;
            let quote = if atom.is_quoted() { "\"" } else { "" };
            let example = escape(&example(self.analysis, atom));
            self.text.push_str(&format!("{quote}${{{}:{example}}}{quote}", self.places));
        }
    }
}

/// What could stand there.
pub(super) fn example(analysis: &Analysis, atom: Atom) -> String {
    match atom {
        Atom::Reference(keyword) => analysis.names.of(keyword).next().unwrap_or(keyword).to_owned(),
        Atom::Sort(sort) => match sort.name {
            "date" => Zone::UTC.date(analysis.now).to_string(),
            "instant" | "moment" => format!("{}T00:00Z", Zone::UTC.date(analysis.now)),
            "seats" => format!("1 of {}", role(analysis)),
            "party" => role(analysis),
            name => EXAMPLES.iter().find(|(sort, _)| *sort == name).map_or(name, |(_, text)| text).to_owned(),
        },
    }
}

fn role(analysis: &Analysis) -> String {
    analysis.names.of("role").next().unwrap_or("owner").to_owned()
}

/// Text in which no sign begins or ends a place.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}

/// The text with every place filled in by its own example, as a client without snippets would have it.
pub(super) fn filled(snippet: &str) -> String {
    let mut text = String::with_capacity(snippet.len());
    let mut letters = snippet.chars().peekable();
    let mut depth = 0;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => text.extend(letters.next()),
            '$' if letters.peek() == Some(&'{') => {
                letters.next();
                while letters.peek().is_some_and(char::is_ascii_digit) {
                    letters.next();
                }
                if letters.next() == Some('|') {
                    // Of a choice the first.
                    let choice: String = letters.by_ref().take_while(|letter| *letter != '}').collect();
                    text.push_str(choice.trim_end_matches('|').split(',').next().unwrap_or(""));
                } else {
                    depth += 1;
                }
            }
            '$' => {
                letters.next();
            }
            '}' if depth > 0 => depth -= 1,
            letter => text.push(letter),
        }
    }
    text
}
