//! The library: `stdlib/*.ops`, in the binary, fixed by the version of the language.

/// A module of the library.
#[derive(Debug)]
pub struct LibraryModule {
    /// Its name behind `std.`.
    pub name: &'static str,
    /// The name its file is shown under.
    pub file: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! library {
    ($($name:literal),* $(,)?) => {
        &[$(LibraryModule {
            name: $name,
            file: concat!("std/", $name, ".ops"),
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/stdlib/", $name, ".ops")),
        }),*]
    };
}

/// Every module of the library, by name.
pub static LIBRARY: &[LibraryModule] = library!["facts", "freezes", "levers", "tiers"];

/// The module of this name.
pub fn module(name: &str) -> Option<&'static LibraryModule> {
    LIBRARY.iter().find(|module| module.name == name)
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
