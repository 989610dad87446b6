//! The lifetime of a session and its writes by SPEC.md § 7.7, § 7.8 and § 8, for one policy. The model has no
//! keys, because a rotation must cost no session.

/// The policy of every fleet, in seconds.
pub(crate) const IDLE: u64 = 3600;
pub(crate) const REFRESH_AFTER: u64 = 1800;
pub(crate) const ABSOLUTE: u64 = 12 * 3600;
pub(crate) const REMEMBER: u64 = 24 * 3600;
pub(crate) const REMEMBERED_IDLE: u64 = 12 * 3600;

/// A session as it was last written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    issued: u64,
    seen: u64,
    remembered_until: Option<u64>,
    pub(crate) count: u32,
}

/// The use of a session by a page.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deed {
    Read,
    Count,
    /// Counts, and asks to be remembered.
    Remember,
    SignIn,
}

impl Written {
    /// `now` is the time on the clock of the instance, here and below.
    pub(crate) fn lives(&self, now: u64, skew: u64, not_before: u64) -> bool {
        self.seen <= now + skew && now < self.end() && self.issued >= not_before
    }

    pub(crate) fn end(&self) -> u64 {
        match self.remembered_until {
            None => (self.issued + ABSOLUTE).min(self.seen + IDLE),
            Some(until) => {
                let end = (self.issued + REMEMBER).min(until);
                end.min(self.seen + REMEMBERED_IDLE)
            }
        }
    }

    /// The session that is written by a page that found this one, or found none.
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

    /// Whether reading it writes it.
    fn is_due(&self, now: u64) -> bool {
        now >= self.seen + REFRESH_AFTER
    }
}
