//! Measures hardtack beside its peers, and beside what cannot be had for less. See README.md.

mod allocations;
mod measure;
mod peers;
mod report;
mod series;
mod targets;
mod threads;
mod workloads;

use std::{
    error::Error,
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use lexopt::prelude::*;

use measure::Bench;

fn main() -> ExitCode {
    match Arguments::read().and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

struct Arguments {
    is_quick: bool,
    only: Vec<String>,
}

impl Arguments {
    fn read() -> Result<Arguments, Box<dyn Error>> {
        let (mut is_quick, mut only) = (false, Vec::new());
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("quick") => is_quick = true,
                Long("only") => {
                    for name in parser.values()? {
                        only.push(name.string()?);
                    }
                }
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(Arguments { is_quick, only })
    }
}

fn run(Arguments { is_quick, only }: Arguments) -> Result<(), Box<dyn Error>> {
    if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
        return Err("RUST_BACKTRACE is set, and errors of some peers would trace; unset it".into());
    }
    workloads::check();
    let (fifth, thread_rounds) = if is_quick {
        (Duration::from_millis(800), 1)
    } else {
        (Duration::from_secs(30), 5)
    };
    let mut bench = Bench::new(only);
    let mut rounds = 0;
    for _ in 0..5 {
        peers::add_all(&mut bench);
        if bench.cells().next().is_none() {
            return Err("no row's name contains any of these words".into());
        }
        rounds += bench.run_fifth(fifth);
    }
    let two_threads = bench.wants(peers::TYPED).then(|| {
        let shared = peers::hardtack_of_many_threads();
        let apart = peers::floor_of_many_threads();
        threads::scaling([&shared, &apart], thread_rounds)
    });

    let mut out = io::stdout().lock();
    writeln!(out, "{rounds} rounds.\n")?;
    report::overview(&bench, &mut out)?;
    writeln!(out)?;
    targets::print(&bench, two_threads, &mut out)?;
    writeln!(out)?;
    report::details(&bench, &mut out)?;
    Ok(())
}
