//! Figures of rounds, and what becomes of them.

use std::ops::{Add, Div, Sub};

/// A figure of each round of each fifth.
#[derive(Clone, Debug)]
pub(crate) struct Series(pub(crate) Vec<Vec<f64>>);

impl Series {
    fn with(self, other: Series, operation: fn(f64, f64) -> f64) -> Series {
        let fifths = self.0.into_iter().zip(other.0);
        let joined = fifths.map(|(ours, theirs)| {
            let pairs = ours.into_iter().zip(theirs);
            pairs.map(|(a, b)| operation(a, b)).collect()
        });
        Series(joined.collect())
    }

    pub(crate) fn spread(&self) -> Spread {
        let medians = self.0.iter().cloned().map(median);
        let (lowest, highest) = medians.fold(
            (f64::INFINITY, f64::NEG_INFINITY),
            |(lowest, highest), median| (lowest.min(median), highest.max(median)),
        );
        Spread {
            median: median(self.0.concat()),
            lowest,
            highest,
        }
    }
}

impl Add for Series {
    type Output = Series;

    fn add(self, other: Series) -> Series {
        self.with(other, f64::add)
    }
}

impl Sub for Series {
    type Output = Series;

    fn sub(self, other: Series) -> Series {
        self.with(other, f64::sub)
    }
}

impl Div for Series {
    type Output = Series;

    fn div(self, other: Series) -> Series {
        self.with(other, f64::div)
    }
}

impl Div<f64> for Series {
    type Output = Series;

    fn div(mut self, divisor: f64) -> Series {
        self.0
            .iter_mut()
            .flatten()
            .for_each(|value| *value /= divisor);
        self
    }
}

/// A figure of a run, and the medians of its fifths that lie furthest apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) lowest: f64,
    pub(crate) highest: f64,
}

/// NaN where there is nothing.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    values.get(middle).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_is_that_of_the_fifths() {
        let fifths = (0..5).map(|i| vec![f64::from(2 * i), f64::from(2 * i + 1)]);
        let spread = Series(fifths.collect()).spread();
        assert_eq!(
            (spread.lowest, spread.median, spread.highest),
            (1.0, 5.0, 9.0)
        );
    }
}
