//! Times operations on inputs of two classes, and tells by Welch's t-test whether the classes can be told apart. See
//! the README.md of the package.

mod classes;
mod operations;
mod statistics;

use std::process::ExitCode;

use hardtack::keys::Suite;

use classes::{Times, measure};
use operations::{Operation, all};
use statistics::Difference;

fn main() -> ExitCode {
    let (mut samples, mut only) = (SAMPLES, Vec::new());
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--quick" => samples = FEW_SAMPLES,
            option if option.starts_with('-') => {
                eprintln!("`{option}` is not `--quick`, nor a word of an operation");
                return ExitCode::from(2);
            }
            word => only.push(word.to_owned()),
        }
    }
    let backend = Suite::Xaes256Gcm.backend();
    println!("{backend}, {samples} samples of each of four series, |t| and nanoseconds\n");
    println!("| Operation | Classes | \\|t\\| | Control | Difference | Median |");
    println!("|---|---|---:|---:|---:|---:|");
    for operation in all() {
        let row = format!("{} {}", operation.name, operation.classes);
        if only.is_empty() || only.iter().any(|word| row.contains(word)) {
            print_row(operation, samples);
        }
    }
    ExitCode::SUCCESS
}

fn print_row(mut operation: Operation, samples: usize) {
    let Times { test, control } = measure(&mut operation, samples);
    let (difference, same) = (Difference::of(&test), Difference::of(&control));
    println!(
        "| {} | {} | {:.1} | {:.1} | {:+.2} | {} |",
        operation.name,
        operation.classes,
        difference.t.abs(),
        same.t.abs(),
        difference.means,
        statistics::median(&test[0]),
    );
}

/// Of each class, and as many of each half of the control.
const SAMPLES: usize = 1_000_000;
const FEW_SAMPLES: usize = 10_000;
