//! Lock that the clones of a handle share, and the first touch.

use std::{
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    carrier_core::CarrierCore, loaded::Loaded, old_cookies::ReceivedOldCookies, opening::Opening,
};
use crate::{
    base::Clock,
    cookie::Values,
    events,
    state::{Payload, RequestFacts, ResponseFacts, SessionError, Sid, State},
    token::Context,
};

/// A session behind its lock.
pub(super) struct SessionLock<T> {
    pub(super) core: Arc<CarrierCore>,
    /// Number of the thread that holds the lock, or 0. That thread gets an error instead of waiting for itself.
    holder: AtomicUsize,
    contents: Mutex<Contents<T>>,
}

/// Contents of a [`SessionLock`].
pub(super) struct Contents<T> {
    pub(super) arrival: Arrival,
    /// `None` until the session is read.
    pub(super) loaded: Option<Loaded<T>>,
    /// The application touched the session or holds a handle beyond the handler, or the request counts as activity. A
    /// session that is only read beforehand has no part in the response.
    pub(super) is_touched: bool,
    /// Last error of a change, or of asking whether the session is still valid. An error of the request may be this one.
    pub(super) last_error: Option<SessionError>,
    /// Error of every change, once no change can be saved.
    pub(super) read_only: Option<SessionError>,
}

/// Part of a request that its session is read from. Reading takes the tokens.
pub(crate) struct Arrival {
    pub(crate) values: Values,
    /// Old cookies, from which a session is taken over if there are no values. Few requests have them, so they are
    /// boxed.
    pub(crate) old: Option<Box<ReceivedOldCookies>>,
    pub(crate) clock: Clock,
    /// Context that the request or `in_context` chose, or `None` for the builder's context.
    pub(crate) context: Option<Arc<Context>>,
    pub(crate) request: RequestFacts,
}

impl Arrival {
    /// Returns `true` if the request brought no token, no part of one and no old cookie, or if they have been read.
    pub(super) fn has_no_token(&self) -> bool {
        self.values.is_empty() && self.old.is_none()
    }

    pub(super) fn context<'a>(&'a self, core: &'a CarrierCore) -> &'a Context {
        self.context.as_deref().unwrap_or(&core.context)
    }
}

/// A session while this thread holds its lock.
pub(crate) struct Held<'a, T> {
    pub(super) core: &'a CarrierCore,
    holder: &'a AtomicUsize,
    pub(super) contents: MutexGuard<'a, Contents<T>>,
}

impl<T> SessionLock<T> {
    pub(super) fn new(core: Arc<CarrierCore>, arrival: Arrival) -> SessionLock<T> {
        SessionLock {
            core,
            holder: AtomicUsize::new(0),
            contents: Mutex::new(Contents {
                arrival,
                loaded: None,
                is_touched: false,
                last_error: None,
                read_only: None,
            }),
        }
    }

    /// Takes the lock, and waits for other threads. The error is [`SessionError::InsideUpdate`].
    #[inline]
    pub(super) fn hold(&self) -> Result<Held<'_, T>, SessionError> {
        let this_thread = this_thread();
        // Only this thread stores its own number, so no ordering is needed.
        if self.holder.load(Ordering::Relaxed) == this_thread {
            return Err(SessionError::InsideUpdate);
        }
        // A panic inside `update` leaves the session as it was.
        let contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
        self.holder.store(this_thread, Ordering::Relaxed);
        Ok(Held {
            core: &self.core,
            holder: &self.holder,
            contents,
        })
    }
}

impl<T> Held<'_, T> {
    pub(super) fn context(&self) -> &Context {
        self.contents.arrival.context(self.core)
    }

    /// Reports the outcome of a session that was read and has not been reported yet.
    #[cfg(feature = "tower")]
    pub(super) fn report(&mut self) {
        if let Some(loaded) = &mut self.contents.loaded {
            loaded.report(self.core);
        }
    }

    /// Makes the session read-only from now on. Every change then fails with this error. Returns `true` if it already
    /// was. The later error counts, because `after-head` comes before `no-context` (SPEC.md § 14.5).
    pub(super) fn make_read_only(&mut self, error: SessionError) -> bool {
        self.contents.read_only.replace(error).is_some()
    }
}

impl<T: Payload> Held<'_, T> {
    /// Returns the session, and reads it if it has not been read.
    #[inline]
    pub(super) fn read(&mut self) -> &mut Loaded<T> {
        let Contents {
            arrival, loaded, ..
        } = &mut *self.contents;
        match loaded {
            Some(loaded) => loaded,
            none => load(none, self.core, arrival),
        }
    }

    #[inline]
    pub(crate) fn state(&mut self) -> &mut State<T> {
        &mut self.read().state
    }

    /// Hands the session to `change`, even one that is withheld, or returns an error if changes can no longer be saved.
    pub(super) fn change_any<R>(
        &mut self,
        change: impl FnOnce(&mut State<T>) -> Result<R, SessionError>,
    ) -> Result<R, SessionError> {
        let changed = self.changeable().and_then(change);
        self.note_error(&changed);
        changed
    }

    fn changeable(&mut self) -> Result<&mut State<T>, SessionError> {
        let read_only = self.contents.read_only.clone();
        let core = self.core;
        let state = self.state();
        if let Some(SessionError::AfterHead) = read_only {
            let purpose = core.slot.purpose.name();
            events::change_was_late(&core.log_limits.lines, state.now, purpose);
        }
        read_only.map_or(Ok(state), Err)
    }

    /// Returns the session's id. If there is no id, makes one, which is a change.
    pub(super) fn ensure_id(&mut self) -> Result<Sid, SessionError> {
        if let Some(sid) = self.state().draft_metadata().sid {
            return Ok(sid);
        }
        self.change_any(|state| {
            state.check_writable()?;
            state.renew_id()
        })
    }

    /// Touches the session that arrived, at the end of a request that counts as activity by itself (docs/spec/writer.md
    /// § 8.12).
    #[inline]
    pub(super) fn count_request(&mut self, response: ResponseFacts) {
        let arrival = &self.contents.arrival;
        let policy = &self.core.policy;
        if policy.counts_request(response, arrival.request)
            && (self.contents.loaded.is_some() || !arrival.has_no_token())
        {
            let is_new = self.state().is_new();
            self.contents.is_touched |= !is_new;
        }
    }
}

/// Forgets this thread when it is done or panics. The lock is a field and is dropped after this, so the next holder is
/// never overwritten.
impl<T> Drop for Held<'_, T> {
    fn drop(&mut self) {
        self.holder.store(0, Ordering::Relaxed);
    }
}

/// Reads what arrived, and reports the outcome unless the application has to be asked first.
fn load<'a, T: Payload>(
    none: &'a mut Option<Loaded<T>>,
    core: &CarrierCore,
    arrival: &mut Arrival,
) -> &'a mut Loaded<T> {
    // Read before anything is taken, so that the next touch finds everything that arrived if the clock panics.
    let now = arrival.clock.seconds();
    if !arrival.has_no_token() {
        core.slot.keep_up();
    }
    let opening = Opening::new(core, arrival.context.as_deref(), now);
    let (values, old) = (mem::take(&mut arrival.values), arrival.old.take());
    let loaded = opening.load(values, old, arrival.request, none);
    if !loaded.state.awaits_answer() {
        loaded.report(core);
    }
    loaded
}

/// Returns a number that no other running thread has, and never 0. (A `ThreadId` cannot be kept in an atomic.)
fn this_thread() -> usize {
    thread_local! {
        static PLACE: u8 = const { 0 };
    }
    PLACE.with(|place| std::ptr::from_ref(place).addr())
}
