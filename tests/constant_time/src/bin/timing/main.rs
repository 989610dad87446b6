//! Times operations on inputs of two classes, and tells by Welch's t-test whether the classes can be told apart. See
//! the README.md of the package.

mod operations;
mod statistics;

use std::{hint::black_box, process::ExitCode, time::Instant};

use hardtack::keys::Suite;
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

/// Class of an input: `First` is all zeros, `Second` all ones, so that inputs are chosen by a mask and not by a branch.
#[derive(Clone, Copy)]
pub(crate) struct Class(u8);

impl Class {
    pub(crate) const FIRST: Class = Class(0);
    #[cfg(test)]
    pub(crate) const SECOND: Class = Class(0xFF);

    /// Returns `first` or `second`, after the same work.
    #[inline(always)]
    pub(crate) fn choose(self, first: u8, second: u8) -> u8 {
        let mask = black_box(self.0);
        (first & !mask) | (second & mask)
    }
}

/// Nanoseconds of each sample: of both classes, and of the control, whose two halves are both of the first class.
pub(crate) struct Times {
    pub(crate) test: [Vec<u32>; 2],
    pub(crate) control: [Vec<u32>; 2],
}

/// Takes `samples` of each of four series. Which one is next is drawn at random, so that whatever else happens on the
/// machine happens to all of them.
pub(crate) fn measure(operation: &mut Operation, samples: usize) -> Times {
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut series: [Vec<u32>; 4] = std::array::from_fn(|_| Vec::with_capacity(2 * samples));
    for _ in 0..WARM_UP {
        time(operation, Class::FIRST, &mut random);
    }
    while series.iter().any(|times| times.len() < samples) {
        let draw = random.u8(..4);
        // The series 0 and 1 are the classes, 2 and 3 the control.
        let is_second = draw == 1;
        let class = Class(0_u8.wrapping_sub(u8::from(is_second)));
        let nanoseconds = time(operation, class, &mut random);
        series[usize::from(draw)].push(nanoseconds);
    }
    series.iter_mut().for_each(|times| times.truncate(samples));
    let [first, second, one, other] = series;
    Times {
        test: [first, second],
        control: [one, other],
    }
}

fn time(operation: &mut Operation, class: Class, random: &mut fastrand::Rng) -> u32 {
    operation.timed.prepare(class, random);
    let start = Instant::now();
    let outcome = operation.timed.work();
    let end = Instant::now();
    black_box(outcome);
    u32::try_from((end - start).as_nanos()).unwrap_or(u32::MAX)
}

const WARM_UP: usize = 10_000;
/// One order of the classes for every run, so that a run can be repeated.
const SEED: u64 = 0x4861_7264_7461_636b;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_chooses_one_of_two_bytes() {
        assert_eq!(Class::FIRST.choose(1, 2), 1);
        assert_eq!(Class::SECOND.choose(1, 2), 2);
    }
}
