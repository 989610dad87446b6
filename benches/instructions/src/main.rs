//! Counts the instructions that hardtack needs to open and to write a session, with callgrind, and compares them with
//! `baseline.toml`. The counts hardly differ between runs, so a change of a few percent comes from the code.
//!
//! ```sh
//! cargo run --release              # counts and compares; fails if a count grew by more than 5 %
//! cargo run --release -- --update  # makes these counts the baseline
//! ```
//!
//! It needs valgrind, and `cargo install gungraun-runner@0.20.0`: the version of gungraun in `Cargo.toml`.
//!
//! - The baseline is for one compiler, one C library and the processor features that programs see under valgrind. If one
//!   of them differs, the run prints both counts and the difference, and compares nothing with the baseline.
//! - Valgrind's processor has no AVX-512, VAES or SHA instructions. For time, and for other libraries, see `benches/peers`.
//! - A write seals again while its token has `--`, by chance (SPEC.md § 6.6). If a count grew, the writes are counted up to
//!   nine times more, and the smallest counts hold.
//! - Two rules hold on every machine: garbage takes at most 20 % more instructions with 64 keys than with one, and opening
//!   under the oldest of eight keys takes at most 1 % more.
//!
//! `callgrind_annotate` shows a count's profile, below `target/gungraun/`.

mod baseline;
mod counts;
mod machine;

use std::{error::Error, process::ExitCode};

use baseline::Baseline;
use counts::Counts;
use machine::Machine;

fn main() -> ExitCode {
    let argument = std::env::args().nth(1);
    let done = match argument.as_deref() {
        None => check(),
        Some("--update") => update(),
        Some("--features") => {
            println!("{}", machine::features().join(" "));
            Ok(())
        }
        Some(other) => Err(format!("`{other}` is neither `--update` nor `--features`").into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn update() -> Result<(), Box<dyn Error>> {
    let machine = Machine::look()?;
    let mut instructions = Counts::measure()?;
    for _ in 0..MOST_AGAIN {
        instructions.measure_writes_again()?;
    }
    Baseline {
        machine,
        instructions,
    }
    .write()?;
    println!("the baseline is written");
    Ok(())
}

fn check() -> Result<(), Box<dyn Error>> {
    let baseline = Baseline::read()?;
    let machine = Machine::look()?;
    let mut counts = Counts::measure()?;
    let differences = baseline.machine.differences(&machine);
    let is_worse = |counts: &Counts| !baseline.instructions.regressions(counts).is_empty();
    for _ in 0..MOST_AGAIN {
        if differences.is_empty() && is_worse(&counts) {
            counts.measure_writes_again()?;
        }
    }
    print_table(&baseline.instructions, &counts);

    let mut wrong = counts.broken_rules();
    if differences.is_empty() {
        wrong.extend(baseline.instructions.regressions(&counts));
    } else {
        println!("\nThe baseline was made elsewhere, so nothing is compared with it:");
        differences
            .iter()
            .for_each(|difference| println!("{difference}"));
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("\n{}", wrong.join("\n")).into())
}

/// After that, a full session has been sealed only once in all but one of 1,000 runs.
const MOST_AGAIN: usize = 9;

fn print_table(baseline: &Counts, counts: &Counts) {
    println!(
        "{:<45} {:>10} {:>10} {:>8}",
        "instructions", "baseline", "now", "change"
    );
    for (name, now) in counts.iter() {
        match baseline.get(name) {
            Some(before) => {
                let change = (now as f64 / before as f64 - 1.0) * 100.0;
                println!("{name:<45} {before:>10} {now:>10} {change:>+7.1}%");
            }
            None => println!("{name:<45} {:>10} {now:>10}", "-"),
        }
    }
}
