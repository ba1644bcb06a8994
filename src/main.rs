//! The `bakeoff` program: dispatch only.

use std::process::ExitCode;

fn main() -> ExitCode {
    bakeoff::entry::cli::main()
}
