//! Sizes of cookies and tokens.

use crate::{
    base::ConfigError,
    state::{Allowed, LARGEST_COOKIE, MOST_COOKIES, PARTITION, PASSES_ANYWHERE},
};

/// Largest size of a whole `Set-Cookie` field, and the number of cookies ([docs/spec/writer.md § 9.5]).
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
/// # use std::time::SystemTime;
/// # let keys = KeyRing::from(EncryptionKey::generate()?);
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
///
/// [docs/spec/writer.md § 9.5]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/writer.md#95-size-profiles
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Size {
    /// 3,072 bytes, which pass a default nginx together with the headers of a security middleware.
    #[default]
    Anywhere,
    /// 4,096 bytes, which browsers store. A default nginx in front of the application may answer 502 in place of a
    /// response with a cookie of this size.
    Browser,
    /// As few cookies as possible and at most this number (2 to 4), each of at most 4,096 bytes
    /// ([docs/spec/carriers.md § 9.2]). Prefer one cookie if it is large enough.
    ///
    /// Most proxies have to be [configured for several cookies][limits]. Otherwise they may answer 502 in place of the
    /// response, or 400 or 431 to every later request of the visitor, even a sign-out. hyper, and with it
    /// `axum::serve`, does so over HTTP/2 from 16,384 bytes of fields on. In such a request, a
    /// [`SessionLayer`](crate::SessionLayer) therefore refuses a change after which the session, together with the
    /// site's other cookies, would leave less than 2,560 bytes to all other fields: about 10,000 bytes of content with
    /// `Split(4)`. Some clients keep fewer cookies than they receive, and parallel responses may each replace some of
    /// the parts. The session then does not open ([`Incomplete`](crate::session::Reason::Incomplete),
    /// [`Auth`](crate::session::Reason::Auth)) and is lost.
    ///
    /// With [`partitioned`](crate::carrier::SessionCookieBuilder::partitioned), 2 or 3 cookies of at most 9,216 bytes
    /// together, because browsers keep about 10 kB of such cookies for a site.
    ///
    /// [limits]: https://github.com/hardtack-rs/hardtack/blob/main/docs/limits.md#behind-proxies
    /// [docs/spec/carriers.md § 9.2]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/carriers.md#92-chunks
    Split(u8),
}

impl Size {
    /// Returns what may be sent, with or without `Partitioned`.
    pub(super) fn allowed(self, is_partitioned: bool) -> Result<Allowed, ConfigError> {
        let (cookies, field) = match self {
            Size::Anywhere => (1, PASSES_ANYWHERE),
            Size::Browser => (1, LARGEST_COOKIE),
            Size::Split(cookies) => (usize::from(cookies), LARGEST_COOKIE),
        };
        if matches!(self, Size::Split(_)) && !(2..=MOST_COOKIES).contains(&cookies) {
            let remedy = format!("which is out of range; use 2 to {MOST_COOKIES} cookies");
            let reason = format!("is `Size::Split({cookies})`, {remedy}");
            return Err(ConfigError::new("size", reason));
        }
        let allowed = Allowed::new(cookies, field);
        match is_partitioned {
            true if cookies == MOST_COOKIES => {
                Err(ConfigError::without_setting(PARTITIONED_IN_FOUR))
            }
            true => Ok(allowed.keeping(PARTITION)),
            false => Ok(allowed),
        }
    }
}

const PARTITIONED_IN_FOUR: &str = "browsers keep about 10 kB of `Partitioned` cookies for a site; leave out \
    {partitioned} or choose a {size} of at most 3 cookies";
