//! A copy that compiles, for mutants that do not are left out.
//!
//! Tests that are run with a mutant.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsStr,
    fs, iter,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use hardtack_mutants::{
    copy,
    trials::{self, End, LONGEST, Program, side_by_side},
};
use serde::Deserialize;

use crate::{code::Code, list::PACKAGES, rendering::Rendered};

/// Makes the copy. As long as it does not compile, the mutants that the compiler complains of are left out.
pub(crate) fn until_it_compiles(root: &Path, folder: &Path, code: &mut Code) {
    loop {
        copy::make(root, folder, |file, text| code.changed(file, text));
        let mistakes = mistakes(folder);
        if mistakes.is_empty() {
            return;
        }
        let ids: Vec<_> = mistakes
            .iter()
            .flat_map(|mistake| blame(code, mistake))
            .collect();
        let before = code.count();
        for id in ids {
            code.leave_out(id);
        }
        assert!(code.count() < before, "no mutant is to blame any more");
        println!(
            "{} mistakes, {} mutants are left",
            mistakes.len(),
            code.count()
        );
    }
}

/// For changes that a tool makes: some lints are errors, such as that of arithmetic that overflows.
pub(crate) const WITHOUT_LINTS: &str = "--cap-lints=allow";

#[derive(Deserialize)]
struct Line {
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    level: String,
    rendered: Option<String>,
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    byte_start: usize,
    byte_end: usize,
    is_primary: bool,
}

fn mistakes(copy: &Path) -> Vec<Message> {
    let output = Command::new("cargo")
        .args(["check", "--all-features", "--lib"])
        .args(PACKAGES.iter().flat_map(|name| ["--package", name]))
        // With what the library has for its tests alone, such as the second library of ciphers.
        .args(["--profile", "test", "--message-format=json"])
        .env("CARGO_TARGET_DIR", copy.join("../.."))
        .env("RUSTFLAGS", WITHOUT_LINTS)
        .current_dir(copy)
        .stderr(Stdio::null())
        .output()
        .expect("cargo runs");
    let text = String::from_utf8(output.stdout).expect("cargo writes text");
    let lines = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Line>(line).ok());
    let messages = lines.filter_map(|line| line.message);
    // Those without a place only count the others.
    let mistakes = messages.filter(|message| message.level == "error" && !message.spans.is_empty());
    mistakes.collect()
}

/// Returns the mutants of the smallest place that a mistake is in.
fn blame(code: &Code, mistake: &Message) -> Vec<usize> {
    let primary = mistake.spans.iter().filter(|span| span.is_primary);
    let others = mistake.spans.iter().filter(|span| !span.is_primary);
    let mut places = primary.chain(others).filter_map(|span| {
        let Rendered { places, .. } = code.rendered(&without_way_back(&span.file_name))?;
        let around = places
            .into_iter()
            .filter(|(piece, _)| piece.start <= span.byte_start && span.byte_end <= piece.end);
        around.min_by_key(|(piece, _)| piece.len())
    });
    let Some((_, ids)) = places.next() else {
        let text = mistake.rendered.as_deref().unwrap_or_default();
        panic!("no mutant is to blame: {text}");
    };
    ids
}

/// Writes `src/../crates/device/src/answer.rs` as `crates/device/src/answer.rs`: the vectors' runner has files of a package by a path.
fn without_way_back(file: &str) -> String {
    let mut parts = Vec::new();
    for part in file.split('/') {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A test fails.
    Noticed,
    /// The tests take too long.
    Endless,
    Missed,
    /// No test comes by.
    Unreached,
}

/// A test that passes without a mutant.
struct Test<'a> {
    program: &'a Program,
    name: &'a str,
    reached: HashSet<usize>,
    took: Duration,
}

/// Builds the copy with these flags, and tries the changes in it, by their ids and names. The verdicts stand in their order.
pub(crate) fn try_all(copy: &Path, changes: &[(usize, String)], flags: &str) -> Vec<Verdict> {
    let programs = trials::build(
        copy,
        &[
            "hardtack",
            "hardtack-device",
            "hardtack-migrate",
            "hardtack-memory",
        ],
        flags,
    );
    let tests = tests(&programs, &copy.with_file_name("reached"));
    let done = AtomicUsize::new(0);
    side_by_side(changes, |(id, name)| {
        let verdict = verdict(&tests, *id);
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if verdict != Verdict::Noticed {
            eprintln!("{done} of {}: {name}: {verdict:?}", changes.len());
        }
        verdict
    })
}

/// Runs each test once, and learns what it reaches.
fn tests<'a>(programs: &'a [Program], folder: &Path) -> Vec<Test<'a>> {
    fs::create_dir_all(folder).expect("a folder");
    let all = programs.iter().flat_map(|program| {
        let names = program.tests.iter();
        names.map(move |name| (program, name.as_str()))
    });
    let all: Vec<_> = all.enumerate().collect();
    let run = side_by_side(&all, |(number, (program, name))| {
        let file = folder.join(number.to_string());
        let _ = fs::remove_file(&file);
        let began = Instant::now();
        let environment = ("HARDTACK_REACHED", file.as_os_str());
        let passes = trials::run(program, &[name], environment, LONGEST) == End::Passed;
        let took = began.elapsed();
        let text = fs::read_to_string(file).unwrap_or_default();
        let reached = text.lines().filter_map(|line| line.parse().ok());
        let test = Test {
            reached: reached.collect(),
            program,
            name,
            took,
        };
        if !passes {
            eprintln!("fails in the copy: {name}");
        }
        passes.then_some(test)
    });
    let mut tests: Vec<_> = run.into_iter().flatten().collect();
    tests.sort_by_key(|test| test.took);
    println!("{} of {} tests pass in the copy", tests.len(), all.len());
    tests
}

fn verdict(tests: &[Test<'_>], id: usize) -> Verdict {
    let reaching: Vec<_> = tests
        .iter()
        .filter(|test| test.reached.contains(&id))
        .collect();
    if reaching.is_empty() {
        return Verdict::Unreached;
    }
    // Most are noticed by most. The slow ones come last.
    let shares = iter::successors(Some(0..10), |share| Some(share.end..share.end * 4));
    let shares = shares.map_while(|share| reaching.get(share.start..share.end.min(reaching.len())));
    let mut ends = shares.flat_map(|tests| ends(tests, id));
    match ends.find(|end| *end != End::Passed) {
        Some(End::TooLong) => Verdict::Endless,
        Some(_) => Verdict::Noticed,
        None => Verdict::Missed,
    }
}

/// Runs tests with a mutant, those of each program together.
fn ends(tests: &[&Test<'_>], id: usize) -> impl Iterator<Item = End> {
    let mut by_program: HashMap<&PathBuf, Vec<&Test<'_>>> = HashMap::new();
    for test in tests {
        by_program.entry(&test.program.file).or_default().push(test);
    }
    by_program.into_values().map(move |tests| {
        let names: Vec<_> = tests.iter().map(|test| test.name).collect();
        let took: Duration = tests.iter().map(|test| test.took).sum();
        let id = id.to_string();
        let environment = ("HARDTACK_MUTANT", OsStr::new(&id));
        trials::run(tests[0].program, &names, environment, took * 3 + PATIENCE)
    })
}

/// For the start of a program, and a machine that does other work meanwhile.
const PATIENCE: Duration = Duration::from_secs(10);
