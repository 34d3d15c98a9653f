//! Makes the parser of the grammar, as `tree-sitter generate` does. `generate GRAMMAR [FOLDER]`: into `src/`, or into FOLDER to compare.

use std::path::Path;
use tree_sitter_generate::{OptLevel, generate_parser_in_directory};

/// The oldest that all supported editors load.
const ABI: usize = 14;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let grammar = arguments.next().expect("usage: generate GRAMMAR [FOLDER]");
    let folder = Path::new(&grammar).parent().expect("a grammar stands in a folder");
    let into = arguments.next();
    let mut warnings = Vec::new();
    let made = generate_parser_in_directory(
        folder,
        into,
        Some(&grammar),
        ABI,
        None,
        Some("node"),
        true,
        OptLevel::default(),
        &mut warnings,
    );
    for warning in &warnings {
        eprintln!("{warning:?}");
    }
    if let Err(error) = made {
        eprintln!("{error}");
        std::process::exit(1);
    }
}
