//! Builder methods that take functions of the application.

use std::{any::TypeId, sync::Arc, time::Duration};

use super::SessionBuilder;
#[cfg(feature = "unstable-companion")]
use super::{
    SessionCookieBuilder,
    companion::{Prepare, Setup},
};
use crate::session::{BoxError, OpenedSession, ReadEvent, Validity};
#[cfg(feature = "unstable-companion")]
use crate::{base::ConfigError, session::companion::Companion};

impl<C, T: 'static> SessionBuilder<C, T> {
    /// Rejects every session for which `revoked_if` returns `true`. The function may decide by the session's id (a list
    /// of signed-out sessions, for example), by its dates, or by its content ([`value`](OpenedSession::value),
    /// [`get`](OpenedSession::get)), such as an epoch of its user.
    ///
    /// Call this after [`typed`](SessionBuilder::typed), because `revoked_if` reads content of the builder's type.
    ///
    /// The function is called for handlers, streams ([`is_alive`](crate::Session::is_alive)) and devices alike, after the
    /// tag and, if the request brings the session, its dates have been verified. A panic counts as `true`. A session
    /// gets its id from [`sign_in`](crate::Session::sign_in), `renew`, `renew_id`, `ensure_id` or the first CSRF token.
    ///
    /// Do not return `true` only because there is no content: a device that registers, or asks for a refresh, without
    /// its session would lose its key. Its next request brings the content. Return `true` for a value of another type,
    /// which is an error of [`get`](OpenedSession::get).
    ///
    /// The function runs while the session is being read, so it must not block. If it takes a lock, code that holds
    /// this lock must not touch a session. Query a database after the session is loaded, or in
    /// [`revalidate_after`](Self::revalidate_after).
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
    ///         session.info().id.is_some_and(|id| list.contains(&id))
    ///     })
    ///     .build()?;
    ///
    /// # let session = cookie.load(None::<&str>, Clock::system());
    /// # session.renew()?;
    /// # let fields = cookie.save(&session)?;
    /// # let session = cookie.load(&fields, Clock::system());
    /// // At sign-out, so that copies of the cookie also end. A restart must not forget them.
    /// let ended = session.invalidate()?;
    /// denied.write().expect("as above").extend(ended);
    /// # assert!(cookie.load(&fields, Clock::system()).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Security
    ///
    /// A thief can send a copy to a handler that calls [`renew_id`](crate::Session::renew_id),
    /// [`renew`](crate::Session::renew) or [`clear`](crate::Session::clear). The copy then has another id or none, so a
    /// list of ids misses it. An epoch of the user in the session still catches a copy that kept its content.
    pub fn revoked_if(
        mut self,
        revoked_if: impl Fn(&OpenedSession<'_, T>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.hooks.revoked_if = Some(Arc::new(move |session| revoked_if(&session.holding())));
        self.types_of_hooks.push(TypeId::of::<T>());
        self
    }

    /// Asks the application whether a session is still valid once its last sealed answer is `interval` old: for example,
    /// whether its user is still allowed, or has signed out everywhere. In whole seconds, from 1 second to half of each
    /// idle timeout, so to 15 minutes by default. Default: the application is not asked.
    ///
    /// A cookie, or a copy of it, opens until its own deadline, although its user may have been barred since. With this
    /// setting, **a session that is no longer allowed is rejected after `interval` plus [`clock_skew`](Self::clock_skew),
    /// on every instance**, whatever its visitor does, at the price of about one question for each active session and
    /// interval. Use it for questions that need a database query. If the answer is in memory, use
    /// [`revoked_if`](Self::revoked_if), which is called whenever a session is read, and must not block. The
    /// [guide](crate::guide::ending_sessions#sign-a-user-out-everywhere) has the rules.
    ///
    /// `validate` reads what it needs from the session and returns a future, which is awaited before a handler gets the
    /// session:
    ///
    /// - [`Validity::Valid`] is sealed into the session with a response that may refresh or save it.
    /// - [`Validity::Ended`] rejects the session like any revoked one.
    /// - If the future fails or panics, the request is refused with 503 and the cookie is kept, unless
    ///   [`unvalidated_up_to`](Self::unvalidated_up_to) keeps the session. That duration then takes the place of
    ///   `interval`. Give the question its own timeout.
    ///
    /// Exceptions and conditions:
    ///
    /// - **Every program that writes these sessions needs this setting,** and their clocks may differ by no more than
    ///   the skew.
    /// - **Extractors of axum and actix-web ask the application,** and so does `from_extensions`. Code that gets a
    ///   session in another way has to call [`validate`](crate::Session::validate) before it uses the session. Without
    ///   this call, a session whose last answer is too old is empty, and can only be replaced by a sign-in or ended.
    /// - **A sign-in counts as an answer** ([`sign_in`](crate::Session::sign_in), [`renew`](crate::Session::renew)).
    /// - **The idle timeout is precise to `interval`,** because the last activity of a session is then the time of the
    ///   last answer or sign-in ([docs/spec/writer.md § 8.16]). [`refresh_after`](Self::refresh_after) cannot be set as
    ///   well.
    /// - Call this after [`typed`](SessionBuilder::typed), like [`revoked_if`](Self::revoked_if).
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, session::Validity};
    /// # use std::{io, sync::{Arc, atomic::{AtomicU32, Ordering}}, time::UNIX_EPOCH};
    /// use std::{error::Error, time::Duration};
    ///
    /// # #[derive(Clone)]
    /// # struct Users(Arc<AtomicU32>);
    /// # impl Users {
    /// #     async fn epoch_of(&self, _: u64) -> io::Result<u32> { Ok(self.0.load(Ordering::Relaxed)) }
    /// # }
    /// # let users = Users(Arc::new(AtomicU32::new(7)));
    /// # let table = users.clone();
    /// let minute = Duration::from_secs(60);
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .revalidate_after(minute, move |session| {
    ///         let (users, user, epoch) = (users.clone(), session.get("user"), session.get("epoch"));
    ///         async move {
    ///             let Some(user) = user? else { return Ok(Validity::Valid) };
    ///             let is_allowed = epoch? >= Some(users.epoch_of(user).await?);
    ///             Ok::<_, Box<dyn Error + Send + Sync>>(Validity::valid_if(is_allowed))
    ///         }
    ///     })
    ///     .build()?;
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// # let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    /// # let field = cookie.cookie_for(now, |session| {
    /// #     session.insert("user", 42)?;
    /// #     session.insert("epoch", 7)
    /// # })?;
    /// # let session = cookie.load([&field], now + minute);
    /// # assert_eq!((session.validate().await?, session.get("user")?), (Validity::Valid, Some(42)));
    /// # assert_eq!(cookie.load(cookie.save(&session)?, now + minute).last_active_at(), Some(now + minute));
    ///
    /// # table.0.store(8, Ordering::Relaxed);
    /// // Signed out everywhere, less than a minute after the last answer and then a minute after it.
    /// let session = cookie.load([&field], now + minute / 2);
    /// assert_eq!(session.validate().await?, Validity::Valid);
    /// let session = cookie.load([&field], now + minute);
    /// assert_eq!(session.validate().await?, Validity::Ended);
    /// assert_eq!(session.get::<u64>("user")?, None);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [docs/spec/writer.md § 8.16]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/writer.md#validation
    pub fn revalidate_after<F, E>(
        mut self,
        interval: Duration,
        validate: impl Fn(&OpenedSession<'_, T>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Validity, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        self.options.revalidate_after = Some(interval);
        self.hooks.validate = Some(Arc::new(move |session| {
            let answer = validate(&session.holding());
            Box::pin(async move { answer.await.map_err(Into::into) })
        }));
        self.types_of_hooks.push(TypeId::of::<T>());
        self
    }

    /// Keeps a session for `duration` after its last answer if the question of
    /// [`revalidate_after`](Self::revalidate_after) fails, so that visitors can continue while a database is down.
    /// `duration` must be longer than that interval. Default: the session is not kept.
    ///
    /// While the question fails, every request that uses the session asks again. A session that this request takes over
    /// from another cookie is not kept, because it has no answer yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, session::Validity};
    /// # use std::time::UNIX_EPOCH;
    /// use std::time::Duration;
    ///
    /// let minute = Duration::from_secs(60);
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .revalidate_after(minute, |_| async { Err::<Validity, _>("no database") })
    ///     .unvalidated_up_to(10 * minute)
    ///     .build()?;
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// # let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    /// # let field = cookie.cookie_for(now, |session| session.insert("user", 42))?;
    /// let session = cookie.load([&field], now + 9 * minute);
    /// assert_eq!(session.validate().await?, Validity::Valid);
    /// let session = cookie.load([&field], now + 10 * minute);
    /// assert!(session.validate().await.is_err());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn unvalidated_up_to(mut self, duration: Duration) -> Self {
        self.options.unvalidated_up_to = Some(duration);
        self
    }

    /// Calls `on_outcome` with the outcome of every session that is read, for metrics: when it is read, usually at its
    /// first touch, or, if [`revalidate_after`](Self::revalidate_after) has to ask, with the answer or at the end of the
    /// request. A request that a companion answers itself is left out. The function must not use the session.
    ///
    /// A panic in the function propagates through the method that called it, but not at the end of a request that was
    /// cancelled or failed. If this method was a change, the change is not made, and later calls find the session as it
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
        self.hooks.on_outcome = Some(Arc::new(on_outcome));
        self
    }
}

#[cfg(feature = "unstable-companion")]
impl<T> SessionCookieBuilder<T> {
    /// Adds a [`Companion`] to the sessions. `prepare` makes the companion when the cookie is built. This method is for
    /// packages such as `hardtack-device`. A session then has 16 bytes less room.
    ///
    /// **Experimental,** as all of [`companion`](crate::companion).
    pub fn companion(
        mut self,
        prepare: impl Fn(&Setup<'_>) -> Result<Arc<dyn Companion>, ConfigError> + Send + Sync + 'static,
    ) -> Self {
        self.carrier.companion = Some(Prepare(Arc::new(prepare)));
        self
    }
}
