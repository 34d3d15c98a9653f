//! The library: `stdlib/*.ops`, in the binary, fixed by the version of the language.

/// A module of the library.
#[derive(Debug)]
pub struct LibraryModule {
    /// Its name behind `std.`: `tiers`, `metrics.http`.
    pub name: &'static str,
    /// The name its file is shown under.
    pub file: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! library {
    ($($first:literal $(/ $second:literal)?),* $(,)?) => {
        &[$(LibraryModule {
            name: concat!($first $(, ".", $second)?),
            file: concat!("std/", $first $(, "/", $second)?, ".ops"),
            text: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"), "/stdlib/", $first $(, "/", $second)?, ".ops"
            )),
        }),*]
    };
}

/// Every module of the library, by name.
pub static LIBRARY: &[LibraryModule] = library![
    "comms",
    "facts",
    "freezes",
    "gates",
    "levers",
    "metrics" / "http",
    "metrics" / "rag",
    "pipelines",
    "proofs",
    "recovery",
    "surfaces",
    "tiers"
];

/// The module of this name.
pub fn module(name: &str) -> Option<&'static LibraryModule> {
    LIBRARY.iter().find(|module| module.name == name)
}

/// Whether modules lie below this name: `metrics` has `metrics.http`.
pub fn is_folder(name: &str) -> bool {
    LIBRARY.iter().any(|module| module.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}

/// The module that declares `keyword name`, for help: which `use` would bring it.
pub fn declaring(keyword: &str, name: &str) -> Option<&'static LibraryModule> {
    LIBRARY.iter().find(|module| {
        module.text.lines().any(|line| {
            let mut words = line.split_whitespace();
            line.starts_with(keyword) && words.next() == Some(keyword) && words.next() == Some(name)
        })
    })
}
