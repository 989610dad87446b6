//! Runs operations under memcheck with secrets marked as undefined, so that it reports each branch and each address that
//! depends on one. Fails on a report that is not declared. See README.md.

mod declared;
mod memcheck;
mod operations;
mod reports;

use std::{
    error::Error,
    process::{Command, ExitCode},
};

use hardtack::packages::Suite;

use declared::{DECLARED, Findings};

fn main() -> ExitCode {
    let done = match std::env::args().nth(1).as_deref() {
        None => check(),
        Some(PROCESSOR) => {
            println!("{}", processor());
            Ok(())
        }
        Some(operation) => {
            operations::run(operation);
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn check() -> Result<(), Box<dyn Error>> {
    let backend = Suite::Xaes256Gcm.backend();
    println!("{backend}, {}\n", processor_under_valgrind()?);
    let mut findings = Findings::default();
    let names = operations::names();
    for name in &names {
        findings.add(name, reports::of(name)?);
    }
    println!("| Where | What depends on the secret | Sites | In | Why it is declared |");
    println!("|---|---|---:|---|---|");
    for (row, seen) in DECLARED.iter().zip(&findings.seen) {
        let kind = row.kind.name();
        let (sites, works) = (seen.sites, seen.works());
        println!(
            "| {} | {kind} | {sites} | {works} | {} |",
            row.place(),
            row.why
        );
    }
    let wrong = findings.wrong();
    println!("\n{} operations", names.len());
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("\n{}", wrong.join("\n")).into())
}

/// Valgrind has a processor of its own, which decides which code runs.
fn processor_under_valgrind() -> Result<String, Box<dyn Error>> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--quiet", "--tool=none"]);
    let output = valgrind
        .arg(std::env::current_exe()?)
        .arg(PROCESSOR)
        .output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

#[cfg(target_arch = "x86_64")]
fn processor() -> String {
    let features = [
        ("aes", is_x86_feature_detected!("aes")),
        ("pclmulqdq", is_x86_feature_detected!("pclmulqdq")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("sha", is_x86_feature_detected!("sha")),
        ("vaes", is_x86_feature_detected!("vaes")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
    ];
    let of = |wanted| {
        let names = features
            .iter()
            .filter(move |(_, is_there)| *is_there == wanted);
        names.map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    };
    format!("with {}; without {}", of(true), of(false))
}

#[cfg(not(target_arch = "x86_64"))]
fn processor() -> String {
    std::env::consts::ARCH.to_owned()
}

const PROCESSOR: &str = "processor";
