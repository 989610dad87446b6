//! Measures hardtack, its peers, and the primitives that all of them need. See README.md.

mod allocations;
mod measure;
mod peers;
mod report;
mod series;
mod targets;
mod threads;
mod workloads;

use std::{
    env,
    error::Error,
    io::{self, Write},
    process::{Command, ExitCode, Stdio},
    time::Duration,
};

use hardtack::keys::Suite;
use lexopt::prelude::*;

use measure::{Bench, Measured};

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
    /// To measure one fifth, for the process that puts them together.
    is_fifth: bool,
    only: Vec<String>,
}

impl Arguments {
    fn read() -> Result<Arguments, Box<dyn Error>> {
        let (mut is_quick, mut is_fifth, mut only) = (false, false, Vec::new());
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("quick") => is_quick = true,
                Long("fifth") => is_fifth = true,
                Long("only") => {
                    for name in parser.values()? {
                        only.push(name.string()?);
                    }
                }
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(Arguments {
            is_quick,
            is_fifth,
            only,
        })
    }
}

fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    if env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
        return Err("RUST_BACKTRACE is set, and errors of some peers would trace; unset it".into());
    }
    workloads::check();
    let (fifth, thread_rounds) = if arguments.is_quick {
        (Duration::from_millis(800), 1)
    } else {
        (Duration::from_secs(30), 5)
    };
    let mut bench = Bench::new(arguments.only);
    peers::add_all(&mut bench);
    if arguments.is_fifth {
        return Ok(serde_json::to_writer(io::stdout(), &bench.measure(fifth))?);
    }
    if bench.cells().next().is_none() {
        return Err("no row's name contains any of these words".into());
    }
    for _ in 0..5 {
        bench.add_fifth(measured_apart()?);
    }
    let two_threads = bench.wants(peers::TYPED).then(|| {
        let shared = peers::hardtack_of_many_threads();
        let apart = peers::floor_of_many_threads();
        threads::scaling([&shared, &apart], thread_rounds)
    });

    let mut out = io::stdout().lock();
    let backend = Suite::Xaes256Gcm.backend();
    let rounds = bench.rounds();
    writeln!(out, "{rounds} rounds, hardtack on {backend}.\n")?;
    report::overview(&bench, &mut out)?;
    writeln!(out)?;
    targets::print(&bench, two_threads, &mut out)?;
    writeln!(out)?;
    report::details(&bench, &mut out)?;
    Ok(())
}

/// Measures one fifth in a process of its own.
fn measured_apart() -> Result<Vec<Measured>, Box<dyn Error>> {
    let output = Command::new(env::current_exe()?)
        .args(env::args_os().skip(1))
        .arg("--fifth")
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("a fifth of the run ended with {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
