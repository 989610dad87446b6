//! The demo, as a process.
//!
//! Keys that come and go.

use std::{
    collections::VecDeque,
    env, fs,
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use hardtack::EncryptionKey;
use serde_json::json;
use ureq::Agent;

use crate::visitor::Tally;

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
        // Errors are read all the time, so that the demo never waits for a reader of them.
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

/// The keys of the demo, the one that seals first.
pub(crate) struct Keys(Mutex<VecDeque<String>>);

impl Keys {
    pub(crate) fn new() -> Keys {
        Keys(Mutex::new(VecDeque::from([fresh()])))
    }

    /// Returns the text of the ring.
    pub(crate) fn ring(&self) -> String {
        let keys = self.0.lock().expect("nobody panicked");
        keys.iter().cloned().collect::<Vec<_>>().join(",")
    }

    /// Lets a new key seal every few seconds, and drops the oldest.
    pub(crate) fn rotate(&self, demo: &Demo, is_over: &AtomicBool, tally: &Tally) {
        let agent = Agent::new_with_defaults();
        while !is_over.load(Ordering::Relaxed) {
            thread::sleep(BETWEEN_KEYS);
            {
                let mut keys = self.0.lock().expect("nobody panicked");
                keys.push_front(fresh());
                keys.truncate(MOST_KEYS);
            }
            let request = agent.put(format!("{}/api/keys", demo.base));
            let request = request.header("content-type", "application/json");
            let answer = request.send(json!({ "ring": self.ring() }).to_string());
            tally.rotated(answer.is_ok());
        }
    }
}

/// Returns the number of rotations in this time on a machine that is busy.
pub(crate) fn least_rotations(duration: Duration) -> u64 {
    duration.as_secs() / (2 * BETWEEN_KEYS.as_secs())
}

fn fresh() -> String {
    let key = EncryptionKey::generate().expect("random bytes");
    key.expose_secret().to_string()
}

const BETWEEN_KEYS: Duration = Duration::from_secs(3);
/// A visitor comes back long before its key is dropped.
const MOST_KEYS: usize = 4;
