//! Id of a session, which `state/actions.rs` makes.

use crate::{
    base::{config_error::ConfigError, read_from_hex, show_in_hex},
    state::Sid,
};

/// A session's id: 8 random bytes, shown as 16 hexadecimal digits.
///
/// The id names a session in an application's logs and deny lists. It is not a secret that opens the session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub(crate) Sid);

impl SessionId {
    /// Returns the 8 bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// use hardtack::session::SessionId;
    ///
    /// let id = session.ensure_id()?;
    /// let stored: [u8; 8] = *id.as_bytes(); // in a deny list
    /// assert_eq!(SessionId::from(stored), id);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
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

show_in_hex!(SessionId as u64);
read_from_hex!(SessionId as u64, ConfigError, || {
    ConfigError::without_setting(NO_ID)
});

const NO_ID: &str = "session id is not 16 hexadecimal digits";

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde::{Serialize, de::DeserializeOwned};

    use super::*;
    use crate::keys::KeyId;

    #[track_caller]
    fn check<Id>(id: Id, text: &str, bytes: &[u8])
    where
        Id: Copy + Debug + PartialEq + ToString + std::str::FromStr + Serialize + DeserializeOwned,
    {
        assert_eq!(id.to_string(), text);
        assert_eq!(text.to_ascii_uppercase().parse().ok(), Some(id));
        for wrong in [
            &text[1..],
            &format!("{text}0"),
            &format!("+{}", &text[1..]),
            "",
        ] {
            assert!(wrong.parse::<Id>().is_err(), "{wrong}");
        }
        let json = format!("\"{text}\"");
        assert_eq!(serde_json::to_string(&id).unwrap(), json);
        assert_eq!(serde_json::from_str::<Id>(&json).unwrap(), id);
        assert!(serde_json::from_str::<Id>("\"none\"").is_err());
        assert_eq!(postcard::to_stdvec(&id).unwrap(), bytes);
        assert_eq!(postcard::from_bytes::<Id>(bytes).unwrap(), id);
    }

    #[test]
    fn an_id_is_read_from_what_it_is_written_as() {
        let id = SessionId::from([0, 1, 2, 3, 4, 5, 6, 255]);
        check(id, "00010203040506ff", id.as_bytes());
        let id = KeyId([0, 1, 2, 255]);
        check(id, "000102ff", id.as_bytes());
    }
}
