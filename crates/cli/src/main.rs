//! The program `hardtack`.

use std::process::ExitCode;

fn main() -> ExitCode {
    hardtack_cli::main()
}
