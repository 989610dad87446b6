//! End of a session, and its refresh (SPEC.md § 8, docs/spec/writer.md § 8.8).

use std::time::Duration;

use super::bytes::layout::Metadata;
use crate::base::{reason::Reason, time::UnixSeconds};

/// Time after which a session's last activity is written again, which restarts its idle timeout ([SPEC.md § 8.8]).
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
/// # use std::time::{Duration, UNIX_EPOCH};
/// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
/// # let keys = KeyRing::new(EncryptionKey::generate()?);
/// # let earlier = SessionCookie::encrypted(keys.clone()).build()?;
/// # let session = earlier.load(None::<&str>, now);
/// # session.insert("user", 42)?;
/// # let fields = earlier.save(&session)?;
/// use hardtack::carrier::RefreshAfter;
///
/// let cookie = SessionCookie::encrypted(keys).refresh_after(RefreshAfter::Span(5 * minute)).build()?;
///
/// // Six minutes after the last activity the session is only read, which restarts the idle timeout.
/// let session = cookie.load(&fields, now + 6 * minute);
/// assert!(session.contains_key("user"));
/// let session = cookie.load(cookie.save(&session)?, now + 7 * minute);
/// assert_eq!(session.last_active_at(), Some(now + 6 * minute));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// [SPEC.md § 8.8]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#8-validity-in-time
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefreshAfter {
    /// Never. The idle timeout runs from the sign-in, whatever the visitor does afterwards.
    Never,
    /// Whenever the session's content is written. The default without an idle timeout.
    OnChange,
    /// With the first response that touches the session after this span, and whenever its content is written. At most
    /// half the idle timeout; the default is a quarter of it.
    Span(Duration),
    /// With every response that touches the session.
    Always,
}

/// Rule by which the last activity of a session moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refresh {
    Never,
    OnChange,
    /// Seconds after the last one, and on change.
    After(u64),
    Always,
    /// The last activity is the moment at which the application last said that the session goes on.
    OnValidation(Revalidation),
}

/// Seconds for which an answer of the application holds (docs/spec/writer.md § 8.16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Revalidation {
    pub(crate) after: u64,
    /// Seconds after the last answer until which a session goes on if the application cannot be asked. 0: it does not.
    pub(crate) unvalidated_up_to: u64,
}

impl From<RefreshAfter> for Refresh {
    fn from(after: RefreshAfter) -> Refresh {
        match after {
            RefreshAfter::Never => Refresh::Never,
            RefreshAfter::OnChange => Refresh::OnChange,
            RefreshAfter::Span(span) => Refresh::After(span.as_secs()),
            RefreshAfter::Always => Refresh::Always,
        }
    }
}

/// Lifetimes of sessions, in seconds.
#[derive(Clone, Debug)]
pub(crate) struct Lifetimes {
    pub(crate) idle: Option<u64>,
    pub(crate) absolute: u64,
    pub(crate) remember_up_to: Option<u64>,
    pub(crate) refresh: Refresh,
    /// Seconds by which another instance's clock may be ahead of ours.
    pub(crate) skew: u64,
}

impl Lifetimes {
    /// Checks a session's dates at `now`, in the order of SPEC.md § 7.
    #[inline]
    pub(crate) fn check(
        &self,
        metadata: &Metadata,
        now: UnixSeconds,
        not_before: UnixSeconds,
    ) -> Result<(), Reason> {
        if metadata.last_active() > now.saturating_add(self.skew) {
            Err(Reason::NotYetValid)
        } else if now >= self.absolute_deadline(metadata) {
            Err(Reason::Expired)
        } else if self.idle_deadline(metadata).is_some_and(|end| now >= end) {
            Err(Reason::Idle)
        } else if metadata.issued < not_before {
            Err(Reason::Revoked)
        } else {
            Ok(())
        }
    }

    /// Returns the first second at which the session has ended, without further activity.
    pub(crate) fn expires_at(&self, metadata: &Metadata) -> UnixSeconds {
        let absolute = self.absolute_deadline(metadata);
        self.idle_deadline(metadata)
            .map_or(absolute, |idle| idle.min(absolute))
    }

    #[inline]
    pub(crate) fn absolute_deadline(&self, metadata: &Metadata) -> UnixSeconds {
        metadata.issued.saturating_add(self.lifetime(metadata))
    }

    /// Never more than the current settings allow, even if earlier ones allowed more.
    #[inline]
    fn lifetime(&self, metadata: &Metadata) -> u64 {
        let longest = self.remembered_up_to(metadata).unwrap_or(self.absolute);
        let spans = [metadata.remembered, metadata.limit].into_iter().flatten();
        spans.map(u64::from).fold(longest, u64::min)
    }

    /// Returns the longest lifetime of a remembered session. `None`: the session is not persistent, or the present
    /// settings remember none, and treat it like any other.
    #[inline]
    fn remembered_up_to(&self, metadata: &Metadata) -> Option<u64> {
        self.remember_up_to.filter(|_| metadata.is_persistent())
    }

    #[inline]
    fn idle_deadline(&self, metadata: &Metadata) -> Option<UnixSeconds> {
        // A remembered session has no idle timeout; it ends at its absolute deadline.
        let idle = self.idle.filter(|_| !self.is_remembered(metadata))?;
        Some(metadata.last_active().saturating_add(idle))
    }

    /// Returns `true` if the last activity of a touched session has to be written. `is_validated`: in this request the
    /// application said that it goes on.
    pub(super) fn is_refresh_due(
        &self,
        metadata: &Metadata,
        now: UnixSeconds,
        is_validated: bool,
    ) -> bool {
        match self.refresh {
            Refresh::OnValidation(_) => is_validated,
            _ if self.is_remembered(metadata) => false,
            Refresh::Never | Refresh::OnChange => false,
            Refresh::After(span) => now >= metadata.last_active().saturating_add(span),
            Refresh::Always => true,
        }
    }

    /// Returns `true` if the application has to be asked about a session as it arrives: its last activity is the moment of
    /// the last answer.
    pub(crate) fn arrives_unvalidated(&self, metadata: &Metadata, now: UnixSeconds) -> bool {
        matches!(self.refresh, Refresh::OnValidation(spans)
            if now >= metadata.last_active().saturating_add(spans.after))
    }

    /// Returns `true` if a written change counts as activity.
    pub(super) fn moves(&self, is_validated: bool) -> bool {
        match self.refresh {
            Refresh::Never => false,
            Refresh::OnValidation(_) => is_validated,
            Refresh::OnChange | Refresh::After(_) | Refresh::Always => true,
        }
    }

    pub(crate) fn is_remembered(&self, metadata: &Metadata) -> bool {
        self.remembered_up_to(metadata).is_some()
    }

    /// Returns the longest lifetime of any session.
    pub(crate) fn longest(&self) -> u64 {
        self.absolute.max(self.remember_up_to.unwrap_or(0))
    }
}

impl Metadata {
    /// Returns the metadata of a session that is active at `now`. A clock that was set back does not shorten its age.
    pub(crate) fn active_at(self, now: UnixSeconds) -> Metadata {
        let age = now.saturating_sub(self.issued);
        let age = u32::try_from(age).unwrap_or(u32::MAX);
        Metadata {
            age: self.age.max(age),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFETIMES: Lifetimes = Lifetimes {
        idle: Some(1800),
        absolute: 43_200,
        remember_up_to: None,
        refresh: Refresh::After(450),
        skew: 60,
    };

    const METADATA: Metadata = Metadata {
        issued: 1_800_000_000,
        age: 100,
        limit: None,
        remembered: None,
        sid: None,
        device: None,
        schema: 0,
    };

    #[track_caller]
    fn check(lifetimes: &Lifetimes, metadata: &Metadata, now: u64, expected: Result<(), Reason>) {
        assert_eq!(lifetimes.check(metadata, now, 0), expected, "at {now}");
    }

    #[test]
    fn a_session_is_alive_until_the_second_before_its_idle_deadline() {
        check(&LIFETIMES, &METADATA, 1_800_001_899, Ok(()));
        check(&LIFETIMES, &METADATA, 1_800_001_900, Err(Reason::Idle));
    }

    #[test]
    fn the_absolute_deadline_wins_over_activity() {
        let metadata = Metadata {
            age: 43_199,
            ..METADATA
        };
        check(&LIFETIMES, &metadata, 1_800_043_199, Ok(()));
        check(&LIFETIMES, &metadata, 1_800_043_200, Err(Reason::Expired));
    }

    #[test]
    fn the_sealed_limit_shortens_and_never_lengthens() {
        let shorter = Metadata {
            limit: Some(200),
            ..METADATA
        };
        check(&LIFETIMES, &shorter, 1_800_000_199, Ok(()));
        check(&LIFETIMES, &shorter, 1_800_000_200, Err(Reason::Expired));
        let longer = Metadata {
            limit: Some(u32::MAX),
            age: 43_199,
            ..METADATA
        };
        check(&LIFETIMES, &longer, 1_800_043_200, Err(Reason::Expired));
    }

    #[test]
    fn a_remembered_session_has_no_idle_timeout_while_the_policy_remembers() {
        let metadata = Metadata {
            remembered: Some(1_000_000),
            ..METADATA
        };
        let remembering = Lifetimes {
            remember_up_to: Some(500_000),
            ..LIFETIMES
        };
        check(&remembering, &metadata, 1_800_499_999, Ok(()));
        check(&remembering, &metadata, 1_800_500_000, Err(Reason::Expired));
        assert!(!remembering.is_refresh_due(&metadata, 1_800_400_000, false));
        check(&LIFETIMES, &metadata, 1_800_001_900, Err(Reason::Idle));
        let limited = Metadata {
            limit: Some(300_000),
            ..metadata
        };
        check(&remembering, &limited, 1_800_299_999, Ok(()));
        check(&remembering, &limited, 1_800_300_000, Err(Reason::Expired));
    }

    #[test]
    fn a_clock_that_is_ahead_is_tolerated_by_the_skew_and_no_further() {
        check(&LIFETIMES, &METADATA, 1_800_000_040, Ok(()));
        check(
            &LIFETIMES,
            &METADATA,
            1_800_000_039,
            Err(Reason::NotYetValid),
        );
    }

    #[test]
    fn extreme_clocks_end_in_a_reason() {
        check(&LIFETIMES, &METADATA, 0, Err(Reason::NotYetValid));
        check(&LIFETIMES, &METADATA, u64::MAX, Err(Reason::Expired));
        let latest = Metadata {
            issued: u64::from(u32::MAX) + 1_767_225_600,
            age: u32::MAX,
            ..METADATA
        };
        check(&LIFETIMES, &latest, u64::MAX, Err(Reason::Expired));
    }

    #[test]
    fn a_session_issued_before_not_before_is_revoked() {
        let check = |not_before| LIFETIMES.check(&METADATA, 1_800_000_200, not_before);
        assert_eq!(check(METADATA.issued), Ok(()));
        assert_eq!(check(METADATA.issued + 1), Err(Reason::Revoked));
    }

    #[test]
    fn refresh_is_due_from_its_second_on_and_not_on_a_clock_that_stepped_back() {
        let is_due = |now| LIFETIMES.is_refresh_due(&METADATA, now, false);
        assert!(!is_due(1_800_000_549));
        assert!(is_due(1_800_000_550));
        assert!(!is_due(1_800_000_000));
        assert_eq!(METADATA.active_at(1_800_000_000).age, 100);
        assert_eq!(METADATA.active_at(1_800_000_700).age, 700);
    }
}
