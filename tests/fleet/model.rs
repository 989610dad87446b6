//! When a session lives, and what is written of it: SPEC.md § 7.7, § 7.8 and § 8 in the simplest words, for
//! one policy. Nothing here knows of keys, since a change of keys is to cost no session.

/// The policy of every fleet, in seconds.
pub(crate) const IDLE: u64 = 1800;
pub(crate) const REFRESH_AFTER: u64 = 450;
pub(crate) const ABSOLUTE: u64 = 12 * 3600;
pub(crate) const REMEMBER: u64 = 24 * 3600;

/// A session as it was last written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    issued: u64,
    seen: u64,
    remembered_until: Option<u64>,
    pub(crate) count: u32,
}

/// What a page does with its session.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deed {
    Read,
    Count,
    /// Counts, and asks to be remembered.
    Remember,
    SignIn,
}

impl Written {
    /// `now` is what the clock of the instance shows, here and below.
    pub(crate) fn lives(&self, now: u64, skew: u64, not_before: u64) -> bool {
        self.seen <= now + skew && now < self.end() && self.issued >= not_before
    }

    pub(crate) fn end(&self) -> u64 {
        match self.remembered_until {
            None => (self.issued + ABSOLUTE).min(self.seen + IDLE),
            Some(until) => (self.issued + REMEMBER).min(until),
        }
    }

    /// What is written after a page found this session, or none that lives.
    pub(crate) fn after(found: Option<Written>, deed: Deed, now: u64) -> Option<Written> {
        let session = found.unwrap_or(Written {
            issued: now,
            seen: now,
            remembered_until: None,
            count: 0,
        });
        let active = Written {
            seen: session.seen.max(now),
            ..session
        };
        let counted = Written {
            count: session.count + 1,
            ..active
        };
        match deed {
            Deed::Read => found.filter(|session| session.is_due(now)).map(|_| active),
            Deed::Count => Some(counted),
            Deed::Remember => Some(Written {
                remembered_until: Some(now + REMEMBER),
                ..counted
            }),
            Deed::SignIn => Some(Written {
                issued: now,
                seen: now,
                ..session
            }),
        }
    }

    /// Whether it is written when it is only read.
    fn is_due(&self, now: u64) -> bool {
        self.remembered_until.is_none() && now >= self.seen + REFRESH_AFTER
    }
}
