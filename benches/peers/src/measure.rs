//! Cells, and the rounds in which they are measured.
//!
//! In every round, every cell runs one batch, in a new random order. If the machine is disturbed for a while, all cells are, so
//! the tables take ratios within each round, and then the median of the rounds. The places of things in memory affect single
//! cells, for as long as the process lives. So each fifth of a run is a process of its own, and each round begins at a random
//! depth of the stack.

use std::{
    fmt,
    hint::black_box,
    time::{Duration, Instant},
};

use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use crate::{
    allocations::{Allocated, Counter},
    series::{Series, median},
    workloads::Size,
};

/// Work that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// The value, from what arrived.
    Open,
    /// A whole request that reads it: the same, and its end.
    Read,
    /// Changed, sealed, and formatted as a `Set-Cookie` field. Through a layer: the whole request.
    Write,
    /// `Open`, under the oldest of eight keys.
    OldestOfEight,
    /// `Open`, among twenty cookies of others.
    Beside,
    /// `Open`, of characters that nobody sealed.
    Garbage,
    /// `Open`, of a token under a key that is not in the ring.
    UnknownKey,
    /// `Open`, with one character changed.
    Tampered,
    /// A request whose handler leaves the session alone.
    Untouched,
    /// A request without any session layer.
    Empty,
    /// HMAC-SHA-256 over the content's bytes.
    Mac,
}

/// One thing that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Id {
    pub(crate) library: &'static str,
    pub(crate) operation: Operation,
    pub(crate) size: Size,
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {:?} {:?}", self.library, self.operation, self.size)
    }
}

/// Does its work as often as it is told. What it prepares is outside of `begin` and `end`.
pub(crate) type Work = Box<dyn FnMut(usize, &mut dyn Meter)>;

/// The same work again and again.
pub(crate) fn repeated<R>(mut operation: impl FnMut() -> R + 'static) -> Work {
    Box::new(move |operations, meter| {
        meter.begin();
        for _ in 0..operations {
            black_box(operation());
        }
        meter.end();
    })
}

/// Work that uses up what was prepared for it, few at a time: as in a request they are still in the cache.
pub(crate) fn prepared<P: 'static, R>(
    mut prepare: impl FnMut() -> P + 'static,
    mut operation: impl FnMut(&mut P) -> R + 'static,
) -> Work {
    let mut ready = Vec::with_capacity(AT_ONCE);
    Box::new(move |mut operations, meter| {
        while operations > 0 {
            let count = operations.min(AT_ONCE);
            ready.extend((0..count).map(|_| prepare()));
            meter.begin();
            for one in &mut ready {
                black_box(operation(one));
            }
            meter.end();
            ready.clear();
            operations -= count;
        }
    })
}

pub(crate) struct Cell {
    pub(crate) id: Id,
    /// Of the whole value, or of the token where there is no cookie.
    pub(crate) characters: Option<usize>,
    work: Work,
    fifths: Vec<Measured>,
}

/// What a fifth of a run tells of a cell.
#[derive(Serialize, Deserialize)]
pub(crate) struct Measured {
    allocated: Allocated,
    /// Nanoseconds per operation, one for each round.
    times: Vec<f64>,
}

/// All that is measured.
#[derive(Default)]
pub(crate) struct Bench {
    only: Vec<String>,
    cells: Vec<Cell>,
}

impl Bench {
    /// Of `only`, if that is not empty: rows whose names contain one of these.
    pub(crate) fn new(only: Vec<String>) -> Bench {
        Bench {
            only: only.iter().map(|name| name.to_lowercase()).collect(),
            cells: Vec::new(),
        }
    }

    pub(crate) fn wants(&self, library: &str) -> bool {
        let library = library.to_lowercase();
        self.only.is_empty() || self.only.iter().any(|name| library.contains(name))
    }

    pub(crate) fn add(&mut self, id: Id, characters: Option<usize>, work: Work) {
        self.cells.push(Cell {
            id,
            characters,
            work,
            fifths: Vec::new(),
        });
    }

    pub(crate) fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter()
    }

    pub(crate) fn cell(&self, id: Id) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.id == id)
    }

    pub(crate) fn series(&self, id: Id) -> Option<Series> {
        self.cell(id).map(Cell::series)
    }

    /// Measures one fifth, for as long as `time`, and one round at least. In the order of the cells.
    pub(crate) fn measure(&mut self, time: Duration) -> Vec<Measured> {
        let lap = cost_of_a_lap();
        let start_each = |cell: &mut Cell| (cell.start(), cell.choose_batch(lap));
        let (mut measured, batches): (Vec<_>, Vec<_>) =
            self.cells.iter_mut().map(start_each).unzip();
        let mut order: Vec<usize> = (0..self.cells.len()).collect();
        let start = Instant::now();
        loop {
            order.shuffle(&mut rand::rng());
            below(rand::random_range(0..64), &mut || {
                for &i in &order {
                    let time = self.cells[i].time(batches[i], lap) / batches[i] as f64;
                    measured[i].times.push(time);
                }
            });
            if start.elapsed() >= time {
                return measured;
            }
        }
    }

    /// Adds what a process of its own measured of the same cells.
    pub(crate) fn add_fifth(&mut self, measured: Vec<Measured>) {
        for (cell, measured) in self.cells.iter_mut().zip(measured) {
            cell.fifths.push(measured);
        }
    }

    /// As many for one cell as for any other.
    pub(crate) fn rounds(&self) -> usize {
        let fifths = self.cells.first().map_or(&[][..], |cell| &cell.fifths);
        fifths.iter().map(|fifth| fifth.times.len()).sum()
    }
}

/// Does `work` so many frames further down the stack: all together about a page.
#[inline(never)]
fn below(frames: u32, work: &mut dyn FnMut()) {
    let frame = black_box([0_u8; 32]);
    match frames.checked_sub(1) {
        Some(frames) => below(frames, work),
        None => work(),
    }
    black_box(frame);
}

impl Cell {
    pub(crate) fn series(&self) -> Series {
        let fifths = self.fifths.iter().map(|fifth| fifth.times.clone());
        Series(fifths.collect())
    }

    pub(crate) fn least(&self) -> f64 {
        let times = self.fifths.iter().flat_map(|fifth| &fifth.times);
        times.copied().fold(f64::INFINITY, f64::min)
    }

    pub(crate) fn allocated(&self) -> Allocated {
        let last = self.fifths.last();
        last.map(|fifth| fifth.allocated).unwrap_or_default()
    }

    /// Makes what is made once only, and counts allocations.
    fn start(&mut self) -> Measured {
        self.time(2 * AT_ONCE, 0.0);
        // One at a time: the peak is that of one.
        let mut counter = Counter::default();
        for _ in 0..AT_ONCE {
            (self.work)(1, &mut counter);
        }
        Measured {
            allocated: counter.per_operation(AT_ONCE),
            times: Vec::new(),
        }
    }

    fn choose_batch(&mut self, lap: f64) -> usize {
        let mut batch = 1;
        while self.time(batch, lap) < BATCH / 4.0 {
            batch *= 2;
        }
        let one = self.time(batch, lap) / batch as f64;
        ((BATCH / one) as usize).max(1)
    }

    /// Nanoseconds for so many operations.
    fn time(&mut self, operations: usize, lap: f64) -> f64 {
        let mut watch = Stopwatch::default();
        (self.work)(operations, &mut watch);
        watch.total - lap * watch.laps
    }
}

#[derive(Default)]
struct Stopwatch {
    started: Option<Instant>,
    total: f64,
    laps: f64,
}

impl Meter for Stopwatch {
    fn begin(&mut self) {
        self.started = Some(Instant::now());
    }

    fn end(&mut self) {
        let now = Instant::now();
        if let Some(started) = self.started.take() {
            self.total += (now - started).as_nanos() as f64;
            self.laps += 1.0;
        }
    }
}

/// Nanoseconds between a `begin` and an `end` with nothing between them.
fn cost_of_a_lap() -> f64 {
    let laps = (0..1001).map(|_| {
        let mut watch = Stopwatch::default();
        let meter: &mut dyn Meter = black_box(&mut watch);
        meter.begin();
        meter.end();
        watch.total
    });
    median(laps.collect())
}

/// Nanoseconds of one batch, about.
const BATCH: f64 = 250_000.0;
/// How many are prepared before they are used.
const AT_ONCE: usize = 8;

/// Measures between `begin` and `end`: time, or allocations.
pub(crate) trait Meter {
    fn begin(&mut self);
    fn end(&mut self);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_prepared_is_not_measured() {
        let mut work = prepared(|| vec![0u8; 100], |bytes| bytes.clone());
        let mut counter = Counter::default();
        work(3, &mut counter);
        let allocated = counter.per_operation(3);
        assert_eq!((allocated.count, allocated.peak), (1.0, 100));
    }
}
