//! A key ring that follows its sources, mostly polled step by step without a thread.

mod dropped;
mod ends;
#[cfg(feature = "tracing")]
mod events;
mod files;
mod functions;
mod leaked;
mod problems;
mod sessions;
mod stopped;
mod threads;

use crate::common::browser;
use crate::common::folder;
use crate::common::new_key as key;
use crate::common::times;
#[cfg(feature = "tracing")]
use crate::common::told;

use std::sync::{Arc, Mutex};

use hardtack::{
    EncryptionKey,
    keys::{KeyId, PollOutcome, RingSource, WatchedKeyRing as Watched},
};

use times::at;

/// A ring of this key, as a file holds it.
fn file_of(key: &str) -> String {
    format!("{key}\n")
}

fn id(key: &str) -> KeyId {
    key.parse::<EncryptionKey>().unwrap().id()
}

fn watch(source: RingSource) -> Watched {
    Watched::from_sources([source]).unwrap()
}

/// The key that seals now.
fn seals(watched: &Watched) -> KeyId {
    watched.keys().current().sealing_key(at(0))
}

#[track_caller]
fn unchanged(watched: &mut Watched) {
    let look = watched.poll(at(0));
    assert!(matches!(look, PollOutcome::Unchanged), "{look:?}");
}

#[track_caller]
fn unsettled(watched: &mut Watched) {
    let look = watched.poll(at(0));
    assert!(matches!(look, PollOutcome::Unsettled), "{look:?}");
}

/// Asserts that two polls replace the ring, and that a third finds no change.
#[track_caller]
fn replaced(watched: &mut Watched) {
    replaced_at(watched, 0);
}

/// The same, at a second. Returns the keys whose sessions end.
#[track_caller]
fn replaced_at(watched: &mut Watched, second: u64) -> Vec<KeyId> {
    unsettled(watched);
    let dropped = match watched.poll(at(second)) {
        PollOutcome::Replaced { dropped, .. } => dropped,
        look => panic!("{look:?}"),
    };
    unchanged(watched);
    dropped
}

/// Asserts that two polls refuse the ring and keep the old one, and that later polls do not report it again. Returns
/// the error.
#[track_caller]
fn refused(watched: &mut Watched) -> String {
    let ring = watched.keys().current().fingerprint();
    unsettled(watched);
    let sentence = match watched.poll(at(0)) {
        PollOutcome::Refused(error) => error.to_string(),
        look => panic!("{look:?}"),
    };
    unchanged(watched);
    unchanged(watched);
    assert_eq!(watched.keys().current().fingerprint(), ring);
    sentence
}

/// A secret manager whose text can be changed.
#[derive(Clone)]
struct Vault(Arc<Mutex<Result<String, String>>>);

impl Vault {
    fn with(text: impl Into<String>) -> Vault {
        Vault(Arc::new(Mutex::new(Ok(text.into()))))
    }

    fn put(&self, text: impl Into<String>) {
        *self.0.lock().unwrap() = Ok(text.into());
    }

    fn fail(&self, error: &str) {
        *self.0.lock().unwrap() = Err(error.to_owned());
    }

    fn source(&self) -> RingSource {
        let vault = self.clone();
        RingSource::from_fn("the vault", move || Ok(vault.0.lock().unwrap().clone()?))
    }

    fn watch(&self) -> Watched {
        watch(self.source())
    }
}
