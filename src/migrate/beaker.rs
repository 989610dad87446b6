use std::{fmt, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{
    OldSession, Reader,
    entries::{moment, parse},
    pyramid::ends_after,
};
use crate::{base::reason::Reason, crypto::old};

/// The reader of Beaker's cookie-only sessions with the JSON serializer. The default name of the cookie is
/// `beaker.session.id`.
///
/// Encrypted cookies are those of the `cryptography` backend with the default `encrypt_nonce_bits`, 128. Beaker's own
/// entries, such as `_id` and `_path`, are dropped; `_creation_time` and `_accessed_time` become the session's dates, and a
/// session in which one of them is not a date is refused. So is a pickle, which is Beaker's default.
///
/// # Examples
///
/// ```
/// use hardtack::migrate::{Beaker, OldCookie};
///
/// # let (validate_key, encrypt_key) = ("validate", "encrypt");
/// let reader = Beaker::encrypted(validate_key, encrypt_key);
/// let old = OldCookie::new("beaker.session.id", reader);
/// # let _ = old;
/// ```
///
/// # Security
///
/// Beaker signs with HMAC-SHA-1 and does not bind the name. Without `encrypt_key`, the visitor reads the session.
#[derive(Clone)]
pub struct Beaker {
    validate_key: Zeroizing<String>,
    encrypt_key: Option<Zeroizing<String>>,
    timeout: Option<Duration>,
}

impl Beaker {
    /// Creates the reader of sessions with `session.validate_key` and `session.encrypt_key`.
    #[must_use]
    pub fn encrypted(validate_key: impl Into<String>, encrypt_key: impl Into<String>) -> Beaker {
        Beaker {
            encrypt_key: Some(Zeroizing::new(encrypt_key.into())),
            ..Beaker::signed(validate_key)
        }
    }

    /// Creates the reader of sessions with `session.validate_key` alone.
    #[must_use]
    pub fn signed(validate_key: impl Into<String>) -> Beaker {
        Beaker {
            validate_key: Zeroizing::new(validate_key.into()),
            encrypt_key: None,
            timeout: None,
        }
    }

    /// Sets `session.timeout`, after which an inactive session is refused. Default: none, as in Beaker.
    #[must_use]
    pub fn timeout(self, timeout: Option<Duration>) -> Beaker {
        Beaker { timeout, ..self }
    }

    /// Returns the compressed JSON.
    fn open(&self, text: &str) -> Result<Zeroizing<Vec<u8>>, Reason> {
        let Some(encrypt_key) = &self.encrypt_key else {
            return decode(text);
        };
        // base64 of a nonce (24 characters) || base64(nonce (12) || tag (16) || ciphertext)
        let (salt, sealed) = text.split_at_checked(SALT_LEN).ok_or(Reason::TooShort)?;
        let mut bytes = decode(sealed)?;
        if bytes.len() < NONCE_LEN + TAG_LEN {
            return Err(Reason::TooShort);
        }
        // The tag moves to the end, where the cipher expects it.
        bytes[NONCE_LEN..].rotate_left(TAG_LEN);
        let (nonce, sealed) = bytes.split_first_chunk().ok_or(Reason::TooShort)?;
        let salt = Zeroizing::new([self.validate_key.as_bytes(), salt.as_bytes()].concat());
        let key = old::pbkdf2_sha1_once(encrypt_key.as_bytes(), &salt);
        old::open_aes_256_gcm(&key, nonce, &[], sealed).ok_or(Reason::Auth)
    }
}

impl Reader for Beaker {
    /// `hex(HMAC-SHA-1(text)) || text`, where the text is base64, and encrypted if there is a key for it.
    fn read(&self, _name: &str, value: &str) -> Result<OldSession, Reason> {
        let (tag, text) = value
            .split_at_checked(SIGNATURE_LEN)
            .ok_or(Reason::TooShort)?;
        let key = self.validate_key.as_bytes();
        if !old::is_hmac_sha1_in_hex(key, text.as_bytes(), tag.as_bytes()) {
            return Err(Reason::Auth);
        }
        let compressed = self.open(text)?;
        let json = decompress_to_vec_zlib_with_limit(&compressed, LONGEST_JSON);
        let json = Zeroizing::new(json.map_err(|_| Reason::Payload)?);
        let mut entries: Map<String, Value> = parse(&json)?;
        let date = |key| match entries.get(key) {
            None => Ok(None),
            Some(date) => {
                let date = date.as_f64().and_then(moment);
                date.map(Some).ok_or(Reason::Payload)
            }
        };
        let (created_at, last_active_at) = (date("_creation_time")?, date("_accessed_time")?);
        entries.retain(|key, _| !OWN_ENTRIES.contains(&key.as_str()));
        let session = OldSession {
            created_at,
            last_active_at,
            ..OldSession::new(entries)
        };
        Ok(match last_active_at {
            Some(accessed) => ends_after(session, accessed, self.timeout),
            None => session,
        })
    }
}

fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, Reason> {
    let bytes = BASE64_STANDARD.decode(text);
    bytes.map(Zeroizing::new).map_err(|_| Reason::Encoding)
}

impl fmt::Debug for Beaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Beaker")
            .field("is_encrypted", &self.encrypt_key.is_some())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

const OWN_ENTRIES: [&str; 5] = [
    "_accessed_time",
    "_creation_time",
    "_domain",
    "_id",
    "_path",
];
/// Digits of an HMAC-SHA-1.
const SIGNATURE_LEN: usize = 40;
const SALT_LEN: usize = 24;
const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;
/// More than any session has room for. A small cookie can unpack to megabytes.
const LONGEST_JSON: usize = 64 * 1024;
