//! Tests that are run with a mutant.

use std::{
    collections::{HashMap, HashSet},
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use hardtack_faults::programs::{self, Program};

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

/// How a program of tests ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Passed,
    Failed,
    TooLong,
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
        let environment = ("HARDTACK_REACHED", file.as_os_str().to_owned());
        let passes = end_within(start(program, &[name], environment), LONGEST) == End::Passed;
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
        let environment = ("HARDTACK_MUTANT", id.to_string().into());
        let child = start(tests[0].program, &names, environment);
        end_within(child, took * 3 + PATIENCE)
    })
}

/// A program in a box: a loop that a mutant makes endless might fill the memory.
fn start(program: &Program, names: &[&str], (key, value): (&str, std::ffi::OsString)) -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", r#"ulimit -v 16000000; exec "$@""#, "sh"]);
    command.arg(&program.file).arg("--exact").args(names);
    command.args(["--test-threads", "1"]);
    command.current_dir(&program.folder);
    command
        .env_remove("HARDTACK_MUTANT")
        .env_remove("HARDTACK_REACHED")
        .env(key, value);
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .stdin(Stdio::null());
    command.spawn().expect("a program of tests runs")
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

fn side_by_side<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
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

/// For a test without a mutant.
const LONGEST: Duration = Duration::from_secs(300);

/// For the start of a program, and a machine that does other work meanwhile.
const PATIENCE: Duration = Duration::from_secs(10);
