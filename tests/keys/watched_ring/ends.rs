//! Keys that open longer than an earlier ring said, as by a backup from before a leak: the sequences of ends.json.

use std::{collections::HashMap, env, fs};

use hardtack::{
    SessionCookie,
    keys::{KeyId, PollOutcome, Problem},
};
use serde_json::Value;

use super::{Vault, id, key, times::at, unsettled};

/// Keys by their letters in ends.json.
#[derive(Default)]
struct Keys(HashMap<char, String>);

impl Keys {
    /// Returns the text of a ring: `A<60>10` is a key with `accept_until` and `seal_from`, in seconds.
    fn ring(&mut self, words: &str) -> String {
        let lines = words.split(' ').map(|word| {
            let secret = self
                .0
                .entry(word.chars().next().unwrap())
                .or_insert_with(key);
            let mut line = secret.clone();
            for time in word[1..]
                .split_inclusive(['<', '>'])
                .zip(word[1..].split(['<', '>']).skip(1))
            {
                let name = if time.0.ends_with('<') {
                    "accept_until"
                } else {
                    "seal_from"
                };
                let time = humantime::format_rfc3339_seconds(at(time.1.parse().unwrap()));
                line += &format!(" {name}={time}");
            }
            line
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Returns the letters of these keys, as ends.json has them.
    fn letters(&self, ids: impl IntoIterator<Item = KeyId>) -> String {
        let letter = |found| self.0.iter().find(|(_, key)| id(key) == found).unwrap().0;
        let mut letters: Vec<_> = ids.into_iter().map(|id| letter(id).to_string()).collect();
        letters.sort();
        letters.join(" ")
    }
}

/// Follows the rings of a sequence, and compares what is told at each step.
fn follow(sequence: &Value, keys: &mut Keys) {
    let mut steps = sequence["steps"].as_array().unwrap().iter().map(|step| {
        let [_, ring, told, news] =
            [0, 1, 2, 3].map(|place| step[place].as_str().unwrap_or_default());
        (step[0].as_u64().unwrap(), ring, told, news)
    });
    let vault = Vault::with(keys.ring(steps.next().unwrap().1));
    let mut watched = vault.watch();
    let cookie = SessionCookie::encrypted(watched.keys()).build().unwrap();
    for (second, ring, told, news) in steps {
        let mut returned = Vec::new();
        if !ring.is_empty() {
            vault.put(keys.ring(ring));
            unsettled(&mut watched);
            match watched.poll(at(second)) {
                PollOutcome::Replaced { returned: keys, .. } => returned = keys,
                look => panic!("{look:?}"),
            }
        }
        let problems = cookie.keys_in_use(at(second)).problems;
        let problems = problems.into_iter().map(|problem| match problem {
            Problem::KeyReturned { key, .. } => key,
            other => panic!("{other}"),
        });
        let found = [keys.letters(problems), keys.letters(returned)];
        assert_eq!(found, [told, news], "{}: second {second}", sequence["name"]);
    }
}

#[test]
fn a_key_that_opens_longer_than_a_ring_said_is_told_whatever_rings_came_between() {
    let ours = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/ends.json");
    let path = env::var("ENDS").unwrap_or_else(|_| ours.to_owned());
    let sequences: Vec<Value> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let keys = &mut Keys::default();
    sequences.iter().for_each(|sequence| follow(sequence, keys));
}

#[test]
fn the_last_keys_that_left_are_remembered() {
    let keys: Vec<_> = (0..66).map(|_| key()).collect();
    for (back, expected) in [(1, vec![id(&keys[1])]), (0, vec![])] {
        let vault = Vault::with(&keys[0]);
        let mut watched = vault.watch();
        for (second, ring) in (1..).zip(keys[1..].iter().chain([&keys[back]])) {
            vault.put(ring);
            unsettled(&mut watched);
            match watched.poll(at(second)) {
                PollOutcome::Replaced { returned, .. } if second == 66 => {
                    assert_eq!(returned, expected);
                }
                PollOutcome::Replaced { .. } => {}
                look => panic!("{look:?}"),
            }
        }
    }
}
