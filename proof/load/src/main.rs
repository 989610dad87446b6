//! Puts the demo under load for minutes: visitors who come back, cookies that are tampered with, garbage, cookies that
//! are too long, and parts of different times, all at once, while keys are rotated.
//!
//! `cargo run --release` in this folder, after `cargo build --release -p hardtack-examples --example demo` at the root. It fails
//! if the demo panics or answers with 5xx, if a session is lost, if a changed cookie opens, or if the last minute needs more
//! memory than the first.

mod demo;
mod visitor;

use std::{
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::{
    demo::{Demo, Keys},
    visitor::{Tally, Visitor},
};

fn main() -> ExitCode {
    let duration = Duration::from_secs(60 * minutes());
    let keys = Keys::new();
    let demo = Demo::start(&keys.ring());
    let (tally, is_over) = (Tally::default(), AtomicBool::new(false));
    let memory = thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let mut visitors: Vec<_> = (0..VISITORS).map(Visitor::new).collect();
                while !is_over.load(Ordering::Relaxed) {
                    visitors
                        .iter_mut()
                        .for_each(|visitor| visitor.visit(&demo, &tally));
                }
            });
        }
        scope.spawn(|| keys.rotate(&demo, &is_over, &tally));
        let memory = watch(&demo, duration);
        is_over.store(true, Ordering::Relaxed);
        memory
    });
    let report = demo.end();
    println!("{tally}");
    println!("memory of each minute in KiB: {memory:?}");
    let mut mistakes = tally.mistakes(demo::least_rotations(duration));
    mistakes.extend(report.contains("panicked").then(|| report.clone()));
    mistakes.extend(grown(&memory));
    for mistake in &mistakes {
        println!("MISTAKE  {mistake}");
    }
    if mistakes.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn minutes() -> u64 {
    use lexopt::prelude::*;
    let mut arguments = lexopt::Parser::from_env();
    match arguments.next().expect("an argument") {
        Some(Long("minutes")) => {
            let number = arguments.value().expect("a number of minutes");
            number.parse().expect("a number of minutes")
        }
        None => 10,
        Some(other) => panic!("{}", other.unexpected()),
    }
}

/// Returns the memory that the demo has in the middle of each minute.
fn watch(demo: &Demo, duration: Duration) -> Vec<u64> {
    let begin = Instant::now();
    let mut minutes = vec![Vec::new(); duration.as_secs().div_ceil(60) as usize];
    while let Some(minute) = minutes.get_mut((begin.elapsed().as_secs() / 60) as usize) {
        minute.push(demo.memory());
        thread::sleep(Duration::from_secs(1));
    }
    let median = |mut samples: Vec<u64>| {
        samples.sort_unstable();
        samples[samples.len() / 2]
    };
    minutes.into_iter().map(median).collect()
}

/// Returns what is wrong if the last minute needs more memory than the first.
fn grown(memory: &[u64]) -> Option<String> {
    let [first, .., last] = *memory else {
        return None;
    };
    let is_more = last > first + first * MOST_GROWTH / 100;
    is_more.then(|| format!("the memory grew from {first} to {last} KiB"))
}

const THREADS: usize = 8;
/// For each thread.
const VISITORS: usize = 12;
/// In percent.
const MOST_GROWTH: u64 = 3;
