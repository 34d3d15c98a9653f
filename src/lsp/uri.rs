//! Addresses of documents, and the paths they stand for (RFC 8089 for `file:`, RFC 3986 for the rest).

/// The path of a document: that of a file with `/` between its parts; of anything else, such as `untitled:Untitled-1`, a
/// name in a folder of its own, which no import can leave and no file has.
pub(super) fn path_of(uri: &str) -> String {
    let Some(rest) = uri.strip_prefix("file://") else {
        return format!("/{}", uri.replacen(':', ":/", 1));
    };
    let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or(rest);
    let path = decoded(path);
    match path.as_bytes() {
        [b'/', drive, b':', ..] if drive.is_ascii_alphabetic() => path.get(1..).unwrap_or(&path).to_owned(),
        _ => path,
    }
}

/// The address of a file.
pub(super) fn uri_of(path: &str) -> String {
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "file:///" });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let digits = behind.get(..2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        rest = match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                behind.get(2..).unwrap_or("")
            }
            None => {
                bytes.push(b'%');
                behind
            }
        };
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_of_every_kind_are_read() {
        assert_eq!(path_of("file:///srv/a%20b/main.ops"), "/srv/a b/main.ops");
        assert_eq!(path_of("file://localhost/srv/main.ops"), "/srv/main.ops");
        assert_eq!(path_of("file:///c%3A/x/main.ops"), "c:/x/main.ops");
        assert_eq!(path_of("file:///100%/x%zz"), "/100%/x%zz");
        assert_eq!(path_of("untitled:Untitled-1"), "/untitled:/Untitled-1");
        assert_eq!(uri_of("c:/x y"), "file:///c%3A/x%20y");
    }

    proptest! {
        #[test]
        fn a_path_comes_back(path in "/srv/[a-zé% :?#/.-]{0,20}") {
            prop_assert_eq!(path_of(&uri_of(&path)), path);
        }
    }
}
