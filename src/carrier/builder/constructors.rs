//! Functions with which a builder begins.

use super::{SessionBuilder, SessionCookieBuilder, SessionTokenBuilder};
use crate::{
    carrier::{cookie::SessionCookie, token::SessionToken},
    crypto::suite::Mode,
    keys::SharedKeyRing,
};

impl SessionCookie {
    /// Creates a builder of cookies whose content only holders of a key can read. `keys` is a key, a
    /// [`KeyRing`](crate::KeyRing) or a [`SharedKeyRing`](crate::keys::SharedKeyRing).
    ///
    /// If several applications have these keys, give each a name or an
    /// [`application`](SessionBuilder::application) label. With the default name, each would accept
    /// the sessions of the others.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    ///
    /// # let text = EncryptionKey::generate()?.expose_secret();
    /// let keys: KeyRing = text.parse()?;
    /// let login = SessionCookie::encrypted(keys.clone()).name("__Host-login").build()?;
    /// let cart = SessionCookie::encrypted(keys).name("__Host-cart").build()?;
    /// # let _ = (login, cart);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn encrypted(keys: impl Into<SharedKeyRing>) -> SessionCookieBuilder {
        SessionBuilder::new(Mode::Encrypted, keys)
    }

    /// Creates a builder of cookies whose content **anyone can read** if they see the cookie, such as the visitor. Only
    /// holders of a key can change it.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{SessionCookie, SigningKey};
    ///
    /// let cookie = SessionCookie::unencrypted_but_signed(SigningKey::generate()?)
    ///     .name("__Host-language")
    ///     .build()?;
    /// # let session = cookie.load([""], std::time::SystemTime::now());
    /// # session.insert("language", "sv")?;
    /// # assert_eq!(cookie.save(&session)?.iter().len(), 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn unencrypted_but_signed(keys: impl Into<SharedKeyRing>) -> SessionCookieBuilder {
        SessionBuilder::new(Mode::UnencryptedButSigned, keys)
    }
}

impl SessionToken {
    /// Creates a builder of tokens whose content only holders of a key can read. `keys` is a key, a
    /// [`KeyRing`](crate::KeyRing) or a [`SharedKeyRing`](crate::keys::SharedKeyRing).
    ///
    /// They need a [`header`](SessionBuilder::header) or a [`purpose`](SessionBuilder::purpose).
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing, SessionToken};
    ///
    /// let keys = KeyRing::from(EncryptionKey::generate()?);
    /// let api = SessionToken::encrypted(keys.clone()).header("authorization").build()?;
    /// let jobs = SessionToken::encrypted(keys).purpose("jobs").idle_timeout(None).build()?;
    /// # let _ = (api, jobs);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn encrypted(keys: impl Into<SharedKeyRing>) -> SessionTokenBuilder {
        SessionBuilder::new(Mode::Encrypted, keys)
    }

    /// Creates a builder of tokens whose content **anyone can read** if they see the token. Only holders of a key can
    /// change it.
    pub fn unencrypted_but_signed(keys: impl Into<SharedKeyRing>) -> SessionTokenBuilder {
        SessionBuilder::new(Mode::UnencryptedButSigned, keys)
    }
}
