//! What is written about the command line is what the program says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails loudly, and is its own outside world"
)]

use std::fs;

#[track_caller]
fn check_fresh(name: &str, fresh: &str) {
    let path = format!("{}/docs/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, fresh).unwrap();
    }
    let written = fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == fresh,
        "docs/{name} is out of date: `BLESS=1 cargo test --test cli_reference` writes it"
    );
}

#[test]
fn the_command_reference_is_fresh() {
    check_fresh("commands.md", &opsc::cli::reference());
}

#[test]
fn the_reference_of_declarations_is_fresh() {
    check_fresh("declarations.md", &opsc::cli::declarations::reference());
}

#[test]
fn every_command_says_what_it_does_and_how_it_ends() {
    let line = opsc::cli::command_line();
    for row in opsc::cli::COMMANDS {
        let command = line.find_subcommand(row.name).unwrap();
        assert!(command.get_about().is_some(), "`opsc {}` has no help", row.name);
        assert!(!row.exits.is_empty(), "`opsc {}` does not say how it ends", row.name);
        for argument in command.get_arguments() {
            assert!(
                argument.get_help().is_some(),
                "`opsc {}`: `{}` has no help",
                row.name,
                argument.get_id()
            );
        }
    }
}
