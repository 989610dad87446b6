use super::handle::Session;
use crate::state::{SessionData, SessionError};

/// Session as one value of a type.
impl<T: SessionData> Session<T> {
    /// Reads the value, and returns the result of `look`. The session is not locked while `look` runs, so `look` may
    /// use it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie, SessionData};
    /// # use serde::{Deserialize, Serialize};
    /// # use std::time::SystemTime;
    /// #[derive(Serialize, Deserialize, Default, PartialEq)]
    /// struct Login {
    ///     name: String,
    /// }
    ///
    /// impl SessionData for Login {
    ///     const LABEL: &str = "login";
    ///     const SCHEMA: u32 = 1;
    /// }
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).typed::<Login>().build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    ///
    /// session.update(|login| login.name = "Ada".to_owned())?;
    /// assert_eq!(session.read(|login| login.name.clone()), "Ada");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if the value has to be decoded again, as after `validate` or a failed change, and `T` can no longer read
    /// its own bytes.
    pub fn read<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        let value = self.access().state().value();
        look(&value)
    }

    /// Changes the value in place, and returns the result of `change`. No other handle of the session can read or
    /// write in between.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie, SessionData};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Serialize, Deserialize, Default, PartialEq)]
    /// # struct Login { user: u64 }
    /// # impl SessionData for Login { const LABEL: &str = "login"; const SCHEMA: u32 = 1; }
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).typed::<Login>().build()?;
    /// # let session = cookie.load(None::<&str>, hardtack::Clock::system());
    /// session.update(|login| login.user = 42)?; // of a session that holds a `Login`
    /// assert_eq!(session.read(|login| login.user), 42);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [every change](Session#errors), and [`Encode`](SessionError::Encode) if the value cannot
    /// be encoded, or if the next request would not read an equal value. If `change` panics, the session also stays as
    /// it was.
    pub fn update<R>(&self, change: impl FnOnce(&mut T) -> R) -> Result<R, SessionError> {
        self.change(|state| state.update(change))
    }

    /// Replaces the value.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie, SessionData};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Serialize, Deserialize, Default, PartialEq)]
    /// # struct Login { user: u64 }
    /// # impl SessionData for Login { const LABEL: &str = "login"; const SCHEMA: u32 = 1; }
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).typed::<Login>().build()?;
    /// # let session = cookie.load(None::<&str>, hardtack::Clock::system());
    /// session.replace(Login { user: 42 })?;
    /// assert_eq!(session.read(|login| login.user), 42);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [`update`](Self::update).
    pub fn replace(&self, value: T) -> Result<(), SessionError> {
        self.change(|state| state.replace(&value))
    }
}
