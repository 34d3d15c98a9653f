//! Paths of imports: relative to the file that says them, and never out of the policy's folder.

/// Why a path cannot be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// It begins at a root or a drive.
    Absolute,
    /// It climbs out of the policy's folder.
    Outside,
    /// It has a part that no file has: empty, or with `\` or a control character.
    Malformed,
}

/// The path of `written`, said in `file`, within `root`. `file` and `root` are normal: `/` between parts, no `.` or `..`
/// behind the first part that is neither.
pub(super) fn within(root: &str, file: &str, written: &str) -> Result<String, Refused> {
    if written.starts_with('/') || written.get(1..2) == Some(":") {
        return Err(Refused::Absolute);
    }
    if written.is_empty() || written.chars().any(|c| c == '\\' || c.is_control()) {
        return Err(Refused::Malformed);
    }
    let inside = file.strip_prefix(root).map_or(file, |rest| rest.trim_start_matches('/'));
    let mut parts: Vec<&str> = inside.split('/').collect();
    parts.pop();
    for part in written.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop().ok_or(Refused::Outside)?;
            }
            part => parts.push(part),
        }
    }
    Ok(joined(root, &parts.join("/")))
}

/// Whether a path, written from the policy's folder, stays in it.
pub fn is_inside(written: &str) -> bool {
    within("", "main.ops", written).is_ok()
}

/// A path in normal form: no empty part, no `.`; `.` alone is the current folder, written as nothing.
pub(super) fn normal(path: &str) -> String {
    let lead = if path.starts_with('/') { "/" } else { "" };
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    format!("{lead}{}", parts.join("/"))
}

/// The folder that holds a file.
pub(super) fn folder(file: &str) -> &str {
    match file.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => "",
    }
}

/// The folder that holds a file, as what its paths begin with: with `/` at its end, empty for the current one.
pub(super) fn root(file: &str) -> String {
    file.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"))
}

/// `file` in `folder`.
pub(super) fn joined(folder: &str, file: &str) -> String {
    match folder {
        "" => file.to_owned(),
        folder if folder.ends_with('/') => format!("{folder}{file}"),
        folder => format!("{folder}/{file}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_policys_folder() {
        assert_eq!(within("", "main.ops", "./people.ops").as_deref(), Ok("people.ops"));
        assert_eq!(within("a/b", "a/b/main.ops", "c/d.ops").as_deref(), Ok("a/b/c/d.ops"));
        assert_eq!(within("a/b", "a/b/c/d.ops", "../e.ops").as_deref(), Ok("a/b/e.ops"));
        assert_eq!(within("/a", "/a/main.ops", "x.ops").as_deref(), Ok("/a/x.ops"));
        assert_eq!(within("a/b", "a/b/main.ops", "../e.ops"), Err(Refused::Outside));
        assert_eq!(within("a", "a/main.ops", "x/../../e.ops"), Err(Refused::Outside));
        assert_eq!(within("a", "a/main.ops", "/etc/passwd"), Err(Refused::Absolute));
        assert_eq!(within("a", "a/main.ops", "c:/x"), Err(Refused::Absolute));
        assert_eq!(within("a", "a/main.ops", "..\\x"), Err(Refused::Malformed));
        assert_eq!(normal("./a//b/./c.ops"), "a/b/c.ops");
        assert_eq!(normal("."), "");
    }
}
