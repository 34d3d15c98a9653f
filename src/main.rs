//! The `opsc` binary: everything is in the library.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// A tree of small parts is most of what a command allocates: this takes a twentieth off a check.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    opsc::cli::main()
}
