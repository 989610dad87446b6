//! Cookie that a session's cookie replaces: itself with former attributes.

use super::SessionCookieBuilder;
use crate::cookie::former::FormerAttributes;

/// For cookies.
impl<T> SessionCookieBuilder<T> {
    /// Also drops cookies that were set with these former attributes, whenever a session is sent or ended. May be
    /// repeated.
    ///
    /// It is for moving a cookie to another path or domain, because a browser would otherwise send both cookies. Each
    /// former cookie takes a `Set-Cookie` field, and so does each of its parts under
    /// [`Size::Split`](crate::Size::Split).
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, carrier::FormerAttributes};
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .name("__Secure-session")
    ///     .formerly(FormerAttributes::new().path("/app"))
    ///     .build()?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn formerly(mut self, former: FormerAttributes) -> Self {
        self.carrier.former.push(former);
        self
    }
}
