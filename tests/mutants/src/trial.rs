//! Tests that are run with a mutant.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use hardtack_faults::{
    programs::{self, Program},
    trials::{self, End, LONGEST, side_by_side},
};

use crate::list::Mutant;

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

/// Builds the copy, and tries the mutants in it. The verdicts stand in their order.
pub(crate) fn try_all(copy: &Path, mutants: &[&Mutant]) -> Vec<Verdict> {
    let programs = programs::build(
        copy,
        &[
            "hardtack",
            "hardtack-device",
            "hardtack-migrate",
            "hardtack-memory",
        ],
    );
    let tests = tests(&programs, &copy.with_file_name("reached"));
    let done = AtomicUsize::new(0);
    side_by_side(mutants, |mutant| {
        let verdict = verdict(&tests, mutant.id);
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if verdict != Verdict::Noticed {
            eprintln!("{done} of {}: {mutant}: {verdict:?}", mutants.len());
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
    // Most are noticed by most.
    let (fast, others) = reaching.split_at(reaching.len().min(10));
    let mut ends = [fast, others].into_iter().flat_map(|tests| ends(tests, id));
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
