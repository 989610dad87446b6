use std::time::Duration;

use base64::prelude::BASE64_STANDARD;
use hardtack::{
    migrate::{OldSession, Reader},
    session::Reason,
};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::{
    crypto::{self, Sha1},
    format::{Secret, check, decode, parse, unpack},
    python::{active_at, drop_pages_own, time},
};

/// Reader of Beaker's cookie-only sessions with the JSON serializer. The default name of the cookie is
/// `beaker.session.id`.
///
/// It reads encrypted cookies of the backends `cryptography` and `pycrypto`, with the default `encrypt_nonce_bits`,
/// 128. `_creation_time` and `_accessed_time` become the session's dates; a session in which one of them is not a date
/// is refused. Beaker's other internal entries, such as `_id` and `_path`, are dropped, and so are flash messages and
/// the CSRF token of pyramid_beaker. A pickle, which is Beaker's default, is refused.
///
/// If every session is rejected with [`Reason::Auth`], the `validate_key` is wrong. With [`Reason::Payload`] or
/// [`Reason::Encoding`] it is the `encrypt_key`, `encrypt_nonce_bits`, the backend or the serializer.
///
/// # Examples
///
/// ```
/// use hardtack::migrate::OldCookie;
/// use hardtack_migrate::Beaker;
///
/// # let (validate_key, encrypt_key) = ("validate", "encrypt");
/// let reader = Beaker::encrypted(validate_key, encrypt_key);
/// let old = OldCookie::new("beaker.session.id", reader);
/// # let _ = old;
/// ```
///
/// # Security
///
/// Beaker signs with HMAC-SHA-1 and does not bind the name. Without `encrypt_key`, the visitor can read the session.
#[derive(Clone, Debug)]
pub struct Beaker {
    validate_key: Secret,
    encrypt_key: Option<Secret>,
    timeout: Option<Duration>,
}

impl Beaker {
    /// Creates a reader of sessions with `session.validate_key` and `session.encrypt_key`.
    #[must_use]
    pub fn encrypted(validate_key: impl Into<String>, encrypt_key: impl Into<String>) -> Beaker {
        Beaker {
            encrypt_key: Some(Secret::new(encrypt_key.into())),
            ..Beaker::signed(validate_key)
        }
    }

    /// Creates a reader of sessions with only `session.validate_key`.
    #[must_use]
    pub fn signed(validate_key: impl Into<String>) -> Beaker {
        Beaker {
            validate_key: Secret::new(validate_key.into()),
            encrypt_key: None,
            timeout: None,
        }
    }

    /// Sets `session.timeout`, after which an inactive session is rejected. Default: none, as in Beaker.
    #[must_use]
    pub fn timeout(mut self, timeout: Option<Duration>) -> Beaker {
        self.timeout = timeout;
        self
    }

    /// Decrypts `text (24 characters, for the key) || base64(sealed)`.
    ///
    /// The text was verified, so the second cipher, which has no tag, returns either what Beaker wrote or bytes that do
    /// not unpack.
    fn decrypt(&self, key: &Secret, text: &str) -> Result<Zeroizing<Vec<u8>>, Reason> {
        let (salt, sealed) = text.split_at_checked(24).ok_or(Reason::TooShort)?;
        let salt = Zeroizing::new([&*self.validate_key, salt.as_bytes()].concat());
        let key = crypto::pbkdf2_sha1_once(key, &salt);
        let sealed = decode(&BASE64_STANDARD, sealed)?;
        Ok(open_tagged(&key, &sealed).unwrap_or_else(|| crypto::aes_256_ctr(&key, sealed)))
    }
}

/// Opens `nonce (12 bytes) || tag (16 bytes) || ciphertext`, as the `cryptography` backend seals. Returns `None` if it
/// is something else.
fn open_tagged(key: &[u8; 32], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, rest) = sealed.split_first_chunk()?;
    let (tag, ciphertext) = rest.split_at_checked(16)?;
    crypto::open_aes_256_gcm(key, nonce, &[], &[ciphertext, tag].concat())
}

impl Reader for Beaker {
    /// Reads `hex(HMAC-SHA-1(text)) (40 characters) || text`, where the text is base64, and encrypted if there is a key
    /// for it.
    fn read(&self, _name: &str, value: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
        let (tag, text) = value.split_at_checked(40).ok_or(Reason::TooShort)?;
        let is_signed =
            crypto::is_mac_in_hex::<Sha1>(&self.validate_key, text.as_bytes(), tag.as_bytes());
        check(is_signed)?;
        let compressed = match &self.encrypt_key {
            Some(key) => self.decrypt(key, text)?,
            None => decode(&BASE64_STANDARD, text)?,
        };
        let mut entries: Map<String, Value> = parse(&unpack(&compressed)?)?;
        let mut date = |key| {
            let date: Option<Value> = entries.remove(key);
            date.map(|date| time(date.as_f64().ok_or(Reason::Payload)?))
                .transpose()
        };
        let (created_at, last_active_at) = (date("_creation_time")?, date("_accessed_time")?);
        entries.retain(|key, _| !["_domain", "_id", "_path"].contains(&key.as_str()));
        drop_pages_own(&mut entries);
        let mut session = OldSession::new(entries);
        if let Some(time) = created_at {
            session = session.created_at(time);
        }
        if let Some(time) = last_active_at {
            session = active_at(session, time, self.timeout);
        }
        Ok(session)
    }
}
