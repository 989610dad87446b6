//! Programs of tests, built from the copy.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

/// Program of the tests of one package, or of one of its files.
#[derive(Debug)]
pub struct Program {
    /// Where it is.
    pub file: PathBuf,
    /// That of its package, in which cargo runs it.
    pub folder: PathBuf,
    /// Their names, with paths.
    pub tests: Vec<String>,
}

/// Builds the programs of these packages of the copy, in the folder `build` beside it. Lints are off, because faulty code
/// may have what they warn of.
///
/// # Panics
///
/// If the copy does not compile.
pub fn build(copy: &Path, packages: &[&str]) -> Vec<Program> {
    let output = Command::new("cargo")
        .args(["test", "--no-run", "--all-features", "--lib", "--tests"])
        .args(packages.iter().flat_map(|name| ["--package", name]))
        .arg("--message-format=json-render-diagnostics")
        .env("CARGO_TARGET_DIR", copy.with_file_name("build"))
        .env("RUSTFLAGS", "--cap-lints=allow")
        .current_dir(copy)
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "the copy with the faults does not compile"
    );
    let messages = String::from_utf8(output.stdout).expect("cargo writes text");
    let built = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let path = |key: &str| Some(PathBuf::from(message[key].as_str()?));
        let (file, manifest) = (path("executable")?, path("manifest_path")?);
        Some(Program {
            tests: tests_of(&file),
            folder: manifest.parent()?.to_owned(),
            file,
        })
    });
    built.collect()
}

fn tests_of(program: &Path) -> Vec<String> {
    let output = Command::new(program).arg("--list").output();
    let text = output.expect("a program of tests lists them").stdout;
    let text = String::from_utf8(text).expect("the list is text");
    let names = text.lines().filter_map(|line| line.strip_suffix(": test"));
    names.map(str::to_owned).collect()
}
