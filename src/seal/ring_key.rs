use std::{sync::Arc, time::SystemTime};

use super::{
    key::{Key, KeyId},
    suite::{Prk, Suite},
};
use crate::time::{self, UnixSeconds};

/// A key on its way into a [`KeyRing`](crate::KeyRing), with the times at which its role changes.
#[derive(Debug)]
pub struct RingKey<K> {
    key: K,
    seal_from: Option<UnixSeconds>,
    accept_until: Option<UnixSeconds>,
}

impl<K> RingKey<K> {
    /// A key that seals from ever and opens for ever.
    #[must_use]
    pub fn new(key: K) -> RingKey<K> {
        RingKey {
            key,
            seal_from: None,
            accept_until: None,
        }
    }

    /// The key only opens before `moment`, and seals from then on, until a later key does.
    #[must_use]
    pub fn seal_from(self, moment: SystemTime) -> RingKey<K> {
        let seal_from = Some(time::unix_seconds(moment));
        RingKey { seal_from, ..self }
    }

    /// The key opens nothing from `moment` on.
    #[must_use]
    pub fn accept_until(self, moment: SystemTime) -> RingKey<K> {
        let accept_until = Some(time::unix_seconds(moment));
        RingKey {
            accept_until,
            ..self
        }
    }
}

impl<K: Key> RingKey<K> {
    pub(super) fn into_entry(self) -> Entry {
        let raw = self.key.raw();
        Entry {
            suite: raw.suite,
            id: raw.id,
            prk: Arc::new(raw.prk()),
            seal_from: self.seal_from,
            accept_until: self.accept_until,
        }
    }
}

impl<K: Key> From<K> for RingKey<K> {
    fn from(key: K) -> Self {
        RingKey::new(key)
    }
}

/// A key in a ring, without its kind.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(super) suite: Suite,
    pub(super) id: KeyId,
    pub(super) prk: Arc<Prk>,
    pub(super) seal_from: Option<UnixSeconds>,
    pub(super) accept_until: Option<UnixSeconds>,
}

impl Entry {
    pub(super) fn is_retired(&self, now: UnixSeconds) -> bool {
        self.accept_until.is_some_and(|until| now >= until)
    }
}
