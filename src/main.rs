//! The `opsc` binary: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    opsc::cli::main()
}
