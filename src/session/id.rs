//! Id of a session, which `state/actions.rs` makes.

use std::{fmt, str::FromStr};

use crate::{
    base::{debug_by_display, show_in_hex},
    state::Sid,
};

/// A session's id: 8 random bytes, shown as 16 hexadecimal digits.
///
/// The id names a session in an application's logs and deny lists. It is not a secret that opens the session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub(crate) Sid);

impl SessionId {
    /// Returns the 8 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

/// Makes an id from stored bytes, such as those in a deny list.
impl From<[u8; 8]> for SessionId {
    fn from(bytes: [u8; 8]) -> Self {
        SessionId(bytes)
    }
}

/// Parses the 16 hexadecimal digits of an id.
impl FromStr for SessionId {
    type Err = SessionIdError;

    fn from_str(text: &str) -> Result<SessionId, SessionIdError> {
        let is_digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u64::from_str_radix(text, 16)
            .ok()
            .filter(|_| is_digits)
            .ok_or(SessionIdError(()))?;
        Ok(SessionId(number.to_be_bytes()))
    }
}

/// Error for a string that is not a [`SessionId`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SessionIdError(());

debug_by_display!(SessionIdError);

impl fmt::Display for SessionIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("session id is not 16 hexadecimal digits")
    }
}

impl std::error::Error for SessionIdError {}

show_in_hex!(SessionId as u64);
