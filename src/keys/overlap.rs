use std::time::{Duration, SystemTime};

use super::key_text::KeyId;

/// A key that retires, and the next one, which takes over from it.
///
/// Sessions that were sealed before `seal_from` need the first key until they end ([SPEC.md § 3.4]).
///
/// [`KeyRing::overlaps`](crate::KeyRing::overlaps) has an example.
///
/// [SPEC.md § 3.4]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#34-key-ring
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overlap {
    /// The key that retires.
    pub key: KeyId,
    /// Its `accept_until`.
    pub accept_until: SystemTime,
    /// The key that takes over.
    pub next: KeyId,
    /// The `seal_from` of that key.
    pub seal_from: SystemTime,
}

impl Overlap {
    /// Returns the span in which both keys open tokens, after the second began to seal.
    #[must_use]
    pub fn span(&self) -> Duration {
        let span = self.accept_until.duration_since(self.seal_from);
        span.unwrap_or_default()
    }

    /// Returns `true` if the first key retires while sessions that live for `lifetime` may still need it.
    #[must_use]
    pub fn cuts_short(&self, lifetime: Duration) -> bool {
        self.span() < lifetime
    }
}
