//! What the clones of a handle share: the lock, the first touch, and the end.

use std::{
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::Session;
use crate::{
    body::{Payload, State},
    clock::Clock,
    cookie::Values,
    error::{Outcome, SaveError, SessionError},
    seal::Context,
    sealer::Sealer,
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
    is_closed: bool,
}

/// What a request brought, unread.
pub(crate) struct Arrival {
    pub(crate) values: Values,
    pub(crate) clock: Clock,
    /// `None`: the context of the cookie.
    pub(crate) context: Option<Context>,
    pub(crate) is_subresource: bool,
}

/// What there is to do at the end of a request.
pub(crate) enum Finish<R> {
    Untouched,
    /// It was touched, and saved before.
    Read,
    Settled(R),
}

/// A session that was read.
pub(crate) struct Touched<T> {
    pub(crate) state: State<T>,
    pub(crate) outcome: Outcome,
}

impl<T: Payload> Session<T> {
    /// Reads the session, if that has not been done yet.
    #[cfg(feature = "tower")]
    pub(crate) fn touch(&self) {
        self.enter(|_, _| ());
    }

    pub(super) fn see<R>(&self, look: impl FnOnce(&State<T>) -> R) -> R {
        self.enter(|touched, _| look(&touched.state))
    }

    pub(super) fn try_see<R>(
        &self,
        look: impl FnOnce(&State<T>) -> Result<R, SessionError>,
    ) -> Result<R, SessionError> {
        self.try_enter(|touched, _| look(&touched.state))?
    }

    pub(super) fn change<R>(
        &self,
        change: impl FnOnce(&mut State<T>) -> Result<R, SessionError>,
    ) -> Result<R, SessionError> {
        self.try_enter(|touched, is_closed| {
            if is_closed {
                return Err(SessionError::AfterHead);
            }
            change(&mut touched.state)
        })?
    }

    pub(super) fn enter<R>(&self, work: impl FnOnce(&mut Touched<T>, bool) -> R) -> R {
        match self.try_enter(work) {
            Ok(result) => result,
            Err(error) => panic!("{error}"),
        }
    }

    fn try_enter<R>(
        &self,
        work: impl FnOnce(&mut Touched<T>, bool) -> R,
    ) -> Result<R, SessionError> {
        let mut inside = self.lock()?;
        let stage = &mut *inside.stage;
        let touched = match &mut stage.touched {
            Some(touched) => touched,
            None => stage
                .touched
                .insert(Touched::read(&self.shared.sealer, &stage.arrival)),
        };
        Ok(work(touched, stage.is_closed))
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
                    is_closed: false,
                }),
            }),
        }
    }

    /// Whether another handle of the same session is alive.
    #[cfg(feature = "tower")]
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.shared) > 1
    }

    /// From now on the session can be read and no longer changed.
    #[cfg(feature = "tower")]
    pub(crate) fn close(&self) {
        // An error: the handle is inside its own `update`, on this very thread.
        let _ = self.lock().map(|mut inside| inside.stage.is_closed = true);
    }

    /// Closes the session. `settle` gets it if it was touched and not closed before; else there is nothing
    /// to save.
    pub(crate) fn finish<R>(
        &self,
        settle: impl FnOnce(&Arrival, &Touched<T>) -> R,
    ) -> Result<Finish<R>, SaveError> {
        let mut inside = self.lock().map_err(|_| SaveError::InsideUpdate)?;
        let was_closed = mem::replace(&mut inside.stage.is_closed, true);
        Ok(match (&inside.stage.touched, was_closed) {
            (None, _) => Finish::Untouched,
            (Some(_), true) => Finish::Read,
            (Some(touched), false) => Finish::Settled(settle(&inside.stage.arrival, touched)),
        })
    }

    /// Whether the session was loaded for the same purpose that `sealer` serves.
    pub(crate) fn is_of(&self, sealer: &Sealer) -> bool {
        self.shared.sealer.slot.purpose() == sealer.slot.purpose()
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

impl<T: Payload> Touched<T> {
    fn read(sealer: &Sealer, arrival: &Arrival) -> Touched<T> {
        let context = arrival.context.as_ref().unwrap_or(&sealer.context);
        let now = arrival.clock.now();
        let (state, outcome) = sealer.open(context, arrival.values.iter(), now);
        Touched { state, outcome }
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
