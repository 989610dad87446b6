//! Time that opening and saving the visitor's own cookie takes on this machine.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use crate::pages::visit::Visit;

pub(super) struct Numbers {
    pub(super) open: Series,
    pub(super) save: Series,
    pub(super) is_debug: bool,
}

pub(super) struct Series {
    pub(super) median: String,
    /// The place of each bar in percent of the width, and its height in pixels.
    pub(super) bars: Vec<(usize, usize)>,
}

impl Numbers {
    /// Measures on the cookie of this request, which stays as it is.
    pub(super) fn measure(visit: &Visit) -> Numbers {
        let field = visit.arrived().unwrap_or_default().as_field();
        let (cookie, now) = (&visit.site.probe, visit.site.clock.now());
        let (mut open, mut save) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let begin = Instant::now();
            let session = cookie.load([&*field], now);
            black_box(session.is_empty());
            open.push(begin.elapsed());
            // Only a session that changed is saved.
            let is_changed = session.insert("round", round).is_ok();
            let begin = Instant::now();
            if is_changed && cookie.save(&session).is_ok() {
                save.push(begin.elapsed());
            }
        }
        Numbers {
            open: Series::of(open),
            save: Series::of(save),
            is_debug: cfg!(debug_assertions),
        }
    }
}

impl Series {
    fn of(mut times: Vec<Duration>) -> Series {
        times.sort_unstable();
        let median = times.get(times.len() / 2).copied().unwrap_or_default();
        let mut counts = [0; 100];
        for time in &times {
            counts[place(*time)] += 1;
        }
        let highest = counts.into_iter().max().unwrap_or_default();
        let bars = counts
            .into_iter()
            .enumerate()
            .filter(|(_, count)| *count > 0);
        let bars = bars.map(|(at, count)| (at, (count * HEIGHT / highest).max(2)));
        Series {
            median: format!("{:.1} µs", median.as_secs_f64() * 1e6),
            bars: bars.collect(),
        }
    }
}

/// Returns the place on the axis in percent: from 100 ns to 1 s, with seven powers of ten of the same width.
fn place(time: Duration) -> usize {
    let exponent = (time.as_secs_f64() * 1e7).log10();
    (exponent / 7.0 * 100.0).clamp(0.0, 99.0) as usize
}

const ROUNDS: usize = 400;
/// In pixels.
const HEIGHT: usize = 58;
