use std::fmt;

use crate::{crypto, format::Secret};

/// Key of a cookie jar of cookie-rs, which actix-session and tower-sessions-cookie-store also use.
///
/// # Examples
///
/// ```
/// use hardtack_migrate::JarKey;
///
/// // The bytes that the old program gave to `Key::from`.
/// # let master = [7; 64];
/// let key = JarKey::new(&master)?;
/// assert_eq!(format!("{key:?}"), "JarKey(..)");
/// assert!(JarKey::new(b"short").is_err());
/// # Ok::<_, hardtack_migrate::JarKeyError>(())
/// ```
#[derive(Clone, Debug)]
pub struct JarKey(Secret);

impl JarKey {
    /// Creates the key that `Key::from` creates from these bytes. It uses the first 64.
    ///
    /// # Errors
    ///
    /// Returns an error if there are fewer than 64 bytes.
    pub fn new(master: &[u8]) -> Result<JarKey, JarKeyError> {
        let key = master.get(..KEY_LEN).ok_or(JarKeyError {
            expected: KEY_LEN,
            found: master.len(),
        })?;
        Ok(JarKey(Secret::new(key)))
    }

    /// Creates the key that `Key::derive_from` derives from these bytes.
    ///
    /// # Errors
    ///
    /// Returns an error if there are fewer than 32 bytes.
    pub fn derive_from(master: &[u8]) -> Result<JarKey, JarKeyError> {
        let key = crypto::hkdf_expand_sha256(master, KEYS_INFO).ok_or(JarKeyError {
            expected: 32,
            found: master.len(),
        })?;
        Ok(JarKey(Secret::new(&key[..])))
    }

    /// Returns the key of signed jars.
    pub(crate) fn signing(&self) -> &[u8] {
        &self.0[..32]
    }

    /// Returns the key of private jars.
    pub(crate) fn encryption(&self) -> &[u8; 32] {
        self.0.last_chunk().expect("64 bytes have 32 at their end")
    }
}

/// Error from bytes that are too short for a [`JarKey`].
#[derive(Clone, PartialEq, Eq)]
pub struct JarKeyError {
    expected: usize,
    found: usize,
}

impl fmt::Debug for JarKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for JarKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let JarKeyError { expected, found } = self;
        write!(f, "key has {found} bytes, expected at least {expected}")
    }
}

impl std::error::Error for JarKeyError {}

/// Bytes of the key for signing and the key for encryption.
const KEY_LEN: usize = 64;
const KEYS_INFO: &[u8] = b"COOKIE;SIGNED:HMAC-SHA256;PRIVATE:AEAD-AES-256-GCM";
