//! What sessions are bound to, who may refuse them, and when they are saved.

use std::sync::Arc;

use super::SessionCookieBuilder;
use crate::{
    session::{Reading, SessionInfo},
    state::Payload,
};

impl<T: Payload> SessionCookieBuilder<T> {
    /// Binds every session to this application (SPEC.md § 4.2): 1 to 255 bytes. Default: none.
    ///
    /// Applications that share a key ring and the cookie's name accept each other's sessions, unless they
    /// are told apart by this. A context that is chosen for a request stands beside it. Changing it ends
    /// the sessions that are out.
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
    pub fn application(mut self, label: impl Into<String>) -> Self {
        self.settings.application = Some(label.into());
        self
    }

    /// Looks at sessions of the type with this [`LABEL`](crate::SessionData::LABEL), as if it were that of
    /// `T`: for tools that [`inspect`](crate::SessionCookie::inspect) sessions of a type that they do not
    /// have. At most 255 bytes. Default: the label of `T`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, Reason, SessionCookie, SessionData};
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
    /// // A dictionary it is not.
    /// assert_eq!(content.refused, Some(Reason::Payload));
    /// assert_eq!((content.schema, &content.payload[..]), (1, &[42][..]));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn type_label(mut self, label: impl Into<String>) -> Self {
        self.settings.type_label = Some(label.into());
        self
    }

    /// Binds every session to this pair, too (SPEC.md § 4.2). May be repeated; the order counts. A
    /// label has at most 255 bytes and does not begin with `hardtack.`, a value has at most 65,535.
    /// Default: none.
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
    pub fn context(mut self, label: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.context.push((label.into(), value.into()));
        self
    }

    /// Refuses every session for which this says `true`, after its tag and its dates were found good and
    /// before its payload is looked at. A panic in it counts as `true`.
    ///
    /// Only a session with an id can be told apart, so call [`renew`](crate::Session::renew) at sign-in.
    ///
    /// It is called while the session is read, so it must not wait, and whoever holds a lock that it takes
    /// must not touch a session meanwhile. What asks a database belongs into the application, after the
    /// session was loaded.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::{collections::HashSet, sync::{Arc, RwLock}};
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie, SessionId};
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
    /// // At sign-out: copies of the cookie end, too.
    /// let ended = session.invalidate()?;
    /// denied.write().expect("as above").extend(ended);
    /// # assert!(cookie.load(&fields, Clock::system()).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Security
    ///
    /// A list of ids does not reach a copy that a thief sent to a handler which calls
    /// [`renew_id`](crate::Session::renew_id), [`renew`](crate::Session::renew) or [`clear`](crate::Session::clear): it has
    /// another id, or none. An epoch of the user in the session does, compared by the application.
    pub fn revoked_if(
        mut self,
        revoked_if: impl Fn(&SessionInfo) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.settings.hooks.revoked_if = Some(Arc::new(revoked_if));
        self
    }

    /// Tells what came of every session that is read, at its first touch: for metrics. It must not use
    /// the session itself.
    ///
    /// A panic in the function is not caught: it propagates through the method that touched the session. The
    /// session has been read by then. If that method was a change, it is not made, and later calls find the
    /// session as it arrived.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::{Arc, atomic::{AtomicUsize, Ordering}};
    /// # use hardtack::{Clock, EncryptionKey, Outcome, SessionCookie};
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
    pub fn on_outcome(mut self, on_outcome: impl Fn(&Reading) + Send + Sync + 'static) -> Self {
        self.settings.hooks.on_outcome = Some(Arc::new(on_outcome));
        self
    }

    /// A response with a 5xx status saves its session like any other. Default: off, only an ended
    /// session and an explicit [`save`](crate::Session::save) count then.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).save_on_server_error().build()?;
    /// # #[cfg(feature = "http")] {
    /// # use http::{HeaderMap, StatusCode};
    /// # let mut response = HeaderMap::new();
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("attempts", 3)?;
    /// cookie.save_to(&session, StatusCode::BAD_GATEWAY, &mut response)?;
    /// assert!(response.contains_key("set-cookie"));
    /// # }
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn save_on_server_error(mut self) -> Self {
        self.settings.save_on_server_error = true;
        self
    }

    /// Sends sessions with responses that the application let shared caches store. Default: off, such a
    /// response becomes `no-store` when its session changes.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).danger_allow_shared_caching().build()?;
    /// # #[cfg(feature = "http")] {
    /// # use http::{HeaderMap, StatusCode};
    /// # let mut response = HeaderMap::new();
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// # session.insert("user", 42)?;
    /// response.insert("cache-control", "public, max-age=60".parse()?);
    /// cookie.save_to(&session, StatusCode::OK, &mut response)?;
    /// assert_eq!(response["cache-control"], "public, max-age=60");
    /// # }
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Security
    ///
    /// A cache that stores `Set-Cookie` gives one visitor's session to others.
    pub fn danger_allow_shared_caching(mut self) -> Self {
        self.settings.shared_caching = true;
        self
    }

    /// Accepts a key ring in which a key stops to open while sessions that it sealed may be alive
    /// (SPEC.md § 3.4). Default: [`build`](Self::build) refuses it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, RingKey, SessionCookie};
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
    pub fn danger_retire_early(mut self) -> Self {
        self.settings.retire_early = true;
        self
    }
}
