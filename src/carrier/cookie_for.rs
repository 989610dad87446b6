use std::time::SystemTime;

use super::cookie::SessionCookie;
use crate::{
    session::{SaveError, SaveProblem, Session},
    state::{Payload, SessionError},
};

impl<T: Payload> SessionCookie<T> {
    /// Returns the `Cookie` field of a visitor whose session `fill` has filled at `now`, so that the tests of an
    /// application need not sign in first.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::SystemTime;
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    ///
    /// let now = SystemTime::now();
    /// let field = cookie.cookie_for(now, |session| session.insert("user", 42))?;
    /// assert!(field.starts_with("__Host-session="));
    /// assert_eq!(cookie.load([field], now).get("user")?, Some(42));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of `fill` and of [`save`](Self::save), and one if the session is empty.
    pub fn cookie_for(
        &self,
        now: SystemTime,
        fill: impl FnOnce(&Session<T>) -> Result<(), SessionError>,
    ) -> Result<String, SaveError> {
        let session = self.load(None::<&str>, now);
        fill(&session).map_err(SaveProblem::Filling)?;
        let fields = self.save(&session)?;
        let pairs: Vec<_> = fields.pairs().collect();
        if pairs.is_empty() {
            return Err(SaveProblem::Empty.into());
        }
        Ok(pairs.join("; "))
    }
}
