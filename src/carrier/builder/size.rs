use super::error::ConfigError;
use crate::state::{Allowed, LARGEST_COOKIE, MOST_COOKIES};

/// The largest size of a whole `Set-Cookie` field, in bytes ([docs/spec/writer.md § 9.5]).
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
///
/// [docs/spec/writer.md § 9.5]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/writer.md#95-size-profiles
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Size {
    /// 3,072 bytes, which pass a default nginx together with the headers of a security middleware.
    #[default]
    Anywhere,
    /// 4,096 bytes, which browsers store. A default nginx in front of the application answers 502.
    Browser,
    /// As few cookies as possible, and at most this number (2 to 4), each of 4,096 bytes ([docs/spec/carriers.md § 9.2]).
    /// Prefer one cookie where it is large enough.
    ///
    /// Nearly every proxy has to be configured for it. With default settings nginx answers 502 to a response with two
    /// such cookies; nginx, Apache, gunicorn, lighttpd and Varnish answer 400 or 431 to the request that returns them.
    /// Two pass an nginx with `proxy_buffer_size 16k` and `large_client_header_buffers 4 32k`. Some clients keep fewer
    /// cookies than they receive, and parallel responses may each replace some of the parts. The session then does not
    /// open ([`Incomplete`](crate::session::Reason::Incomplete), [`Auth`](crate::session::Reason::Auth)), and is lost.
    ///
    /// [docs/spec/carriers.md § 9.2]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/carriers.md#92-chunks
    Split(u8),
}

impl Size {
    pub(super) fn allowed(self) -> Result<Allowed, ConfigError> {
        match self {
            Size::Anywhere => Ok(Allowed::new(1, 3072)),
            Size::Browser => Ok(Allowed::new(1, LARGEST_COOKIE)),
            Size::Split(cookies) => Some(usize::from(cookies))
                .filter(|cookies| (2..=MOST_COOKIES).contains(cookies))
                .map(|cookies| Allowed::new(cookies, LARGEST_COOKIE))
                .ok_or_else(|| {
                    let reason =
                        format!("is `Size::Split({cookies})`, give 2 to {MOST_COOKIES} cookies");
                    ConfigError::new("size", reason)
                }),
        }
    }
}
