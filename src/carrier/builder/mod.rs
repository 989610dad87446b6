//! The builder of sessions in cookies, headers and tokens.

mod attributes;
mod bindings;
mod build;
mod constructors;
#[cfg(feature = "device-bound")]
mod device;
mod former;
mod hooks;
mod lifetimes;
#[cfg(feature = "migrate")]
mod migrate;
mod responses;
mod size;

use std::{
    fmt,
    marker::PhantomData,
    sync::Arc,
    time::{Duration, SystemTime},
};

pub(crate) use lifetimes::DEFAULT_ABSOLUTE;
pub use size::Size;

use crate::{
    base::config_error::ConfigError,
    cookie::{Attributes, former::FormerAttributes},
    crypto::suite::Mode,
    keys::{Key, Purpose, PurposeSlot, SessionType, SharedKeyRing},
    session::Hooks,
    state::{Map, Padding, RefreshAfter},
};

/// The builder of sessions in cookies, headers and bare tokens, whose settings `build` checks together.
///
/// A builder has the methods that all three share, and those of its carrier: a setting that would have no effect does
/// not compile.
///
/// | Function | Builder | Result |
/// |---|---|---|
/// | [`SessionCookie::encrypted`](crate::SessionCookie::encrypted) | [`SessionCookieBuilder`] | [`SessionCookie`](crate::SessionCookie) |
/// | [`SessionHeader::encrypted`](crate::SessionHeader::encrypted) | [`SessionHeaderBuilder`] | [`SessionHeader`](crate::SessionHeader) |
/// | [`SessionToken::encrypted`](crate::SessionToken::encrypted) | [`SessionTokenBuilder`] | [`SessionToken`](crate::SessionToken) |
///
/// Each carrier also has `unencrypted_but_signed`. `C` is the carrier ([`InCookie`], [`InHeader`], [`InToken`]), and `T`
/// is the content of sessions: a dictionary, or a type of yours ([`typed`](Self::typed)).
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
pub struct SessionBuilder<C, T = Map> {
    options: Options,
    kind: PhantomData<fn() -> (C, T)>,
}

/// The builder of a [`SessionCookie`](crate::SessionCookie).
pub type SessionCookieBuilder<T = Map> = SessionBuilder<InCookie, T>;

/// The builder of a [`SessionHeader`](crate::SessionHeader).
pub type SessionHeaderBuilder<T = Map> = SessionBuilder<InHeader, T>;

/// The builder of a [`SessionToken`](crate::SessionToken).
pub type SessionTokenBuilder<T = Map> = SessionBuilder<InToken, T>;

/// Sessions in cookies, as a parameter of [`SessionBuilder`].
#[derive(Clone, Debug)]
pub enum InCookie {}

/// Sessions in a header, as a parameter of [`SessionBuilder`].
#[derive(Clone, Debug)]
pub enum InHeader {}

/// Sessions in bare tokens, as a parameter of [`SessionBuilder`].
#[derive(Clone, Debug)]
pub enum InToken {}

/// Sessions that are saved with a response: [`InCookie`] or [`InHeader`].
pub trait OverHttp {}

impl OverHttp for InCookie {}
impl OverHttp for InHeader {}

/// The carrier of sessions. Settings from outside the program, which have no types, ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    Cookie,
    Header,
    Token,
}

/// The settings as they were given, unchecked. A builder changes those that its carrier has.
#[derive(Clone, Debug)]
struct Options {
    carrier: Carrier,
    /// The name of the cookie or the header, or the purpose of the token. `None`: the default name of a cookie.
    name: Option<String>,
    mode: Mode,
    keys: Arc<dyn Keys>,

    /// `None`: the default.
    idle_timeout: Option<Option<Duration>>,
    absolute_timeout: Duration,
    remember_up_to: Option<Duration>,
    refresh_after: Option<RefreshAfter>,
    revalidate_after: Option<Duration>,
    unvalidated_up_to: Option<Duration>,
    clock_skew: Duration,
    not_before: Option<SystemTime>,
    retire_early: bool,

    application: Option<String>,
    type_label: Option<String>,
    context: Vec<(String, String)>,
    hooks: Hooks,

    size: Size,
    max_token_len: usize,
    padding: Padding,

    save_on_server_error: bool,
    shared_caching: bool,
    response_name: String,

    attributes: Attributes,
    former: Vec<FormerAttributes>,
    #[cfg(feature = "device-bound")]
    device: Option<crate::device::DeviceBound>,
    #[cfg(feature = "migrate")]
    migrate_from: Vec<migrate::Old>,
}

impl<C> SessionBuilder<C> {
    fn new<K: Key>(
        carrier: Carrier,
        name: Option<String>,
        keys: SharedKeyRing<K>,
    ) -> SessionBuilder<C> {
        SessionBuilder {
            options: Options {
                carrier,
                name,
                mode: K::MODE,
                keys: Arc::new(keys),
                idle_timeout: None,
                absolute_timeout: DEFAULT_ABSOLUTE,
                remember_up_to: None,
                refresh_after: None,
                revalidate_after: None,
                unvalidated_up_to: None,
                clock_skew: Duration::from_secs(60),
                not_before: None,
                retire_early: false,
                application: None,
                type_label: None,
                context: Vec::new(),
                hooks: Hooks::default(),
                size: Size::default(),
                max_token_len: size::PASSES_ANYWHERE,
                padding: Padding::default(),
                save_on_server_error: false,
                shared_caching: false,
                response_name: "session-token".to_owned(),
                attributes: Attributes::default(),
                former: Vec::new(),
                #[cfg(feature = "device-bound")]
                device: None,
                #[cfg(feature = "migrate")]
                migrate_from: Vec::new(),
            },
            kind: PhantomData,
        }
    }
}

/// A shared ring of keys of either kind.
trait Keys: fmt::Debug + Send + Sync {
    fn serve(
        &self,
        purpose: Purpose,
        overlap: u64,
        sessions: Option<SessionType>,
    ) -> Result<Arc<PurposeSlot>, ConfigError>;
}

impl<K: Key> Keys for SharedKeyRing<K> {
    fn serve(
        &self,
        purpose: Purpose,
        overlap: u64,
        sessions: Option<SessionType>,
    ) -> Result<Arc<PurposeSlot>, ConfigError> {
        SharedKeyRing::serve(self, purpose, overlap, sessions)
    }
}

impl<C, T> SessionBuilder<C, T> {
    pub(crate) fn mode(&self) -> Mode {
        self.options.mode
    }

    pub(crate) fn carrier(&self) -> Carrier {
        self.options.carrier
    }

    /// Returns the same settings under another type.
    pub(crate) fn into_kind<D, U>(self) -> SessionBuilder<D, U> {
        SessionBuilder {
            options: self.options,
            kind: PhantomData,
        }
    }

    /// Makes sessions hold one `U` instead of a dictionary. `build` requires that `U` is a
    /// [`SessionData`](crate::SessionData).
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
    pub fn typed<U>(self) -> SessionBuilder<C, U> {
        self.into_kind()
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
