use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use hardtack::{
    migrate::{OldSession, Reader},
    session::Reason,
};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::{
    crypto::{self, Sha1},
    format::{Secret, check, decode, parse, unpack},
};

/// Reader of the sessions of Flask, and of those of Starlette and FastAPI, which itsdangerous signs. The default name of
/// both cookies is `session`.
///
/// The time at which a cookie was signed becomes the beginning of its session. Flask's tags stay in the entries: a tuple,
/// for example, is `{" t": […]}`, and [`convert`](hardtack::migrate::OldCookie::convert) can change it.
///
/// # Examples
///
/// ```
/// use hardtack::migrate::OldCookie;
/// use hardtack_migrate::Itsdangerous;
/// use std::time::Duration;
///
/// # let secret_key = "secret";
/// let flask = OldCookie::new("session", Itsdangerous::flask(secret_key));
///
/// let week = Duration::from_secs(7 * 24 * 3600);
/// let reader = Itsdangerous::starlette(secret_key).max_age(Some(week));
/// let starlette = OldCookie::new("session", reader);
/// # let _ = (flask, starlette);
/// ```
///
/// # Security
///
/// itsdangerous signs with HMAC-SHA-1 and does not bind the name. The visitor can read the session.
#[derive(Clone, Debug)]
pub struct Itsdangerous {
    key: Secret,
    is_of_flask: bool,
    max_age: Option<Duration>,
}

impl Itsdangerous {
    /// Creates a reader of Flask's sessions with its `SECRET_KEY`, a string or bytes. The maximum age is Flask's default
    /// `PERMANENT_SESSION_LIFETIME`, 31 days, which Flask also applies to sessions that are not permanent.
    #[must_use]
    pub fn flask(secret_key: impl Into<Vec<u8>>) -> Itsdangerous {
        let secret = Zeroizing::new(secret_key.into());
        Itsdangerous {
            key: crypto::mac::<Sha1>(&secret, b"cookie-session"),
            is_of_flask: true,
            max_age: Some(Duration::from_secs(31 * DAY)),
        }
    }

    /// Creates a reader of the sessions of Starlette's `SessionMiddleware` with its `secret_key`. The maximum age is the
    /// default of its `max_age`, 14 days.
    #[must_use]
    pub fn starlette(secret_key: impl Into<Vec<u8>>) -> Itsdangerous {
        let secret = Zeroizing::new(secret_key.into());
        Itsdangerous {
            key: crypto::hash::<Sha1>(&[b"itsdangerous.Signersigner", &**secret]),
            is_of_flask: false,
            max_age: Some(Duration::from_secs(14 * DAY)),
        }
    }

    /// Sets the age after which a cookie is refused: Flask's `PERMANENT_SESSION_LIFETIME`, or Starlette's `max_age`. In
    /// whole seconds.
    #[must_use]
    pub fn max_age(mut self, max_age: Option<Duration>) -> Itsdangerous {
        self.max_age = max_age;
        self
    }

    /// Decodes the JSON of a verified cookie. Flask may compress it, and marks that with a `.` before it.
    fn json(&self, payload: &str) -> Result<Zeroizing<Vec<u8>>, Reason> {
        if !self.is_of_flask {
            return decode(&BASE64_STANDARD, payload);
        }
        match payload.strip_prefix('.') {
            Some(compressed) => unpack(&decode(&BASE64_URL_SAFE_NO_PAD, compressed)?),
            None => decode(&BASE64_URL_SAFE_NO_PAD, payload),
        }
    }
}

impl Reader for Itsdangerous {
    /// Reads `payload "." time "." base64url(HMAC-SHA-1(payload "." time))`, where the time is base64url of the seconds.
    fn read(&self, _name: &str, value: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
        let (signed, tag) = value.rsplit_once('.').ok_or(Reason::TooShort)?;
        let tag = decode(&BASE64_URL_SAFE_NO_PAD, tag)?;
        check(crypto::is_mac::<Sha1>(&self.key, signed.as_bytes(), &tag))?;
        let (payload, time) = signed.rsplit_once('.').ok_or(Reason::TooShort)?;
        let signed_at = time_of(&decode(&BASE64_URL_SAFE_NO_PAD, time)?)?;
        let entries: Map<String, Value> = parse(&self.json(payload)?)?;
        let session = OldSession::new(entries).created_at(signed_at);
        // The last second counts.
        let longest = (self.max_age).and_then(|age| age.checked_add(Duration::from_secs(1)));
        Ok(match longest.and_then(|age| signed_at.checked_add(age)) {
            Some(end) => session.expires_at(end),
            None => session,
        })
    }
}

/// Returns the time of these seconds, an integer in big-endian. Before version 1.1, itsdangerous counted from 2011.
fn time_of(bytes: &[u8]) -> Result<SystemTime, Reason> {
    let mut seconds = [0; 8];
    let start = seconds.len().checked_sub(bytes.len());
    seconds[start.ok_or(Reason::Payload)?..].copy_from_slice(bytes);
    let seconds = match u64::from_be_bytes(seconds) {
        since_2011 @ ..YEAR_2011 => since_2011 + YEAR_2011,
        since_1970 => since_1970,
    };
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
    time.ok_or(Reason::Payload)
}

/// 2011-01-01 in Unix seconds.
const YEAR_2011: u64 = 1_293_840_000;
const DAY: u64 = 24 * 3600;
