//! Functions with which a builder begins.

use super::{
    InCookie, InHeader, InToken, SessionBuilder, SessionCookieBuilder, SessionHeaderBuilder,
    SessionTokenBuilder,
};
use crate::{
    carrier::{cookie::SessionCookie, header::SessionHeader, token::SessionToken},
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
        SessionBuilder::new(InCookie::new(), Mode::Encrypted, keys.into())
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
        SessionBuilder::new(InCookie::new(), Mode::UnencryptedButSigned, keys.into())
    }
}

impl SessionHeader {
    /// Creates a builder of sessions in the request header `name`, whose content only holders of a key can read. `keys`
    /// is a key, a [`KeyRing`](crate::KeyRing) or a [`SharedKeyRing`](crate::keys::SharedKeyRing).
    ///
    /// The name has at most 128 bytes, and its case does not matter. Sessions are sealed for this header, so they do
    /// not open as cookies, and cookies do not open as sessions of a header ([docs/spec/carriers.md § 9.7]).
    ///
    /// [docs/spec/carriers.md § 9.7]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/carriers.md#97-tokens-in-a-header-field
    pub fn encrypted(
        name: impl Into<String>,
        keys: impl Into<SharedKeyRing>,
    ) -> SessionHeaderBuilder {
        SessionBuilder::new(InHeader::new(name.into()), Mode::Encrypted, keys.into())
    }

    /// Creates a builder of sessions in the request header `name`, whose content **anyone can read** if they see the
    /// header. Only holders of a key can change it.
    pub fn unencrypted_but_signed(
        name: impl Into<String>,
        keys: impl Into<SharedKeyRing>,
    ) -> SessionHeaderBuilder {
        let carrier = InHeader::new(name.into());
        SessionBuilder::new(carrier, Mode::UnencryptedButSigned, keys.into())
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
        keys: impl Into<SharedKeyRing>,
    ) -> SessionTokenBuilder {
        SessionBuilder::new(InToken::new(purpose.into()), Mode::Encrypted, keys.into())
    }

    /// Creates a builder of bare tokens whose content **anyone can read** if they see the token. Only holders of a key
    /// can change it.
    pub fn unencrypted_but_signed(
        purpose: impl Into<String>,
        keys: impl Into<SharedKeyRing>,
    ) -> SessionTokenBuilder {
        let carrier = InToken::new(purpose.into());
        SessionBuilder::new(carrier, Mode::UnencryptedButSigned, keys.into())
    }
}
