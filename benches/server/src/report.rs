//! Medians, ratios, and the tables as Markdown.

use std::{collections::HashMap, process::Command};

use crate::server::KINDS;

/// `read` only reads the session, `write` reads and changes it.
pub(crate) const PAGES: [&str; 2] = ["read", "write"];

/// One run of wrk. CPU times are microseconds per request.
#[derive(Clone, Copy)]
pub(crate) struct Cell {
    pub(crate) per_second: f64,
    pub(crate) server: f64,
    pub(crate) redis: f64,
}

/// The cells of each kind and page, in the order of the rounds.
#[derive(Default)]
pub(crate) struct Series(HashMap<(&'static str, &'static str), Vec<Cell>>);

impl Series {
    pub(crate) fn push(&mut self, row: (&'static str, &'static str), cell: Cell) {
        self.0.entry(row).or_default().push(cell);
    }

    /// The median over the rounds of a figure.
    fn median(&self, kind: &'static str, page: &'static str, figure: fn(&Cell) -> f64) -> f64 {
        median(self.0[&(kind, page)].iter().map(figure))
    }

    /// The median over the rounds of a figure, divided by that of the first kind of session in the same round.
    fn ratio(&self, kind: &'static str, page: &'static str, figure: fn(&Cell) -> f64) -> f64 {
        let (cells, base) = (&self.0[&(kind, page)], &self.0[&(KINDS[0], page)]);
        median(
            cells
                .iter()
                .zip(base)
                .map(|(cell, base)| figure(cell) / figure(base)),
        )
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

pub(crate) fn print(series: &Series, rounds: usize, seconds: u32) {
    println!(
        "The table of README.md. Requests per second are multiples of those without a session:\n"
    );
    println!("| | read, requests per second | write | CPU per request, read | write | processes |");
    println!("|---|---|---|---|---|---|");
    for kind in KINDS {
        let rate = |page| series.ratio(kind, page, |cell| cell.per_second);
        let cpu = |page| series.median(kind, page, |cell| cell.server + cell.redis);
        let processes = if kind.ends_with("Redis") { 2 } else { 1 };
        println!(
            "| {kind} | {:.2} | {:.2} | {:.0} µs | {:.0} µs | {processes} |",
            rate("read"),
            rate("write"),
            cpu("read"),
            cpu("write"),
        );
    }
    println!("\nEverything, as medians of {rounds} rounds of {seconds} s:\n");
    println!("| | page | requests per second | CPU of the server | of Redis |");
    println!("|---|---|---|---|---|");
    for kind in KINDS {
        for page in PAGES {
            println!(
                "| {kind} | {page} | {:.0} | {:.1} µs | {:.1} µs |",
                series.median(kind, page, |cell| cell.per_second),
                series.median(kind, page, |cell| cell.server),
                series.median(kind, page, |cell| cell.redis),
            );
        }
    }
    println!("\nVersions: {}", versions().join(", "));
}

/// Returns the versions of everything measured.
fn versions() -> Vec<String> {
    let crates = [
        "axum",
        "fred",
        "hardtack",
        "hyper",
        "tokio",
        "tower-sessions",
        "tower-sessions-redis-store",
    ];
    let crates = crates.map(|name| {
        let entry = format!("name = \"{name}\"\nversion = \"");
        let after = LOCK.split_once(&entry).map_or("", |(_, after)| after);
        format!("{name} {}", after.split('"').next().unwrap_or_default())
    });
    let programs = [
        ("redis-server", "--version"),
        ("wrk", "--version"),
        ("rustc", "--version"),
    ];
    let programs = programs.map(|(program, argument)| {
        let output = Command::new(program).arg(argument).output();
        let text = output.map(|output| output.stdout).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        text.lines().next().unwrap_or(program).to_owned()
    });
    [crates.to_vec(), programs.to_vec()].concat()
}

const LOCK: &str = include_str!("../Cargo.lock");
