use std::fmt;

use crate::{
    base::time::UnixSeconds,
    keys::{Backend, Fingerprint, KeyId, PurposeKeys, RingEvent},
};

/// Keys of a cookie, for health checks. None of the fields is secret.
///
/// Its `Display` is the text that `hardtack ring wait` reads, with a line for each field:
///
/// ```text
/// seals c7e01b94
/// accepts 5a1f00c3 c7e01b94
/// fingerprint 60e3d18f92b7ca45
/// backend RustCrypto
/// next 2027-03-01T07:03:00Z 5a1f00c3 retires
/// ```
///
/// With feature `axum` or `actix` a handler may return it: the response is this text, and no cache stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeysInUse {
    /// Id of the key that seals.
    pub seals: KeyId,
    /// Ids of the keys that open, including the sealing key, in the order in which they take over (SPEC.md § 3.4.2).
    pub accepts: Vec<KeyId>,
    /// Fingerprint of the ring: its keys with their times, in their order.
    pub fingerprint: Fingerprint,
    /// Library on which the sealing key runs.
    pub backend: Backend,
    /// Next change of a key's role. `None`: the roles stay as they are, and the line `next` is missing.
    pub next: Option<RingEvent>,
}

impl KeysInUse {
    pub(super) fn of(keys: &PurposeKeys, now: UnixSeconds) -> KeysInUse {
        let sealing = keys.sealing(now);
        KeysInUse {
            seals: sealing.info.id,
            accepts: keys.accepted(now).map(|key| key.info.id).collect(),
            fingerprint: keys.fingerprint(),
            backend: sealing.info.suite.backend(),
            next: keys.next_event(now),
        }
    }
}

impl fmt::Display for KeysInUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seals {}", self.seals)?;
        f.write_str("accepts")?;
        for id in &self.accepts {
            write!(f, " {id}")?;
        }
        writeln!(f, "\nfingerprint {}", self.fingerprint)?;
        writeln!(f, "backend {}", self.backend)?;
        let mut next = self.next.iter();
        next.try_for_each(|event| writeln!(f, "next {event}"))
    }
}
