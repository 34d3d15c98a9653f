//! Names as Kubernetes takes them.

/// A name of a policy as a name of an object: small letters, `-` for whatever else.
pub fn object_name(name: &str) -> String {
    let small = |letter: char| {
        let letter = letter.to_ascii_lowercase();
        if letter.is_ascii_alphanumeric() { letter } else { '-' }
    };
    let mut object: String = name.chars().map(small).take(50).collect();
    object.truncate(object.trim_end_matches('-').len());
    match object.starts_with(|letter: char| letter.is_ascii_lowercase()) {
        true => object,
        false => format!("x{object}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_becomes_one_that_objects_take() {
        for (name, object) in [
            ("rag-live", "rag-live"),
            ("a_b", "a-b"),
            ("A.b", "a-b"),
            ("1a", "x1a"),
            ("a-", "a"),
            ("", "x"),
            ("日本", "x"),
        ] {
            assert_eq!(object_name(name), object, "{name}");
        }
        assert!(object_name(&"a".repeat(64)).len() <= 63);
    }
}
