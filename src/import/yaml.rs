//! YAML, and JSON as the part of YAML that it is, with the place of every value and bounds on what it may expand to.

use super::report::{At, ImportError, RemarkKind, Report};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Lists and mappings nest no deeper than this, aliases counted in.
const DEEPEST: usize = 48;
/// A file holds no more values than this, aliases counted as what they stand for.
const MOST_VALUES: usize = 1_000_000;

/// A value with its place.
#[derive(Debug)]
pub(super) struct Node {
    /// Where it starts.
    pub(super) at: At,
    /// What it is.
    pub(super) value: Value,
    values: usize,
    height: usize,
}

/// What a value is.
#[derive(Debug)]
pub(super) enum Value {
    /// Text; `plain` where it stands without quotes, so that `null` is nothing and `true` a truth value.
    Text {
        /// The text.
        text: String,
        /// Whether it stands without quotes.
        plain: bool,
    },
    /// A list.
    List(Vec<Rc<Node>>),
    /// A mapping, in the order it is written.
    Map(Vec<(Rc<Node>, Rc<Node>)>),
}

impl Node {
    fn new(at: At, value: Value) -> Self {
        let (values, height) = match &value {
            Value::Text { .. } => (0, 0),
            Value::List(items) => total(items.iter()),
            Value::Map(entries) => total(entries.iter().flat_map(|(key, value)| [key, value])),
        };
        Self { at, value, values: values.saturating_add(1), height: height + 1 }
    }

    /// What kind of value it is, for messages.
    pub(super) fn noun(&self) -> &'static str {
        match &self.value {
            Value::Text { .. } if self.is_null() => "nothing",
            Value::Text { .. } => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// Whether it is `null`, `~` or left out.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Text { text, plain: true } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The text of a text or number; `what` names it in the error.
    pub(super) fn text(&self, what: &str) -> Result<&str, ImportError> {
        match &self.value {
            Value::Text { text, .. } if !self.is_null() => Ok(text),
            _ => Err(self.at.error(
                format!("`{what}` is {}, not text", self.noun()),
                format!("write one value after `{what}:`"),
            )),
        }
    }

    /// A truth value.
    pub(super) fn truth(&self, what: &str) -> Result<bool, ImportError> {
        match self.text(what)? {
            "true" | "True" | "TRUE" => Ok(true),
            "false" | "False" | "FALSE" => Ok(false),
            other => Err(self
                .at
                .error(format!("`{what}` is `{other}`, not `true` or `false`"), "write `true` or `false`")),
        }
    }

    /// The items of a list; nothing is the empty list.
    pub(super) fn list(&self, what: &str) -> Result<&[Rc<Node>], ImportError> {
        match &self.value {
            Value::List(items) => Ok(items),
            _ if self.is_null() => Ok(&[]),
            _ => Err(self.at.error(
                format!("`{what}` is {}, not a list", self.noun()),
                "write a list: one line with `- ` an item",
            )),
        }
    }

    /// Texts of a list, each with its place.
    pub(super) fn texts(&self, what: &str) -> Result<Vec<(At, &str)>, ImportError> {
        self.list(what)?.iter().map(|item| Ok((item.at, item.text(what)?))).collect()
    }

    /// The fields of a mapping; each key must be text and stand once.
    pub(super) fn fields(&self, what: &str) -> Result<Fields<'_>, ImportError> {
        let Value::Map(entries) = &self.value else {
            return Err(self
                .at
                .error(format!("{what} is {}, not a mapping", self.noun()), "write `name: value` lines"));
        };
        let mut fields = BTreeMap::new();
        for (key, value) in entries {
            let name = key.text("key")?;
            if name == "<<" {
                return Err(key.at.error("merge keys (`<<`) are not read", "write the merged fields out"));
            }
            if fields.insert(name, (key.at, &**value)).is_some() {
                return Err(key.at.error(
                    format!("`{name}` stands twice in {what}"),
                    "keep one of the two: readers differ in which one counts",
                ));
            }
        }
        Ok(Fields { at: self.at, fields, asked: BTreeSet::new() })
    }

    /// The value behind a path of keys, where every step is there.
    pub(super) fn find(&self, path: &[&str]) -> Option<&Self> {
        let Some((first, rest)) = path.split_first() else { return Some(self) };
        let Value::Map(entries) = &self.value else { return None };
        let (_, value) = entries
            .iter()
            .find(|(key, _)| matches!(&key.value, Value::Text { text, .. } if text.as_str() == *first))?;
        value.find(rest)
    }
}

fn total<'a>(nodes: impl Iterator<Item = &'a Rc<Node>>) -> (usize, usize) {
    nodes.fold((0, 0), |(values, height), node| (node.values.saturating_add(values), node.height.max(height)))
}

/// The fields of one mapping, and which of them were asked for: the rest is not carried over and must be said.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    /// Where the mapping starts.
    pub(super) at: At,
    fields: BTreeMap<&'a str, (At, &'a Node)>,
    asked: BTreeSet<String>,
}

impl<'a> Fields<'a> {
    /// The field of this name, unless it is missing or nothing.
    pub(super) fn get(&mut self, name: &str) -> Option<&'a Node> {
        self.asked.insert(name.to_owned());
        self.fields.get(name).map(|(_, node)| *node).filter(|node| !node.is_null())
    }

    /// The field of this name; `what` has it missing otherwise.
    pub(super) fn need(&mut self, name: &str, what: &str) -> Result<&'a Node, ImportError> {
        self.get(name).ok_or_else(|| {
            self.at.error(format!("{what} has no `{name}`"), format!("add a line `{name}: ...`"))
        })
    }

    /// The text of a field, where it is there.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<(At, &'a str)>, ImportError> {
        self.get(name).map(|node| Ok((node.at, node.text(name)?))).transpose()
    }

    /// Every field, in the order of the names, for a mapping whose names are free.
    pub(super) fn rest(&self) -> impl Iterator<Item = (At, &'a str, &'a Node)> {
        self.fields.iter().map(|(name, (at, node))| (*at, *name, *node))
    }

    /// Remarks on every field that was never asked for.
    pub(super) fn leftovers(&self, what: &str, report: &mut Report) {
        for (name, (at, _)) in self.fields.iter().filter(|(name, _)| !self.asked.contains(**name)) {
            report.remark(
                *at,
                RemarkKind::NotCarried,
                format!("`{name}` of {what} is not carried over"),
                "it has no place in a policy; where it matters, say it in a comment",
            );
        }
    }
}

fn place(marker: &Marker) -> At {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    At { line: number(marker.line()).max(1), column: number(marker.col()).saturating_add(1) }
}

enum Open {
    List(Vec<Rc<Node>>),
    Map(Vec<(Rc<Node>, Rc<Node>)>, Option<Rc<Node>>),
}

/// Every document of a text.
///
/// # Errors
/// What is not YAML, by its place; and nesting or aliases beyond the bounds.
pub(super) fn documents(text: &str) -> Result<Vec<Rc<Node>>, ImportError> {
    let mut anchors: BTreeMap<usize, Rc<Node>> = BTreeMap::new();
    let mut open: Vec<(Open, At, usize)> = Vec::new();
    let mut done: Vec<Rc<Node>> = Vec::new();
    let mut seen = 0_usize;
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            let at = place(error.marker());
            at.error(format!("this is not YAML: {}", error.info()), "mend the file, or say its format")
        })?;
        let at = place(&span.start);
        let (node, anchor) = match event {
            Event::Scalar(text, style, anchor, _) => {
                let plain = style == ScalarStyle::Plain;
                (Node::new(at, Value::Text { text: text.into_owned(), plain }), anchor)
            }
            Event::Alias(id) => {
                let Some(node) = anchors.get(&id) else {
                    return Err(
                        at.error("an alias to an anchor that is not closed yet", "write the value out")
                    );
                };
                let node = Rc::clone(node);
                attach(&mut open, &mut done, node, at)?;
                continue;
            }
            Event::SequenceStart(anchor, _) => {
                open.push((Open::List(Vec::new()), at, anchor));
                deep(at, open.len())?;
                continue;
            }
            Event::MappingStart(anchor, _) => {
                open.push((Open::Map(Vec::new(), None), at, anchor));
                deep(at, open.len())?;
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some((Open::List(items), start, anchor)) => (Node::new(start, Value::List(items)), anchor),
                Some((Open::Map(entries, _), start, anchor)) => {
                    (Node::new(start, Value::Map(entries)), anchor)
                }
                None => continue,
            },
            Event::DocumentStart(_) => {
                anchors.clear();
                continue;
            }
            Event::StreamEnd => break,
            Event::DocumentEnd | Event::StreamStart | Event::Nothing => continue,
        };
        seen += 1;
        if seen > MOST_VALUES {
            return Err(too_many(at));
        }
        let node = Rc::new(node);
        if anchor != 0 {
            anchors.insert(anchor, Rc::clone(&node));
        }
        attach(&mut open, &mut done, node, at)?;
    }
    Ok(done)
}

fn deep(at: At, depth: usize) -> Result<(), ImportError> {
    if depth <= DEEPEST {
        return Ok(());
    }
    Err(at.error(
        format!("values nest deeper than {DEEPEST}"),
        "no calendar does: check the file's brackets and indent",
    ))
}

fn too_many(at: At) -> ImportError {
    at.error(
        format!("the file holds more than {MOST_VALUES} values, aliases counted as what they stand for"),
        "import it in parts",
    )
}

fn attach(
    open: &mut [(Open, At, usize)],
    done: &mut Vec<Rc<Node>>,
    node: Rc<Node>,
    at: At,
) -> Result<(), ImportError> {
    deep(at, open.len().saturating_add(node.height))?;
    let held: usize = node.values;
    match open.last_mut() {
        None => done.push(node),
        Some((Open::List(items), ..)) => items.push(node),
        Some((Open::Map(entries, key), ..)) => match key.take() {
            None => *key = Some(node),
            Some(name) => entries.push((name, node)),
        },
    }
    if held > MOST_VALUES { Err(too_many(at)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_from_one() {
        let documents = documents("a:\n  - 'é': 1\n    b: [x, y]\n").unwrap();
        let list = documents[0].find(&["a"]).unwrap().list("a").unwrap();
        assert_eq!(list[0].at, At { line: 2, column: 5 });
        let inner = list[0].find(&["b"]).unwrap().list("b").unwrap();
        assert_eq!(inner[1].at, At { line: 3, column: 12 });
        let null = documents_error("a: [\n");
        assert_eq!(null.line, 2);
    }

    fn documents_error(text: &str) -> ImportError {
        documents(text).unwrap_err()
    }

    #[test]
    fn bombs_are_refused() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let before = format!("*a{}", level - 1);
            bomb += &format!("a{level}: &a{level} [{}]\n", vec![before; 10].join(", "));
        }
        assert!(documents_error(&bomb).message.contains("more than"));
        assert!(documents_error(&"[".repeat(100)).message.contains("deeper"));
        let deep: String = (0..100).map(|level| format!("{}a:\n", "  ".repeat(level))).collect();
        assert!(documents_error(&deep).message.contains("deeper"));
    }

    #[test]
    fn keys_stand_once() {
        let documents = documents("a: 1\nb: 2\na: 3\n").unwrap();
        let error = documents[0].fields("the file").unwrap_err();
        assert_eq!((error.line, error.column), (3, 1));
    }
}
