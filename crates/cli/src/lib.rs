//! The command line of hardtack: keys, key rings and the content of cookies.
//!
//! [docs/cli.md] describes its commands.
//!
//! [docs/cli.md]: https://github.com/hardtack-rs/hardtack/blob/main/docs/cli.md

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod compare;
mod in_common;
mod inspect;
mod key;
mod output;
mod ring;
mod settings;
mod source;
mod time;

use std::{process::ExitCode, sync::LazyLock};

use clap::{Parser, Subcommand};
use hardtack::{SessionData, packages::Suite, session::Map};

use output::CommandResult;

/// Makes and changes key rings of hardtack sessions, and inspects their cookies.
#[derive(Parser)]
#[command(name = "hardtack", version = VERSION.as_str(), after_help = AFTER_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Keygen(key::Keygen),
    #[command(subcommand)]
    Ring(ring::Command),
    Inspect(Box<inspect::Inspect>),
    Settings(Box<in_common::Settings>),
    Compare(compare::Compare),
}

/// Runs the program `hardtack` with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    // WASI starts in the root of all folders.
    #[cfg(target_os = "wasi")]
    if let Some(folder) = std::env::var_os("PWD") {
        let _ = std::env::set_current_dir(folder);
    }
    output::exit(Arguments::try_parse().map(|arguments| arguments.command.run()))
}

/// Runs `hardtack inspect` for an application whose sessions hold a `T`, with the arguments of the process. It shows
/// the values of sessions, and refuses a session that `T` cannot read.
///
/// # Examples
///
/// A program of the application for `cargo run --bin inspect -- --keys session.keys < cookie.txt`:
///
/// ```no_run
/// use hardtack::SessionData;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, Default, PartialEq)]
/// struct Login {
///     user: u64,
/// }
///
/// impl SessionData for Login {
///     const LABEL: &str = "login";
///     const SCHEMA: u32 = 1;
/// }
///
/// fn main() -> std::process::ExitCode {
///     hardtack_cli::inspect::<Login>()
/// }
/// ```
#[must_use]
pub fn inspect<T: SessionData>() -> ExitCode {
    let parsed = OwnInspect::try_parse();
    output::exit(parsed.map(|parsed| parsed.arguments.run::<T>(inspect::Reader::of::<T>())))
}

/// Show what a cookie of this application is and, with keys, its content
#[derive(Parser)]
#[command(name = "inspect")]
struct OwnInspect {
    #[command(flatten)]
    arguments: inspect::Inspect,
}

impl Command {
    fn run(self) -> CommandResult {
        match self {
            Command::Keygen(command) => command.run(),
            Command::Ring(command) => command.run(),
            Command::Inspect(command) => command.run::<Map>(inspect::Reader::DICTIONARY),
            Command::Settings(command) => command.run(),
            Command::Compare(command) => command.run(),
        }
    }
}

/// Version, with the library that the ciphers run on.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let backend = Suite::Xaes256Gcm.backend();
    format!("{} ({backend})", env!("CARGO_PKG_VERSION"))
});

const AFTER_HELP: &str = "\
Exit codes:
  0  success
  1  a ring or a cookie failed its check, programs disagree, or the ring forbids the change, and nothing is written
  2  the command line is wrong
  3  a file cannot be read or written, or is not a key ring
  4  another process is editing the file

Environment:
  SESSION_KEYS  the key ring that `inspect` uses by default
  HARDTACK_NOW  a time like 2026-12-15T00:00:00Z to use instead of the clock, for rehearsals";
