//! Measures hardtack and its peers. See README.md.

mod measure;
mod peers;
mod report;
mod workloads;

use std::{
    env,
    error::Error,
    io,
    process::{Command, Stdio},
    time::Duration,
};

use hardtack::packages::Suite;
use lexopt::prelude::*;

use measure::{Bench, Times};

fn main() -> Result<(), Box<dyn Error>> {
    // `is_fifth`: to measure one fifth, for the process that puts them together.
    let (mut is_quick, mut is_fifth) = (false, false);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("quick") => is_quick = true,
            Long("fifth") => is_fifth = true,
            other => return Err(other.unexpected().into()),
        }
    }
    if env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
        return Err("RUST_BACKTRACE is set, and errors of some peers would trace; unset it".into());
    }
    workloads::check();
    let mut bench = Bench::default();
    peers::add_all(&mut bench);
    if is_fifth {
        let time = Duration::from_millis(if is_quick { 800 } else { 30_000 });
        return Ok(serde_json::to_writer(io::stdout(), &bench.measure(time))?);
    }
    for _ in 0..5 {
        bench.add_fifth(measured_apart()?);
    }
    let (rounds, backend) = (bench.rounds(), Suite::Xaes256Gcm.backend());
    println!("{rounds} rounds, hardtack on {backend}.\n");
    report::print(&bench);
    Ok(())
}

/// Measures one fifth in a process of its own.
fn measured_apart() -> Result<Vec<Times>, Box<dyn Error>> {
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
