//! The settings of a cookie, and their check.

mod any_ring;
mod build;
mod formerly;

use std::{
    marker::PhantomData,
    sync::Arc,
    time::{Duration, SystemTime},
};

pub(crate) use any_ring::AnyRing;
pub use formerly::Formerly;

use crate::{
    body::{BROWSER_LIMIT, Map, Payload, RenewAfter},
    cookie::{Attributes, SameSite},
    hooks::{Hooks, Reading, SessionInfo},
    seal::Mode,
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
    remember_up_to: Option<Duration>,
    renew_after: Option<RenewAfter>,
    clock_skew: Duration,
    not_before: Option<SystemTime>,
    size: Size,
    context: Vec<(String, String)>,
    formerly: Vec<Formerly>,
    hooks: Hooks,
    save_on_server_error: bool,
    shared_caching: bool,
    retire_early: bool,
}

/// How large a whole `Set-Cookie` field may be, in bytes (SPEC.md § 9.5).
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
/// # use std::time::SystemTime;
/// # let keys = KeyRing::new(EncryptionKey::generate()?);
/// use hardtack::{SessionError, Size};
///
/// let anywhere = SessionCookie::encrypted(keys.clone()).build()?;
/// let browser = SessionCookie::encrypted(keys).size(Size::Browser).build()?;
/// let store = |cookie: &SessionCookie| {
///     cookie.load([""], SystemTime::now()).insert("note", "x".repeat(2_500))
/// };
/// assert!(matches!(store(&anywhere), Err(SessionError::TooLarge(_))));
/// assert!(store(&browser).is_ok());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
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
                remember_up_to: None,
                renew_after: None,
                clock_skew: Duration::from_secs(60),
                not_before: None,
                size: Size::default(),
                context: Vec::new(),
                formerly: Vec::new(),
                hooks: Hooks::default(),
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
    /// 1 to 128 bytes of a token of RFC 9110 section 5.6.2. Default: `__Host-session`; with a domain or
    /// another path `__Secure-session`; with [`danger_allow_http`](Self::danger_allow_http) `session`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).name("__Host-login").build()?;
    /// assert_eq!(cookie.name().as_str(), "__Host-login");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.settings.name = Some(name.into());
        self
    }

    /// Below which path the browser sends the cookie: at most 1,024 bytes. Default: `/`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).path("/shop").build()?;
    /// # let session = cookie.load([""], SystemTime::now());
    /// # session.insert("user", 42)?;
    /// let fields = cookie.save(&session)?;
    /// assert!(fields.iter().all(|field| field.contains("; Path=/shop;")));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.settings.attributes.path = path.into();
        self
    }

    /// The domain below which every host gets the cookie, and can set one. Default: none, only the host
    /// that set it gets it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).domain("example.com").build()?;
    /// # let session = cookie.load([""], SystemTime::now());
    /// # session.insert("user", 42)?;
    /// let fields = cookie.save(&session)?;
    /// assert!(fields.iter().all(|field| field.contains("; Domain=example.com;")));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.settings.attributes.domain = Some(domain.into());
        self
    }

    /// Whether the cookie comes with requests from other sites. Default: [`SameSite::Lax`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::SameSite;
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).same_site(SameSite::Strict).build()?;
    /// # let session = cookie.load([""], SystemTime::now());
    /// # session.insert("user", 42)?;
    /// let fields = cookie.save(&session)?;
    /// assert!(fields.iter().all(|field| field.contains("; SameSite=Strict")));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.settings.attributes.same_site = same_site;
        self
    }

    /// Inside a frame, one cookie for each site around it (CHIPS). Default: off.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::SameSite;
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).same_site(SameSite::None).partitioned().build()?;
    /// # let session = cookie.load([""], SystemTime::now());
    /// # session.insert("user", 42)?;
    /// let fields = cookie.save(&session)?;
    /// assert!(fields.iter().all(|field| field.contains("; SameSite=None; Partitioned")));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn partitioned(mut self) -> Self {
        self.settings.attributes.partitioned = true;
        self
    }

    /// Leaves out `Secure`, so that the cookie also travels over plain HTTP.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).danger_allow_http().build()?;
    /// assert_eq!(cookie.name().as_str(), "session");
    /// # let session = cookie.load([""], SystemTime::now());
    /// # session.insert("user", 42)?;
    /// let fields = cookie.save(&session)?;
    /// assert!(fields.iter().all(|field| !field.contains("Secure")));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Security
    ///
    /// Anybody on the way can take the session, and can plant one. For a server on `localhost` this is
    /// not needed: browsers take `Secure` cookies from there.
    pub fn danger_allow_http(mut self) -> Self {
        self.settings.attributes.secure = false;
        self
    }

    /// A session ends when its visitor was away for this long; `None`: it does not. Default: 30
    /// minutes. In whole seconds, from 1 second to 136 years.
    ///
    /// Shortening it acts at once on every session that is out.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// # let earlier = SessionCookie::encrypted(keys.clone()).build()?;
    /// # let session = earlier.load([""], now);
    /// # session.insert("user", 42)?;
    /// # let fields = earlier.save(&session)?;
    /// let cookie = SessionCookie::encrypted(keys.clone()).idle_timeout(10 * minute).build()?;
    /// assert!(!cookie.load(&fields, now + 9 * minute).is_new());
    /// assert!(cookie.load(&fields, now + 10 * minute).is_new());
    ///
    /// let cookie = SessionCookie::encrypted(keys).idle_timeout(None).build()?;
    /// assert!(!cookie.load(&fields, now + 700 * minute).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn idle_timeout(mut self, span: impl Into<Option<Duration>>) -> Self {
        self.settings.idle_timeout = span.into();
        self
    }

    /// A session ends this long after it was issued, whatever its visitor does. Default: 12 hours. In
    /// whole seconds, from 1 second to 136 years.
    ///
    /// Shortening it acts at once on every session that is out.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// # let earlier = SessionCookie::encrypted(keys.clone()).build()?;
    /// # let session = earlier.load([""], now);
    /// # session.insert("user", 42)?;
    /// # let fields = earlier.save(&session)?;
    /// let cookie = SessionCookie::encrypted(keys).absolute_timeout(20 * minute).build()?;
    /// # let session = cookie.load(&fields, now + 15 * minute);
    /// # session.insert("visits", 1)?;
    /// # let fields = cookie.save(&session)?;
    /// let session = cookie.load(&fields, now + 19 * minute);
    /// assert_eq!(session.expires_at(), Some(now + 20 * minute));
    /// assert!(cookie.load(&fields, now + 20 * minute).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn absolute_timeout(mut self, span: Duration) -> Self {
        self.settings.absolute_timeout = span;
        self
    }

    /// Allows [`remember_for`](crate::Session::remember_for), for at most this long after the session was
    /// issued. Default: not allowed. In whole seconds; browsers keep no cookie longer than 400 days.
    ///
    /// A remembered session outlives the browser's and has no idle timeout. Leaving this out later, or
    /// shortening it, acts at once on what is out.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = EncryptionKey::generate()?;
    ///
    /// let month = Duration::from_secs(30 * 86_400);
    /// let cookie = SessionCookie::encrypted(keys).remember_up_to(month).build()?;
    /// # let session = cookie.load([""], SystemTime::now());
    /// # session.insert("user", 42)?;
    /// session.remember_for(month)?;
    /// let field = cookie.save(&session)?.into_iter().next().ok_or("it is written")?;
    /// assert!(field.ends_with("; Max-Age=2592000"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn remember_up_to(mut self, span: Duration) -> Self {
        self.settings.remember_up_to = Some(span);
        self
    }

    /// When the idle timeout is begun anew, which needs a `Set-Cookie`. Default: a quarter of the idle
    /// timeout; [`RenewAfter::OnChange`] where there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{ConfigError, EncryptionKey, RenewAfter, SessionCookie};
    /// use std::time::Duration;
    ///
    /// let minute = Duration::from_secs(60);
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .idle_timeout(30 * minute)
    ///     .renew_after(RenewAfter::Span(20 * minute)) // an active visitor would be signed out
    ///     .build();
    /// assert!(matches!(cookie, Err(ConfigError::Lifetime(_))));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn renew_after(mut self, renew_after: RenewAfter) -> Self {
        self.settings.renew_after = Some(renew_after);
        self
    }

    /// How far another instance's clock may be ahead: 0 to 300 seconds (SPEC.md § 8.4). Default: 60
    /// seconds.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// # let earlier = SessionCookie::encrypted(keys.clone()).build()?;
    /// # let session = earlier.load([""], now);
    /// # session.insert("user", 42)?;
    /// # let fields = earlier.save(&session)?;
    /// // `fields` come from an instance whose clock is two minutes ahead.
    /// let cookie = SessionCookie::encrypted(keys).clock_skew(3 * minute).build()?;
    /// assert!(!cookie.load(&fields, now - 2 * minute).is_new());
    /// # assert!(earlier.load(&fields, now - 2 * minute).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn clock_skew(mut self, span: Duration) -> Self {
        self.settings.clock_skew = span;
        self
    }

    /// Refuses every session issued before `moment`: signs everybody out who signed in earlier (SPEC.md
    /// § 7.8). Where the key ring has such a moment too, the later one counts. Default: none.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// # let earlier = SessionCookie::encrypted(keys.clone()).build()?;
    /// # let session = earlier.load([""], now);
    /// # session.insert("user", 42)?;
    /// # let fields = earlier.save(&session)?;
    /// use hardtack::{Outcome, Reason};
    ///
    /// let cookie = SessionCookie::encrypted(keys).not_before(now + minute).build()?;
    /// let session = cookie.load(&fields, now + 2 * minute);
    /// assert!(matches!(session.outcome(), Outcome::Rejected { reason: Reason::Revoked, .. }));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn not_before(mut self, moment: SystemTime) -> Self {
        self.settings.not_before = Some(moment);
        self
    }

    /// The largest `Set-Cookie` field. Default: [`Size::Anywhere`]. A smaller one signs nobody out:
    /// what is larger already may go back as large as it came, and only shrink (SPEC.md § 9.5).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::Size;
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).size(Size::Browser).build()?;
    /// let session = cookie.load([""], SystemTime::now());
    /// assert_eq!(session.remaining_bytes(), 2_944);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn size(mut self, size: Size) -> Self {
        self.settings.size = size;
        self
    }

    /// Binds every session to this pair, too (SPEC.md § 4.2). May be repeated; the order counts. A
    /// label has at most 255 bytes, a value at most 65,535. Default: none.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// # let earlier = SessionCookie::encrypted(keys.clone()).build()?;
    /// # let session = earlier.load([""], now);
    /// # session.insert("user", 42)?;
    /// # let fields = earlier.save(&session)?;
    /// let test = SessionCookie::encrypted(keys.clone()).context("stage", "test").build()?;
    /// let live = SessionCookie::encrypted(keys).context("stage", "live").build()?;
    /// # let session = test.load([""], now);
    /// # session.insert("user", 42)?;
    /// let fields = test.save(&session)?;
    /// assert!(live.load(&fields, now).is_new());
    /// # assert!(!test.load(&fields, now).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn context(mut self, label: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.context.push((label.into(), value.into()));
        self
    }

    /// Also drops the cookies that were set with these earlier attributes, whenever a session is sent or
    /// ended. May be repeated. For moving a cookie to another path or domain: without it a browser would
    /// send both.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, Formerly, SessionCookie};
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .name("__Secure-session")
    ///     .formerly(Formerly::new().path("/app"))
    ///     .build()?;
    /// # let _ = cookie;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn formerly(mut self, formerly: Formerly) -> Self {
        self.settings.formerly.push(formerly);
        self
    }

    /// Refuses every session for which this says `true`, after its tag and its dates were found good and
    /// before its payload is looked at. A panic in it counts as `true`.
    ///
    /// Only a session with an id can be told apart, so call [`renew`](crate::Session::renew) at sign-in.
    ///
    /// It is called while the session is read, so it must not wait, and whoever holds a lock that it takes
    /// must not touch a session meanwhile. What asks a database belongs into the application, after the
    /// session was loaded.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::{collections::HashSet, sync::{Arc, RwLock}};
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie, SessionId};
    ///
    /// let denied = Arc::new(RwLock::new(HashSet::<SessionId>::new()));
    /// let list = Arc::clone(&denied);
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .revoked_if(move |session| {
    ///         let list = list.read().expect("nobody panics while writing it");
    ///         session.id.is_some_and(|id| list.contains(&id))
    ///     })
    ///     .build()?;
    ///
    /// # let session = cookie.load([""], Clock::system());
    /// # session.renew()?;
    /// # let fields = cookie.save(&session)?;
    /// # let session = cookie.load(&fields, Clock::system());
    /// // At sign-out: copies of the cookie end, too.
    /// let ended = session.invalidate()?;
    /// denied.write().expect("as above").extend(ended);
    /// # assert!(cookie.load(&fields, Clock::system()).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn revoked_if(
        mut self,
        revoked_if: impl Fn(&SessionInfo) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.settings.hooks.revoked_if = Some(Arc::new(revoked_if));
        self
    }

    /// Tells what came of every session that is read, at its first touch: for metrics. It must not use
    /// the session itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::{Arc, atomic::{AtomicUsize, Ordering}};
    /// # use hardtack::{Clock, EncryptionKey, Outcome, SessionCookie};
    ///
    /// let rejected = Arc::new(AtomicUsize::new(0));
    /// let counter = Arc::clone(&rejected);
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .on_outcome(move |reading| {
    ///         if let Outcome::Rejected { .. } = reading.outcome {
    ///             counter.fetch_add(1, Ordering::Relaxed);
    ///         }
    ///     })
    ///     .build()?;
    /// assert!(cookie.load(["__Host-session=junk"], Clock::system()).is_new());
    /// assert_eq!(rejected.load(Ordering::Relaxed), 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_outcome(mut self, on_outcome: impl Fn(&Reading) + Send + Sync + 'static) -> Self {
        self.settings.hooks.on_outcome = Some(Arc::new(on_outcome));
        self
    }

    /// A response with a 5xx status saves its session like any other. Default: off, only an ended
    /// session and an explicit [`save`](crate::Session::save) count then.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).save_on_server_error().build()?;
    /// # #[cfg(feature = "http")] {
    /// # use http::{HeaderMap, StatusCode};
    /// # let mut response = HeaderMap::new();
    /// # let session = cookie.load([""], SystemTime::now());
    /// session.insert("attempts", 3)?;
    /// cookie.save_to(&session, StatusCode::BAD_GATEWAY, &mut response)?;
    /// assert!(response.contains_key("set-cookie"));
    /// # }
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn save_on_server_error(mut self) -> Self {
        self.settings.save_on_server_error = true;
        self
    }

    /// Sends sessions with responses that the application let shared caches store. Default: off, such a
    /// response becomes `no-store` when its session changes.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).danger_allow_shared_caching().build()?;
    /// # #[cfg(feature = "http")] {
    /// # use http::{HeaderMap, StatusCode};
    /// # let mut response = HeaderMap::new();
    /// # let session = cookie.load([""], SystemTime::now());
    /// # session.insert("user", 42)?;
    /// response.insert("cache-control", "public, max-age=60".parse()?);
    /// cookie.save_to(&session, StatusCode::OK, &mut response)?;
    /// assert_eq!(response["cache-control"], "public, max-age=60");
    /// # }
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Security
    ///
    /// A cache that stores `Set-Cookie` gives one visitor's session to others.
    pub fn danger_allow_shared_caching(mut self) -> Self {
        self.settings.shared_caching = true;
        self
    }

    /// Accepts a key ring in which a key stops to open while sessions that it sealed may be alive
    /// (SPEC.md § 3.4). Default: [`build`](Self::build) refuses it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, RingKey, SessionCookie};
    /// # use std::time::{Duration, SystemTime};
    /// # let (now, hour) = (SystemTime::now(), Duration::from_secs(3600));
    /// # let (old, new) = (EncryptionKey::generate()?, EncryptionKey::generate()?);
    /// let ring = KeyRing::from_keys([
    ///     RingKey::new(new).seal_from(now + hour),
    ///     RingKey::new(old).accept_until(now + 2 * hour), // sessions live for 12 hours
    /// ])?;
    /// assert!(SessionCookie::encrypted(ring.clone()).build().is_err());
    /// assert!(SessionCookie::encrypted(ring).danger_retire_early().build().is_ok());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn danger_retire_early(mut self) -> Self {
        self.settings.retire_early = true;
        self
    }

    pub(crate) fn mode(&self) -> Mode {
        self.settings.keys.mode()
    }

    /// Sessions hold one `U` instead of a dictionary.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie, SessionData};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Serialize, Deserialize, Default)]
    /// # struct Login { user: u64 }
    /// # impl SessionData for Login { const SCHEMA: u32 = 1; }
    /// # let keys = EncryptionKey::generate()?;
    /// let cookie: SessionCookie<Login> = SessionCookie::encrypted(keys).typed().build()?;
    /// let session = cookie.load([""], std::time::SystemTime::now());
    /// assert_eq!(session.read(|login| login.user), 0);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn typed<U: Payload>(self) -> SessionCookieBuilder<U> {
        SessionCookieBuilder {
            settings: self.settings,
            payload: PhantomData,
        }
    }
}
