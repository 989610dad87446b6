//! The demo, as a process.

use std::{
    env, fs,
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::Mutex,
    thread::{self, JoinHandle},
};

/// A demo that runs.
pub(crate) struct Demo {
    pub(crate) base: String,
    process: Mutex<Child>,
    id: u32,
    report: JoinHandle<String>,
}

impl Demo {
    pub(crate) fn start(ring: &str) -> Demo {
        let program = env::current_exe().expect("the path of this program");
        let program = program.with_file_name("examples").join("demo");
        let mut process = Command::new(&program)
            .args(["--port", "0", "--size", "split:4", "--keys", ring])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{error}: build {} first", program.display()));
        let mut output = BufReader::new(process.stdout.take().expect("the demo's output"));
        let mut line = String::new();
        output.read_line(&mut line).expect("the demo's first line");
        let base = line.trim().strip_prefix("listening on ");
        let mut errors = process.stderr.take().expect("the demo's errors");
        // Read all the time, so that the demo never waits for a reader.
        let report = thread::spawn(move || {
            let (mut report, mut rest) = (String::new(), output);
            let _ = errors.read_to_string(&mut report);
            let _ = rest.read_line(&mut report);
            report
        });
        Demo {
            base: base
                .unwrap_or_else(|| panic!("the demo began with {line:?}"))
                .to_owned(),
            id: process.id(),
            process: Mutex::new(process),
            report,
        }
    }

    /// Returns the resident memory, in KiB.
    pub(crate) fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id));
        let status = status.expect("the demo runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.expect("the memory of the demo")
    }

    /// Ends the demo, and returns what it wrote to standard error.
    pub(crate) fn end(self) -> String {
        let mut process = self.process.into_inner().expect("nobody panicked");
        process.kill().expect("the demo runs to the end");
        process.wait().expect("the demo ends");
        self.report.join().expect("the demo's errors are read")
    }
}
