//! The lock that the clones of a handle share, and the first touch.

use std::{
    cell::Cell,
    mem,
    ops::{Deref, DerefMut},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{outcome::Outcome, sealer::Sealer};
use crate::{
    base::clock::Clock,
    cookie::{PartNumbers, Values},
    migrate::Takeover,
    state::{Payload, SessionError, State, StateData},
    token::Context,
};

/// A session behind its lock.
pub(super) struct SessionLock<T> {
    pub(super) sealer: Arc<Sealer>,
    /// The number of the thread that holds the lock, or 0. It gets an error instead of waiting for itself.
    holder: AtomicU64,
    contents: Mutex<Contents<T>>,
}

/// The contents of a [`SessionLock`].
pub(super) struct Contents<T> {
    pub(super) arrival: Arrival,
    /// `None` until the first touch.
    pub(super) loaded: Option<Loaded<T>>,
    /// The application touched the session. One that is only verified beforehand has no part in the response.
    pub(super) is_touched: bool,
    closed: Option<Closed>,
}

/// The reason why a session can only be read.
#[derive(Clone, Copy)]
enum Closed {
    /// The head of the response is on its way.
    AfterHead,
    /// The request belongs to no context.
    #[cfg_attr(not(feature = "tower"), allow(dead_code, reason = "for the layer"))]
    NoContext,
}

/// A request's part in its session, before the session is read.
pub(crate) struct Arrival {
    pub(crate) values: Values,
    /// Cookies of other libraries, asked if there are no values.
    pub(crate) old: Option<Takeover>,
    pub(crate) clock: Clock,
    /// `None`: the context of the builder.
    pub(crate) context: Option<Context>,
    pub(crate) is_subresource: bool,
}

/// A session that was read.
pub(super) struct Loaded<T> {
    pub(super) data: StateData<T>,
    pub(super) outcome: Outcome,
    /// The parts that the request carried.
    pub(super) carried: PartNumbers,
}

/// A session that was read, while its lock is held.
pub(crate) struct LockedSession<'a, T> {
    pub(crate) state: State<'a, T>,
    pub(crate) outcome: Outcome,
    pub(crate) sealer: &'a Sealer,
    pub(crate) context: &'a Context,
    pub(crate) clock: &'a Clock,
    closed: Option<Closed>,
}

impl<T: Payload> SessionLock<T> {
    /// Touches the session, which reads it the first time, and hands it to `work`.
    pub(super) fn try_with<R>(
        &self,
        work: impl FnOnce(LockedSession<'_, T>) -> R,
    ) -> Result<R, SessionError> {
        let mut guard = self.lock()?;
        guard.is_touched = true;
        let sealer = &*self.sealer;
        let Contents {
            arrival,
            loaded,
            closed,
            ..
        } = &mut *guard;
        let Loaded { data, outcome, .. } = match loaded {
            Some(loaded) => loaded,
            None => Loaded::read(loaded, sealer, arrival),
        };
        Ok(work(LockedSession {
            state: data.under(&sealer.policy),
            outcome: *outcome,
            closed: *closed,
            sealer,
            context: arrival.context(sealer),
            clock: &arrival.clock,
        }))
    }

    /// Reads the session without touching it.
    #[cfg(feature = "tower")]
    pub(super) fn verify(&self) {
        // An error: this thread is inside an `update` of the session, which has read it.
        if let Ok(mut guard) = self.lock() {
            let Contents {
                arrival, loaded, ..
            } = &mut *guard;
            if loaded.is_none() {
                Loaded::read(loaded, &self.sealer, arrival);
            }
        }
    }
}

impl<T> SessionLock<T> {
    pub(super) fn new(sealer: Arc<Sealer>, arrival: Arrival) -> SessionLock<T> {
        SessionLock {
            sealer,
            holder: AtomicU64::new(0),
            contents: Mutex::new(Contents {
                arrival,
                loaded: None,
                is_touched: false,
                closed: None,
            }),
        }
    }

    /// Waits for other threads. The error is [`SessionError::InsideUpdate`].
    pub(super) fn lock(&self) -> Result<Guard<'_, T>, SessionError> {
        let this_thread = this_thread();
        // Only this thread stores its own number, so no ordering is needed.
        if self.holder.load(Ordering::Relaxed) == this_thread {
            return Err(SessionError::InsideUpdate);
        }
        // A panic inside `update` leaves the session as it was.
        let contents = self.contents.lock();
        let contents = contents.unwrap_or_else(PoisonError::into_inner);
        self.holder.store(this_thread, Ordering::Relaxed);
        Ok(Guard {
            contents,
            holder: &self.holder,
        })
    }

    #[cfg(feature = "tower")]
    pub(super) fn get_mut(&mut self) -> &mut Contents<T> {
        let contents = self.contents.get_mut();
        contents.unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> LockedSession<'_, T> {
    /// Returns an error if changes can no longer be saved.
    pub(crate) fn check_open(&self) -> Result<(), SessionError> {
        match self.closed {
            None => Ok(()),
            Some(Closed::AfterHead) => Err(SessionError::AfterHead),
            Some(Closed::NoContext) => Err(SessionError::NoContext),
        }
    }
}

impl<T> Contents<T> {
    /// Makes the session read-only from now on. Returns `true` if it already was.
    pub(super) fn close(&mut self) -> bool {
        let was_closed = self.closed.is_some();
        self.closed.get_or_insert(Closed::AfterHead);
        was_closed
    }

    /// Makes the session empty and read-only, because its request belongs to no context.
    #[cfg(feature = "tower")]
    pub(super) fn refuse(&mut self) {
        self.closed = Some(Closed::NoContext);
    }
}

impl Arrival {
    pub(super) fn context<'a>(&'a self, sealer: &'a Sealer) -> &'a Context {
        self.context.as_ref().unwrap_or(&sealer.context)
    }
}

impl<T: Payload> Loaded<T> {
    /// Reads what arrived, once. Built in place, because moving it costs more than building it.
    fn read<'a>(
        loaded: &'a mut Option<Loaded<T>>,
        sealer: &Sealer,
        arrival: &mut Arrival,
    ) -> &'a mut Loaded<T> {
        // Before anything is taken: if the clock panics, the next touch finds everything that arrived.
        let now = arrival.clock.now();
        let values = mem::take(&mut arrival.values);
        let brought = !values.is_empty();
        let old = arrival.old.take();
        let brought = brought || old.is_some();
        let loaded = loaded.insert(Loaded {
            data: sealer.unread(brought, now),
            outcome: Outcome::Absent,
            carried: values.carried(),
        });
        let mut state = loaded.data.under(&sealer.policy);
        if let Some(old) = old.filter(|_| values.is_empty()) {
            sealer.take_over(&old, &mut state, &mut loaded.outcome);
            return loaded;
        }
        let context = arrival.context(sealer);
        sealer.read(context, values, &mut state, &mut loaded.outcome);
        loaded
    }
}

/// The held lock.
pub(super) struct Guard<'a, T> {
    contents: MutexGuard<'a, Contents<T>>,
    holder: &'a AtomicU64,
}

impl<T> Deref for Guard<'_, T> {
    type Target = Contents<T>;

    fn deref(&self) -> &Contents<T> {
        &self.contents
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut Contents<T> {
        &mut self.contents
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        // Before the lock is released, so it never hides the next holder.
        self.holder.store(0, Ordering::Relaxed);
    }
}

/// A number that only this thread has, from 1. (A `ThreadId` cannot be kept in an atomic.)
fn this_thread() -> u64 {
    static THREADS: AtomicU64 = AtomicU64::new(0);
    thread_local! {
        static NUMBER: Cell<u64> = const { Cell::new(0) };
    }
    let number = NUMBER.get();
    if number != 0 {
        return number;
    }
    NUMBER.set(THREADS.fetch_add(1, Ordering::Relaxed) + 1);
    NUMBER.get()
}
