//! Makes dangerous faults in a copy of the code, one after another, and runs the tests that have to notice each.
//!
//! `cargo run -p hardtack-faults` tries all of `faults.toml`, and `cargo run -p hardtack-faults -- tag timeout` those
//! whose names contain one of these words. The copy is built once, with every fault behind a question: a variable of
//! the environment says which of them is there.

mod table;

use std::{ffi::OsStr, path::Path, process::ExitCode};

use hardtack_faults::{
    copy,
    trials::{self, End, LONGEST, Program},
};

use crate::table::Fault;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let is_chosen = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let faults = table::read(&root);
    let copy = root.join("target/faults/copy");
    copy::make(&root, &copy, |file, code| with_faults(file, code, &faults));
    let programs = trials::build(
        &copy,
        &[
            "hardtack",
            "hardtack-device",
            "hardtack-migrate",
            "hardtack-memory",
        ],
    );
    let chosen: Vec<_> = faults
        .iter()
        .filter(|fault| is_chosen(&fault.name))
        .collect();
    let noticed = trials::side_by_side(&chosen, |fault| is_noticed(&programs, fault));
    let noticed = noticed.into_iter().filter(|is_noticed| *is_noticed).count();
    println!("\n{} faults, {noticed} noticed", chosen.len());
    match noticed == chosen.len() && noticed > 0 {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Returns `true` if every test named for this fault passes without it, and fails with it.
fn is_noticed(programs: &[Program], fault: &Fault) -> bool {
    let mut is_noticed = true;
    for tests in &fault.tests {
        if let Err(why) = notice(programs, tests, fault) {
            println!("MISSED  {}: {tests} {why}", fault.name);
            is_noticed = false;
        }
    }
    if is_noticed {
        println!("noticed  {}", fault.name);
    }
    is_noticed
}

/// Runs the tests whose names begin like this, without the fault and with it.
fn notice(programs: &[Program], tests: &str, fault: &Fault) -> Result<(), &'static str> {
    let chosen = programs.iter().map(|program| {
        let names = program.tests.iter().map(String::as_str);
        let names: Vec<_> = names.filter(|name| name.starts_with(tests)).collect();
        (program, names)
    });
    let chosen: Vec<_> = chosen.filter(|(_, names)| !names.is_empty()).collect();
    if chosen.is_empty() {
        return Err("is no test");
    }
    let passes = |fault: &str| {
        let environment = ("HARDTACK_FAULT", OsStr::new(fault));
        chosen.iter().all(|(program, names)| {
            trials::run(program, names, environment, LONGEST) == End::Passed
        })
    };
    match (passes(""), passes(&fault.name)) {
        (true, false) => Ok(()),
        (false, _) => Err("fails without the fault"),
        (true, true) => Err("notices nothing"),
    }
}

/// Returns the code of a file with its faults, each behind a question.
fn with_faults(file: &Path, mut code: String, faults: &[Fault]) -> String {
    for fault in faults.iter().filter(|fault| Path::new(&fault.file) == file) {
        let question = format!("crate::is_made({:?})", fault.name);
        code = code.replacen(&fault.find, &fault.with.replace("FAULT", &question), 1);
    }
    let is_library = |fault: &Fault| file == Path::new(library_of(&fault.file)).join("lib.rs");
    if faults.iter().any(is_library) {
        code.push_str(IS_MADE);
    }
    code
}

/// Returns the folder of the library that a file belongs to: such as `src` or `migrate/src`.
fn library_of(file: &str) -> &str {
    let end = file.find("src/").expect("a file of a library") + "src".len();
    &file[..end]
}

const IS_MADE: &str = r#"
/// Returns `true` if the fault of this name is made.
pub(crate) fn is_made(name: &str) -> bool {
    static MADE: std::sync::LazyLock<Option<String>> =
        std::sync::LazyLock::new(|| std::env::var("HARDTACK_FAULT").ok());
    MADE.as_deref() == Some(name)
}
"#;
