use super::OldSession;
use crate::base::reason::Reason;

/// A format of another library's session cookies. Implement it for a format that this crate does not have.
///
/// # Examples
///
/// A cookie that holds a user's number and its HMAC, whose check is left to `verify`:
///
/// ```
/// use hardtack::{migrate::{OldSession, Reader}, session::Reason};
/// # fn verify(value: &str) -> Option<u64> { value.parse().ok() }
///
/// struct UserCookie;
///
/// impl Reader for UserCookie {
///     fn read(&self, _name: &str, value: &str) -> Result<OldSession, Reason> {
///         let user: u64 = verify(value).ok_or(Reason::Auth)?;
///         let mut entries = serde_json::Map::new();
///         entries.insert("user".to_owned(), user.into());
///         Ok(OldSession::new(entries))
///     }
/// }
/// # assert!(UserCookie.read("user", "x").is_err());
/// ```
///
/// # Security
///
/// The visitor chooses the value. Verify it with a key, in constant time, before anything else is made of it. It has at
/// most 4,096 bytes.
pub trait Reader: Send + Sync + 'static {
    /// Reads the value of the cookie `name`, without the quotes around it. Dates are checked afterwards.
    ///
    /// # Errors
    ///
    /// Returns the reason why the value is not a session, such as [`Reason::Auth`] for one that another key signed. It
    /// appears in the [`Outcome`](crate::session::Outcome).
    fn read(&self, name: &str, value: &str) -> Result<OldSession, Reason>;
}
