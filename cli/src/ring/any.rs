use std::{
    str::FromStr,
    time::{Duration, SystemTime},
};

use hardtack::{
    EncryptionKey, KeyRing, SessionCookie, SessionHeader, SessionToken, SigningKey,
    carrier::{SessionCookieBuilder, SessionHeaderBuilder, SessionTokenBuilder},
    keys::{Fingerprint, KeyError, KeyId, KeyInfo, RingError},
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
    /// In the order of the ring, in which each takes over from the one before it.
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

    /// Every key that retires, with the one that takes over from it.
    fn overlaps(&self) -> Vec<Overlap> {
        let keys = self.keys();
        let overlaps = keys.windows(2).filter_map(|pair| {
            let (accept_until, seal_from) = (pair[0].accept_until?, pair[1].seal_from?);
            Some(Overlap {
                key: pair[0].id,
                next: pair[1].id,
                seal_from,
                // A ring has no key that retires before the next one seals.
                span: accept_until.duration_since(seal_from).unwrap_or_default(),
            })
        });
        overlaps.collect()
    }

    /// Returns the longest lifetime of sessions with which none is cut short. `None`: any.
    pub(crate) fn serves(&self) -> Option<Duration> {
        self.overlaps().iter().map(|overlap| overlap.span).min()
    }

    /// Returns the overlaps for which an application with sessions of this lifetime refuses the ring.
    pub(crate) fn cut_short(&self, lifetime: Duration) -> Vec<Overlap> {
        let mut overlaps = self.overlaps();
        overlaps.retain(|overlap| overlap.span < lifetime);
        overlaps
    }

    /// Returns `true` if the key opens nothing at this moment.
    pub(crate) fn is_retired(&self, id: KeyId, at: SystemTime) -> bool {
        !either!(self, ring => ring.accepted_keys(at)).contains(&id)
    }

    /// Returns the role of a key at `at`.
    pub(crate) fn role(&self, key: &KeyInfo, at: SystemTime) -> Role {
        if self.seals(at) == key.id {
            Role::Sealing
        } else if self.is_retired(key.id, at) {
            Role::Retired
        } else if key.seal_from.is_some_and(|from| at < from) {
            Role::Planned
        } else {
            Role::Accepted
        }
    }
}

/// The first key decides the kind of the ring.
impl FromStr for AnyRing {
    type Err = RingError;

    fn from_str(text: &str) -> Result<AnyRing, RingError> {
        let lines = text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'));
        let words = lines.flat_map(|line| line.split([' ', '\t', ',']));
        let mut keys = words.map(str::parse::<EncryptionKey>);
        let first = keys.find(|key| matches!(key, Ok(_) | Err(KeyError::WrongKind { .. })));
        match first {
            Some(Err(_)) => text.parse().map(AnyRing::Signing),
            _ => text.parse().map(AnyRing::Encryption),
        }
    }
}

/// A key that retires, and the next one, which takes over from it.
pub(crate) struct Overlap {
    pub(crate) key: KeyId,
    pub(crate) next: KeyId,
    pub(crate) seal_from: SystemTime,
    /// Both keys open sessions for this long after the second began to seal.
    pub(crate) span: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Sealing,
    Accepted,
    /// Accepted, and sealing later.
    Planned,
    Retired,
}

impl Role {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Role::Sealing => "seals",
            Role::Accepted => "accepted",
            Role::Planned => "planned",
            Role::Retired => "retired",
        }
    }
}
