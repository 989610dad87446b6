//! Tries each fault that cargo-mutants could make in the code, and tells which of them no test notices. See tests/README.md.
//! With `3/10` tries every tenth, beginning with the third; with other words, those whose names contain one.
//! With `edits` as the first word tries those of `edits.toml` instead.

mod code;
mod compile;
mod edits;
mod list;
mod rendering;
mod sites;

use std::{path::Path, process::ExitCode};

use hardtack_mutants::copy;

use crate::{
    code::Code,
    compile::{Verdict, WITHOUT_LINTS},
    list::{Mutant, Survivors},
};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    match words.split_first() {
        Some((first, words)) if first == "edits" => try_edits(&root, words),
        _ => try_mutants(&root, &words),
    }
}

fn try_edits(root: &Path, words: &[String]) -> ExitCode {
    let edits = edits::read(root);
    let copy = root.join("target/mutants/edits");
    copy::make(root, &copy, |file, text| {
        code::with_question(file, edits::made(&edits, file, text), edits.len())
    });
    let names = edits.iter().map(ToString::to_string).enumerate();
    let chosen: Vec<_> = names.filter(|(_, name)| is_named(name, words)).collect();
    let verdicts = compile::try_all(&copy, &chosen, "");
    let is_noticed = |verdict: &&Verdict| matches!(verdict, Verdict::Noticed | Verdict::Endless);
    let noticed = verdicts.iter().filter(is_noticed).count();
    println!("\n{} edits, {noticed} noticed", chosen.len());
    if noticed == chosen.len() && noticed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn try_mutants(root: &Path, words: &[String]) -> ExitCode {
    let part = words.first().and_then(|word| part(word));
    let is_whole = words.is_empty() || part.is_some();
    let is_chosen = |mutant: &&Mutant| match part {
        Some((first, of)) => mutant.id % of == first % of,
        None => is_named(&mutant.to_string(), words),
    };
    let mutants = list::mutants(root, &ROOMS);
    let mut code = Code::read(root, &mutants);
    let placed = code.count();
    let copy = root.join("target/mutants/copy");
    compile::until_it_compiles(root, &copy, &mut code);
    let made: Vec<_> = mutants.iter().filter(|one| code.has(one.id)).collect();
    let chosen: Vec<_> = made.iter().copied().filter(is_chosen).collect();
    println!(
        "{} mutants, {} without a place for a question, {} that do not compile; {} are tried",
        mutants.len(),
        mutants.len() - placed,
        placed - made.len(),
        chosen.len()
    );
    let named: Vec<_> = chosen
        .iter()
        .map(|mutant| (mutant.id, mutant.to_string()))
        .collect();
    let verdicts = compile::try_all(&copy, &named, WITHOUT_LINTS);
    let survivors = Survivors::read(root);
    let mut wrong = judge(&chosen, &verdicts, &survivors);
    if is_whole {
        let gone = survivors.without(&made);
        wrong.extend(gone.map(|name| format!("listed, but not tried: {name}")));
    }
    for line in &wrong {
        println!("{line}");
    }
    let count = |wanted| verdicts.iter().filter(|found| **found == wanted).count();
    let (failed, endless) = (count(Verdict::Noticed), count(Verdict::Endless));
    println!("\n{failed} make a test fail, {endless} take too long\n");
    let unnoticed = chosen.len() - failed - endless;
    let listed = chosen.iter().filter(|mutant| survivors.lists(mutant));
    println!(
        "test result: {}. {} passed; {} failed; {} ignored",
        if wrong.is_empty() { "ok" } else { "FAILED" },
        failed + endless,
        wrong.len(),
        unnoticed.min(listed.count()),
    );
    if wrong.is_empty() && !chosen.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Returns `true` if a name contains one of the words, or there are none.
fn is_named(name: &str, words: &[String]) -> bool {
    words.is_empty() || words.iter().any(|word| name.contains(word))
}

/// Reads `3/10`.
fn part(word: &str) -> Option<(usize, usize)> {
    let (first, of) = word.split_once('/')?;
    let (first, of) = (first.parse().ok()?, of.parse().ok()?);
    (of > 0).then_some((first, of))
}

/// Returns a line for each mutant that is noticed although it is listed, or not noticed and not listed.
fn judge(mutants: &[&Mutant], verdicts: &[Verdict], survivors: &Survivors) -> Vec<String> {
    let judged = mutants
        .iter()
        .zip(verdicts)
        .filter_map(|(mutant, verdict)| {
            let what = match (verdict, survivors.lists(mutant)) {
                (Verdict::Noticed | Verdict::Endless, true) => "listed, but noticed",
                (Verdict::Missed, false) => "missed",
                (Verdict::Unreached, false) => "no test comes by",
                _ => return None,
            };
            Some(format!("{what}: {mutant}"))
        });
    judged.collect()
}

/// What is tried, as globs.
const ROOMS: [&str; 11] = [
    "src/crypto/**",
    "src/base/**",
    "src/cookie/**",
    "crates/device/src/**",
    "src/keys/**",
    "src/migrate/**",
    "crates/migrate/src/**",
    "src/session/**",
    "src/state/**",
    "src/token/**",
    "src/web/csrf/**",
];
