//! The settings that only a bare token has, and their check.

use std::{marker::PhantomData, sync::Arc};

use super::{
    CarrierOptions, SessionBuilder, SessionTokenBuilder, Settings, error::ConfigError, sealed,
};
use crate::{
    carrier::token::SessionToken,
    keys::{EncryptionKey, IntoKeys, Purpose, SigningKey},
    session::Duplicates,
    state::{Allowed, LARGEST_COOKIE, MOST_COOKIES, Overhead, Payload},
};

/// The settings that only a bare token has, as a parameter of [`SessionBuilder`].
#[derive(Clone, Debug)]
pub struct TokenOptions {
    purpose: String,
    max_token_len: usize,
}

impl CarrierOptions for TokenOptions {}
impl sealed::CarrierOptions for TokenOptions {}

impl TokenOptions {
    fn new(purpose: impl Into<String>) -> TokenOptions {
        TokenOptions {
            purpose: purpose.into(),
            max_token_len: DEFAULT_TOKEN_LEN,
        }
    }
}

impl SessionToken {
    /// Creates a builder of bare tokens whose content only holders of a key can read. `keys` is a key, a
    /// [`KeyRing`](crate::KeyRing) or a [`SharedKeyRing`](crate::keys::SharedKeyRing).
    ///
    /// A token opens only for the `purpose` that it was sealed for, a text of 1 to 65,529 bytes. Tokens do not open as
    /// cookies, and cookies do not open as tokens.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionToken};
    ///
    /// let tokens = SessionToken::encrypted("mobile", EncryptionKey::generate()?)
    ///     .idle_timeout(None)
    ///     .build()?;
    /// # let _ = tokens;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn encrypted(
        purpose: impl Into<String>,
        keys: impl IntoKeys<EncryptionKey>,
    ) -> SessionTokenBuilder {
        SessionBuilder::new(keys.into().into(), TokenOptions::new(purpose))
    }

    /// Creates a builder of bare tokens whose content **anyone can read** who sees one. Only holders of a key can
    /// change it.
    pub fn unencrypted_but_signed(
        purpose: impl Into<String>,
        keys: impl IntoKeys<SigningKey>,
    ) -> SessionTokenBuilder {
        SessionBuilder::new(keys.into().into(), TokenOptions::new(purpose))
    }
}

/// For bare tokens.
impl<T: Payload> SessionTokenBuilder<T> {
    /// Sets the most characters that a token may have. Default: 3,072. At most 16,384.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionToken};
    /// # use std::time::SystemTime;
    /// let tokens = SessionToken::encrypted("mobile", EncryptionKey::generate()?)
    ///     .max_token_len(4_096)
    ///     .build()?;
    /// let session = tokens.load(None::<&str>, SystemTime::now());
    /// assert_eq!(session.remaining_bytes(), 2_994);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn max_token_len(mut self, characters: usize) -> Self {
        self.carrier.max_token_len = characters;
        self
    }

    /// Checks all settings, derives the keys, and builds the tokens.
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`], whose message says what to do.
    pub fn build(self) -> Result<SessionToken<T>, ConfigError> {
        let purpose = Purpose::token(&self.carrier.purpose).ok_or_else(|| {
            let found = self.carrier.purpose.len();
            ConfigError::new("purpose", format!("has {found} bytes, expected 1 to 65529"))
        })?;
        self.settings.token(purpose, self.carrier.max_token_len)
    }
}

impl Settings {
    /// Sessions in tokens for `purpose`, in one piece of at most `max_len` characters each.
    pub(super) fn token<T: Payload>(
        &self,
        purpose: Purpose,
        max_len: usize,
    ) -> Result<SessionToken<T>, ConfigError> {
        if max_len > LONGEST_TOKEN_LEN {
            return Err(ConfigError::new(
                "max_token_len",
                format!("is {max_len}, expected at most {LONGEST_TOKEN_LEN} characters"),
            ));
        }
        let allowed = Allowed::new(1, max_len);
        let sealer = self.sealer::<T>(purpose, allowed, Overhead::default(), Duplicates::Refuse)?;
        Ok(SessionToken {
            sealer: Arc::new(sealer),
            payload: PhantomData,
        })
    }
}

pub(super) const DEFAULT_TOKEN_LEN: usize = 3072;
const LONGEST_TOKEN_LEN: usize = MOST_COOKIES * LARGEST_COOKIE;
