//! Builder of sessions in cookies, headers and bare tokens.

mod attributes;
mod build;
#[cfg_attr(not(feature = "unstable-companion"), path = "no_companion.rs")]
pub(crate) mod companion;
mod hooks;
mod lifetime_rules;
mod methods;
#[cfg(feature = "migrate")]
mod migrate;
mod options;
mod settings_in_common;
mod size;

use std::{any::TypeId, marker::PhantomData};

pub(crate) use options::Options;
pub(crate) use options::{InCookie, InHeader, InToken};
pub use size::Size;

use super::{cookie::SessionCookie, header::SessionHeader, token::SessionToken};
use crate::{
    base::clone_by_fields,
    crypto::suite::Mode,
    keys::SharedKeyRing,
    session::Hooks,
    state::{Map, Payload},
};

/// Builder of sessions in cookies, headers and bare tokens. Some methods exist for all of these carriers, others only for
/// one. `build` checks all settings together.
///
/// | Function | Builder | Result |
/// |---|---|---|
/// | [`SessionCookie::encrypted`](crate::SessionCookie::encrypted) | [`SessionCookieBuilder`] | [`SessionCookie`](crate::SessionCookie) |
/// | [`SessionHeader::encrypted`](crate::SessionHeader::encrypted) | [`SessionHeaderBuilder`] | [`SessionHeader`](crate::SessionHeader) |
/// | [`SessionToken::encrypted`](crate::SessionToken::encrypted) | [`SessionTokenBuilder`] | [`SessionToken`](crate::SessionToken) |
///
/// Each carrier also has `unencrypted_but_signed`. `C` is the carrier, and `T` is the content of sessions: a dictionary,
/// or your own type ([`typed`](Self::typed)).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use hardtack::{EncryptionKey, SameSite, SessionCookie, RefreshAfter};
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .name("__Host-login")
///     .same_site(SameSite::Strict)
///     .idle_timeout(Duration::from_secs(15 * 60))
///     .absolute_timeout(Duration::from_secs(8 * 3600))
///     .refresh_after(RefreshAfter::Interval(Duration::from_secs(5 * 60)))
///     .build()?;
///
/// // A mistake is an error at start-up, whose message says what to do.
/// let mistake = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .name("__Host-login")
///     .path("/app")
///     .build();
/// assert!(mistake.is_err_and(|error| error.to_string().contains("leave out `path`")));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// A function can apply the same settings to all carriers:
///
/// ```
/// use std::time::Duration;
/// use hardtack::{EncryptionKey, KeyRing, SessionCookie, SessionHeader, carrier::SessionBuilder};
///
/// fn short<C>(builder: SessionBuilder<C>) -> SessionBuilder<C> {
///     builder.idle_timeout(Duration::from_secs(300)).application("shop")
/// }
///
/// let keys = KeyRing::from(EncryptionKey::generate()?);
/// let cookie = short(SessionCookie::encrypted(keys.clone())).name("__Host-shop").build()?;
/// let header = short(SessionHeader::encrypted(keys, "authorization")).build()?;
/// # let _ = (cookie, header);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is built before `build`"]
pub struct SessionBuilder<C, T = Map> {
    pub(crate) options: Options,
    pub(crate) carrier: C,
    pub(crate) mode: Mode,
    keys: SharedKeyRing,
    hooks: Hooks,
    /// Types of content that the hooks read.
    types_of_hooks: Vec<TypeId>,
    content: PhantomData<fn() -> T>,
}

clone_by_fields!(SessionBuilder<C: Clone, T> { options, carrier, mode, keys, hooks, types_of_hooks, content });

/// Builder of a [`SessionCookie`](crate::SessionCookie).
pub type SessionCookieBuilder<T = Map> = SessionBuilder<InCookie, T>;

/// Builder of a [`SessionHeader`](crate::SessionHeader).
pub type SessionHeaderBuilder<T = Map> = SessionBuilder<InHeader, T>;

/// Builder of a [`SessionToken`](crate::SessionToken).
pub type SessionTokenBuilder<T = Map> = SessionBuilder<InToken, T>;

impl SessionCookie {
    /// Creates a builder of cookies whose content only holders of a key can read. `keys` is a key, a
    /// [`KeyRing`](crate::KeyRing) or a [`SharedKeyRing`](crate::keys::SharedKeyRing).
    ///
    /// If several applications have these keys, give each its own name or [`application`](SessionBuilder::application)
    /// label. With the same name, and without labels or contexts, each accepts the sessions of the others.
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
    #[doc(alias = "private")]
    pub fn encrypted(keys: impl Into<SharedKeyRing>) -> SessionCookieBuilder {
        SessionBuilder::new(Mode::Encrypted, keys, InCookie::default())
    }

    /// Creates a builder of cookies whose content **anyone can read** who sees the cookie, including the visitor. Only
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
    #[doc(alias = "signed")]
    pub fn unencrypted_but_signed(keys: impl Into<SharedKeyRing>) -> SessionCookieBuilder {
        SessionBuilder::new(Mode::UnencryptedButSigned, keys, InCookie::default())
    }
}

impl SessionHeader {
    /// Creates a builder of sessions in the request header `name`, whose content only holders of a key can read. `keys`
    /// is a key, a [`KeyRing`](crate::KeyRing) or a [`SharedKeyRing`](crate::keys::SharedKeyRing). The name has at most
    /// 128 bytes, in any case of letters. In `Authorization`, the scheme `Bearer` may precede the token.
    ///
    /// Sessions are sealed for this header, so they do not open as cookies, and cookies do not open as sessions of a
    /// header ([docs/spec/carriers.md § 9.7]).
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionHeader};
    ///
    /// let header = SessionHeader::encrypted(EncryptionKey::generate()?, "Authorization").build()?;
    /// assert_eq!(header.name(), "authorization");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [docs/spec/carriers.md § 9.7]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/carriers.md#97-tokens-in-a-header-field
    pub fn encrypted(
        keys: impl Into<SharedKeyRing>,
        name: impl Into<String>,
    ) -> SessionHeaderBuilder {
        SessionBuilder::new(Mode::Encrypted, keys, InHeader::named(name))
    }

    /// Creates a builder of sessions in the request header `name`, whose content **anyone can read** who sees the token.
    /// Only holders of a key can change it.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{SessionHeader, SigningKey, keys::Mode};
    ///
    /// let header = SessionHeader::unencrypted_but_signed(SigningKey::generate()?, "x-session").build()?;
    /// assert_eq!(header.mode(), Mode::UnencryptedButSigned);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn unencrypted_but_signed(
        keys: impl Into<SharedKeyRing>,
        name: impl Into<String>,
    ) -> SessionHeaderBuilder {
        SessionBuilder::new(Mode::UnencryptedButSigned, keys, InHeader::named(name))
    }
}

impl SessionToken {
    /// Creates a builder of bare tokens whose content only holders of a key can read. `keys` is a key, a
    /// [`KeyRing`](crate::KeyRing) or a [`SharedKeyRing`](crate::keys::SharedKeyRing).
    ///
    /// A token opens only for the `purpose` that it was sealed for, a string of 1 to 65,529 bytes. Tokens do not open as
    /// cookies, nor cookies as tokens.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionToken};
    ///
    /// let key = EncryptionKey::generate()?;
    /// let jobs = SessionToken::encrypted(key, "jobs").idle_timeout(None).build()?;
    /// # let _ = jobs;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn encrypted(
        keys: impl Into<SharedKeyRing>,
        purpose: impl Into<String>,
    ) -> SessionTokenBuilder {
        SessionBuilder::new(Mode::Encrypted, keys, InToken::of(purpose))
    }

    /// Creates a builder of bare tokens whose content **anyone can read** who sees the token. Only holders of a key can
    /// change it.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{SessionToken, SigningKey, keys::Mode};
    ///
    /// let links = SessionToken::unencrypted_but_signed(SigningKey::generate()?, "links").build()?;
    /// assert_eq!(links.mode(), Mode::UnencryptedButSigned);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn unencrypted_but_signed(
        keys: impl Into<SharedKeyRing>,
        purpose: impl Into<String>,
    ) -> SessionTokenBuilder {
        SessionBuilder::new(Mode::UnencryptedButSigned, keys, InToken::of(purpose))
    }
}

impl<C> SessionBuilder<C> {
    pub(crate) fn new(mode: Mode, keys: impl Into<SharedKeyRing>, carrier: C) -> SessionBuilder<C> {
        SessionBuilder {
            options: Options::default(),
            carrier,
            mode,
            keys: keys.into(),
            hooks: Hooks::default(),
            types_of_hooks: Vec::new(),
            content: PhantomData,
        }
    }
}

impl<C, T> SessionBuilder<C, T> {
    /// Makes sessions hold one `U` instead of a dictionary. `U` must implement [`SessionData`](crate::SessionData).
    ///
    /// Call this before [`revoked_if`](Self::revoked_if) and [`revalidate_after`](Self::revalidate_after), whose
    /// functions read a `U`; otherwise `build` returns an error.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie, SessionData};
    /// # use serde::{Deserialize, Serialize};
    /// #[derive(Serialize, Deserialize, Default, PartialEq)]
    /// struct Login {
    ///     user: u64,
    /// }
    ///
    /// impl SessionData for Login {
    ///     const LABEL: &str = "login";
    ///     const SCHEMA: u32 = 1;
    /// }
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).typed::<Login>().build()?;
    /// # let session = cookie.load(None::<&str>, hardtack::Clock::system());
    /// session.update(|login| login.user = 42)?;
    /// assert_eq!(session.read(|login| login.user), 42);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn typed<U: Payload>(self) -> SessionBuilder<C, U> {
        SessionBuilder {
            options: self.options,
            carrier: self.carrier,
            mode: self.mode,
            keys: self.keys,
            hooks: self.hooks,
            types_of_hooks: self.types_of_hooks,
            content: PhantomData,
        }
    }
}
