//! The settings of a cookie, and their check.

mod any_ring;
mod build;

use std::{
    marker::PhantomData,
    time::{Duration, SystemTime},
};

pub(crate) use any_ring::AnyRing;

use crate::{
    body::{BROWSER_LIMIT, Map, Payload, RenewAfter},
    cookie::{Attributes, SameSite},
};

/// Settings of a [`SessionCookie`](crate::SessionCookie). All of them are checked together in [`build`](Self::build).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use hardtack::{EncryptionKey, RenewAfter, SameSite, SessionCookie};
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .name("__Host-login")
///     .same_site(SameSite::Strict)
///     .idle_timeout(Duration::from_secs(15 * 60))
///     .absolute_timeout(Duration::from_secs(8 * 3600))
///     .renew_after(RenewAfter::Span(Duration::from_secs(5 * 60)))
///     .build()?;
///
/// // Mistakes end at start-up, with a sentence that says what to do.
/// let mistake = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .name("__Host-login")
///     .path("/app")
///     .build();
/// assert!(mistake.is_err_and(|error| error.to_string().contains("leave out `path`")));
/// # let _ = cookie;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is built before `build`"]
pub struct SessionCookieBuilder<T = Map> {
    settings: Settings,
    payload: PhantomData<fn() -> T>,
}

/// As they were given, unchecked.
#[derive(Clone, Debug)]
struct Settings {
    keys: AnyRing,
    name: Option<String>,
    attributes: Attributes,
    idle_timeout: Option<Duration>,
    absolute_timeout: Duration,
    renew_after: Option<RenewAfter>,
    clock_skew: Duration,
    not_before: Option<SystemTime>,
    size: Size,
    context: Vec<(String, String)>,
    save_on_server_error: bool,
    shared_caching: bool,
    retire_early: bool,
}

/// How large a whole `Set-Cookie` field may be, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Size {
    /// 3,072 bytes: passes a default nginx, together with the headers of a security middleware.
    #[default]
    Anywhere,
    /// 4,096 bytes: what browsers store. A default nginx in front of the application answers 502.
    Browser,
}

impl Size {
    fn limit(self) -> usize {
        match self {
            Size::Anywhere => 3072,
            Size::Browser => BROWSER_LIMIT,
        }
    }
}

impl SessionCookieBuilder {
    pub(crate) fn new(keys: AnyRing) -> SessionCookieBuilder {
        SessionCookieBuilder {
            settings: Settings {
                keys,
                name: None,
                attributes: Attributes {
                    path: "/".to_owned(),
                    domain: None,
                    secure: true,
                    same_site: SameSite::Lax,
                    partitioned: false,
                },
                idle_timeout: Some(Duration::from_secs(30 * 60)),
                absolute_timeout: Duration::from_secs(12 * 3600),
                renew_after: None,
                clock_skew: Duration::from_secs(60),
                not_before: None,
                size: Size::default(),
                context: Vec::new(),
                save_on_server_error: false,
                shared_caching: false,
                retire_early: false,
            },
            payload: PhantomData,
        }
    }
}

impl<T: Payload> SessionCookieBuilder<T> {
    /// The cookie's name. A session sealed under one name does not open under another.
    ///
    /// Default: `__Host-session`; with a domain or another path `__Secure-session`; with
    /// [`danger_allow_http`](Self::danger_allow_http) `session`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.settings.name = Some(name.into());
        self
    }

    /// Below which path the browser sends the cookie. Default: `/`.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.settings.attributes.path = path.into();
        self
    }

    /// The domain below which every host gets the cookie, and can set one. Default: none, only the host
    /// that set it gets it.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.settings.attributes.domain = Some(domain.into());
        self
    }

    /// Whether the cookie comes with requests from other sites. Default: [`SameSite::Lax`].
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.settings.attributes.same_site = same_site;
        self
    }

    /// Inside a frame, one cookie for each site around it (CHIPS). Default: off.
    pub fn partitioned(mut self) -> Self {
        self.settings.attributes.partitioned = true;
        self
    }

    /// Leaves out `Secure`, so that the cookie also travels over plain HTTP.
    ///
    /// # Security
    ///
    /// Anybody on the way can take the session, and can plant one. For a server on `localhost` this is
    /// not needed: browsers take `Secure` cookies from there.
    pub fn danger_allow_http(mut self) -> Self {
        self.settings.attributes.secure = false;
        self
    }

    /// A session ends when its visitor was away for this long; `None`: it does not. Default: 30 minutes.
    /// In whole seconds.
    pub fn idle_timeout(mut self, span: impl Into<Option<Duration>>) -> Self {
        self.settings.idle_timeout = span.into();
        self
    }

    /// A session ends this long after it was issued, whatever its visitor does. Default: 12 hours. In
    /// whole seconds.
    ///
    /// Shortening it acts at once on every session that is out.
    pub fn absolute_timeout(mut self, span: Duration) -> Self {
        self.settings.absolute_timeout = span;
        self
    }

    /// When the idle timeout is begun anew, which needs a `Set-Cookie`. Default: a quarter of the idle
    /// timeout; [`RenewAfter::OnChange`] where there is none.
    pub fn renew_after(mut self, renew_after: RenewAfter) -> Self {
        self.settings.renew_after = Some(renew_after);
        self
    }

    /// How far another instance's clock may be ahead: 0 to 300 seconds. Default: 60 seconds.
    pub fn clock_skew(mut self, span: Duration) -> Self {
        self.settings.clock_skew = span;
        self
    }

    /// Refuses every session issued before `moment`: signs everybody out who signed in earlier.
    pub fn not_before(mut self, moment: SystemTime) -> Self {
        self.settings.not_before = Some(moment);
        self
    }

    /// The largest `Set-Cookie` field. Default: [`Size::Anywhere`]. A smaller one signs nobody out.
    pub fn size(mut self, size: Size) -> Self {
        self.settings.size = size;
        self
    }

    /// Binds every session to this pair, too. May be repeated; the order counts. Default: none.
    pub fn context(mut self, label: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.context.push((label.into(), value.into()));
        self
    }

    /// A response with a 5xx status saves its session like any other. Default: off, only an ended
    /// session and an explicit [`save`](crate::Session::save) count then.
    pub fn save_on_server_error(mut self) -> Self {
        self.settings.save_on_server_error = true;
        self
    }

    /// Sends sessions with responses that the application let shared caches store.
    ///
    /// # Security
    ///
    /// A cache that stores `Set-Cookie` gives one visitor's session to others.
    pub fn danger_allow_shared_caching(mut self) -> Self {
        self.settings.shared_caching = true;
        self
    }

    /// Accepts a key ring in which a key stops to open while sessions that it sealed may be alive.
    pub fn danger_retire_early(mut self) -> Self {
        self.settings.retire_early = true;
        self
    }

    /// Sessions hold one `U` instead of a dictionary.
    pub fn typed<U: Payload>(self) -> SessionCookieBuilder<U> {
        SessionCookieBuilder {
            settings: self.settings,
            payload: PhantomData,
        }
    }
}
