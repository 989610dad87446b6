//! Takes threads through every order in which they can meet at a session that they share, and at a ring that is replaced.
//!
//! `cargo run --release` in this folder makes a copy of the code in which the locks and counters are those of loom, and
//! runs the scenarios of `bin/scenarios.rs` there. loom runs a scenario once for each order that the memory model allows.
//! That no two threads are in the same memory at once needs no test: the library has no `unsafe`.

mod edits;

use std::{
    path::Path,
    process::{Command, ExitCode},
};

use hardtack_faults::copy;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let copied = root.join("target/threads/copy");
    copy::make(&root, &copied, edits::change);
    let status = Command::new("cargo")
        .args(["run", "--release", "--bin", "scenarios", "--manifest-path"])
        .arg(copied.join("tests/threads/Cargo.toml"))
        .env("CARGO_TARGET_DIR", root.join("target/threads/build"))
        .env("RUSTFLAGS", "--cap-lints=allow")
        .status()
        .expect("cargo runs");
    match status.success() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
