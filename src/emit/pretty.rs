//! JSON that people can review: what fits stays in one line, an interval a line.

use serde_json::Value;

/// The longest value that stays in one line, in characters.
const LONGEST: usize = 110;

/// A value as the text of a file.
pub(super) fn text(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value, 0);
    text.push('\n');
    text
}

fn write(text: &mut String, value: &Value, depth: usize) {
    let compact = value.to_string();
    let items: Vec<(String, &Value)> = match value {
        Value::Array(items) => items.iter().map(|item| (String::new(), item)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(key, field)| (format!("{}: ", Value::from(key.as_str())), field)).collect()
        }
        _ => Vec::new(),
    };
    if items.is_empty() || 2 * depth + compact.len() <= LONGEST {
        text.push_str(&compact);
        return;
    }
    let (open, close) = if value.is_array() { ('[', ']') } else { ('{', '}') };
    text.push(open);
    for (index, (key, item)) in items.into_iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&"  ".repeat(depth + 1));
        text.push_str(&key);
        write(text, item, depth + 1);
    }
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
    text.push(close);
}
