//! Keys that come and go.

use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use hardtack::EncryptionKey;
use serde_json::json;
use ureq::Agent;

use crate::{demo::Demo, tally::Tally};

/// The keys of the demo, the one that seals first.
pub(crate) struct Keys(Mutex<VecDeque<String>>);

impl Keys {
    pub(crate) fn new() -> Keys {
        Keys(Mutex::new(VecDeque::from([fresh()])))
    }

    /// Returns the text of the ring.
    pub(crate) fn ring(&self) -> String {
        let keys = self.0.lock().expect("nobody panicked");
        keys.iter().cloned().collect::<Vec<_>>().join(",")
    }

    /// Lets a new key seal every few seconds, and drops the oldest.
    pub(crate) fn rotate(&self, demo: &Demo, is_over: &AtomicBool, tally: &Tally) {
        let agent = Agent::new_with_defaults();
        while !is_over.load(Ordering::Relaxed) {
            thread::sleep(BETWEEN_KEYS);
            {
                let mut keys = self.0.lock().expect("nobody panicked");
                keys.push_front(fresh());
                keys.truncate(MOST_KEYS);
            }
            let request = agent.put(format!("{}/api/keys", demo.base));
            let request = request.header("content-type", "application/json");
            let answer = request.send(json!({ "ring": self.ring() }).to_string());
            tally.rotated(answer.is_ok());
        }
    }
}

/// Returns the number of rotations in this time on a machine that is busy.
pub(crate) fn least_rotations(duration: Duration) -> u64 {
    duration.as_secs() / (2 * BETWEEN_KEYS.as_secs())
}

fn fresh() -> String {
    let key = EncryptionKey::generate().expect("random bytes");
    key.expose_secret().to_string()
}

const BETWEEN_KEYS: Duration = Duration::from_secs(3);
/// A visitor comes back long before its key is dropped.
const MOST_KEYS: usize = 4;
