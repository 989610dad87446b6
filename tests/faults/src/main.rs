//! Makes dangerous faults in a copy of the code, one after another, and runs the tests that have to notice each.
//!
//! `cargo run -p hardtack-faults` tries all of `faults.toml`, and `cargo run -p hardtack-faults -- tag timeout` those
//! whose names contain one of these words. The copy is built once, with every fault behind a question: a variable of
//! the environment says which of them is there.

mod made;
mod run;
mod table;

use std::{path::Path, process::ExitCode};

use hardtack_faults::{
    copy,
    programs::{self, Program},
};

use crate::{run::Run, table::Fault};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let is_chosen = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let faults = table::read(&root);
    let copy = root.join("target/faults/copy");
    copy::make(&root, &copy, |file, code| made::into(file, code, &faults));
    let programs = programs::build(
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
    let missed: Vec<_> = chosen
        .iter()
        .filter(|fault| !is_noticed(&programs, fault))
        .collect();
    println!(
        "\n{} faults, {} noticed",
        chosen.len(),
        chosen.len() - missed.len()
    );
    match missed.is_empty() && !chosen.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Returns `true` if every test named for this fault passes without it, and fails with it.
fn is_noticed(programs: &[Program], fault: &Fault) -> bool {
    let mut is_noticed = true;
    for tests in &fault.tests {
        let sound = run::run(programs, tests, None);
        let faulty = run::run(programs, tests, Some(&fault.name));
        let verdict = match (sound, faulty) {
            (
                Run {
                    failed: 0,
                    passed: 1..,
                    ..
                },
                Run { failed: 1.., .. },
            ) => continue,
            (
                Run {
                    failed: 0,
                    passed: 0,
                    ..
                },
                _,
            ) => "is no test",
            (Run { failed: 1.., .. }, _) => "fails without the fault",
            _ => "notices nothing",
        };
        println!("MISSED  {}: {tests} {verdict}", fault.name);
        is_noticed = false;
    }
    if is_noticed {
        println!("noticed  {}", fault.name);
    }
    is_noticed
}
