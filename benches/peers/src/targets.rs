//! Targets of the crate, compared with `PrivateJar` and a floor, and bounds on what it has reached.

use std::io::{self, Write};

use crate::{
    measure::{Bench, Cell, Id, Operation},
    peers::{
        ACTIX, COOKIE_ALONE, PRIVATE, SESHCOOKIE, TOKEN_ALONE, TOWER, TOWER_SESSIONS, TYPED, XAES,
        XAES_AWS_LC,
    },
    report::{row, with_spread},
    series::{Series, Spread},
    workloads::Size::{self, Large, Medium, Small},
};

/// Prints one line for each target whose rows were measured.
pub(crate) fn print(
    bench: &Bench,
    two_threads: Option<[Series; 2]>,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut targets = Targets::of(bench);
    targets.beside_private_jar();
    targets.beside_the_floor();
    targets.refusals();
    targets.allocations_beyond();
    targets.layer();
    targets.characters();
    if let Some([shared, machine]) = two_threads {
        let machine = with_spread(machine.spread(), 2);
        let text = format!("two threads, one cookie (sharing nothing: {machine})");
        targets.series(&text, Some(shared), AtLeast(1.85));
    }
    writeln!(
        out,
        "{}",
        row(["bound", "measured (lowest – highest fifth)", "kept?"])
    )?;
    writeln!(out, "{}", row(["---"; 3]))?;
    targets
        .lines
        .iter()
        .try_for_each(|line| writeln!(out, "{line}"))
}

/// The least that `PrivateJar` with JSON takes, as a multiple of a typed session: read and written, S, M and L.
const BESIDE_PRIVATE_JAR: [[f64; 3]; 2] = match (AWS_LC, BUILT_FOR_SPEED) {
    (true, false) => [[1.45, 2.1, 4.2], [1.1, 1.4, 2.2]],
    (true, true) => [[1.3, 1.85, 3.2], [0.95, 1.1, 1.4]],
    // As measured: read, before AWS-LC could be chosen; written, since a write reads its value back.
    (false, _) => [[0.75, 1.18, 2.33], [0.53, 0.6, 0.98]],
};

/// `true` if hardtack runs on AWS-LC, and if the variable for link-time optimization was set in the build.
const AWS_LC: bool = cfg!(feature = "aws-lc");
const BUILT_FOR_SPEED: bool = option_env!("CARGO_PROFILE_RELEASE_LTO").is_some();

#[derive(Clone, Copy)]
enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

use Limit::{AtLeast, AtMost};

struct Targets<'a> {
    bench: &'a Bench,
    lines: Vec<String>,
}

impl<'a> Targets<'a> {
    fn of(bench: &'a Bench) -> Targets<'a> {
        Targets {
            bench,
            lines: Vec::new(),
        }
    }

    /// Compares minima, because disturbances only add to times.
    fn beside_private_jar(&mut self) {
        let operations = [
            ("read", Operation::Read, Operation::Open),
            ("written", Operation::Write, Operation::Write),
        ];
        for ((what, ours, theirs), limits) in operations.into_iter().zip(BESIDE_PRIVATE_JAR) {
            for (size, least) in Size::ALL.into_iter().zip(limits) {
                let ours = self.least(TYPED, ours, size);
                let ratio = self.least(PRIVATE, theirs, size).zip(ours);
                let ratio = ratio.map(|(theirs, ours)| theirs / ours);
                let text = format!("cookie `PrivateJar`, {what}, {}, × hardtack", size.letter());
                self.figure(&text, ratio, AtLeast(least), 2);
            }
        }
    }

    /// XAES-256-GCM of the same library, postcard and base64, with everything prepared.
    fn beside_the_floor(&mut self) {
        let (floor, limits) = if AWS_LC {
            (XAES_AWS_LC, [1.9, 1.4, 1.2])
        } else {
            (XAES, [1.85, 1.55, 1.5])
        };
        for (size, most) in Size::ALL.into_iter().zip(limits) {
            let ours = self.least(COOKIE_ALONE, Operation::Read, size);
            let ratio = ours.zip(self.least(floor, Operation::Open, size));
            let text = format!("session read, {}, × floor", size.letter());
            let ratio = ratio.map(|(ours, floor)| ours / floor);
            self.figure(&text, ratio, AtMost(most), 2);
        }
    }

    fn refusals(&mut self) {
        for (what, operation) in [
            ("garbage", Operation::Garbage),
            ("unknown key", Operation::UnknownKey),
        ] {
            let count = self.allocations(TOKEN_ALONE, operation, Medium);
            self.figure(
                &format!("token, {what}, allocations"),
                count,
                AtMost(0.0),
                0,
            );
        }
    }

    fn allocations_beyond(&mut self) {
        for size in Size::ALL {
            let own = self.allocations(XAES, Operation::Open, size);
            let operations = [("opened", Operation::Open), ("written", Operation::Write)];
            for (what, operation) in operations {
                // A write reads the value back.
                let ours = self.allocations(COOKIE_ALONE, operation, size);
                let more = ours.zip(own).map(|(ours, own)| ours - own);
                let letter = size.letter();
                let text = format!("session {what}, {letter}, allocations beyond the value's");
                self.figure(&text, more, AtMost(4.0), 0);
            }
        }
    }

    fn layer(&mut self) {
        for (peer, least) in [(ACTIX, 2.0), (TOWER_SESSIONS, 4.4), (SESHCOOKIE, 1.9)] {
            let theirs = self.of_layer(peer, Operation::Read);
            let ours = self.of_layer(TOWER, Operation::Read);
            let ratio = theirs.zip(ours).map(|(theirs, ours)| theirs / ours);
            let text = format!("{peer}, read M, × our layer, both beyond an empty service");
            self.series(&text, ratio, AtLeast(least));
        }
    }

    fn characters(&mut self) {
        for (size, most) in [(Small, 114.0), (Medium, 350.0), (Large, 2922.0)] {
            let cell = self.cell(TYPED, Operation::Write, size);
            let characters = cell.and_then(|cell| cell.characters);
            let text = format!("characters of a typed session, {}", size.letter());
            self.figure(
                &text,
                characters.map(|characters| characters as f64),
                AtMost(most),
                0,
            );
        }
    }

    fn series(&mut self, text: &str, series: Option<Series>, limit: Limit) {
        self.line(text, series.map(|series| series.spread()), limit, 3);
    }

    fn figure(&mut self, text: &str, figure: Option<f64>, limit: Limit, digits: usize) {
        let spread = figure.map(|median| Spread {
            median,
            lowest: median,
            highest: median,
        });
        self.line(text, spread, limit, digits);
    }

    fn line(&mut self, text: &str, measured: Option<Spread>, limit: Limit, digits: usize) {
        let Some(measured) = measured else {
            return;
        };
        let (wanted, is_met) = match limit {
            AtMost(most) => (format!("at most {most}"), measured.median <= most),
            AtLeast(least) => (format!("at least {least}"), measured.median >= least),
        };
        let met = if is_met { "yes" } else { "**no**" };
        let target = format!("{text}: {wanted}");
        self.lines
            .push(row([target, with_spread(measured, digits), met.to_owned()]));
    }

    fn cell(&self, library: &'static str, operation: Operation, size: Size) -> Option<&'a Cell> {
        self.bench.cell(Id {
            library,
            operation,
            size,
        })
    }

    fn at(&self, library: &'static str, operation: Operation, size: Size) -> Option<Series> {
        self.cell(library, operation, size).map(Cell::series)
    }

    fn least(&self, library: &'static str, operation: Operation, size: Size) -> Option<f64> {
        self.cell(library, operation, size).map(Cell::least)
    }

    /// Beyond what the same service costs without a session layer.
    fn of_layer(&self, library: &'static str, operation: Operation) -> Option<Series> {
        let whole = self.at(library, operation, Medium)?;
        Some(whole - self.at(library, Operation::Empty, Medium)?)
    }

    fn allocations(&self, library: &'static str, operation: Operation, size: Size) -> Option<f64> {
        self.cell(library, operation, size)
            .map(|cell| cell.allocated().count)
    }
}
