//! Reader of a format, which another package implements, and the session that it returns.

use std::{fmt, time::SystemTime};

use serde_json::{Map, Value};

use crate::base::Reason;

/// Reader of another library's session cookies.
///
/// The package [`hardtack-migrate`](https://docs.rs/hardtack-migrate) has readers for several libraries. Implement this
/// trait for any other.
///
/// # Examples
///
/// For a cookie that contains a user's number and its HMAC, which `verify` checks:
///
/// ```
/// use hardtack::{migrate::{OldSession, Reader}, session::Reason};
/// # fn verify(value: &str) -> Option<u64> { value.parse().ok() }
///
/// struct UserCookie;
///
/// impl Reader for UserCookie {
///     fn read(&self, _name: &str, value: &str, _others: &[Option<&str>]) -> Result<OldSession, Reason> {
///         let user: u64 = verify(value).ok_or(Reason::Auth)?;
///         let mut entries = serde_json::Map::new();
///         entries.insert("user".to_owned(), user.into());
///         Ok(OldSession::new(entries))
///     }
/// }
/// # assert!(UserCookie.read("user", "x", &[]).is_err());
/// ```
///
/// # Security
///
/// The visitor chooses the value, of at most 4,096 bytes. Verify it with a key, in constant time, before you do
/// anything else with it. If only a database can check it, return it as the only entry, and let nothing trust the session
/// until it is checked.
pub trait Reader: Send + Sync + 'static {
    /// Reads the value of the cookie `name`, which comes without surrounding quotes. Dates are checked afterwards.
    ///
    /// `others` are the values of the cookies that belong to it ([`OldCookie::also`](super::OldCookie::also)), such as
    /// a signature, in the order of these calls. A value is `None` if the request has no such cookie or two different
    /// ones, or if the value is not UTF-8 or is longer than 4,096 bytes.
    ///
    /// # Errors
    ///
    /// Returns the reason why the value is not a session, such as [`Reason::Auth`] for a value that another key signed.
    /// If no value opens, the [`Outcome`](crate::session::Outcome) contains the first such reason.
    fn read(&self, name: &str, value: &str, others: &[Option<&str>]) -> Result<OldSession, Reason>;
}

/// Session that a [`Reader`] found in an old cookie: its entries, and its dates, if any.
///
/// # Examples
///
/// ```
/// use hardtack::migrate::OldSession;
/// use std::time::{Duration, SystemTime};
///
/// let mut entries = serde_json::Map::new();
/// entries.insert("user".to_owned(), 42.into());
/// let signed_in_at = SystemTime::now() - Duration::from_secs(600);
/// let session = OldSession::new(entries).created_at(signed_in_at);
/// # let _ = session;
/// ```
#[derive(Clone)]
pub struct OldSession {
    pub(super) entries: Map<String, Value>,
    pub(super) created_at: Option<SystemTime>,
    pub(super) last_active_at: Option<SystemTime>,
    pub(super) expires_at: Option<SystemTime>,
}

impl OldSession {
    /// Creates a session without dates.
    #[must_use]
    pub fn new(entries: Map<String, Value>) -> OldSession {
        OldSession {
            entries,
            created_at: None,
            last_active_at: None,
            expires_at: None,
        }
    }

    /// Sets the time at which the session was issued. Default: the beginning of the range of
    /// [`migrate_from`](crate::carrier::SessionCookieBuilder::migrate_from).
    #[must_use]
    pub fn created_at(mut self, time: SystemTime) -> OldSession {
        self.created_at = Some(time);
        self
    }

    /// Sets the time of the last activity, from which the idle timeout runs. Default: the time of the request.
    #[must_use]
    pub fn last_active_at(mut self, time: SystemTime) -> OldSession {
        self.last_active_at = Some(time);
        self
    }

    /// Sets the time from which the old library would reject the session. Default: none.
    #[must_use]
    pub fn expires_at(mut self, time: SystemTime) -> OldSession {
        self.expires_at = Some(time);
        self
    }
}

/// Shows no content.
impl fmt::Debug for OldSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OldSession")
            .field("entries", &self.entries.len())
            .field("created_at", &self.created_at)
            .field("last_active_at", &self.last_active_at)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}
