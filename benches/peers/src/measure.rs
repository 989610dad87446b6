//! Cells, and the rounds in which they are measured.
//!
//! In every round, every cell runs one batch, in a new random order. If the machine is disturbed for a while, all cells are, so
//! the table takes ratios within each round, and then the median of the rounds. The places of things in memory affect single
//! cells, for as long as the process lives. So each fifth of a run is a process of its own, and each round begins at a random
//! depth of the stack.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use rand::seq::SliceRandom;

use crate::workloads::Size;

/// Work that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// A whole request that reads its session.
    Read,
    /// Changed, sealed, and formatted as a `Set-Cookie` field. Through a layer: the whole request.
    Write,
    /// A request whose handler leaves the session alone.
    Untouched,
    /// A request without any session layer.
    Empty,
}

/// One thing that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Id {
    pub(crate) library: &'static str,
    pub(crate) operation: Operation,
    pub(crate) size: Size,
}

/// Does its work as often as it is told, and returns how long that took, without what it prepared.
pub(crate) type Work = Box<dyn FnMut(usize) -> Duration>;

/// The same work again and again.
pub(crate) fn repeated<R>(mut operation: impl FnMut() -> R + 'static) -> Work {
    Box::new(move |operations| {
        let start = Instant::now();
        for _ in 0..operations {
            black_box(operation());
        }
        start.elapsed()
    })
}

/// Work that uses up what was prepared for it, few at a time: as in a request they are still in the cache.
pub(crate) fn prepared<P: 'static, R>(
    mut prepare: impl FnMut() -> P + 'static,
    mut operation: impl FnMut(&mut P) -> R + 'static,
) -> Work {
    let mut ready = Vec::with_capacity(AT_ONCE);
    Box::new(move |mut operations| {
        let mut total = Duration::ZERO;
        while operations > 0 {
            let count = operations.min(AT_ONCE);
            ready.extend((0..count).map(|_| prepare()));
            let start = Instant::now();
            for one in &mut ready {
                black_box(operation(one));
            }
            total += start.elapsed();
            ready.clear();
            operations -= count;
        }
        total
    })
}

/// How many are prepared before they are used.
const AT_ONCE: usize = 8;

/// Nanoseconds per operation, one for each round.
pub(crate) type Times = Vec<f64>;

struct Cell {
    id: Id,
    work: Work,
    times: Times,
}

/// All that is measured.
#[derive(Default)]
pub(crate) struct Bench {
    cells: Vec<Cell>,
    characters: Vec<(&'static str, Size, usize)>,
}

impl Bench {
    pub(crate) fn add(&mut self, id: Id, work: Work) {
        self.cells.push(Cell {
            id,
            work,
            times: Times::new(),
        });
    }

    pub(crate) fn add_characters(&mut self, library: &'static str, size: Size, value: &str) {
        self.characters.push((library, size, value.len()));
    }

    /// In the order in which they were added.
    pub(crate) fn libraries(&self) -> Vec<&'static str> {
        let mut libraries: Vec<_> = self.characters.iter().map(|(name, ..)| *name).collect();
        libraries.dedup();
        libraries
    }

    /// Of the cookie's value.
    pub(crate) fn characters(&self, library: &str, size: Size) -> Option<usize> {
        let mut characters = self.characters.iter();
        let found = characters.find(|(name, of, _)| *name == library && *of == size)?;
        Some(found.2)
    }

    pub(crate) fn times(&self, id: Id) -> Option<&[f64]> {
        let cell = self.cells.iter().find(|cell| cell.id == id)?;
        Some(&cell.times)
    }

    /// As many for one cell as for any other.
    pub(crate) fn rounds(&self) -> usize {
        self.cells.first().map_or(0, |cell| cell.times.len())
    }

    /// Measures one fifth, for as long as `time`, and one round at least. In the order of the cells.
    pub(crate) fn measure(&mut self, time: Duration) -> Vec<Times> {
        let batches: Vec<_> = self.cells.iter_mut().map(Cell::choose_batch).collect();
        let mut measured = vec![Times::new(); self.cells.len()];
        let mut order: Vec<usize> = (0..self.cells.len()).collect();
        let start = Instant::now();
        loop {
            order.shuffle(&mut rand::rng());
            below(rand::random_range(0..64), &mut || {
                for &i in &order {
                    measured[i].push(self.cells[i].time(batches[i]));
                }
            });
            if start.elapsed() >= time {
                return measured;
            }
        }
    }

    /// Adds what a process of its own measured of the same cells.
    pub(crate) fn add_fifth(&mut self, measured: Vec<Times>) {
        for (cell, times) in self.cells.iter_mut().zip(measured) {
            cell.times.extend(times);
        }
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
    /// As many operations as take a quarter of a millisecond, about: beside that, reading the clock is nothing.
    fn choose_batch(&mut self) -> usize {
        let mut batch = AT_ONCE;
        while self.time(batch) * (batch as f64) < 62_500.0 {
            batch *= 2;
        }
        ((250_000.0 / self.time(batch)) as usize).max(1)
    }

    /// Nanoseconds for one of so many operations.
    fn time(&mut self, operations: usize) -> f64 {
        (self.work)(operations).as_nanos() as f64 / operations as f64
    }
}

/// NaN where there is nothing.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    values.get(middle).copied().unwrap_or(f64::NAN)
}
