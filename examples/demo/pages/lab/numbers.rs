//! What opening and saving the visitor's own cookie costs on this machine, beside a network.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use crate::pages::{token::as_field, visit::Visit};

pub(super) struct Numbers {
    pub(super) open: Series,
    pub(super) save: Series,
    pub(super) ticks: Vec<Mark>,
    pub(super) networks: Vec<Mark>,
    pub(super) is_debug: bool,
}

pub(super) struct Series {
    pub(super) median: String,
    pub(super) bars: Vec<Bar>,
}

/// In percent of the width, and pixels.
pub(super) struct Bar {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A place on the axis.
pub(super) struct Mark {
    pub(super) x: f64,
    pub(super) y: usize,
    pub(super) label: &'static str,
}

impl Numbers {
    /// Measures on the cookie of this request, which stays as it is.
    pub(super) fn measure(visit: &Visit) -> Numbers {
        let cookies = visit.arrived().map_or_else(Vec::new, |token| token.cookies);
        let field = as_field(&cookies);
        let (cookie, now) = (&visit.site.probe, visit.site.clock.now());
        let mut times = [Vec::new(), Vec::new()];
        for round in 0..ROUNDS {
            let begin = Instant::now();
            let session = cookie.load([&*field], now);
            black_box(session.is_empty());
            let opened = begin.elapsed();
            // Only a session that changed is saved.
            let is_changed = session.insert("round", round).is_ok();
            let begin = Instant::now();
            let is_saved = is_changed && cookie.save(&session).is_ok();
            let saved = begin.elapsed();
            times[0].push(opened);
            times[1].extend(is_saved.then_some(saved));
        }
        let [open, save] = times;
        Numbers {
            open: Series::of(open, AXIS / 2.0),
            save: Series::of(save, AXIS),
            ticks: TICKS.map(|(seconds, label)| mark(seconds, 0, label)).into(),
            networks: NETWORKS
                .map(|(seconds, y, label)| mark(seconds, y, label))
                .into(),
            is_debug: cfg!(debug_assertions),
        }
    }
}

impl Series {
    /// Draws bars that stand on `base`.
    fn of(mut times: Vec<Duration>, base: f64) -> Series {
        times.sort_unstable();
        let median = times.get(times.len() / 2).copied().unwrap_or_default();
        let bins = times.iter().fold([0usize; BINS], |mut bins, time| {
            let at = place(time.as_secs_f64()) * BINS as f64 / 100.0;
            bins[(at as usize).min(BINS - 1)] += 1;
            bins
        });
        let highest = bins.iter().max().copied().unwrap_or(1).max(1) as f64;
        let bars = bins.iter().enumerate().filter(|(_, count)| **count > 0);
        let bars = bars.map(|(number, count)| {
            let height = (*count as f64 / highest * HEIGHT).max(2.0).round();
            Bar {
                x: number as f64 * 100.0 / BINS as f64,
                y: base - height,
                width: 100.0 / BINS as f64,
                height,
            }
        });
        Series {
            median: micros(median),
            bars: bars.collect(),
        }
    }
}

fn micros(time: Duration) -> String {
    format!("{:.1} µs", time.as_secs_f64() * 1e6)
}

fn mark(seconds: f64, y: usize, label: &'static str) -> Mark {
    Mark {
        x: place(seconds),
        y,
        label,
    }
}

/// Returns the place on the axis in percent: from 100 ns to 1 s, each power of ten as wide.
fn place(seconds: f64) -> f64 {
    let exponent = seconds.max(SHORTEST).log10() - SHORTEST.log10();
    let place = exponent / DECADES * 100.0;
    (place.clamp(0.0, 100.0) * 100.0).round() / 100.0
}

const ROUNDS: usize = 400;
const SHORTEST: f64 = 1e-7;
const DECADES: f64 = 7.0;
const BINS: usize = 84;
/// In pixels from the top.
const AXIS: f64 = 140.0;
const HEIGHT: f64 = 58.0;
const TICKS: [(f64, &str); 3] = [(1e-6, "1 µs"), (1e-5, "10 µs"), (1e-4, "100 µs")];
/// With the height of each label: no line crosses that of the next.
const NETWORKS: [(f64, usize, &str); 3] =
    [(1e-3, 68, "1 ms"), (0.02, 44, "20 ms"), (0.1, 20, "100 ms")];
