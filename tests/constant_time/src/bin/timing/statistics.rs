//! Welch's t-test, as dudect applies it: to all samples, and to those below each of a hundred percentiles.

/// Greatest difference of two series, over all crops.
#[derive(Clone, Copy, Default)]
pub(crate) struct Difference {
    /// Welch's t.
    pub(crate) t: f64,
    /// Second mean less the first, in the crop that has this t.
    pub(crate) means: f64,
}

impl Difference {
    pub(crate) fn of(series: &[Vec<u32>; 2]) -> Difference {
        let mut all: Vec<u32> = series.iter().flatten().copied().collect();
        all.sort_unstable();
        let crops = (1..=CROPS).map(|crop| {
            let share = 1.0 - 0.5_f64.powf(10.0 * f64::from(crop) / f64::from(CROPS));
            all[(all.len() as f64 * share) as usize]
        });
        let limits = crops.chain([u32::MAX]);
        let differences = limits.map(|limit| below(series, limit));
        let greater = |a: Difference, b: Difference| if b.t.abs() > a.t.abs() { b } else { a };
        differences.fold(Difference::default(), greater)
    }
}

pub(crate) fn median(series: &[u32]) -> u32 {
    let mut sorted = series.to_vec();
    *sorted.select_nth_unstable(series.len() / 2).1
}

/// Of the samples up to `limit`. None, if there are too few to tell.
fn below(series: &[Vec<u32>; 2], limit: u32) -> Difference {
    let [first, second] = [&series[0], &series[1]].map(|times| {
        let kept = times.iter().filter(|&&time| time <= limit);
        Times::of(kept.map(|&time| f64::from(time)))
    });
    let spread = first.of_mean() + second.of_mean();
    if first.count < FEWEST || second.count < FEWEST || spread == 0.0 {
        return Difference::default();
    }
    let means = second.mean - first.mean;
    Difference {
        t: means / spread.sqrt(),
        means,
    }
}

/// Count, mean and sum of squared deviations, by Welford's algorithm.
#[derive(Default)]
struct Times {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Times {
    fn of(samples: impl Iterator<Item = f64>) -> Times {
        samples.fold(Times::default(), |mut times, sample| {
            times.count += 1.0;
            let before = sample - times.mean;
            times.mean += before / times.count;
            times.squares += before * (sample - times.mean);
            times
        })
    }

    /// Variance of the mean.
    fn of_mean(&self) -> f64 {
        self.squares / (self.count - 1.0).max(1.0) / self.count.max(1.0)
    }
}

const CROPS: u32 = 100;
/// Samples of each class in a crop, below which its t says nothing.
const FEWEST: f64 = 1000.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u64, mean: u32) -> Vec<u32> {
        let mut random = fastrand::Rng::with_seed(seed);
        (0..100_000).map(|_| mean + random.u32(..200)).collect()
    }

    #[test]
    fn two_series_of_one_kind_are_not_told_apart() {
        let difference = Difference::of(&[noise(1, 500), noise(2, 500)]);
        assert!(difference.t.abs() < 4.5, "{}", difference.t);
    }

    #[test]
    fn two_nanoseconds_among_two_hundred_are_told_apart() {
        let difference = Difference::of(&[noise(1, 500), noise(2, 502)]);
        assert!(difference.t > 4.5, "{}", difference.t);
        assert!(difference.means > 0.0);
    }

    #[test]
    fn a_rare_long_pause_does_not_hide_a_difference() {
        let mut series = [noise(1, 500), noise(2, 502)];
        for times in &mut series {
            times
                .iter_mut()
                .step_by(1000)
                .for_each(|time| *time += 10_000_000);
        }
        assert!(Difference::of(&series).t > 4.5);
    }

    /// Of unequal counts and variances, which Student's t does not allow for.
    #[test]
    fn t_is_that_of_welch() {
        let [first, second] = [vec![1.0, 2.0, 3.0, 4.0], vec![2.0, 4.0, 6.0, 8.0, 10.0]]
            .map(|samples| Times::of(samples.into_iter()));
        let t = (second.mean - first.mean) / (first.of_mean() + second.of_mean()).sqrt();
        // Means 2.5 and 6, variances 5/3 and 10: 3.5 / sqrt(5/12 + 2).
        assert!((t - 2.251_436).abs() < 1e-6, "{t}");
    }
}
