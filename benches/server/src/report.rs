//! Medians, ratios, and the tables as Markdown.

use std::{collections::HashMap, process::Command};

use crate::server::{ASKING, IN_EVERY_REQUEST, KINDS, NONE, ONCE_A_MINUTE, REDIS, TYPED};

/// `read` only reads the session, `write` reads and changes it.
pub(crate) const PAGES: [&str; 2] = ["read", "write"];

/// One run of wrk. CPU times are microseconds per request.
#[derive(Clone, Copy)]
pub(crate) struct Cell {
    pub(crate) per_second: f64,
    pub(crate) server: f64,
    pub(crate) redis: f64,
    pub(crate) postgres: f64,
}

impl Cell {
    /// The CPU time of all programs.
    fn cpu(&self) -> f64 {
        self.server + self.redis + self.postgres
    }
}

/// The cells of each kind and page, in the order of the rounds.
#[derive(Default)]
pub(crate) struct Series(HashMap<(&'static str, &'static str), Vec<Cell>>);

impl Series {
    pub(crate) fn push(&mut self, row: (&'static str, &'static str), cell: Cell) {
        self.0.entry(row).or_default().push(cell);
    }

    /// The median over the rounds of a figure of one kind.
    fn median(&self, kind: &'static str, page: &'static str, figure: fn(&Cell) -> f64) -> f64 {
        median(self.cells(kind, page).iter().map(figure))
    }

    /// The median over the rounds of a figure, divided by that of another kind in the same round.
    fn ratio(
        &self,
        kind: &'static str,
        base: &'static str,
        page: &'static str,
        figure: fn(&Cell) -> f64,
    ) -> f64 {
        let pairs = self.cells(kind, page).iter().zip(self.cells(base, page));
        median(pairs.map(|(cell, base)| figure(cell) / figure(base)))
    }

    fn cells(&self, kind: &'static str, page: &'static str) -> &[Cell] {
        &self.0[&(kind, page)]
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

pub(crate) fn print(series: &Series, rounds: usize, seconds: u32) {
    println!("As multiples of a server without a session:\n");
    print_summary(series);
    println!("\nEverything, as medians of {rounds} rounds of {seconds} s:\n");
    print_everything(series);
    println!(
        "\nThe cost of ending sessions: CPU per request of `read`. Multiples are of the server, and of all programs:\n"
    );
    print_ratios(series);
    println!("\nVersions: {}", versions().join(", "));
}

fn print_summary(series: &Series) {
    println!("| | read, requests per second | write | CPU per request, read | write | processes |");
    println!("|---|---|---|---|---|---|");
    for kind in KINDS {
        let rate = |page| series.ratio(kind, NONE, page, |cell| cell.per_second);
        let cpu = |page| series.median(kind, page, Cell::cpu);
        let stores = ["Redis", "Postgres"]
            .iter()
            .filter(|store| kind.contains(*store))
            .count();
        let processes = 1 + stores;
        println!(
            "| {kind} | {:.2} | {:.2} | {:.0} µs | {:.0} µs | {processes} |",
            rate("read"),
            rate("write"),
            cpu("read"),
            cpu("write"),
        );
    }
}

fn print_everything(series: &Series) {
    println!("| | page | requests per second | CPU of the server | of Redis | of Postgres |");
    println!("|---|---|---|---|---|---|");
    for kind in KINDS {
        for page in PAGES {
            println!(
                "| {kind} | {page} | {:.0} | {:.1} µs | {:.1} µs | {:.1} µs |",
                series.median(kind, page, |cell| cell.per_second),
                series.median(kind, page, |cell| cell.server),
                series.median(kind, page, |cell| cell.redis),
                series.median(kind, page, |cell| cell.postgres),
            );
        }
    }
}

/// Prints what it costs to be able to end sessions, next to sessions that cannot be ended and those in a store.
fn print_ratios(series: &Series) {
    println!("| | CPU of the server | of all programs | × {TYPED} | × {REDIS} |");
    println!("|---|---|---|---|---|");
    let [typed, redis] = [TYPED, REDIS].map(|kind| Costs::of(series, kind));
    let print = |name: &str, costs: &Costs| {
        let [server, all] = costs.median();
        let [typed, redis] = [&typed, &redis].map(|base| {
            let [server, all] = costs.divided_by(base).median();
            format!("{server:.2} ({all:.2})")
        });
        println!("| {name} | {server:.1} µs | {all:.1} µs | {typed} | {redis} |");
    };
    for kind in [TYPED, REDIS, IN_EVERY_REQUEST, ONCE_A_MINUTE, ASKING] {
        print(kind, &Costs::of(series, kind));
    }
    let [once, asking] = [ONCE_A_MINUTE, ASKING].map(|kind| Costs::of(series, kind));
    for requests in [2, 5, 10, 60] {
        let share = 1.0 / f64::from(requests);
        let costs = asking.zip(&once, |asking, once| share * asking + (1.0 - share) * once);
        print(
            &format!("hardtack, typed, one of {requests} requests asks"),
            &costs,
        );
    }
}

/// The CPU time per request of `read`, of the server and of all programs, in each round.
struct Costs(Vec<[f64; 2]>);

impl Costs {
    fn of(series: &Series, kind: &'static str) -> Costs {
        let cells = series.cells(kind, "read").iter();
        Costs(cells.map(|cell| [cell.server, cell.cpu()]).collect())
    }

    fn divided_by(&self, base: &Costs) -> Costs {
        self.zip(base, |cost, base| cost / base)
    }

    fn zip(&self, other: &Costs, join: impl Fn(f64, f64) -> f64) -> Costs {
        let rounds = self.0.iter().zip(&other.0);
        Costs(
            rounds
                .map(|(a, b)| [join(a[0], b[0]), join(a[1], b[1])])
                .collect(),
        )
    }

    fn median(&self) -> [f64; 2] {
        [0, 1].map(|programs| median(self.0.iter().map(|cost| cost[programs])))
    }
}

/// Returns the versions of everything measured.
fn versions() -> Vec<String> {
    let crates = [
        "axum",
        "deadpool-postgres",
        "fred",
        "hardtack",
        "hyper",
        "tokio",
        "tokio-postgres",
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

const LOCK: &str = include_str!("../../../proof/Cargo.lock");
