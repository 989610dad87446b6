//! Loop that times an operation on inputs of both classes, in random order.

use std::{hint::black_box, time::Instant};

use crate::operations::Operation;

/// Class of an input: `First` is all zeros, `Second` all ones, so that inputs are chosen by a mask and not by a branch.
#[derive(Clone, Copy)]
pub(crate) struct Class(u8);

impl Class {
    pub(crate) const FIRST: Class = Class(0);
    #[cfg(test)]
    pub(crate) const SECOND: Class = Class(0xFF);

    /// Returns `first` or `second`, after the same work.
    #[inline(always)]
    pub(crate) fn choose(self, first: u8, second: u8) -> u8 {
        let mask = black_box(self.0);
        (first & !mask) | (second & mask)
    }
}

/// Nanoseconds of each sample: of both classes, and of the control, whose two halves are both of the first class.
pub(crate) struct Times {
    pub(crate) test: [Vec<u32>; 2],
    pub(crate) control: [Vec<u32>; 2],
}

/// Takes `samples` of each of four series. Which one is next is drawn at random, so that whatever else happens on the
/// machine happens to all of them.
pub(crate) fn measure(operation: &mut Operation, samples: usize) -> Times {
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut series: [Vec<u32>; 4] = std::array::from_fn(|_| Vec::with_capacity(2 * samples));
    for _ in 0..WARM_UP {
        time(operation, Class::FIRST, &mut random);
    }
    while series.iter().any(|times| times.len() < samples) {
        let draw = random.u8(..4);
        // The series 0 and 1 are the classes, 2 and 3 the control.
        let is_second = draw == 1;
        let class = Class(0_u8.wrapping_sub(u8::from(is_second)));
        let nanoseconds = time(operation, class, &mut random);
        series[usize::from(draw)].push(nanoseconds);
    }
    series.iter_mut().for_each(|times| times.truncate(samples));
    let [first, second, one, other] = series;
    Times {
        test: [first, second],
        control: [one, other],
    }
}

fn time(operation: &mut Operation, class: Class, random: &mut fastrand::Rng) -> u32 {
    operation.timed.prepare(class, random);
    let start = Instant::now();
    let outcome = operation.timed.work();
    let end = Instant::now();
    black_box(outcome);
    u32::try_from((end - start).as_nanos()).unwrap_or(u32::MAX)
}

const WARM_UP: usize = 10_000;
/// One order of the classes for every run, so that a run can be repeated.
const SEED: u64 = 0x4861_7264_7461_636b;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_chooses_one_of_two_bytes() {
        assert_eq!(Class::FIRST.choose(1, 2), 1);
        assert_eq!(Class::SECOND.choose(1, 2), 2);
    }
}
