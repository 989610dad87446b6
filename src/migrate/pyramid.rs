use std::{
    fmt,
    time::{Duration, SystemTime},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{
    OldSession, Reader,
    entries::{moment, parse},
};
use crate::{base::reason::Reason, crypto::old};

/// The reader of Pyramid's `SignedCookieSessionFactory` with its default serializer, JSON, and its default `hashalg`,
/// SHA-512. The default name of the cookie is `session`.
///
/// Flash messages and the CSRF token, whose keys begin with `_f_` and `_csrft_`, are dropped. A pickle is refused.
///
/// # Examples
///
/// ```
/// use hardtack::migrate::{OldCookie, Pyramid};
/// use std::time::Duration;
///
/// # let secret = "secret";
/// let reader = Pyramid::new(secret).timeout(Some(Duration::from_secs(3600)));
/// let old = OldCookie::new("session", reader);
/// # let _ = old;
/// ```
#[derive(Clone)]
pub struct Pyramid {
    secret: Zeroizing<String>,
    salt: String,
    timeout: Option<Duration>,
}

impl Pyramid {
    /// Creates a reader with the factory's `secret`, its default `salt`, and its default `timeout`, 20 minutes.
    #[must_use]
    pub fn new(secret: impl Into<String>) -> Pyramid {
        Pyramid {
            secret: Zeroizing::new(secret.into()),
            salt: "pyramid.session.".to_owned(),
            timeout: Some(Duration::from_secs(1200)),
        }
    }

    /// Sets the factory's `salt`. Default: `pyramid.session.`.
    #[must_use]
    pub fn salt(self, salt: impl Into<String>) -> Pyramid {
        Pyramid {
            salt: salt.into(),
            ..self
        }
    }

    /// Sets the factory's `timeout`, after which an inactive session is refused. Default: 20 minutes.
    #[must_use]
    pub fn timeout(self, timeout: Option<Duration>) -> Pyramid {
        Pyramid { timeout, ..self }
    }
}

impl Reader for Pyramid {
    /// `base64url(HMAC-SHA-512 (64) || JSON)`, where the JSON is `[renewed, created, entries]`.
    fn read(&self, _name: &str, value: &str) -> Result<OldSession, Reason> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(value);
        let bytes = bytes.map_err(|_| Reason::Encoding)?;
        let (tag, json) = bytes.split_first_chunk::<64>().ok_or(Reason::TooShort)?;
        let key = Zeroizing::new([self.salt.as_bytes(), self.secret.as_bytes()].concat());
        if !old::is_hmac_sha512(&key, json, tag) {
            return Err(Reason::Auth);
        }
        let (renewed, created, mut entries): (f64, f64, Map<String, Value>) = parse(json)?;
        entries.retain(|key, _| !key.starts_with("_f_") && key != "_csrft_");
        let date = |seconds| moment(seconds).ok_or(Reason::Payload);
        let renewed = date(renewed)?;
        let session = OldSession::new(entries)
            .created_at(date(created)?)
            .last_active_at(renewed);
        Ok(ends_after(session, renewed, self.timeout))
    }
}

/// Ends the session after `timeout` without activity.
pub(super) fn ends_after(
    session: OldSession,
    last_active_at: SystemTime,
    timeout: Option<Duration>,
) -> OldSession {
    match timeout.and_then(|timeout| last_active_at.checked_add(timeout)) {
        Some(end) => session.expires_at(end),
        None => session,
    }
}

impl fmt::Debug for Pyramid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pyramid")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
