//! Lock that the clones of a handle share, and the first touch.

use std::{
    ops::{Deref, DerefMut},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{closed::Closed, loaded::Loaded, old_cookies::Predecessor, sealer::Sealer};
use crate::{
    base::clock::Clock,
    cookie::Values,
    state::{Asked, Circumstances, Destination, Payload, SessionError, Sid, State},
    token::Context,
};

/// A session behind its lock.
pub(super) struct SessionLock<T> {
    pub(super) sealer: Arc<Sealer>,
    /// Number of the thread that holds the lock, or 0. It gets an error instead of waiting for itself.
    holder: AtomicUsize,
    contents: Mutex<Contents<T>>,
}

/// Contents of a [`SessionLock`].
pub(super) struct Contents<T> {
    pub(super) arrival: Arrival,
    /// `None` until the first touch.
    pub(super) loaded: Option<Loaded<T>>,
    /// The application touched the session. One that is only verified beforehand has no part in the response.
    pub(super) is_touched: bool,
    /// Reason why no change can be saved any more.
    pub(super) closed: Option<Closed>,
}

/// A request's part in its session, before the session is read.
pub(crate) struct Arrival {
    pub(crate) values: Values,
    /// Cookies of other libraries, asked if there are no values.
    pub(crate) old: Option<Box<dyn Predecessor>>,
    pub(crate) clock: Clock,
    /// `None`: the context of the builder.
    pub(crate) context: Option<Arc<Context>>,
    pub(crate) asked: Asked,
}

/// A session that was read, while its lock is held.
pub(crate) struct LockedSession<'a, T> {
    pub(crate) state: &'a mut State<T>,
    pub(crate) sealer: &'a Sealer,
    pub(crate) context: &'a Context,
    pub(super) destination: Destination,
    closed: Option<Closed>,
}

impl<T> SessionLock<T> {
    pub(super) fn new(sealer: Arc<Sealer>, arrival: Arrival) -> SessionLock<T> {
        SessionLock {
            sealer,
            holder: AtomicUsize::new(0),
            contents: Mutex::new(Contents {
                arrival,
                loaded: None,
                is_touched: false,
                closed: None,
            }),
        }
    }

    /// Hands the contents to `work`, after other threads. `work` marks a touch. The error is
    /// [`SessionError::InsideUpdate`].
    #[inline]
    pub(super) fn with<R>(
        &self,
        work: impl FnOnce(&mut Contents<T>) -> R,
    ) -> Result<R, SessionError> {
        Ok(work(&mut *self.hold()?))
    }

    /// Takes the lock, after other threads. The error is [`SessionError::InsideUpdate`].
    #[inline]
    pub(super) fn hold(&self) -> Result<HeldContents<'_, T>, SessionError> {
        let this_thread = this_thread();
        // Only this thread stores its own number, so no ordering is needed.
        if self.holder.load(Ordering::Relaxed) == this_thread {
            return Err(SessionError::InsideUpdate);
        }
        // A panic inside `update` leaves the session as it was.
        let contents = self.contents.lock();
        let contents = contents.unwrap_or_else(PoisonError::into_inner);
        self.holder.store(this_thread, Ordering::Relaxed);
        Ok(HeldContents {
            holder: &self.holder,
            contents,
        })
    }

    #[cfg(feature = "tower")]
    pub(super) fn get_mut(&mut self) -> (&Sealer, &mut Contents<T>) {
        let contents = self.contents.get_mut();
        (
            &self.sealer,
            contents.unwrap_or_else(PoisonError::into_inner),
        )
    }
}

impl<T> LockedSession<'_, T> {
    /// Returns the session's id. Only where there is none is it made, which is a change.
    pub(crate) fn ensure_id(&mut self) -> Result<Sid, SessionError> {
        if let Some(sid) = self.state.metadata.sid {
            return Ok(sid);
        }
        self.check_open()?;
        self.state.check_writable()?;
        self.state.renew_id()
    }

    /// Returns an error if changes can no longer be saved.
    pub(super) fn check_open(&self) -> Result<(), SessionError> {
        match self.closed {
            None => Ok(()),
            Some(closed) => Err(closed.refuse(self.sealer.slot.purpose.name())),
        }
    }
}

impl Arrival {
    /// Returns `true` if the request has brought nothing that is still unread.
    pub(super) fn has_no_token(&self) -> bool {
        self.values.is_empty() && self.old.is_none()
    }

    pub(super) fn context<'a>(&'a self, sealer: &'a Sealer) -> &'a Context {
        self.context.as_deref().unwrap_or(&sealer.context)
    }
}

impl<T: Payload> Contents<T> {
    /// Touches a session that every request uses, at the end of one (docs/spec/writer.md § 8.12).
    #[inline]
    pub(super) fn count_request(&mut self, sealer: &Sealer, response: Circumstances) {
        let (policy, arrival) = (&sealer.policy, &self.arrival);
        if policy.counts_request(response, arrival.asked.destination)
            && (self.loaded.is_some() || !arrival.has_no_token())
        {
            let is_new = self.read(sealer).0.state.is_new();
            self.is_touched |= !is_new;
        }
    }

    /// Returns the session for work under the lock, and reads it if that has not been done.
    #[inline]
    pub(super) fn locked<'a>(&'a mut self, sealer: &'a Sealer) -> LockedSession<'a, T> {
        let closed = self.closed;
        let (loaded, arrival) = self.read(sealer);
        LockedSession {
            state: &mut loaded.state,
            closed,
            sealer,
            context: arrival.context(sealer),
            destination: arrival.asked.destination,
        }
    }

    /// Returns the session, and reads it if that has not been done.
    #[inline]
    pub(super) fn read(&mut self, sealer: &Sealer) -> (&mut Loaded<T>, &Arrival) {
        let loaded = match &mut self.loaded {
            Some(loaded) => loaded,
            none => Loaded::load(none, sealer, &mut self.arrival),
        };
        (loaded, &self.arrival)
    }
}

/// Contents of a session while this thread holds their lock.
pub(super) struct HeldContents<'a, T> {
    holder: &'a AtomicUsize,
    contents: MutexGuard<'a, Contents<T>>,
}

/// Forgets this thread, when it is done or panics. The fields are dropped after this, and with them the lock, so it never
/// hides the next holder.
impl<T> Drop for HeldContents<'_, T> {
    fn drop(&mut self) {
        self.holder.store(0, Ordering::Relaxed);
    }
}

impl<T> Deref for HeldContents<'_, T> {
    type Target = Contents<T>;

    #[inline]
    fn deref(&self) -> &Contents<T> {
        &self.contents
    }
}

impl<T> DerefMut for HeldContents<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Contents<T> {
        &mut self.contents
    }
}

/// Returns a number that no other running thread has, and never 0. (A `ThreadId` cannot be kept in an atomic.)
fn this_thread() -> usize {
    thread_local! {
        static PLACE: u8 = const { 0 };
    }
    PLACE.with(|place| std::ptr::from_ref(place).addr())
}
