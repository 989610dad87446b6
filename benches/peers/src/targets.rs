//! What the crate has reached, with about a tenth of room, and whether it still does.

use std::io::{self, Write};

use crate::{
    measure::{Bench, Cell, Id, Operation},
    peers::{
        ACTIX, COOKIE_ALONE, DICTIONARY, HMAC, PRIVATE, TOKEN_ALONE, TOWER, TOWER_SESSIONS, TYPED,
        XAES,
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
    targets.token();
    targets.session();
    targets.writing();
    targets.dictionary();
    targets.beside_peers();
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

    /// A bare token, opened into `T`. It is `SessionToken` that does so.
    fn token(&mut self) {
        for (size, most) in [(Small, 1.5), (Medium, 1.35), (Large, 1.3)] {
            let text = format!("token opened, {}, × floor", size.letter());
            self.ratio(
                &text,
                (TOKEN_ALONE, Operation::Open),
                (XAES, Operation::Open),
                size,
                AtMost(most),
            );
        }
        for (what, operation) in [
            ("garbage", Operation::Garbage),
            ("unknown key", Operation::UnknownKey),
        ] {
            let text = format!("token, {what}, × opened M");
            let opened = (TOKEN_ALONE, Operation::Open);
            self.ratio(
                &text,
                (TOKEN_ALONE, operation),
                opened,
                Medium,
                AtMost(0.08),
            );
            let count = self.allocations(TOKEN_ALONE, operation, Medium);
            self.figure(&format!("token, {what}, allocations"), count, AtMost(0.0));
        }
    }

    fn session(&mut self) {
        for (size, most) in [(Small, 1.85), (Medium, 1.55), (Large, 1.5)] {
            let text = format!("session opened, {}, × floor", size.letter());
            self.ratio(
                &text,
                (COOKIE_ALONE, Operation::Open),
                (XAES, Operation::Open),
                size,
                AtMost(most),
            );
            let ours = self.allocations(COOKIE_ALONE, Operation::Open, size);
            let own = self.allocations(XAES, Operation::Open, size);
            let more = ours.zip(own).map(|(ours, own)| ours - own);
            let text = format!(
                "session opened, {}, allocations beyond the value's",
                size.letter()
            );
            self.figure(&text, more, AtMost(4.0));
        }
        let tampered = (COOKIE_ALONE, Operation::Tampered);
        let floor = (XAES, Operation::Tampered);
        self.ratio(
            "session, tampered M, × floor",
            tampered,
            floor,
            Medium,
            AtMost(1.95),
        );
    }

    fn writing(&mut self) {
        for (size, most) in [(Small, 1.9), (Medium, 1.7), (Large, 1.45)] {
            let floor = self.at(XAES, Operation::Write, size);
            let mac = self.at(HMAC, Operation::Mac, size);
            let both = floor.zip(mac).map(|(floor, mac)| floor + mac);
            let ours = self.at(COOKIE_ALONE, Operation::Write, size);
            let ratio = ours.zip(both).map(|(ours, both)| ours / both);
            let text = format!("session written, {}, × (floor + one HMAC)", size.letter());
            self.series(&text, ratio, AtMost(most));
            let count = self.allocations(COOKIE_ALONE, Operation::Write, size);
            let text = format!("session written, {}, allocations", size.letter());
            self.figure(&text, count, AtMost(4.0));
        }
    }

    fn dictionary(&mut self) {
        let (opened, theirs) = ((DICTIONARY, Operation::Open), (PRIVATE, Operation::Open));
        let text = "dictionary, opened M and one `get`, × cookie `PrivateJar`";
        self.ratio(text, opened, theirs, Medium, AtMost(1.25));
        let (written, theirs) = ((DICTIONARY, Operation::Write), (PRIVATE, Operation::Write));
        let text = "dictionary, written M, × cookie `PrivateJar`";
        self.ratio(text, written, theirs, Medium, AtMost(1.45));
    }

    fn beside_peers(&mut self) {
        let (theirs, ours) = ((PRIVATE, Operation::Open), (COOKIE_ALONE, Operation::Open));
        let text = "cookie `PrivateJar`, opened M, × session opened";
        self.ratio(text, theirs, ours, Medium, AtLeast(1.1));
        for (peer, least) in [(ACTIX, 2.0), (TOWER_SESSIONS, 4.4)] {
            let theirs = self.of_layer(peer, Operation::Read);
            let ours = self.of_layer(TOWER, Operation::Read);
            let ratio = theirs.zip(ours).map(|(theirs, ours)| theirs / ours);
            let text = format!("{peer}, read M, × our layer, both beyond an empty service");
            self.series(&text, ratio, AtLeast(least));
        }
    }

    fn layer(&mut self) {
        let opened = self.at(COOKIE_ALONE, Operation::Open, Medium);
        let beyond = |series: Option<Series>| Some(series? / opened.clone()?);

        let read = self.of_layer(TOWER, Operation::Read);
        let core = self.at(TYPED, Operation::Read, Medium);
        let more = read.zip(core).map(|(read, core)| read - core);
        let text = "layer, a request that reads M, beyond the core alone, × session opened";
        self.series(text, beyond(more), AtMost(0.22));

        let untouched = self.of_layer(TOWER, Operation::Untouched);
        let text = "layer, untouched, beyond an empty service, × session opened";
        self.series(text, beyond(untouched), AtMost(0.13));

        let beside = self.at(COOKIE_ALONE, Operation::Beside, Medium);
        let each = beside
            .zip(opened.clone())
            .map(|(beside, alone)| (beside - alone) / 20.0);
        let text = "each unrelated cookie, × session opened";
        self.series(text, beyond(each), AtMost(0.005));
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
            );
        }
    }

    fn ratio(
        &mut self,
        text: &str,
        (of, done): (&'static str, Operation),
        (to, beside): (&'static str, Operation),
        size: Size,
        limit: Limit,
    ) {
        let pair = self.at(of, done, size).zip(self.at(to, beside, size));
        self.series(text, pair.map(|(of, to)| of / to), limit);
    }

    fn series(&mut self, text: &str, series: Option<Series>, limit: Limit) {
        self.line(text, series.map(|series| series.spread()), limit, 3);
    }

    fn figure(&mut self, text: &str, figure: Option<f64>, limit: Limit) {
        let spread = figure.map(|median| Spread {
            median,
            lowest: median,
            highest: median,
        });
        self.line(text, spread, limit, 0);
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
