use std::{
    collections::BTreeMap,
    error::Error,
    process::{Command, Stdio},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Instructions, by the name of what was done.
#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Counts(BTreeMap<String, u64>);

impl Counts {
    /// Runs the benches under callgrind.
    pub(crate) fn measure() -> Result<Counts, Box<dyn Error>> {
        Counts::of("*")
    }

    /// Runs the benches that write again, and keeps the smaller counts.
    pub(crate) fn measure_writes_again(&mut self) -> Result<(), Box<dyn Error>> {
        let Counts(again) = Counts::of("*write*")?;
        for (name, count) in again {
            let least = self.0.entry(name).or_insert(count);
            *least = count.min(*least);
        }
        Ok(())
    }

    /// Runs the benches whose names match a pattern.
    fn of(pattern: &str) -> Result<Counts, Box<dyn Error>> {
        let output = Command::new(env!("CARGO"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args([
                "bench",
                "--quiet",
                "--bench",
                "sessions",
                "--",
                "--output-format=json",
                pattern,
            ])
            .stderr(Stdio::inherit())
            .output()?;
        if !output.status.success() {
            return Err("the benches failed; the lines above say why".into());
        }
        let mut counts = Counts::default();
        for line in String::from_utf8(output.stdout)?.lines() {
            let summary: Value = serde_json::from_str(line)?;
            let count = summary.pointer("/profiles/0/data/total/metrics/Ir/values/new");
            let named = summary["id"].as_str().zip(count.and_then(Value::as_u64));
            let (name, count) =
                named.ok_or("a summary of gungraun has another form than expected")?;
            counts.0.insert(name.to_owned(), count);
        }
        Ok(counts)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, &count)| (name.as_str(), count))
    }

    pub(crate) fn get(&self, name: &str) -> Option<u64> {
        self.0.get(name).copied()
    }

    /// Returns a sentence for each count that is too far above the one here, and for each that has no counterpart.
    pub(crate) fn regressions(&self, now: &Counts) -> Vec<String> {
        let gone = self.iter().filter(|(name, _)| now.get(name).is_none());
        let mut wrong: Vec<String> = gone
            .map(|(name, _)| format!("{name} is in the baseline and not measured; {ACCEPT}"))
            .collect();
        for (name, count) in now.iter() {
            match self.get(name) {
                None => wrong.push(format!("{name} is not in the baseline; {ACCEPT}")),
                Some(before) if count as f64 > before as f64 * MOST_GROWTH => {
                    let percent = (count as f64 / before as f64 - 1.0) * 100.0;
                    wrong.push(format!(
                        "{name} takes {count} instructions, {percent:.1} % more than the {before} of \
                         the baseline, the limit is 5 %; make it faster, or {ACCEPT}"
                    ));
                }
                Some(_) => {}
            }
        }
        wrong
    }

    /// Returns a sentence for each broken rule among those that hold on every machine.
    pub(crate) fn broken_rules(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut check = |what, few, many, percent: u64| {
            let [few, many] = [few, many].map(|name| self.get(name));
            let pair = few.zip(many);
            if pair.is_none_or(|(few, many)| many * 100 > few * (100 + percent)) {
                wrong.push(format!(
                    "{what} takes {many:?} instructions, and {few:?} with one key, the limit is {percent} % more"
                ));
            }
        };
        let garbage = "opening garbage with 64 keys";
        check(garbage, GARBAGE_WITH_ONE_KEY, GARBAGE_WITH_MANY_KEYS, 20);
        let oldest = "opening under the oldest of 8 keys";
        check(oldest, UNDER_THE_ONLY_KEY, UNDER_THE_OLDEST_KEY, 1);
        wrong
    }
}

const GARBAGE_WITH_ONE_KEY: &str = "open_garbage_with_1_key";
const GARBAGE_WITH_MANY_KEYS: &str = "open_garbage_with_64_keys";
const UNDER_THE_ONLY_KEY: &str = "open_session_m";
const UNDER_THE_OLDEST_KEY: &str = "open_session_m_under_the_oldest_of_8_keys";

const MOST_GROWTH: f64 = 1.05;
const ACCEPT: &str = "accept it with `cargo run --release -- --update`";

#[cfg(test)]
mod tests {
    use super::*;

    fn counts<const N: usize>(counts: [(&str, u64); N]) -> Counts {
        Counts(counts.map(|(name, count)| (name.to_owned(), count)).into())
    }

    #[test]
    fn more_than_five_percent_is_a_regression() {
        let baseline = counts([("a", 1000)]);
        assert!(baseline.regressions(&counts([("a", 1050)])).is_empty());
        assert!(baseline.regressions(&counts([("a", 1)])).is_empty());
        let wrong = baseline.regressions(&counts([("a", 1051)]));
        assert_eq!(
            wrong,
            [
                "a takes 1051 instructions, 5.1 % more than the 1000 of the baseline, the limit is 5 %; make \
              it faster, or accept it with `cargo run --release -- --update`"
            ]
        );
    }

    #[test]
    fn what_is_on_one_side_only_is_a_regression() {
        let (one, other) = (counts([("a", 1)]), counts([("b", 1)]));
        assert_eq!(one.regressions(&other).len(), 2);
    }

    #[test]
    fn the_number_of_keys_hardly_counts() {
        let good = [
            (GARBAGE_WITH_ONE_KEY, 100),
            (GARBAGE_WITH_MANY_KEYS, 120),
            (UNDER_THE_ONLY_KEY, 1000),
            (UNDER_THE_OLDEST_KEY, 1010),
        ];
        assert!(counts(good).broken_rules().is_empty());
        let mut slower = good;
        slower[1].1 = 121;
        slower[3].1 = 1011;
        assert_eq!(counts(slower).broken_rules().len(), 2);
        assert_eq!(Counts::default().broken_rules().len(), 2);
    }
}
