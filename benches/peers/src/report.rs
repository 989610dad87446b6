//! The tables.

use std::io::{self, Write};

use crate::{
    measure::{Bench, Cell, Id, Operation},
    peers::{COOKIE_ALONE, TOKEN_ALONE, TOWER, TYPED},
    series::{Series, Spread},
    workloads::Size,
};

/// Prints one row for each library: its time as a multiple of hardtack's, and next to it in nanoseconds.
pub(crate) fn overview(bench: &Bench, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", row(HEADINGS))?;
    writeln!(out, "{}", row(HEADINGS.map(|_| "---")))?;
    for cell in bench.cells() {
        let Id {
            library,
            operation,
            size,
        } = cell.id;
        let is_alone = [COOKIE_ALONE, TOKEN_ALONE].contains(&library);
        if (operation, size) == (Operation::Write, Size::Medium) && !is_alone {
            writeln!(out, "{}", row(Row { bench, library }.cells()))?;
        }
    }
    writeln!(out, "{NOTES}")
}

const NOTES: &str = "
Times are multiples of hardtack's typed session, nanoseconds in brackets. Where there is an empty service, \
the row goes through a layer: the empty service is subtracted, it is compared with hardtack's tower layer, \
and to write includes to read. –: a library has no way to open under an older key, takes a bare token among \
no others, or has no layer.";

const HEADINGS: [&str; 15] = [
    "",
    "read S",
    "read M",
    "read L",
    "write S",
    "write M",
    "write L",
    "oldest of 8 keys, M",
    "20 other cookies, M",
    "garbage, M",
    "tampered, M",
    "untouched, M",
    "characters S, M, L",
    "allocations M, read, write",
    "empty service",
];

struct Row<'a> {
    bench: &'a Bench,
    library: &'static str,
}

impl Row<'_> {
    fn cells(&self) -> [String; 15] {
        let [s, m, l] = Size::ALL;
        let characters = Size::ALL.map(|size| self.characters(size));
        let allocations = [Operation::Read, Operation::Write].map(|done| self.allocations(done));
        let empty = self.series(Operation::Empty, m);
        [
            self.library.to_owned(),
            self.times(Operation::Read, s),
            self.times(Operation::Read, m),
            self.times(Operation::Read, l),
            self.times(Operation::Write, s),
            self.times(Operation::Write, m),
            self.times(Operation::Write, l),
            self.times(Operation::OldestOfEight, m),
            self.times(Operation::Beside, m),
            self.times(Operation::Garbage, m),
            self.times(Operation::Tampered, m),
            self.times(Operation::Untouched, m),
            characters.join(", "),
            allocations.join(", "),
            empty.map_or(DASH.to_owned(), |empty| nanoseconds(empty.spread().median)),
        ]
    }

    fn times(&self, operation: Operation, size: Size) -> String {
        let Some(series) = self.series(operation, size) else {
            return DASH.to_owned();
        };
        let time = nanoseconds(series.spread().median);
        let id = self.cell(operation, size).map(|cell| cell.id);
        match id.and_then(|id| times_of_hardtack(self.bench, id)) {
            Some(times) => format!("{:.2} ({time})", times.median),
            None => format!("({time})"),
        }
    }

    fn series(&self, operation: Operation, size: Size) -> Option<Series> {
        self.cell(operation, size)
            .map(|cell| of_session(self.bench, cell))
    }

    fn cell(&self, operation: Operation, size: Size) -> Option<&Cell> {
        let id = |operation| Id {
            library: self.library,
            operation,
            size,
        };
        let cell = self.bench.cell(id(operation));
        // Most libraries have nothing to do at the end of a request that only read.
        cell.or_else(|| {
            let is_read = operation == Operation::Read;
            self.bench.cell(id(Operation::Open)).filter(|_| is_read)
        })
    }

    fn characters(&self, size: Size) -> String {
        let characters = self
            .cell(Operation::Write, size)
            .and_then(|cell| cell.characters);
        characters.map_or(DASH.to_owned(), |characters| characters.to_string())
    }

    fn allocations(&self, operation: Operation) -> String {
        let cell = self.cell(operation, Size::Medium);
        cell.map_or(DASH.to_owned(), |cell| {
            format!("{:.0}", cell.allocated().count)
        })
    }
}

/// One row for each thing that was measured.
pub(crate) fn details(bench: &Bench, out: &mut impl Write) -> io::Result<()> {
    let headings = [
        "",
        "",
        "",
        "ns, median",
        "ns, minimum",
        "× hardtack (lowest – highest fifth)",
        "allocations",
        "peak bytes",
        "characters",
    ];
    writeln!(out, "{}", row(headings))?;
    writeln!(out, "{}", row(headings.map(|_| "---")))?;
    for cell in bench.cells() {
        let times = times_of_hardtack(bench, cell.id);
        let cells = [
            cell.id.library.to_owned(),
            format!("{:?}", cell.id.operation),
            cell.id.size.letter().to_owned(),
            nanoseconds(cell.series().spread().median),
            nanoseconds(cell.least()),
            times.map_or(DASH.to_owned(), |times| with_spread(times, 2)),
            format!("{:.1}", cell.allocated().count),
            cell.allocated().peak.to_string(),
            cell.characters
                .map_or(DASH.to_owned(), |characters| characters.to_string()),
        ];
        writeln!(out, "{}", row(cells))?;
    }
    Ok(())
}

/// What a session costs: of a service with a layer, without what the service costs alone.
fn of_session(bench: &Bench, cell: &Cell) -> Series {
    let alone = Id {
        operation: Operation::Empty,
        size: Size::Medium,
        ..cell.id
    };
    match bench.series(alone) {
        Some(empty) if cell.id.operation != Operation::Empty => cell.series() - empty,
        _ => cell.series(),
    }
}

/// The same done by hardtack: through its layer, if this goes through a layer.
fn times_of_hardtack(bench: &Bench, id: Id) -> Option<Spread> {
    let cell = bench.cell(id)?;
    let has_layer = bench.cell(Id {
        operation: Operation::Empty,
        size: Size::Medium,
        ..id
    });
    let library = if has_layer.is_some() { TOWER } else { TYPED };
    let reference = |operation| {
        let id = Id {
            library,
            operation,
            size: id.size,
        };
        bench.cell(id).map(|cell| of_session(bench, cell))
    };
    let own = bench.cell(Id {
        operation: Operation::Read,
        ..id
    });
    let reference = match id.operation {
        Operation::Empty => None,
        // Compared with a whole request, if the library knows no difference.
        Operation::Open if own.is_none() => reference(Operation::Read),
        operation => reference(operation),
    };
    Some((of_session(bench, cell) / reference?).spread())
}

pub(crate) fn with_spread(spread: Spread, digits: usize) -> String {
    let Spread {
        median,
        lowest,
        highest,
    } = spread;
    if lowest == highest {
        format!("{median:.digits$}")
    } else {
        format!("{median:.digits$} ({lowest:.digits$} – {highest:.digits$})")
    }
}

pub(crate) fn row<const N: usize>(cells: [impl AsRef<str>; N]) -> String {
    let cells = cells.each_ref().map(AsRef::as_ref);
    format!("| {} |", cells.join(" | "))
}

/// With a comma between thousands.
fn nanoseconds(time: f64) -> String {
    let digits = format!("{time:.0}");
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        let is_group = i > 0 && (digits.len() - i) % 3 == 0 && !text.ends_with('-');
        if is_group {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

const DASH: &str = "–";
