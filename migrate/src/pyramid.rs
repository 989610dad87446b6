use std::time::Duration;

use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hardtack::{
    migrate::{OldSession, Reader},
    session::Reason,
};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::{
    crypto,
    format::{Secret, active_at, check, decode, moment, parse},
};

/// Reader of Pyramid's `SignedCookieSessionFactory` with its default serializer, JSON, and its default `hashalg`,
/// SHA-512. The default name of the cookie is `session`.
///
/// Flash messages and the CSRF token, whose keys begin with `_f_` and `_csrft_`, are dropped. A pickle is refused.
///
/// # Examples
///
/// ```
/// use hardtack::migrate::OldCookie;
/// use hardtack_migrate::Pyramid;
/// use std::time::Duration;
///
/// # let secret = "secret";
/// let reader = Pyramid::new(secret).timeout(Some(Duration::from_secs(3600)));
/// let old = OldCookie::new("session", reader);
/// # let _ = old;
/// ```
#[derive(Clone, Debug)]
pub struct Pyramid {
    secret: Secret,
    salt: String,
    timeout: Option<Duration>,
}

impl Pyramid {
    /// Creates a reader with the factory's `secret`, its default `salt`, and its default `timeout`, 20 minutes.
    #[must_use]
    pub fn new(secret: impl Into<String>) -> Pyramid {
        Pyramid {
            secret: Secret::new(secret.into()),
            salt: "pyramid.session.".to_owned(),
            timeout: Some(Duration::from_secs(1200)),
        }
    }

    /// Sets the factory's `salt`. Default: `pyramid.session.`.
    #[must_use]
    pub fn salt(mut self, salt: impl Into<String>) -> Pyramid {
        self.salt = salt.into();
        self
    }

    /// Sets the factory's `timeout`, after which an inactive session is refused. Default: 20 minutes.
    #[must_use]
    pub fn timeout(mut self, timeout: Option<Duration>) -> Pyramid {
        self.timeout = timeout;
        self
    }
}

impl Reader for Pyramid {
    /// `base64url(HMAC-SHA-512 (64 bytes) || JSON)`, where the JSON is `[renewed, created, entries]`.
    fn read(&self, _name: &str, value: &str) -> Result<OldSession, Reason> {
        let bytes = decode(&BASE64_URL_SAFE_NO_PAD, value)?;
        let (tag, json) = bytes.split_at_checked(64).ok_or(Reason::TooShort)?;
        let key = Zeroizing::new([self.salt.as_bytes(), &self.secret].concat());
        check(crypto::is_hmac_sha512(&key, json, tag))?;
        let (renewed, created, mut entries): (f64, f64, Map<String, Value>) = parse(json)?;
        entries.retain(|key, _| !key.starts_with("_f_") && key != "_csrft_");
        let session = OldSession::new(entries).created_at(moment(created)?);
        Ok(active_at(session, moment(renewed)?, self.timeout))
    }
}
