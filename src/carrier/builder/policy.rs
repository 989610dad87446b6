//! The application and context of sessions, and the hooks that take part in reading them.

use std::sync::Arc;

use super::SessionBuilder;
use crate::{
    session::{ReadEvent, SessionInfo},
    state::{Padding, Payload},
};

impl<C, T: Payload> SessionBuilder<C, T> {
    /// Binds every session to an application ([SPEC.md § 3.2]), by a label of 1 to 255 bytes. Default: none.
    ///
    /// Applications that share a key ring and a name accept each other's sessions unless their labels differ. Keys are
    /// derived for the label, whatever context is chosen for a request. Changing it ends all existing sessions.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
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
        self.settings.application = Some(label.into());
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
    /// # let (keys, now) = (KeyRing::new(EncryptionKey::generate()?), SystemTime::now());
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
        self.settings.type_label = Some(label.into());
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
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
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
        self.settings.context.push((label.into(), value.into()));
        self
    }

    /// Rounds up the length of the token, which then reveals less about the length of the content. Hides little for
    /// short sessions. Default: [`Padding::None`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::carrier::Padding;
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).padding(Padding::Padme).build()?;
    /// let session = cookie.load([""], SystemTime::now());
    /// assert_eq!(session.remaining_bytes(), 2_142); // without padding 2,171
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn padding(mut self, padding: Padding) -> Self {
        self.settings.padding = padding;
        self
    }

    /// Refuses every session for which `revoked_if` returns `true`. It is called after the tag and the dates are
    /// verified, and before the payload is read. A panic counts as `true`.
    ///
    /// Only sessions with an id can be told apart, so call [`renew`](crate::Session::renew) at sign-in.
    ///
    /// The function is called while the session is being read, so it must not block. Code that holds a lock which the
    /// function takes must not touch a session. Queries of a database belong in the application, after the session is
    /// loaded.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::{collections::HashSet, sync::{Arc, RwLock}};
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie, session::SessionId};
    ///
    /// let denied = Arc::new(RwLock::new(HashSet::<SessionId>::new()));
    /// let list = Arc::clone(&denied);
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .revoked_if(move |session| {
    ///         let list = list.read().expect("nobody panics while writing it");
    ///         session.id.is_some_and(|id| list.contains(&id))
    ///     })
    ///     .build()?;
    ///
    /// # let session = cookie.load(None::<&str>, Clock::system());
    /// # session.renew()?;
    /// # let fields = cookie.save(&session)?;
    /// # let session = cookie.load(&fields, Clock::system());
    /// // At sign-out, so that copies of the cookie also end:
    /// let ended = session.invalidate()?;
    /// denied.write().expect("as above").extend(ended);
    /// # assert!(cookie.load(&fields, Clock::system()).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Security
    ///
    /// A list of ids does not catch a copy that a thief sent to a handler which calls
    /// [`renew_id`](crate::Session::renew_id), [`renew`](crate::Session::renew) or [`clear`](crate::Session::clear):
    /// that copy has another id, or none. An epoch of the user in the session, compared by the application, does.
    pub fn revoked_if(
        mut self,
        revoked_if: impl Fn(&SessionInfo) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.settings.hooks.revoked_if = Some(Arc::new(revoked_if));
        self
    }

    /// Calls `on_outcome` with the outcome of every session that is read, at its first touch. For metrics. The
    /// function must not use the session.
    ///
    /// A panic in the function is not caught: it propagates through the method that touched the session, which has been
    /// read by then. If that method was a change, the change is not made, and later calls find the session as it
    /// arrived.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::{Arc, atomic::{AtomicUsize, Ordering}};
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie, session::Outcome};
    ///
    /// let rejected = Arc::new(AtomicUsize::new(0));
    /// let counter = Arc::clone(&rejected);
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .on_outcome(move |reading| {
    ///         if let Outcome::Rejected { .. } = reading.outcome {
    ///             counter.fetch_add(1, Ordering::Relaxed);
    ///         }
    ///     })
    ///     .build()?;
    /// assert!(cookie.load(["__Host-session=junk"], Clock::system()).is_new());
    /// assert_eq!(rejected.load(Ordering::Relaxed), 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_outcome(mut self, on_outcome: impl Fn(&ReadEvent) + Send + Sync + 'static) -> Self {
        self.settings.hooks.on_outcome = Some(Arc::new(on_outcome));
        self
    }

    /// Accepts a key ring in which a key stops opening tokens while sessions that it sealed may be alive
    /// ([SPEC.md § 3.4]). Default: the builder refuses it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie, keys::RingKey};
    /// # use std::time::{Duration, SystemTime};
    /// # let (now, hour) = (SystemTime::now(), Duration::from_secs(3600));
    /// # let (old, new) = (EncryptionKey::generate()?, EncryptionKey::generate()?);
    /// let ring = KeyRing::from_keys([
    ///     RingKey::new(new).seal_from(now + hour),
    ///     RingKey::new(old).accept_until(now + 2 * hour), // sessions live for 12 hours
    /// ])?;
    /// assert!(SessionCookie::encrypted(ring.clone()).build().is_err());
    /// assert!(SessionCookie::encrypted(ring).danger_retire_early().build().is_ok());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [SPEC.md § 3.4]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#34-key-ring
    pub fn danger_retire_early(mut self) -> Self {
        self.settings.retire_early = true;
        self
    }
}
