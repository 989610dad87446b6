use std::borrow::Cow;

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use hardtack::{
    migrate::{OldSession, Reader},
    session::Reason,
};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::{
    JarKey,
    crypto::{self, Sha256},
    expiry_date::ExpiryDate,
    format::{check, decode, parse, parse_with_id},
};

/// Reader of a private or signed jar of cookie-rs 0.18.
///
/// [`JarValue`] describes the values in the jar, which may be percent-encoded.
///
/// # Examples
///
/// ```
/// use hardtack::migrate::OldCookie;
/// use hardtack_migrate::{Jar, JarKey, JarValue};
///
/// # let master = [7; 64];
/// let key = JarKey::new(&master)?;
/// // `PrivateCookieJar` of axum-extra, with the user's name in the cookie `login`.
/// let old = OldCookie::new("login", Jar::private(key, JarValue::Text("user")));
/// # let _ = old;
/// # Ok::<_, hardtack_migrate::JarKeyError>(())
/// ```
///
/// # Security
///
/// A signed jar does not bind the name, so the value of another cookie that this key signed may be accepted as the
/// session.
#[derive(Clone, Debug)]
pub struct Jar {
    key: JarKey,
    is_private: bool,
    value: JarValue,
}

/// Value that a [`Jar`] protects.
///
/// | | Default name | Dates |
/// |---|---|---|
/// | [`Text`](Self::Text), [`Json`](Self::Json) | none | none |
/// | [`ActixSession`](Self::ActixSession) | `id` | none |
/// | [`TowerSessions`](Self::TowerSessions) | `session` | its end |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JarValue {
    /// Text, which becomes the entry with this name.
    Text(&'static str),
    /// A JSON object, whose members become entries.
    Json,
    /// State of actix-session with its `CookieSessionStore`.
    ActixSession,
    /// A record of tower-sessions-cookie-store. A record past its `expiry_date` is refused.
    TowerSessions,
}

impl Jar {
    /// Creates a reader of a private jar, which uses AES-256-GCM and binds values to the cookie's name.
    #[must_use]
    pub fn private(key: JarKey, value: JarValue) -> Jar {
        Jar {
            key,
            is_private: true,
            value,
        }
    }

    /// Creates a reader of a signed jar, which uses HMAC-SHA-256 of only the value.
    #[must_use]
    pub fn signed(key: JarKey, value: JarValue) -> Jar {
        Jar {
            is_private: false,
            ..Jar::private(key, value)
        }
    }

    fn open(&self, name: &str, value: &str) -> Result<Zeroizing<Vec<u8>>, Reason> {
        if self.is_private {
            // base64(nonce (12 bytes) || ciphertext || tag (16 bytes)), with the name as associated data
            let sealed = decode(&BASE64_STANDARD, value)?;
            return open(self.key.encryption(), &sealed, name.as_bytes());
        }
        // base64(HMAC-SHA-256(text)) (44 characters) || text
        let (tag, text) = value.split_at_checked(44).ok_or(Reason::TooShort)?;
        let tag = decode(&BASE64_STANDARD, tag)?;
        check(crypto::is_mac::<Sha256>(
            self.key.signing(),
            text.as_bytes(),
            &tag,
        ))?;
        Ok(Zeroizing::new(text.into()))
    }
}

impl Reader for Jar {
    fn read(&self, name: &str, value: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
        let opened = match percent_decode_str(value).decode_utf8() {
            // Text in a signed jar may itself contain a percent sign.
            Ok(Cow::Owned(decoded)) => self
                .open(name, &decoded)
                .or_else(|reason| self.open(name, value).map_err(|_| reason)),
            _ => self.open(name, value),
        };
        self.value.read(&opened?)
    }
}

impl JarValue {
    fn read(self, text: &[u8]) -> Result<OldSession, Reason> {
        match self {
            JarValue::Text(key) => {
                let text = str::from_utf8(text).map_err(|_| Reason::Payload)?;
                Ok(OldSession::new(Map::from_iter([(
                    key.to_owned(),
                    text.into(),
                )])))
            }
            JarValue::Json => parse(text).map(OldSession::new),
            JarValue::ActixSession => actix_state(parse(text)?).map(OldSession::new),
            JarValue::TowerSessions => {
                let json = decode(&BASE64_URL_SAFE_NO_PAD, text).map_err(|_| Reason::Payload)?;
                let id = |envelope: &Envelope| envelope.record.id;
                let Envelope { v, record } = parse_with_id(&json, id)?;
                let end = record.expiry_date.time().filter(|_| v == 1);
                let session = OldSession::new(record.data);
                Ok(session.expires_at(end.ok_or(Reason::Payload)?))
            }
        }
    }
}

/// Reads the forms of a state that actix-session reads. It writes `{ "v": 1, "state": … }` after 0.11; until then, it
/// wrote each value as JSON in a text. It also reads plain values.
fn actix_state(mut state: Map<String, Value>) -> Result<Map<String, Value>, Reason> {
    if let (Some(Value::Number(version)), Some(Value::Object(_))) =
        (state.get("v"), state.get("state"))
    {
        let is_known = version.as_u64() == Some(1);
        return match state.remove("state") {
            Some(Value::Object(state)) if is_known => Ok(state),
            _ => Err(Reason::Payload),
        };
    }
    if !state.values().all(Value::is_string) {
        return Ok(state);
    }
    let entries = state.into_iter().map(|(key, json)| {
        let json = json.as_str().unwrap_or_default();
        Ok((key, parse(json.as_bytes())?))
    });
    entries.collect()
}

/// Opens `nonce (12 bytes) || ciphertext || tag (16 bytes)` of AES-256-GCM.
fn open(key: &[u8; 32], sealed: &[u8], aad: &[u8]) -> Result<Zeroizing<Vec<u8>>, Reason> {
    let (nonce, sealed) = sealed.split_first_chunk().ok_or(Reason::TooShort)?;
    crypto::open_aes_256_gcm(key, nonce, aad, sealed).ok_or(Reason::Auth)
}

#[derive(Deserialize)]
struct Envelope {
    v: u8,
    record: Record,
}

#[derive(Deserialize)]
struct Record {
    /// Id, which may have 128 bits. Only the check of integers uses it.
    #[serde(default)]
    id: i128,
    data: Map<String, Value>,
    expiry_date: ExpiryDate,
}
