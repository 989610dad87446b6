use std::fmt;

use crate::body::Sid;

/// A session's id: 8 random bytes, shown as 16 hexadecimal digits.
///
/// It is not a secret that opens the session; it names it, in logs and deny lists.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionCookie};
/// # use std::time::SystemTime;
/// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// # let session = cookie.load([""], SystemTime::now());
/// let id = session.ensure_id()?;
/// println!("session {id}");
/// assert_eq!(id.to_string().len(), 16);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub(crate) Sid);

impl SessionId {
    /// The bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load([""], SystemTime::now());
    /// let id = session.ensure_id()?;
    /// // For a column of a deny list.
    /// let bytes: [u8; 8] = *id.as_bytes();
    /// assert_eq!(id.to_string(), format!("{:016x}", u64::from_be_bytes(bytes)));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

/// For ids that were kept, as in a deny list.
impl From<[u8; 8]> for SessionId {
    fn from(bytes: [u8; 8]) -> Self {
        SessionId(bytes)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId({self})")
    }
}
