use std::{
    str::FromStr,
    time::{Duration, SystemTime},
};

use hardtack::{
    ConfigError, EncryptionKey, Fingerprint, KeyId, KeyInfo, KeyRing, Mode, RingError,
    SessionCookie, SessionCookieBuilder, SessionHeader, SessionHeaderBuilder, SessionToken,
    SessionTokenBuilder, SigningKey,
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
    /// In the order of the ring: each takes over from the one before it.
    pub(crate) fn keys(&self) -> Vec<KeyInfo> {
        either!(self, ring => ring.keys())
    }

    pub(crate) fn key(&self, id: KeyId) -> Option<KeyInfo> {
        self.keys().into_iter().find(|key| key.id == id)
    }

    pub(crate) fn seals(&self, at: SystemTime) -> KeyId {
        either!(self, ring => ring.seals(at))
    }

    /// The key that seals.
    pub(crate) fn sealing(&self, at: SystemTime) -> KeyInfo {
        self.key(self.seals(at)).expect("a key of the ring seals")
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        either!(self, ring => ring.fingerprint())
    }

    pub(crate) fn not_before(&self) -> Option<SystemTime> {
        either!(self, ring => ring.refuses_before())
    }

    pub(crate) fn mode(&self) -> Mode {
        match self {
            AnyRing::Encryption(_) => Mode::Encrypted,
            AnyRing::Signing(_) => Mode::UnencryptedButSigned,
        }
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

    /// The key that takes over from this one.
    pub(crate) fn next_after(&self, id: KeyId) -> Option<KeyInfo> {
        let keys = self.keys().into_iter();
        keys.skip_while(|key| key.id != id).nth(1)
    }

    /// The keys that are to seal later than `at`, and from when.
    pub(crate) fn planned_after(
        &self,
        at: SystemTime,
    ) -> impl Iterator<Item = (KeyId, SystemTime)> {
        let keys = self.keys().into_iter();
        let planned = keys.filter_map(|key| Some((key.id, key.seal_from?)));
        planned.filter(move |(_, from)| *from > at)
    }

    /// Pairs of a key that is to retire and the one that takes over from it; for how long both open.
    pub(crate) fn overlaps(&self) -> Vec<(KeyInfo, KeyInfo, Duration)> {
        let keys = self.keys();
        let pairs = keys.windows(2).filter_map(|pair| {
            let both = pair[0].accept_until?.duration_since(pair[1].seal_from?);
            Some((pair[0], pair[1], both.ok()?))
        });
        pairs.collect()
    }

    /// The longest that sessions may live so that none is cut short. `None`: as long as they like.
    pub(crate) fn serves(&self) -> Option<Duration> {
        let overlaps = self.overlaps().into_iter();
        overlaps.map(|(_, _, both)| both).min()
    }

    /// What an application says to this ring whose sessions live for `lifetime`.
    pub(crate) fn check(&self, lifetime: Duration) -> Result<(), ConfigError> {
        let builder = self.cookie().idle_timeout(None);
        builder.absolute_timeout(lifetime).build().map(drop)
    }

    /// A key's part at `at`.
    pub(crate) fn role(&self, key: &KeyInfo, at: SystemTime) -> Role {
        if self.seals(at) == key.id {
            Role::Sealing
        } else if is_retired(key, at) {
            Role::Retired
        } else if key.seal_from.is_some_and(|from| at < from) {
            Role::Planned
        } else {
            Role::Accepted
        }
    }
}

/// Whether the key opens nothing at this moment.
pub(crate) fn is_retired(key: &KeyInfo, at: SystemTime) -> bool {
    key.accept_until.is_some_and(|until| at >= until)
}

/// Which kind of ring is meant is told by its first key.
impl FromStr for AnyRing {
    type Err = RingError;

    fn from_str(text: &str) -> Result<AnyRing, RingError> {
        let keys = text.lines().map(str::trim_start);
        let first = keys
            .into_iter()
            .find(|line| line.starts_with("hardtack_key_"));
        if first.is_some_and(|line| line.starts_with("hardtack_key_v1_sign_")) {
            text.parse().map(AnyRing::Signing)
        } else {
            text.parse().map(AnyRing::Encryption)
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Sealing,
    Accepted,
    /// Accepted, and to seal later.
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
