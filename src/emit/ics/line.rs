//! Content lines of iCalendar: CRLF behind each, folded at 75 octets without cutting a letter (RFC 5545 section 3.1).

/// The longest line, in octets, its line end not counted.
const LONGEST: usize = 75;

/// Appends `name:value`, folded. `value` is escaped by its type already.
pub(super) fn push(text: &mut String, name: &str, value: &str) {
    let mut room = LONGEST;
    for letter in name.chars().chain([':']).chain(value.chars()) {
        if letter.len_utf8() > room {
            text.push_str("\r\n ");
            room = LONGEST - 1;
        }
        text.push(letter);
        room -= letter.len_utf8();
    }
    text.push_str("\r\n");
}
