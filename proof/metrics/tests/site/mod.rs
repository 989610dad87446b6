//! The example as a server.

use std::{
    fs,
    path::{Path, PathBuf},
};

use hardtack_scenarios::{Server, fresh_key, program};

/// Starts the example with a new key. Also returns the folder that has it, in the file `keys`.
pub(crate) fn start(name: &str) -> (Server, PathBuf) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("keys"), fresh_key() + "\n").unwrap();
    let mut program = program("hardtack-metrics");
    program
        .env("SESSION_KEYS_FILE", folder.join("keys"))
        .arg("0");
    (Server::spawn(&mut program), folder)
}
