use std::{borrow::Cow, fmt};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{JarKey, OldSession, Reader, entries::parse, expiry_date::ExpiryDate};
use crate::{base::reason::Reason, crypto::old};

/// The reader of a private or signed jar of cookie-rs 0.18.
///
/// [`JarValue`] tells what is in the jar. Values are accepted with and without percent-encoding.
///
/// # Examples
///
/// ```
/// use hardtack::migrate::{Jar, JarKey, JarValue, OldCookie};
///
/// # let master = [7; 64];
/// let key = JarKey::new(&master)?;
/// // `PrivateCookieJar` of axum-extra, with the user's name in the cookie `login`.
/// let old = OldCookie::new("login", Jar::private(key, JarValue::Text("user")));
/// # let _ = old;
/// # Ok::<_, hardtack::migrate::JarKeyError>(())
/// ```
///
/// # Security
///
/// A signed jar does not bind the name: a value of any cookie that this key signed is accepted in place of the session.
#[derive(Clone)]
pub struct Jar {
    key: JarKey,
    is_private: bool,
    value: JarValue,
}

/// The value that a [`Jar`] protects.
///
/// | | Default name | Dates |
/// |---|---|---|
/// | [`Text`](Self::Text), [`Json`](Self::Json) | none | none |
/// | [`ActixSession`](Self::ActixSession) | `id` | none |
/// | [`TowerSessions`](Self::TowerSessions) | `session` | its end |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JarValue {
    /// Text, which becomes the entry of this name.
    Text(&'static str),
    /// A JSON object, whose members become entries.
    Json,
    /// The state of actix-session with its `CookieSessionStore`.
    ActixSession,
    /// A record of tower-sessions-cookie-store. Its `expiry_date` is honoured.
    TowerSessions,
}

impl Jar {
    /// Creates the reader of a private jar: AES-256-GCM, bound to the cookie's name.
    #[must_use]
    pub fn private(key: JarKey, value: JarValue) -> Jar {
        Jar {
            key,
            is_private: true,
            value,
        }
    }

    /// Creates the reader of a signed jar: HMAC-SHA-256 of the value alone.
    #[must_use]
    pub fn signed(key: JarKey, value: JarValue) -> Jar {
        Jar {
            key,
            is_private: false,
            value,
        }
    }

    fn open(&self, name: &str, value: &str) -> Result<Zeroizing<String>, Reason> {
        if self.is_private {
            self.decrypt(name, value)
        } else {
            self.verify(value)
        }
    }

    /// `base64(nonce (12) || ciphertext || tag (16))`, with the name as associated data.
    fn decrypt(&self, name: &str, value: &str) -> Result<Zeroizing<String>, Reason> {
        let bytes = BASE64_STANDARD.decode(value);
        let bytes = bytes.map_err(|_| Reason::Encoding)?;
        let (nonce, sealed) = bytes.split_first_chunk().ok_or(Reason::TooShort)?;
        let opened = old::open_aes_256_gcm(self.key.encryption(), nonce, name.as_bytes(), sealed);
        let opened = opened.ok_or(Reason::Auth)?;
        let text = str::from_utf8(&opened).map_err(|_| Reason::Payload)?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    /// `base64(HMAC-SHA-256(text)) || text`.
    fn verify(&self, value: &str) -> Result<Zeroizing<String>, Reason> {
        let (tag, text) = value.split_at_checked(TAG_LEN).ok_or(Reason::TooShort)?;
        let tag = BASE64_STANDARD.decode(tag).map_err(|_| Reason::Encoding)?;
        if old::is_hmac_sha256(self.key.signing(), text.as_bytes(), &tag) {
            Ok(Zeroizing::new(text.to_owned()))
        } else {
            Err(Reason::Auth)
        }
    }
}

impl Reader for Jar {
    fn read(&self, name: &str, value: &str) -> Result<OldSession, Reason> {
        let opened = match percent_decode_str(value).decode_utf8() {
            // Text in a signed jar may contain a percent sign of its own.
            Ok(Cow::Owned(decoded)) => self
                .open(name, &decoded)
                .or_else(|reason| self.open(name, value).map_err(|_| reason)),
            _ => self.open(name, value),
        };
        self.value.read(&opened?)
    }
}

impl JarValue {
    fn read(self, text: &str) -> Result<OldSession, Reason> {
        match self {
            JarValue::Text(key) => {
                let entry = (key.to_owned(), Value::from(text));
                Ok(OldSession::new(Map::from_iter([entry])))
            }
            JarValue::Json => parse(text.as_bytes()).map(OldSession::new),
            JarValue::ActixSession => {
                let state: Map<String, Value> = parse(text.as_bytes())?;
                let entries = state
                    .into_iter()
                    .map(|(key, value)| Ok((key, inner(value)?)));
                entries.collect::<Result<_, _>>().map(OldSession::new)
            }
            JarValue::TowerSessions => {
                let json = BASE64_URL_SAFE_NO_PAD.decode(text);
                let json = Zeroizing::new(json.map_err(|_| Reason::Payload)?);
                let envelope: Envelope = parse(&json)?;
                envelope.session()
            }
        }
    }
}

/// A value of actix-session, which is JSON in a text.
fn inner(value: Value) -> Result<Value, Reason> {
    match value {
        Value::String(json) => parse(json.as_bytes()),
        _ => Err(Reason::Payload),
    }
}

#[derive(Deserialize)]
struct Envelope {
    v: u8,
    record: Record,
}

/// Without the id, which is of no use here.
#[derive(Deserialize)]
struct Record {
    data: Map<String, Value>,
    expiry_date: ExpiryDate,
}

impl Envelope {
    fn session(self) -> Result<OldSession, Reason> {
        let Record { data, expiry_date } = self.record;
        let end = expiry_date.moment().filter(|_| self.v == 1);
        let end = end.ok_or(Reason::Payload)?;
        Ok(OldSession::new(data).expires_at(end))
    }
}

impl fmt::Debug for Jar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jar")
            .field("is_private", &self.is_private)
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}

/// Characters of an HMAC-SHA-256 in base64.
const TAG_LEN: usize = 44;
