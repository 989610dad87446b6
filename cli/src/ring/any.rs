use std::{
    str::FromStr,
    time::{Duration, SystemTime},
};

use hardtack::{
    EncryptionKey, KeyRing, SessionCookie, SessionHeader, SessionToken, SigningKey,
    carrier::{SessionCookieBuilder, SessionHeaderBuilder, SessionTokenBuilder},
    keys::{Fingerprint, KeyId, KeyInfo, KeyRole, RingError},
};

/// A ring of either kind of key.
#[derive(Clone)]
pub(crate) enum AnyRing {
    Encryption(KeyRing<EncryptionKey>),
    Signing(KeyRing<SigningKey>),
}

macro_rules! either {
    ($ring:expr, $inner:ident => $result:expr) => {
        match $ring {
            AnyRing::Encryption($inner) => $result,
            AnyRing::Signing($inner) => $result,
        }
    };
}

impl AnyRing {
    /// Returns the keys in the order in which each takes over from the one before it.
    pub(crate) fn keys(&self) -> Vec<KeyInfo> {
        either!(self, ring => ring.keys())
    }

    pub(crate) fn seals(&self, at: SystemTime) -> KeyId {
        either!(self, ring => ring.sealing_key(at))
    }

    /// Returns the key that seals.
    pub(crate) fn sealing(&self, at: SystemTime) -> KeyInfo {
        let id = self.seals(at);
        let sealing = self.keys().into_iter().find(|key| key.id == id);
        sealing.expect("a key of the ring seals")
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        either!(self, ring => ring.fingerprint())
    }

    pub(crate) fn not_before(&self) -> Option<SystemTime> {
        either!(self, ring => ring.not_before())
    }

    pub(crate) fn cookie(&self) -> SessionCookieBuilder {
        match self.clone() {
            AnyRing::Encryption(ring) => SessionCookie::encrypted(ring),
            AnyRing::Signing(ring) => SessionCookie::unencrypted_but_signed(ring),
        }
    }

    pub(crate) fn header(&self, name: &str) -> SessionHeaderBuilder {
        match self.clone() {
            AnyRing::Encryption(ring) => SessionHeader::encrypted(name, ring),
            AnyRing::Signing(ring) => SessionHeader::unencrypted_but_signed(name, ring),
        }
    }

    pub(crate) fn token(&self, purpose: &str) -> SessionTokenBuilder {
        match self.clone() {
            AnyRing::Encryption(ring) => SessionToken::encrypted(purpose, ring),
            AnyRing::Signing(ring) => SessionToken::unencrypted_but_signed(purpose, ring),
        }
    }

    /// Returns the key that takes over from this one.
    pub(crate) fn next_after(&self, id: KeyId) -> Option<KeyInfo> {
        let keys = self.keys().into_iter();
        keys.skip_while(|key| key.id != id).nth(1)
    }

    /// Returns the keys that begin to seal after `at`, with their times.
    pub(crate) fn planned_after(
        &self,
        at: SystemTime,
    ) -> impl Iterator<Item = (KeyId, SystemTime)> {
        let keys = self.keys().into_iter();
        let planned = keys.filter_map(|key| Some((key.id, key.seal_from?)));
        planned.filter(move |(_, from)| *from > at)
    }

    fn overlaps(&self) -> Vec<Overlap> {
        let keys = self.keys();
        let pairs = keys.windows(2);
        pairs
            .filter_map(|pair| Overlap::of(&pair[0], &pair[1]))
            .collect()
    }

    /// Returns the overlap of a key with the next one. `None`: it has no end, or that one no beginning.
    pub(crate) fn overlap(&self, id: KeyId) -> Option<Overlap> {
        self.overlaps()
            .into_iter()
            .find(|overlap| overlap.key == id)
    }

    /// Returns the shortest time for which a key opens after the next one begins to seal. `None`: none has an end, or
    /// such a beginning.
    pub(crate) fn serves(&self) -> Option<Duration> {
        self.overlaps().iter().map(Overlap::span).min()
    }

    /// Returns the overlaps that are shorter than keys need.
    pub(crate) fn shorter_than(&self, needed: Duration) -> impl Iterator<Item = Overlap> {
        let overlaps = self.overlaps().into_iter();
        overlaps.filter(move |overlap| overlap.span() < needed)
    }

    /// Returns the role of one of its keys.
    pub(crate) fn role(&self, key: &KeyInfo, at: SystemTime) -> KeyRole {
        let role = either!(self, ring => ring.role(key.id, at));
        role.expect("the key is one of the ring's")
    }
}

/// A key that retires, and the next one, which takes over from it.
pub(crate) struct Overlap {
    pub(crate) key: KeyId,
    pub(crate) accept_until: SystemTime,
    pub(crate) next: KeyId,
    pub(crate) seal_from: SystemTime,
}

impl Overlap {
    /// `None`: the key has no end, or the next one no beginning.
    pub(crate) fn of(key: &KeyInfo, next: &KeyInfo) -> Option<Overlap> {
        Some(Overlap {
            key: key.id,
            accept_until: key.accept_until?,
            next: next.id,
            seal_from: next.seal_from?,
        })
    }

    /// Returns the time for which both open, after the second has begun to seal.
    pub(crate) fn span(&self) -> Duration {
        let span = self.accept_until.duration_since(self.seal_from);
        span.unwrap_or_default()
    }
}

/// Parses a ring of the kind of its first key.
impl FromStr for AnyRing {
    type Err = RingError;

    fn from_str(text: &str) -> Result<AnyRing, RingError> {
        let lines = text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'));
        let words = lines.flat_map(|line| line.split([' ', '\t', ',']));
        let mut signs = words.filter_map(|word| match word.parse::<EncryptionKey>() {
            Ok(_) => Some(false),
            Err(_) => word.parse::<SigningKey>().ok().map(|_| true),
        });
        match signs.next() {
            Some(true) => text.parse().map(AnyRing::Signing),
            _ => text.parse().map(AnyRing::Encryption),
        }
    }
}
