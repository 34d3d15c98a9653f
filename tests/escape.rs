//! No string of a policy can become code or structure in an output: whatever it holds, readers of the format that others wrote
//! find the same text where it was put, and nothing beside it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails loudly, and is its own outside world"
)]

use opsc::emit::escape;
use proptest::prelude::*;
use saphyr_parser::{Event, Parser};
use support::law;

mod support;

/// Texts made of what means something to YAML, shells, expressions, iCalendar and line-based formats.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("${{ github.token }}".to_owned()),
        Just("}}".to_owned()),
        Just("${{".to_owned()),
        Just("$(id)".to_owned()),
        Just("`id`".to_owned()),
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("\\".to_owned()),
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\t".to_owned()),
        Just("\u{85}\u{2028}\u{2029}\u{feff}\u{fffe}".to_owned()),
        Just(": ".to_owned()),
        Just(" #".to_owned()),
        Just("- ".to_owned()),
        Just("{a: [b, *c, &d]}".to_owned()),
        Just("END:VEVENT".to_owned()),
        Just("%{x} @{install}".to_owned()),
        Just("---".to_owned()),
        Just("🚦日本語".to_owned()),
        any::<char>().prop_map(String::from),
        "[ -~]{0,12}",
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// Every scalar of a YAML file, in order, with a mark where a collection begins or ends.
fn yaml(text: &str) -> Vec<String> {
    let events =
        Parser::new_from_str(text).map(|event| event.unwrap_or_else(|error| panic!("{error}: {text:?}")));
    let mut documents = 0;
    let mut found = Vec::new();
    for (event, _) in events {
        match event {
            Event::Scalar(value, ..) => found.push(value.into_owned()),
            Event::MappingStart(..) => found.push("{".to_owned()),
            Event::MappingEnd => found.push("}".to_owned()),
            Event::SequenceStart(..) => found.push("[".to_owned()),
            Event::SequenceEnd => found.push("]".to_owned()),
            Event::DocumentStart(..) => documents += 1,
            Event::Alias(..) => panic!("an alias in {text:?}"),
            _ => {}
        }
    }
    assert_eq!(documents, 1, "{text:?}");
    found
}

proptest! {
    #![proptest_config(law(256))]

    #[test]
    fn a_yaml_scalar_is_read_back_as_it_was(text in nasty()) {
        let file = format!("before: 1\nkey: {}\nafter: 2\n", escape::yaml(&text));
        prop_assert_eq!(yaml(&file), ["{", "before", "1", "key", &text, "after", "2", "}"]);
    }

    #[test]
    fn a_yaml_list_keeps_its_items(texts in proptest::collection::vec(nasty(), 0..4)) {
        let file = format!("key: {}\n", escape::yaml_list(texts.iter().map(String::as_str)));
        let mut expected = vec!["{".to_owned(), "key".to_owned(), "[".to_owned()];
        expected.extend(texts);
        expected.extend(["]".to_owned(), "}".to_owned()]);
        prop_assert_eq!(yaml(&file), expected);
    }

    #[test]
    fn commands_stay_in_their_scalar(text in nasty()) {
        let file = format!("steps:\n  - run: {}    name: behind\n", escape::yaml_script(&text, 6));
        let mut read = yaml(&file);
        let run = read.remove(5);
        prop_assert_eq!(read, ["{", "steps", "[", "{", "run", "name", "behind", "}", "]", "}"]);
        prop_assert_eq!(run.trim_end(), text.trim_end());
    }

    #[test]
    fn a_comment_stays_in_its_line(text in nasty()) {
        let file = format!("# {}\nkey: 1\n", escape::comment(&text));
        prop_assert_eq!(yaml(&file), ["{", "key", "1", "}"]);
    }

    #[test]
    fn an_expression_opens_only_to_say_its_own_sign(text in nasty()) {
        let escaped = escape::github(&text);
        let mut read = String::new();
        let mut rest = escaped.as_str();
        while let Some((before, behind)) = rest.split_once("${{") {
            let behind = behind.strip_prefix(" '${{' }}");
            prop_assert!(behind.is_some(), "an expression of the text's own in {escaped:?}");
            read.push_str(before);
            read.push_str("${{");
            rest = behind.unwrap_or_default();
        }
        read.push_str(rest);
        prop_assert_eq!(read, text);
    }

    #[test]
    fn an_action_opens_only_to_say_its_own_sign(text in nasty(), tail in "[{}x]{0,6}") {
        let text = text + &tail;
        let escaped = escape::go_template(&text);
        let mut read = String::new();
        let mut rest = escaped.as_str();
        while let Some((before, behind)) = rest.split_once("{{") {
            let behind = behind.strip_prefix(" \"{{\" }}");
            prop_assert!(behind.is_some(), "an action of the text's own in {escaped:?}");
            read.push_str(before);
            read.push_str("{{");
            rest = behind.unwrap_or_default();
        }
        read.push_str(rest);
        prop_assert_eq!(read, text);
    }

    #[test]
    fn a_string_of_promql_ends_where_it_ends(text in nasty()) {
        let quoted = escape::promql(&text);
        let mut inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap().chars();
        let mut read = String::new();
        while let Some(letter) = inner.next() {
            prop_assert!(letter != '"' && letter != '\n', "open in {quoted:?}");
            read.push(match letter {
                '\\' => match inner.next() {
                    Some('n') => '\n',
                    Some(escaped) => escaped,
                    None => return Err(TestCaseError::fail("cut")),
                },
                letter => letter,
            });
        }
        prop_assert_eq!(read, text);
    }

    #[test]
    fn a_gitlab_variable_holds_no_reference(text in nasty()) {
        let escaped = escape::gitlab(&text);
        prop_assert!(!escaped.replace("$$", "").contains('$'));
        prop_assert_eq!(escaped.replace("$$", "$"), text);
    }

    #[test]
    fn json_in_a_proxy_is_one_word_without_variables(text in nasty()) {
        let word = escape::nginx_json(&serde_json::json!({ "error": text }));
        prop_assert!(!word.contains('$') && word.is_ascii());
        let quoted = word.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap();
        let mut read = String::new();
        let mut letters = quoted.chars();
        while let Some(letter) = letters.next() {
            prop_assert_ne!(letter, '"', "the word ends early: {}", word);
            read.push(if letter == '\\' { letters.next().unwrap() } else { letter });
        }
        let value: serde_json::Value = serde_json::from_str(&read).unwrap();
        prop_assert_eq!(value, serde_json::json!({ "error": text }));
    }

    #[test]
    fn a_calendar_text_is_read_back_as_it_was(text in nasty()) {
        let calendar = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:x\r\nSUMMARY:{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            escape::ics(&text)
        );
        let unfolded = icalendar::parser::unfold(&calendar);
        let read = icalendar::parser::read_calendar(&unfolded).unwrap_or_else(|error| panic!("{error}: {text:?}"));
        prop_assert_eq!(read.components.len(), 1);
        let event = &read.components[0];
        prop_assert_eq!(event.properties.len(), 2);
        prop_assert!(event.components.is_empty());
        let said = event.find_prop("SUMMARY").map(|summary| summary.val.as_ref().to_owned()).unwrap_or_default();
        let blanked: String =
            text.replace("\r\n", "\n").chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
        prop_assert_eq!(said.trim(), blanked.trim());
    }
}
