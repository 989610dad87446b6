//! Builder of sessions in cookies, headers and tokens.

mod attributes;
mod bindings;
mod build;
mod constructors;
#[cfg(feature = "device-bound")]
mod device;
mod former;
mod hooks;
mod lifetime_rules;
mod lifetimes;
#[cfg(feature = "migrate")]
mod migrate;
mod options;
mod responses;
mod size;

use std::{fmt, marker::PhantomData, sync::Arc};

pub use options::{Carrier, InCookie, InHeader, InToken, OverHttp};
pub(crate) use options::{Options, Responses};
pub use size::Size;

use crate::{
    base::config_error::ConfigError,
    crypto::suite::Mode,
    keys::{Key, KeyNeed, Purpose, PurposeSlot, SessionType, SharedKeyRing},
    session::Hooks,
    state::Map,
};

/// Builder of sessions in cookies, headers and bare tokens. `build` checks all settings together.
///
/// A builder has the methods that all three carriers share, and those of its own carrier: a setting that would have no
/// effect does not compile.
///
/// | Function | Builder | Result |
/// |---|---|---|
/// | [`SessionCookie::encrypted`](crate::SessionCookie::encrypted) | [`SessionCookieBuilder`] | [`SessionCookie`](crate::SessionCookie) |
/// | [`SessionHeader::encrypted`](crate::SessionHeader::encrypted) | [`SessionHeaderBuilder`] | [`SessionHeader`](crate::SessionHeader) |
/// | [`SessionToken::encrypted`](crate::SessionToken::encrypted) | [`SessionTokenBuilder`] | [`SessionToken`](crate::SessionToken) |
///
/// Each carrier also has `unencrypted_but_signed`. `C` is the carrier ([`InCookie`], [`InHeader`], [`InToken`]), and `T`
/// is the content of sessions: a dictionary, or a type of yours ([`typed`](Self::typed)). `H` says whether the type may
/// still change; a signature names it only after [`revoked_if`](Self::revoked_if) or
/// [`revalidate_after`](Self::revalidate_after): `SessionCookieBuilder<Login, Hooked>`.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use hardtack::{EncryptionKey, SameSite, SessionCookie, carrier::RefreshAfter};
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .name("__Host-login")
///     .same_site(SameSite::Strict)
///     .idle_timeout(Duration::from_secs(15 * 60))
///     .absolute_timeout(Duration::from_secs(8 * 3600))
///     .refresh_after(RefreshAfter::Span(Duration::from_secs(5 * 60)))
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
/// Settings that several kinds share:
///
/// ```
/// use std::time::Duration;
/// use hardtack::{EncryptionKey, KeyRing, SessionCookie, SessionHeader, carrier::SessionBuilder};
///
/// fn short<C>(builder: SessionBuilder<C>) -> SessionBuilder<C> {
///     builder.idle_timeout(Duration::from_secs(300)).application("shop")
/// }
///
/// let keys = KeyRing::new(EncryptionKey::generate()?);
/// let cookie = short(SessionCookie::encrypted(keys.clone())).name("__Host-shop").build()?;
/// let header = short(SessionHeader::encrypted("authorization", keys)).build()?;
/// # let _ = (cookie, header);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is built before `build`"]
pub struct SessionBuilder<C, T = Map, H = NoHook> {
    options: Options,
    carrier: C,
    mode: Mode,
    keys: Arc<dyn Keys>,
    hooks: Hooks,
    content: PhantomData<fn() -> (T, H)>,
}

/// Builder of a [`SessionCookie`](crate::SessionCookie).
pub type SessionCookieBuilder<T = Map, H = NoHook> = SessionBuilder<InCookie, T, H>;

/// Builder of a [`SessionHeader`](crate::SessionHeader).
pub type SessionHeaderBuilder<T = Map, H = NoHook> = SessionBuilder<InHeader, T, H>;

/// Builder of a [`SessionToken`](crate::SessionToken).
pub type SessionTokenBuilder<T = Map, H = NoHook> = SessionBuilder<InToken, T, H>;

/// Parameter of [`SessionBuilder`]: no function looks at the content of sessions yet.
#[derive(Clone, Debug)]
pub enum NoHook {}

/// Parameter of [`SessionBuilder`]: [`revoked_if`](SessionBuilder::revoked_if) or
/// [`revalidate_after`](SessionBuilder::revalidate_after) looks at the content of sessions, so its type can no longer
/// change.
#[derive(Clone, Debug)]
pub enum Hooked {}

/// For a hook under a condition: `match … { Some(list) => builder.revoked_if(…), None => builder.into() }`.
impl<C, T> From<SessionBuilder<C, T>> for SessionBuilder<C, T, Hooked> {
    fn from(builder: SessionBuilder<C, T>) -> Self {
        builder.holding()
    }
}

/// A builder whose type may still change: [`NoHook`].
#[diagnostic::on_unimplemented(
    message = "`typed` is called after `revoked_if` or `revalidate_after`, which would look for content of another type",
    label = "call `typed` before them"
)]
pub trait BeforeHooks {}

impl BeforeHooks for NoHook {}

impl<C> SessionBuilder<C> {
    fn new<K: Key>(carrier: C, keys: SharedKeyRing<K>) -> SessionBuilder<C> {
        SessionBuilder {
            options: Options::default(),
            carrier,
            mode: K::MODE,
            keys: Arc::new(keys),
            hooks: Hooks::default(),
            content: PhantomData,
        }
    }
}

/// A shared ring of keys of either kind.
trait Keys: fmt::Debug + Send + Sync {
    fn serve(
        &self,
        purpose: Purpose,
        need: KeyNeed,
        sessions: Option<SessionType>,
    ) -> Result<Arc<PurposeSlot>, ConfigError>;
}

impl<K: Key> Keys for SharedKeyRing<K> {
    fn serve(
        &self,
        purpose: Purpose,
        need: KeyNeed,
        sessions: Option<SessionType>,
    ) -> Result<Arc<PurposeSlot>, ConfigError> {
        SharedKeyRing::serve(self, purpose, need, sessions)
    }
}

impl<C, T, H> SessionBuilder<C, T, H> {
    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns the options, of every carrier and of this one, for settings from outside the program.
    pub(crate) fn options(&mut self) -> (&mut Options, &mut C) {
        (&mut self.options, &mut self.carrier)
    }

    /// Makes sessions hold one `U` instead of a dictionary. `build` requires that `U` is a
    /// [`SessionData`](crate::SessionData).
    ///
    /// Call this before [`revoked_if`](Self::revoked_if) and [`revalidate_after`](Self::revalidate_after), whose
    /// functions look at a `U`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie, SessionData};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Serialize, Deserialize, Default)]
    /// # struct Login { user: u64 }
    /// # impl SessionData for Login { const LABEL: &str = "login"; const SCHEMA: u32 = 1; }
    /// # let keys = EncryptionKey::generate()?;
    /// let cookie: SessionCookie<Login> = SessionCookie::encrypted(keys).typed().build()?;
    /// let session = cookie.load(None::<&str>, std::time::SystemTime::now());
    /// assert_eq!(session.read(|login| login.user), 0);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// A function that looks for entries of a dictionary would find none:
    ///
    /// ```compile_fail,E0277
    /// # #[derive(Default, serde::Serialize, serde::Deserialize)]
    /// # struct Login;
    /// # impl hardtack::SessionData for Login { const LABEL: &str = "login"; const SCHEMA: u32 = 1; }
    /// # let key = hardtack::EncryptionKey::generate().unwrap();
    /// let _ = hardtack::SessionCookie::encrypted(key)
    ///     .revoked_if(|session| session.get("is_locked") == Some(true))
    ///     .typed::<Login>();
    /// ```
    pub fn typed<U>(self) -> SessionBuilder<C, U>
    where
        H: BeforeHooks,
    {
        self.holding()
    }

    /// Returns the same settings under another type.
    fn holding<U, I>(self) -> SessionBuilder<C, U, I> {
        SessionBuilder {
            options: self.options,
            carrier: self.carrier,
            mode: self.mode,
            keys: self.keys,
            hooks: self.hooks,
            content: PhantomData,
        }
    }
}

/// Settings that would have no effect do not compile.
///
/// A header has no attributes of a cookie, no name that is set later, and no parts:
///
/// ```compile_fail,E0599
/// # let key = hardtack::EncryptionKey::generate().unwrap();
/// let _ = hardtack::SessionHeader::encrypted("x-session", key).path("/app");
/// ```
///
/// ```compile_fail,E0599
/// # let key = hardtack::EncryptionKey::generate().unwrap();
/// let _ = hardtack::SessionHeader::encrypted("x-session", key).name("__Host-session");
/// ```
///
/// ```compile_fail,E0599
/// # let key = hardtack::EncryptionKey::generate().unwrap();
/// let _ = hardtack::SessionHeader::encrypted("x-session", key).size(hardtack::Size::Split(2));
/// ```
///
/// A bare token has no response:
///
/// ```compile_fail,E0599
/// # let key = hardtack::EncryptionKey::generate().unwrap();
/// let _ = hardtack::SessionToken::encrypted("mobile", key).save_on_server_error();
/// ```
///
/// ```compile_fail,E0599
/// # let key = hardtack::EncryptionKey::generate().unwrap();
/// let _ = hardtack::SessionToken::encrypted("mobile", key).danger_allow_shared_caching();
/// ```
///
/// And a cookie answers in no header, and is limited by its size:
///
/// ```compile_fail,E0599
/// # let key = hardtack::EncryptionKey::generate().unwrap();
/// let _ = hardtack::SessionCookie::encrypted(key).response_name("x-session");
/// ```
///
/// ```compile_fail,E0599
/// # let key = hardtack::EncryptionKey::generate().unwrap();
/// let _ = hardtack::SessionCookie::encrypted(key).max_token_len(4_096);
/// ```
#[cfg(doctest)]
struct SettingsWithoutEffect;
