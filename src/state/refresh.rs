//! When a session is sent again to restart its idle timeout (docs/spec/writer.md § 8.8).

use std::time::Duration;

use super::{
    bytes::layout::Metadata,
    lifetime::{Lifetimes, Refresh},
};
use crate::base::time::UnixSeconds;

/// Time after which a session's last activity is written again, which restarts its idle timeout ([docs/spec/writer.md
/// § 8.8]). A remembered session has an idle timeout only with
/// [`remembered_idle_timeout`](crate::carrier::SessionBuilder::remembered_idle_timeout). Without that, it is never
/// refreshed.
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
/// use hardtack::carrier::RefreshAfter;
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
    /// Never. The idle timeout runs from the sign-in, whatever the visitor does afterwards. It restarts only if
    /// [`remember_for`](crate::Session::remember_for) or [`forget`](crate::Session::forget) would otherwise end the
    /// session at once.
    Never,
    /// Whenever the session's content is written, also by [`save`](crate::Session::save). Storing an equal value writes
    /// nothing. This is the default without an idle timeout.
    OnChange,
    /// With the first response that touches the session after this interval, and whenever its content is written. The
    /// interval is at most half the idle timeout, and by default a quarter of it.
    Interval(Duration),
    /// With every response that touches the session.
    Always,
    /// With every response to a request that brings the session, even if no handler touches it. Such a response then
    /// [depends on the session](crate::Session::is_touched). Exceptions, which carry no refresh, are errors, parts of a
    /// page such as images, prefetched pages, and responses that their handler lets shared caches store.
    ///
    /// Put the layer around pages only. A page that polls never becomes idle unless its handler calls
    /// [`discard`](crate::Session::discard), and requests for images and scripts also count if the client does not send
    /// `Sec-Fetch-Dest`.
    EveryRequest,
}

impl From<RefreshAfter> for Refresh {
    fn from(after: RefreshAfter) -> Refresh {
        match after {
            RefreshAfter::Never => Refresh::Never,
            RefreshAfter::OnChange => Refresh::OnChange,
            RefreshAfter::Interval(interval) => Refresh::After(interval.as_secs()),
            RefreshAfter::Always => Refresh::Always,
            RefreshAfter::EveryRequest => Refresh::EveryRequest,
        }
    }
}

impl Lifetimes {
    /// Returns `true` if the last activity of a touched session has to be written. `is_validated` means that the
    /// application said in this request that the session is still valid.
    pub(super) fn is_refresh_due(
        &self,
        metadata: &Metadata,
        now: UnixSeconds,
        is_validated: bool,
    ) -> bool {
        let idle = self.of(metadata).idle;
        let is_due_after = |duration| now >= metadata.last_active().saturating_add(duration);
        match self.refresh {
            Refresh::OnValidation(_) => is_validated,
            Refresh::Quarter => idle.is_some_and(|idle| is_due_after(idle / 4)),
            // The session ends at its absolute deadline, whatever is written.
            _ if idle.is_none() && self.is_remembered_now(metadata) => false,
            Refresh::Never | Refresh::OnChange => false,
            Refresh::After(duration) => is_due_after(duration),
            Refresh::Always | Refresh::EveryRequest => true,
        }
    }

    /// Returns `true` if a written change counts as activity. With [`Refresh::Never`], only a change that makes the
    /// session idle counts, as `remember_for` and `forget` can by choosing another timeout.
    pub(super) fn moves(&self, metadata: &Metadata, now: UnixSeconds, is_validated: bool) -> bool {
        match self.refresh {
            Refresh::Never => self.idle_deadline(metadata).is_some_and(|end| now >= end),
            Refresh::OnValidation(_) => is_validated,
            _ => true,
        }
    }
}
