//! The lines of an iCalendar file (RFC 5545 section 3.1): folded ones joined, each with the number it starts on.

use crate::import::report::{At, ImportError};

/// A content line: its name and parameters in upper case, its value as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Property {
    /// Where it starts.
    pub(super) at: At,
    /// `DTSTART`.
    pub(super) name: String,
    /// `TZID`, `VALUE` and so on, with their values without quotes.
    pub(super) parameters: Vec<(String, String)>,
    /// What stands behind the colon.
    pub(super) value: String,
}

impl Property {
    /// The value of a parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value as text, its escapes resolved.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut letters = self.value.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => match letters.next() {
                    Some('n' | 'N') => text.push('\n'),
                    Some(other) => text.push(other),
                    None => {}
                },
                letter => text.push(letter),
            }
        }
        text
    }
}

/// Every content line of a file.
pub(super) fn properties(text: &str) -> Result<Vec<Property>, ImportError> {
    let mut joined: Vec<(u32, String)> = Vec::new();
    for (number, line) in (1..).zip(text.split('\n')) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), joined.last_mut()) {
            (Some(rest), Some((_, before))) => before.push_str(rest),
            _ if line.trim().is_empty() => {}
            _ => joined.push((number, line.to_owned())),
        }
    }
    joined.iter().map(|(number, line)| property(At { line: *number, column: 1 }, line)).collect()
}

fn property(at: At, line: &str) -> Result<Property, ImportError> {
    let wrong = |why: &str| {
        at.error(format!("this is not a line of iCalendar: {why}"), "a line is `NAME;PARAMETER=VALUE:VALUE`")
    };
    let name_end = line.find([';', ':']).ok_or_else(|| wrong("it has no colon"))?;
    let (name, mut rest) = line.split_at(name_end);
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(wrong("its name is not made of letters, digits and `-`"));
    }
    let mut parameters = Vec::new();
    while let Some(behind) = rest.strip_prefix(';') {
        let equals = behind.find('=').ok_or_else(|| wrong("a parameter has no value"))?;
        let (key, value) = behind.split_at(equals);
        let (value, end) = parameter_value(value.get(1..).unwrap_or_default())
            .ok_or_else(|| wrong("a quote or the colon is missing"))?;
        parameters.push((key.to_ascii_uppercase(), value));
        rest = end;
    }
    let value = rest.strip_prefix(':').ok_or_else(|| wrong("it has no colon"))?;
    Ok(Property { at, name: name.to_ascii_uppercase(), parameters, value: value.to_owned() })
}

/// A parameter's value, its quotes gone, and what stands behind it.
fn parameter_value(text: &str) -> Option<(String, &str)> {
    let mut quoted = false;
    let mut value = String::new();
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            ';' | ':' if !quoted => return Some((value, text.get(at..)?)),
            letter => value.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_lines_are_joined_and_keep_their_number() {
        let text = "BEGIN:VCALENDAR\r\n\r\nDTSTART;TZID=\"A:b\";x=y:2025\r\n 1231\r\n\tT000000\r\nSUMMARY:a\\, b\\nc\n";
        let found = properties(text).unwrap();
        assert_eq!(found.len(), 3);
        assert_eq!((found[1].at.line, found[1].value.as_str()), (3, "20251231T000000"));
        assert_eq!((found[1].parameter("TZID"), found[1].parameter("X")), (Some("A:b"), Some("y")));
        assert_eq!((found[2].at.line, found[2].text()), (6, "a, b\nc".to_owned()));
        for bad in ["x", "A;B:c", "A;B=\"c:d", "é:x", ":x"] {
            assert!(properties(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_published_parser_reads_the_same_lines() {
        let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Europe/Dublin;VALUE=DATE-TIME:20250914T2200\r\n 00\r\nSUMMARY;LANGUAGE=en:Quiet\r\n  days\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let unfolded = icalendar::parser::unfold(text);
        let theirs = icalendar::parser::read_calendar(&unfolded).unwrap();
        let theirs: Vec<(String, String)> = theirs.components[0]
            .properties
            .iter()
            .map(|property| (property.name.to_string(), property.val.to_string()))
            .collect();
        let ours: Vec<(String, String)> = properties(text)
            .unwrap()
            .into_iter()
            .filter(|property| !["BEGIN", "END"].contains(&property.name.as_str()))
            .map(|property| (property.name, property.value))
            .collect();
        assert_eq!(ours, theirs);
    }
}
