//! Builder of sessions in cookies and tokens.

mod attributes;
mod build;
#[cfg_attr(not(feature = "unstable-companion"), path = "no_companion.rs")]
pub(crate) mod companion;
mod hooks;
mod lifetime_rules;
#[cfg(feature = "migrate")]
mod migrate;
mod options;
mod settings_in_common;
mod size;

use std::{
    any::{Any, TypeId},
    marker::PhantomData,
};

pub(crate) use options::Options;
pub use options::{InCookie, InToken};
pub use size::Size;

use super::{cookie::SessionCookie, token::SessionToken};
use crate::{
    base::clone_by_fields,
    crypto::suite::Mode,
    keys::SharedKeyRing,
    session::Hooks,
    state::{Map, Payload},
};

/// Builder of sessions in cookies and in tokens. Some methods exist for both carriers, others only for one. `build`
/// checks all settings together.
///
/// | Function | Builder | Result |
/// |---|---|---|
/// | [`SessionCookie::encrypted`](crate::SessionCookie::encrypted) | [`SessionCookieBuilder`] | [`SessionCookie`](crate::SessionCookie) |
/// | [`SessionToken::encrypted`](crate::SessionToken::encrypted) | [`SessionTokenBuilder`] | [`SessionToken`](crate::SessionToken) |
///
/// Each carrier also has `unencrypted_but_signed`. `C` is the carrier ([`InCookie`], [`InToken`]), and `T` is the
/// content of sessions: a dictionary, or your own type ([`typed`](Self::typed)).
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
/// A function can apply the same settings to both carriers:
///
/// ```
/// use std::time::Duration;
/// use hardtack::{EncryptionKey, KeyRing, SessionCookie, SessionToken, carrier::SessionBuilder};
///
/// fn short<C>(builder: SessionBuilder<C>) -> SessionBuilder<C> {
///     builder.idle_timeout(Duration::from_secs(300)).application("shop")
/// }
///
/// let keys = KeyRing::from(EncryptionKey::generate()?);
/// let cookie = short(SessionCookie::encrypted(keys.clone())).name("__Host-shop").build()?;
/// let tokens = short(SessionToken::encrypted(keys)).header("authorization").build()?;
/// # let _ = (cookie, tokens);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is built before `build`"]
pub struct SessionBuilder<C, T = Map> {
    options: Options,
    carrier: C,
    mode: Mode,
    keys: SharedKeyRing,
    hooks: Hooks,
    /// Types of content that the hooks read.
    looked_at: Vec<TypeId>,
    content: PhantomData<fn() -> T>,
}

clone_by_fields!(SessionBuilder<C: Clone, T> { options, carrier, mode, keys, hooks, looked_at, content });

/// Builder of a [`SessionCookie`](crate::SessionCookie).
pub type SessionCookieBuilder<T = Map> = SessionBuilder<InCookie, T>;

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
        SessionBuilder::new(Mode::Encrypted, keys)
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
        SessionBuilder::new(Mode::UnencryptedButSigned, keys)
    }
}

impl SessionToken {
    /// Creates a builder of tokens whose content only holders of a key can read. `keys` is a key, a
    /// [`KeyRing`](crate::KeyRing) or a [`SharedKeyRing`](crate::keys::SharedKeyRing).
    ///
    /// The builder needs a [`header`](SessionBuilder::header) or a [`purpose`](SessionBuilder::purpose).
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

    /// Creates a builder of tokens whose content **anyone can read** who sees the token. Only holders of a key can
    /// change it.
    pub fn unencrypted_but_signed(keys: impl Into<SharedKeyRing>) -> SessionTokenBuilder {
        SessionBuilder::new(Mode::UnencryptedButSigned, keys)
    }
}

impl<C: Default> SessionBuilder<C> {
    pub(crate) fn new(mode: Mode, keys: impl Into<SharedKeyRing>) -> SessionBuilder<C> {
        SessionBuilder {
            options: Options::default(),
            carrier: C::default(),
            mode,
            keys: keys.into(),
            hooks: Hooks::default(),
            looked_at: Vec::new(),
            content: PhantomData,
        }
    }
}

impl<C, T> SessionBuilder<C, T> {
    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns the options of every carrier, and a cookie's own options if this builds one, for settings from outside
    /// the program.
    pub(crate) fn options(&mut self) -> (&mut Options, Option<&mut InCookie>)
    where
        C: 'static,
    {
        let carrier: &mut dyn Any = &mut self.carrier;
        (&mut self.options, carrier.downcast_mut())
    }

    /// Makes sessions hold one `U` instead of a dictionary. `U` must implement [`SessionData`](crate::SessionData).
    ///
    /// Call this before [`revoked_if`](Self::revoked_if) and [`revalidate_after`](Self::revalidate_after), whose
    /// functions read a `U`; otherwise `build` returns an error.
    pub fn typed<U: Payload>(self) -> SessionBuilder<C, U> {
        SessionBuilder {
            options: self.options,
            carrier: self.carrier,
            mode: self.mode,
            keys: self.keys,
            hooks: self.hooks,
            looked_at: self.looked_at,
            content: PhantomData,
        }
    }
}
