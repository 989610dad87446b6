use std::time::Duration;

use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hardtack::{
    migrate::{OldSession, Reader},
    session::Reason,
};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::{
    crypto::{self, Sha512},
    format::{Secret, check, decode, parse},
    python::{active_at, drop_pages_own, time},
};

/// Reader of Pyramid's `SignedCookieSessionFactory` with its default serializer, JSON, and its default `hashalg`,
/// SHA-512. The default name of the cookie is `session`.
///
/// Flash messages, whose keys begin with `_f_`, and the CSRF token under `_csrft_` are dropped. A pickle is refused.
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
    /// Secret, in all encodings that it may have.
    secret: Vec<Secret>,
    salt: Vec<Secret>,
    timeout: Option<Duration>,
}

impl Pyramid {
    /// Creates a reader with the factory's `secret`, a string or bytes. The `salt` and the `timeout` are the factory's
    /// defaults.
    #[must_use]
    pub fn new(secret: impl Into<Vec<u8>>) -> Pyramid {
        Pyramid {
            secret: encodings(secret.into()),
            salt: encodings("pyramid.session.".into()),
            timeout: Some(Duration::from_secs(1200)),
        }
    }

    /// Sets the factory's `salt`, a string or bytes. Default: `pyramid.session.`.
    #[must_use]
    pub fn salt(mut self, salt: impl Into<Vec<u8>>) -> Pyramid {
        self.salt = encodings(salt.into());
        self
    }

    /// Sets the factory's `timeout`, after which an inactive session is rejected. Default: 20 minutes.
    #[must_use]
    pub fn timeout(mut self, timeout: Option<Duration>) -> Pyramid {
        self.timeout = timeout;
        self
    }

    /// Returns `true` if `tag` is the tag of `json`. WebOb encodes secret and salt in Latin-1 if both fit into it, and
    /// otherwise both in UTF-8. It uses bytes unchanged.
    fn is_signed(&self, json: &[u8], tag: &[u8]) -> bool {
        let is_signed_by = |salt: &Secret, secret: &Secret| {
            let key = Zeroizing::new([&**salt, &**secret].concat());
            crypto::is_mac::<Sha512>(&key, json, tag)
        };
        let mut salts = self.salt.iter();
        salts.any(|salt| self.secret.iter().any(|secret| is_signed_by(salt, secret)))
    }
}

impl Reader for Pyramid {
    /// Reads `base64url(HMAC-SHA-512 (64 bytes) || JSON)`, where the JSON is `[renewed, created, entries]`.
    fn read(&self, _name: &str, value: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
        let bytes = decode(&BASE64_URL_SAFE_NO_PAD, value)?;
        let (tag, json) = bytes.split_at_checked(64).ok_or(Reason::TooShort)?;
        check(self.is_signed(json, tag))?;
        let (renewed, created, mut entries): (f64, f64, Map<String, Value>) = parse(json)?;
        drop_pages_own(&mut entries);
        let session = OldSession::new(entries).created_at(time(created)?);
        Ok(active_at(session, time(renewed)?, self.timeout))
    }
}

/// Returns the possible encodings of a text: UTF-8, and Latin-1 if its letters fit. Bytes that are not text are
/// returned unchanged.
fn encodings(text: Vec<u8>) -> Vec<Secret> {
    let text = Secret::new(text);
    // The code below branches on the secret's letters.
    if text.is_ascii() {
        return vec![text];
    }
    let latin_1 = str::from_utf8(&text).ok().and_then(|text| {
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
        for letter in text.chars() {
            bytes.push(u8::try_from(letter).ok()?);
        }
        Some(Secret::new(std::mem::take(&mut *bytes)))
    });
    [Some(text), latin_1].into_iter().flatten().collect()
}
