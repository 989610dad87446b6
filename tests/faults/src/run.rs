//! Tests that are run with a fault, or without.

use std::process::Command;

use hardtack_faults::programs::Program;

/// Result of some tests.
#[derive(Clone, Copy, Default)]
pub(crate) struct Run {
    pub(crate) passed: usize,
    /// A program that ended before its tests did, by an overflow of the stack for example, counts as one.
    pub(crate) failed: usize,
}

/// Runs the tests whose names begin like this, with a fault or without.
pub(crate) fn run(programs: &[Program], tests: &str, fault: Option<&str>) -> Run {
    let mut run = Run::default();
    for program in programs {
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

const VARIABLE: &str = "HARDTACK_FAULT";
