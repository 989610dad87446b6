//! Tests that are run in a copy, with a fault or without.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use crate::programs::Program;

/// How a program of tests ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// No test failed.
    Passed,
    /// A test failed, or the program ended before its tests did.
    Failed,
    /// It was stopped.
    TooLong,
}

/// Runs tests of a program, until the first one fails, with one variable of the environment.
///
/// # Panics
///
/// If the program cannot be started.
pub fn run(
    program: &Program,
    names: &[&str],
    (key, value): (&str, &OsStr),
    longest: Duration,
) -> End {
    // A loop that a fault makes endless might fill the memory.
    let mut command = Command::new("sh");
    command.args(["-c", r#"ulimit -v 16000000; exec "$@""#, "sh"]);
    command.arg(&program.file).arg("--exact").args(names);
    command.args(["--test-threads", "1"]);
    command.current_dir(&program.folder).env(key, value);
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .stdin(Stdio::null());
    end_within(command.spawn().expect("a program of tests runs"), longest)
}

/// Waits for the first test that fails, or for the end.
fn end_within(mut child: Child, longest: Duration) -> End {
    let output = child.stdout.take().expect("the output of the tests");
    let (sender, end) = mpsc::channel();
    thread::spawn(move || {
        let lines = BufReader::new(output).lines().map_while(Result::ok);
        let mut lines = lines.skip_while(|line| !tells_the_end(line));
        // No such line: the program has ended before its tests did.
        let has_passed = lines.next().is_some_and(|line| line.contains(PASSED));
        let _ = sender.send(if has_passed { End::Passed } else { End::Failed });
    });
    let end = end.recv_timeout(longest).unwrap_or(End::TooLong);
    let _ = child.kill();
    let _ = child.wait();
    end
}

fn tells_the_end(line: &str) -> bool {
    line.ends_with("... FAILED") || line.contains("test result: ")
}

/// Does some work for each, as many at once as there are processors. The results stand in their order.
///
/// # Panics
///
/// If the work does.
pub fn side_by_side<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((index, one)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    all.get(index).map(|one| (index, one))
                } {
                    let result = work(one);
                    results
                        .lock()
                        .expect("no worker panics")
                        .push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("no worker panics");
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

const PASSED: &str = "test result: ok";

/// For tests without a fault.
pub const LONGEST: Duration = Duration::from_secs(300);
