//! The table.

use crate::{
    measure::{Bench, Id, Operation, median},
    peers::{TOWER, TYPED},
    workloads::Size,
};

const HEADINGS: [&str; 9] = [
    "",
    "read S",
    "read M",
    "read L",
    "write S",
    "write M",
    "write L",
    "untouched",
    "characters S, M, L, login",
];

/// Prints one row for each library: its times as multiples of hardtack's, and next to them in nanoseconds.
pub(crate) fn print(bench: &Bench) {
    println!("{}", row(&HEADINGS));
    println!("{}", row(&HEADINGS.map(|_| "---")));
    for library in bench.libraries() {
        let mut cells = vec![library.to_owned()];
        for operation in [Operation::Read, Operation::Write] {
            cells.extend(Size::MEASURED.map(|size| times(bench, library, operation, size)));
        }
        cells.push(times(bench, library, Operation::Untouched, Size::Medium));
        let characters = Size::ALL.map(|size| {
            let characters = bench.characters(library, size);
            characters.map_or(NOTHING.to_owned(), |characters| characters.to_string())
        });
        cells.push(characters.join(", "));
        println!("{}", row(&cells));
    }
    println!(
        "\nTimes are multiples of a typed session's, nanoseconds in brackets. A row with *untouched* goes through a layer: the \
         same service without one is subtracted, it is compared with hardtack's tower layer, and to write includes to read."
    );
}

fn times(bench: &Bench, library: &'static str, operation: Operation, size: Size) -> String {
    let Some(own) = of_session(bench, library, operation, size) else {
        return NOTHING.to_owned();
    };
    let is_layer = of_session(bench, library, Operation::Untouched, Size::Medium).is_some();
    let hardtack = if is_layer { TOWER } else { TYPED };
    let Some(ours) = of_session(bench, hardtack, operation, size) else {
        return NOTHING.to_owned();
    };
    let ratio = median(own.iter().zip(&ours).map(|(own, ours)| own / ours));
    format!("{ratio:.2} ({:.0})", median(own.into_iter()))
}

/// What a session costs in each round: of a service with a layer, without what the service costs alone.
fn of_session(
    bench: &Bench,
    library: &'static str,
    operation: Operation,
    size: Size,
) -> Option<Vec<f64>> {
    let times = |operation, size| {
        bench.times(Id {
            library,
            operation,
            size,
        })
    };
    let whole = times(operation, size)?.iter();
    Some(match times(Operation::Empty, Size::Medium) {
        Some(alone) => whole
            .zip(alone)
            .map(|(whole, alone)| whole - alone)
            .collect(),
        None => whole.copied().collect(),
    })
}

fn row(cells: &[impl AsRef<str>]) -> String {
    cells
        .iter()
        .map(|cell| format!("| {} ", cell.as_ref()))
        .collect::<String>()
        + "|"
}

const NOTHING: &str = "–";
