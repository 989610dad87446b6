//! Programs of tests that are built from the copy, and run with a change or without.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
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

/// Builds the programs of these packages of the copy, in the `target` folder that the copy is in: without `flags` for rustc,
/// most dependencies are built there already. Warnings are not shown, because changed code may have many.
///
/// # Panics
///
/// If the copy does not compile.
pub fn build(copy: &Path, packages: &[&str], flags: &str) -> Vec<Program> {
    let output = Command::new("cargo")
        .args(["test", "--no-run", "--all-features", "--lib", "--tests"])
        .args(packages.iter().flat_map(|name| ["--package", name]))
        .arg("--message-format=json")
        .env("CARGO_TARGET_DIR", copy.join("../.."))
        .env("RUSTFLAGS", flags)
        .current_dir(copy)
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    let text = String::from_utf8(output.stdout).expect("cargo writes text");
    let lines = text.lines();
    let messages = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
    if !output.status.success() {
        let errors = messages.filter(|message| message["message"]["level"] == "error");
        for error in errors {
            eprintln!(
                "{}",
                error["message"]["rendered"].as_str().unwrap_or_default()
            );
        }
        panic!("the copy with the changes does not compile");
    }
    let built = messages.filter_map(|message| {
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
    // A loop that a change makes endless might fill the memory.
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

/// For tests without a change.
pub const LONGEST: Duration = Duration::from_secs(300);
