//! Programs of tests, built from the copy.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

/// All programs of tests.
pub(crate) struct Programs(Vec<Program>);

struct Program {
    file: PathBuf,
    /// That of its package, in which cargo runs it.
    folder: PathBuf,
    tests: Vec<String>,
}

/// Result of some tests.
#[derive(Clone, Copy, Default)]
pub(crate) struct Run {
    pub(crate) passed: usize,
    /// A program that ended before its tests did, by an overflow of the stack for example, counts as one.
    pub(crate) failed: usize,
}

impl Programs {
    pub(crate) fn build(copy: &Path) -> Programs {
        let packages = ["hardtack", "hardtack-migrate", "hardtack-memory"];
        let output = Command::new("cargo")
            .args(["test", "--no-run", "--all-features", "--lib", "--tests"])
            .args(packages.iter().flat_map(|name| ["--package", name]))
            .arg("--message-format=json-render-diagnostics")
            .env("CARGO_TARGET_DIR", copy.with_file_name("build"))
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
        Programs(built.collect())
    }

    /// Runs the tests whose names begin like this, with a fault or without.
    pub(crate) fn run(&self, tests: &str, fault: Option<&str>) -> Run {
        let mut run = Run::default();
        for program in &self.0 {
            let names = program.tests.iter();
            let chosen: Vec<_> = names.filter(|name| name.starts_with(tests)).collect();
            if chosen.is_empty() {
                continue;
            }
            let mut command = Command::new(&program.file);
            command.arg("--exact").args(chosen);
            command.current_dir(&program.folder).env_remove(VARIABLE);
            command.envs(fault.map(|fault| (VARIABLE, fault)));
            let output = command.output().expect("a program of tests runs");
            let text = String::from_utf8_lossy(&output.stdout);
            let end_in = |end: &str| text.lines().filter(|line| line.ends_with(end)).count();
            run.passed += end_in("... ok");
            let failed = end_in("... FAILED");
            run.failed += failed.max(usize::from(!output.status.success()));
        }
        run
    }
}

fn tests_of(program: &Path) -> Vec<String> {
    let output = Command::new(program).arg("--list").output();
    let text = output.expect("a program of tests lists them").stdout;
    let text = String::from_utf8(text).expect("the list is text");
    let names = text.lines().filter_map(|line| line.strip_suffix(": test"));
    names.map(str::to_owned).collect()
}

const VARIABLE: &str = "HARDTACK_FAULT";
