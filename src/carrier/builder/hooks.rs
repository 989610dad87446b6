//! Functions of the application that take part in reading sessions.

use std::sync::Arc;

use super::SessionBuilder;
use crate::session::{OpenedSession, ReadEvent};

impl<C, T: 'static> SessionBuilder<C, T> {
    /// Refuses every session for which `revoked_if` returns `true`: by its id, for a list of sessions that were signed
    /// out, by its dates, or by its content ([`value`](OpenedSession::value), [`get`](OpenedSession::get)), such as an
    /// epoch of its user.
    ///
    /// Call it after [`typed`](SessionBuilder::typed): the content that it sees is of the builder's type.
    ///
    /// It is called after the tag and the dates are verified, for handlers, streams
    /// ([`is_alive`](crate::Session::is_alive)) and devices alike. A panic counts as `true`. Only sessions with an id can
    /// be told apart by it: [`sign_in`](crate::Session::sign_in) gives one.
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
    /// that copy has another id, or none. An epoch of the user in the session does.
    pub fn revoked_if(
        mut self,
        revoked_if: impl Fn(&OpenedSession<'_, T>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.options.hooks.set_revoked_if(revoked_if);
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
        self.options.hooks.on_outcome = Some(Arc::new(on_outcome));
        self
    }
}
