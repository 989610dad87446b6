//! What the clones of a handle share: the lock, the first touch, and the end.

use std::{
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{error::SaveError, handle::Session, outcome::Outcome, sealer::Sealer};
use crate::{
    base::clock::Clock,
    cookie::{PartNumbers, Values},
    state::{Payload, SessionError, State, StateData},
    token::Context,
};

pub(super) struct Shared<T> {
    sealer: Arc<Sealer>,
    /// Which thread is inside, so that it is refused instead of waiting for itself. 0: none.
    holder: AtomicUsize,
    stage: Mutex<Stage<T>>,
}

struct Stage<T> {
    arrival: Arrival,
    touched: Option<Touched<T>>,
    /// The application touched it. (What is only verified beforehand has no part in the response.)
    is_used: bool,
    closed: Option<Closed>,
}

/// Why a session can only be read.
#[derive(Clone, Copy)]
enum Closed {
    /// The head of the response is on its way.
    AfterHead,
    /// The request belongs to no context.
    #[cfg_attr(not(feature = "tower"), allow(dead_code, reason = "for the layer"))]
    NoContext,
}

/// What a request brought, unread.
pub(crate) struct Arrival {
    pub(crate) values: Values,
    pub(crate) clock: Clock,
    /// `None`: the context of the cookie.
    pub(crate) context: Option<Context>,
    pub(crate) is_subresource: bool,
}

impl Arrival {
    pub(crate) fn context<'a>(&'a self, sealer: &'a Sealer) -> &'a Context {
        self.context.as_ref().unwrap_or(&sealer.context)
    }
}

/// A session that is held by one thread.
pub(crate) struct Entered<'a, T> {
    pub(crate) state: State<'a, T>,
    pub(crate) outcome: Outcome,
    pub(crate) sealer: &'a Sealer,
    pub(crate) context: &'a Context,
    pub(crate) clock: &'a Clock,
    closed: Option<Closed>,
}

impl<T> Entered<'_, T> {
    /// Whether a change can still be saved.
    pub(crate) fn check_open(&self) -> Result<(), SessionError> {
        match self.closed {
            None => Ok(()),
            Some(Closed::AfterHead) => Err(SessionError::AfterHead),
            Some(Closed::NoContext) => Err(SessionError::NoContext),
        }
    }
}

/// A session that was read.
struct Touched<T> {
    state: StateData<T>,
    outcome: Outcome,
    /// The parts that the request carried.
    carried: PartNumbers,
}

/// What is left of a session at the end of its request.
pub(super) struct Used<'a, T> {
    pub(super) state: State<'a, T>,
    pub(super) outcome: Outcome,
    pub(super) carried: PartNumbers,
}

impl<T: Payload> Session<T> {
    /// Reads the session, if that has not been done yet.
    #[cfg(feature = "tower")]
    pub(crate) fn touch(&self) {
        self.enter(|_| ());
    }

    /// Reads the session before the application uses it, which may never come about.
    #[cfg(feature = "tower")]
    pub(crate) fn verify(&self) {
        // An error: another handle is inside its own `update`, so it has been read.
        let _ = self.lock().map(|mut inside| {
            let Stage {
                arrival, touched, ..
            } = &mut *inside.stage;
            if touched.is_none() {
                Touched::read(touched, &self.shared.sealer, arrival);
            }
        });
    }

    pub(super) fn see<R>(&self, look: impl FnOnce(&State<'_, T>) -> R) -> R {
        self.enter(|entered| look(&entered.state))
    }

    pub(super) fn try_see<R>(
        &self,
        look: impl FnOnce(&State<'_, T>) -> Result<R, SessionError>,
    ) -> Result<R, SessionError> {
        self.try_enter(|entered| look(&entered.state))?
    }

    pub(super) fn change<R>(
        &self,
        change: impl FnOnce(&mut State<'_, T>) -> Result<R, SessionError>,
    ) -> Result<R, SessionError> {
        self.try_enter(|mut entered| {
            entered.check_open()?;
            change(&mut entered.state)
        })?
    }

    pub(crate) fn enter<R>(&self, work: impl FnOnce(Entered<'_, T>) -> R) -> R {
        match self.try_enter(work) {
            Ok(result) => result,
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) fn try_enter<R>(
        &self,
        work: impl FnOnce(Entered<'_, T>) -> R,
    ) -> Result<R, SessionError> {
        let mut inside = self.lock()?;
        inside.stage.is_used = true;
        let sealer = &*self.shared.sealer;
        let Stage {
            arrival,
            touched,
            closed,
            ..
        } = &mut *inside.stage;
        let Touched { state, outcome, .. } = match touched {
            Some(touched) => touched,
            None => Touched::read(touched, sealer, arrival),
        };
        Ok(work(Entered {
            state: state.under(&sealer.policy),
            outcome: *outcome,
            closed: *closed,
            sealer,
            context: arrival.context(sealer),
            clock: &arrival.clock,
        }))
    }
}

impl<T> Session<T> {
    pub(crate) fn new(sealer: Arc<Sealer>, arrival: Arrival) -> Session<T> {
        Session {
            shared: Arc::new(Shared {
                sealer,
                holder: AtomicUsize::new(0),
                stage: Mutex::new(Stage {
                    arrival,
                    touched: None,
                    is_used: false,
                    closed: None,
                }),
            }),
        }
    }

    /// Whether the application did nothing with it, and has no handle left to do so.
    #[cfg(feature = "tower")]
    pub(crate) fn was_left_alone(&mut self) -> bool {
        let Some(shared) = Arc::get_mut(&mut self.shared) else {
            return false;
        };
        let stage = shared.stage.get_mut();
        !stage.unwrap_or_else(PoisonError::into_inner).is_used
    }

    /// Whether another handle of the same session is alive.
    #[cfg(feature = "tower")]
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.shared) > 1
    }

    /// Returns `true` if the application touched the session.
    pub(super) fn is_used(&self) -> bool {
        // An error: it is inside its own `update`.
        self.lock().map_or(true, |inside| inside.stage.is_used)
    }

    /// From now on the session can be read and no longer changed.
    #[cfg(feature = "tower")]
    pub(crate) fn close(&self) {
        // An error: the handle is inside its own `update`, on this very thread.
        let _ = self.lock().map(|mut inside| inside.stage.close());
    }

    /// The session is nobody's: it can be read, in which nothing is found, and not be changed.
    #[cfg(feature = "tower")]
    pub(crate) fn refuse(&self) {
        super::events::context_missed(self.shared.sealer.slot.purpose().as_str());
        let _ = self.lock().map(|mut inside| {
            let closed = &mut inside.stage.closed;
            *closed = Some(Closed::NoContext);
        });
    }

    /// Closes the session. `work` gets what was read, if the application used it, and whether it was closed
    /// before.
    pub(super) fn close_with<R>(
        &self,
        work: impl FnOnce(&Arrival, Option<Used<'_, T>>, bool) -> R,
    ) -> Result<R, SaveError> {
        let mut inside = self.lock().map_err(|_| SaveError::InsideUpdate)?;
        let was_closed = inside.stage.close();
        let Stage {
            arrival,
            touched,
            is_used,
            ..
        } = &mut *inside.stage;
        let used = touched.as_mut().filter(|_| *is_used).map(|touched| Used {
            state: touched.state.under(&self.shared.sealer.policy),
            outcome: touched.outcome,
            carried: touched.carried,
        });
        Ok(work(arrival, used, was_closed))
    }

    /// Returns `true` if the session was loaded by `sealer`, or by one that seals the same way.
    pub(super) fn is_of(&self, sealer: &Sealer) -> bool {
        let loader = &*self.shared.sealer;
        std::ptr::eq(loader, sealer) || loader.is_like(sealer)
    }

    fn lock(&self) -> Result<Inside<'_, T>, SessionError> {
        let this_thread = this_thread();
        if self.shared.holder.load(Ordering::Relaxed) == this_thread {
            return Err(SessionError::InsideUpdate);
        }
        // A panic inside `update` leaves a whole state behind, so a poisoned lock is as good as any.
        let stage = self.shared.stage.lock();
        let stage = stage.unwrap_or_else(PoisonError::into_inner);
        self.shared.holder.store(this_thread, Ordering::Relaxed);
        Ok(Inside {
            stage,
            holder: &self.shared.holder,
        })
    }
}

impl<T> Stage<T> {
    /// Whether it was closed before.
    fn close(&mut self) -> bool {
        let was_closed = self.closed.is_some();
        self.closed.get_or_insert(Closed::AfterHead);
        was_closed
    }
}

impl<T: Payload> Touched<T> {
    /// Reads what arrived, once. It is made where it stays, as it is large.
    fn read<'a>(
        touched: &'a mut Option<Touched<T>>,
        sealer: &Sealer,
        arrival: &mut Arrival,
    ) -> &'a mut Touched<T> {
        // Before anything is taken: where the clock panics, the next touch finds all that arrived.
        let now = arrival.clock.now();
        let values = mem::take(&mut arrival.values);
        let touched = touched.insert(Touched {
            state: sealer.unread(!values.is_empty(), now),
            outcome: Outcome::Absent,
            carried: values.carried(),
        });
        let mut state = touched.state.under(&sealer.policy);
        let context = arrival.context(sealer);
        sealer.read(context, values, &mut state, &mut touched.outcome);
        touched
    }
}

/// The lock, and the note of who holds it.
struct Inside<'a, T> {
    stage: MutexGuard<'a, Stage<T>>,
    holder: &'a AtomicUsize,
}

impl<T> Drop for Inside<'_, T> {
    fn drop(&mut self) {
        // Before the lock is released, so it never hides the next holder.
        self.holder.store(0, Ordering::Relaxed);
    }
}

/// A number that no other living thread has. Only a thread's own number is ever compared with it, so no
/// ordering is needed.
fn this_thread() -> usize {
    thread_local! {
        static HERE: u8 = const { 0 };
    }
    HERE.with(|here| std::ptr::from_ref(here).addr())
}
