//! Measures what a second thread adds, by the processor time that both of them got.

use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use rustix::time::{ClockId, clock_gettime};

use crate::series::Series;

/// Function from which each thread of a measurement takes its work.
pub(crate) type Source = dyn Fn() -> Box<dyn FnMut()> + Sync;

/// Returns how much more two threads do than one, for each source, in this many rounds of each fifth.
pub(crate) fn scaling<const N: usize>(sources: [&Source; N], rounds: usize) -> [Series; N] {
    let mut all = [const { Vec::new() }; N];
    for _ in 0..5 {
        let mut fifths = [const { Vec::new() }; N];
        for _ in 0..rounds {
            for (source, fifth) in sources.iter().zip(&mut fifths) {
                fifth.push(throughput(*source, 2) / throughput(*source, 1));
            }
        }
        all.iter_mut()
            .zip(fifths)
            .for_each(|(all, fifth)| all.push(fifth));
    }
    all.map(Series)
}

/// Operations for each nanosecond of processor time, summed over the threads.
fn throughput(source: &Source, threads: usize) -> f64 {
    let start = Barrier::new(threads);
    let work = || {
        let mut operation = source();
        (0..WARM_UP).for_each(|_| operation());
        start.wait();
        let (deadline, before) = (Instant::now() + DURATION, processor_time());
        let mut operations = 0;
        while Instant::now() < deadline {
            (0..BETWEEN_LOOKS).for_each(|_| operation());
            operations += BETWEEN_LOOKS;
        }
        f64::from(operations) / (processor_time() - before)
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let rates = threads.into_iter().map(|thread| thread.join());
        rates
            .map(|rate| rate.expect("the work does not panic"))
            .sum()
    })
}

/// Nanoseconds that this thread ran.
fn processor_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

const DURATION: Duration = Duration::from_millis(20);
const WARM_UP: u32 = 100;
/// Operations between two looks at the clock.
const BETWEEN_LOOKS: u32 = 64;
