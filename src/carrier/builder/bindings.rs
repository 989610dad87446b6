//! Application, type and context that sessions are bound to.

use super::SessionBuilder;

impl<C, T> SessionBuilder<C, T> {
    /// Binds every session to an application ([SPEC.md § 3.2]), by a label of 1 to 255 bytes. Default: none.
    ///
    /// Applications that share a key ring and a name accept each other's sessions unless their labels differ. Keys are
    /// derived for the label, whatever context is chosen for a request. Changing the label ends all existing sessions.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::from(EncryptionKey::generate()?);
    /// let shop = SessionCookie::encrypted(keys.clone()).application("shop").build()?;
    /// let forum = SessionCookie::encrypted(keys).application("forum").build()?;
    /// # let now = SystemTime::now();
    /// # let session = shop.load(None::<&str>, now);
    /// # session.insert("user", 42)?;
    /// let fields = shop.save(&session)?;
    /// assert!(forum.load(&fields, now).is_new());
    /// # assert!(!shop.load(&fields, now).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [SPEC.md § 3.2]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#32-purposes
    pub fn application(mut self, label: impl Into<String>) -> Self {
        self.options.application = Some(label.into());
        self
    }

    /// Replaces the [`LABEL`](crate::SessionData::LABEL) of `T`, for tools that
    /// [`inspect`](crate::SessionCookie::inspect) sessions of a type that they do not have. At most 255 bytes. Default:
    /// the label of `T`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie, SessionData, session::Reason};
    /// # use serde::{Deserialize, Serialize};
    /// # use std::time::SystemTime;
    /// # #[derive(Serialize, Deserialize, Default)]
    /// # struct Login { user: u64 }
    /// # impl SessionData for Login { const LABEL: &str = "login"; const SCHEMA: u32 = 1; }
    /// # let (keys, now) = (KeyRing::from(EncryptionKey::generate()?), SystemTime::now());
    /// # let builder = SessionCookie::encrypted(keys.clone());
    /// # let token = {
    /// #     let cookie = builder.clone().typed::<Login>().build()?;
    /// #     let field = cookie.cookie_for(now, |session| session.replace(Login { user: 42 }))?;
    /// #     cookie.name().tokens_in([field]).remove(0).map_err(Reason::name)?
    /// # };
    /// let tool = SessionCookie::encrypted(keys).type_label("login").build()?;
    /// let content = tool.inspect(&token, now).map_err(Reason::name)?;
    /// // It is not a dictionary.
    /// assert_eq!(content.refused, Some(Reason::Payload));
    /// assert_eq!((content.schema, &content.payload[..]), (1, &[42][..]));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn type_label(mut self, label: impl Into<String>) -> Self {
        self.options.type_label = Some(label.into());
        self
    }

    /// Binds every session to a pair of label and value ([SPEC.md § 4.2]). Default: none.
    ///
    /// May be repeated; the order counts. A label has at most 255 bytes, a value at most 65,535.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
    /// # let keys = KeyRing::from(EncryptionKey::generate()?);
    /// # let earlier = SessionCookie::encrypted(keys.clone()).build()?;
    /// # let session = earlier.load(None::<&str>, now);
    /// # session.insert("user", 42)?;
    /// # let fields = earlier.save(&session)?;
    /// let test = SessionCookie::encrypted(keys.clone()).context("stage", "test").build()?;
    /// let live = SessionCookie::encrypted(keys).context("stage", "live").build()?;
    /// # let session = test.load(None::<&str>, now);
    /// # session.insert("user", 42)?;
    /// let fields = test.save(&session)?;
    /// assert!(live.load(&fields, now).is_new());
    /// # assert!(!test.load(&fields, now).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [SPEC.md § 4.2]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#42-context
    pub fn context(mut self, label: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.context.push((label.into(), value.into()));
        self
    }
}
