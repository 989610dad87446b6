//! Lifetimes of sessions, the end of one (SPEC.md § 8), and when one is sent again to restart its idle timeout.

use std::time::Duration;

use super::bytes::body::Metadata;
use crate::base::{reason::Reason, time::UnixSeconds};

/// Lifetimes of sessions.
#[derive(Clone, Debug)]
pub(crate) struct Lifetimes {
    /// Timeouts of a session that is not remembered now.
    pub(crate) plain: Timeouts,
    /// Timeouts of a remembered session, or `None` if no session is remembered.
    pub(crate) remembered: Option<Timeouts>,
    /// `None` means after a quarter of the session's idle timeout, and on change.
    pub(crate) refresh_after: Option<RefreshAfter>,
    /// If set, the last activity is when the application last said that the session is still valid, or when the session
    /// began or was renewed.
    pub(crate) revalidation: Option<Revalidation>,
    /// Seconds by which another instance's clock may be ahead of ours.
    pub(crate) skew: u64,
}

/// Time after which a session's last activity is written again, which restarts its idle timeout ([docs/spec/writer.md §
/// 8.8]). A remembered session has an idle timeout only with
/// [`remembered_idle_timeout`](crate::carrier::SessionBuilder::remembered_idle_timeout). Without that timeout, no value
/// of this type refreshes a remembered session.
///
/// No refresh is sent with an error (status 400 or above), a part of a page such as an image, or a 304 or other response
/// that shared caches may store (unless
/// [`danger_allow_shared_caching`](crate::carrier::SessionBuilder::danger_allow_shared_caching) is set), nor after
/// [`discard`](crate::Session::discard).
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
/// # use std::time::{Duration, UNIX_EPOCH};
/// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
/// # let keys = KeyRing::from(EncryptionKey::generate()?);
/// # let earlier = SessionCookie::encrypted(keys.clone()).build()?;
/// # let session = earlier.load(None::<&str>, now);
/// # session.insert("user", 42)?;
/// # let fields = earlier.save(&session)?;
/// use hardtack::RefreshAfter;
///
/// let cookie = SessionCookie::encrypted(keys).refresh_after(RefreshAfter::Interval(5 * minute)).build()?;
///
/// // Six minutes after the last activity the session is only read, which restarts the idle timeout.
/// let session = cookie.load(&fields, now + 6 * minute);
/// assert!(session.contains_key("user"));
/// let session = cookie.load(cookie.save(&session)?, now + 7 * minute);
/// assert_eq!(session.last_active_at(), Some(now + 6 * minute));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// [docs/spec/writer.md § 8.8]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/writer.md#rules-of-finish
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefreshAfter {
    /// Never. The idle timeout runs from the time at which the session began or was renewed, whatever the visitor does
    /// afterwards. It restarts only if [`remember_for`](crate::Session::remember_for) or
    /// [`forget`](crate::Session::forget) would otherwise end the session at once.
    Never,
    /// Whenever a change of the session is written, or [`save`](crate::Session::save) writes it. Storing an equal value
    /// writes nothing. This is the default without an idle timeout.
    OnChange,
    /// With the first response that touches the session after this interval, and whenever a change is written. The
    /// interval is at most half of each idle timeout, even of the default one, and by default a quarter of the session's.
    Interval(Duration),
    /// With every response that touches the session, with the exceptions above.
    Always,
    /// With every response to a request that brings the session, even if no handler touches it. Such a response then
    /// [depends on the session](crate::Session::is_touched). The exceptions above remain, and a 304 or other response
    /// that shared caches may store counts only if its handler touches the session.
    ///
    /// Put the layer around pages only. A page that polls keeps its session from becoming idle, unless its handler
    /// calls [`discard`](crate::Session::discard) or
    /// [`refresh_navigations_only`](crate::carrier::SessionCookieBuilder::refresh_navigations_only) is set. Requests
    /// for images and scripts also count if the client does not send `Sec-Fetch-Dest`.
    EveryRequest,
}

/// Seconds for which an answer of the application holds (docs/spec/writer.md § 8.16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Revalidation {
    pub(crate) after: u64,
    /// Seconds after the last answer for which a session is kept while the application cannot be asked. 0 means that it
    /// is not kept.
    pub(crate) unvalidated_up_to: u64,
}

/// Timeouts of sessions of one kind, in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    pub(crate) absolute: u64,
    /// Idle timeout, if the sessions have one.
    pub(crate) idle: Option<u64>,
}

impl Lifetimes {
    /// Checks a session's dates at `now`, in the order of SPEC.md § 7. The error has the seconds between the refused
    /// date and `now` or `not_before`.
    #[inline]
    pub(crate) fn check(
        &self,
        metadata: &Metadata,
        now: UnixSeconds,
        not_before: UnixSeconds,
    ) -> Result<(), (Reason, u64)> {
        let (last_active, deadline) = (metadata.last_active(), self.absolute_deadline(metadata));
        if last_active > now.saturating_add(self.skew) {
            Err((Reason::NotYetValid, last_active - now))
        } else if now >= deadline {
            Err((Reason::Expired, now - deadline))
        } else if let Some(end) = self.idle_deadline(metadata).filter(|end| now >= *end) {
            Err((Reason::Idle, now - end))
        } else if metadata.issued < not_before {
            Err((Reason::Revoked, not_before - metadata.issued))
        } else {
            Ok(())
        }
    }

    /// Returns the first second at which the session has ended if it is not used again.
    pub(crate) fn expires_at(&self, metadata: &Metadata) -> UnixSeconds {
        let absolute = self.absolute_deadline(metadata);
        self.idle_deadline(metadata)
            .map_or(absolute, |idle| idle.min(absolute))
    }

    /// Returns the first second at which the session has ended, however much it is used. It is never later than the
    /// current settings allow, even if earlier settings allowed more.
    #[inline]
    pub(crate) fn absolute_deadline(&self, metadata: &Metadata) -> UnixSeconds {
        let longest = self.of(metadata).absolute;
        let durations = [metadata.remembered, metadata.limit].into_iter().flatten();
        let lifetime = durations.map(u64::from).fold(longest, u64::min);
        metadata.issued.saturating_add(lifetime)
    }

    #[inline]
    pub(super) fn idle_deadline(&self, metadata: &Metadata) -> Option<UnixSeconds> {
        let idle = self.of(metadata).idle?;
        Some(metadata.last_active().saturating_add(idle))
    }

    #[inline]
    pub(super) fn of(&self, metadata: &Metadata) -> Timeouts {
        let remembered = self.remembered.filter(|_| metadata.remembered.is_some());
        remembered.unwrap_or(self.plain)
    }

    pub(super) fn is_remembered_now(&self, metadata: &Metadata) -> bool {
        self.remembered.is_some() && metadata.remembered.is_some()
    }

    /// Returns the longest lifetime of any session.
    pub(crate) fn longest(&self) -> u64 {
        self.of_each_kind(|timeouts| timeouts.absolute)
    }

    /// Returns the longest time for which a token opens without being sealed again (SPEC.md § 3.4.8).
    pub(crate) fn token_lifetime(&self) -> u64 {
        // Without an idle timeout, it opens until the end of the session.
        self.of_each_kind(|kind| kind.idle.unwrap_or(kind.absolute).min(kind.absolute))
    }

    fn of_each_kind(&self, seconds: fn(Timeouts) -> u64) -> u64 {
        seconds(self.plain).max(self.remembered.map_or(0, seconds))
    }

    /// Returns `true` if the last activity of a touched session has to be written (docs/spec/writer.md § 8.8).
    /// `is_validated` means that the application said in this request that the session is still valid.
    pub(super) fn is_refresh_due(
        &self,
        metadata: &Metadata,
        now: UnixSeconds,
        is_validated: bool,
    ) -> bool {
        let idle = self.of(metadata).idle;
        let is_due_after = |duration| now >= metadata.last_active().saturating_add(duration);
        match (&self.revalidation, self.refresh_after) {
            (Some(_), _) => is_validated,
            (None, None) => idle.is_some_and(|idle| is_due_after(idle / 4)),
            // The session ends at its absolute deadline, whatever is written.
            _ if idle.is_none() && self.is_remembered_now(metadata) => false,
            (None, Some(RefreshAfter::Never | RefreshAfter::OnChange)) => false,
            (None, Some(RefreshAfter::Interval(interval))) => is_due_after(interval.as_secs()),
            (None, Some(RefreshAfter::Always | RefreshAfter::EveryRequest)) => true,
        }
    }

    /// Returns `true` if a written change counts as activity. With [`RefreshAfter::Never`], only a change that makes
    /// the session idle counts, as `remember_for` and `forget` can by choosing another timeout. With
    /// `revalidate_after`, a change counts only in a request with a positive answer.
    pub(super) fn moves(&self, metadata: &Metadata, now: UnixSeconds, is_validated: bool) -> bool {
        match (&self.revalidation, self.refresh_after) {
            (Some(_), _) => is_validated,
            (None, Some(RefreshAfter::Never)) => {
                self.idle_deadline(metadata).is_some_and(|end| now >= end)
            }
            _ => true,
        }
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
        plain: Timeouts {
            absolute: 43_200,
            idle: Some(1800),
        },
        remembered: None,
        refresh_after: None,
        revalidation: None,
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
        let found = lifetimes.check(metadata, now, 0);
        assert_eq!(found.map_err(|(reason, _)| reason), expected, "at {now}");
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
            remembered: Some(Timeouts {
                absolute: 500_000,
                idle: None,
            }),
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
        assert_eq!(check(METADATA.issued + 1), Err((Reason::Revoked, 1)));
        assert_eq!(check(METADATA.issued + 7), Err((Reason::Revoked, 7)));
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
