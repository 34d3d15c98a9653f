//! Templates of files that are mostly the same for every policy: text with holes, `@{name}`, filled in one pass so that
//! nothing that is filled in can open a hole of its own.

/// The template with each `@{name}` replaced. What a hole takes must already be escaped for where it stands.
pub(super) fn fill(template: &str, holes: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once("@{") {
        filled.push_str(before);
        let (name, behind) = behind.split_once('}').unwrap_or((behind, ""));
        filled.push_str(holes.iter().find(|(hole, _)| *hole == name).map_or("", |(_, value)| value));
        rest = behind;
    }
    filled + rest
}

/// The names of a template's holes, in order, for tests that hold them against what is filled in.
#[cfg(test)]
pub(super) fn holes(template: &str) -> std::collections::BTreeSet<&str> {
    template.split("@{").skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect()
}
