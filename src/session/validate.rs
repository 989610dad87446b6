//! The question to the application whether a session goes on (docs/spec/writer.md § 8.16).

use std::{
    any::Any,
    error::Error,
    future::{poll_fn, ready},
    marker::PhantomData,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::Poll,
};

use super::{
    events,
    handle::Session,
    hooks::OpenedSession,
    lock::{Contents, Loaded},
    outcome::Outcome,
    sealer::{Sealer, sealed_under},
};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    state::{Payload, SessionError, State},
};

/// The answer of an application to the question whether a session goes on
/// ([`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// The session goes on, and the application is not asked again before the span has passed.
    GoesOn,
    /// The session has ended. The visitor gets a new, empty one.
    Ended,
}

impl Validity {
    /// Returns [`GoesOn`](Validity::GoesOn) for `true`, and [`Ended`](Validity::Ended) for `false`.
    #[must_use]
    pub const fn goes_on_if(is_allowed: bool) -> Validity {
        if is_allowed {
            Validity::GoesOn
        } else {
            Validity::Ended
        }
    }
}

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// A question that is being answered.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<Validity, BoxError>> + Send>>;

/// The function of an application that is asked, and the steps around it. A trait, so that programs that do not ask have
/// none of their code.
pub(crate) trait Validate: Send + Sync {
    fn ask(&self, session: &OpenedSession<'_>) -> Answer;

    /// A session was read: a [`Loaded`] of the type that the function is for. Withholds it if the application is to be
    /// asked, else tells its outcome.
    fn has_read(&self, loaded: &mut dyn Any, sealer: &Sealer, token_bytes: usize);

    /// The request of a session has ended. Tells its outcome, if nobody has asked about it.
    fn has_finished(&self, untold: Option<(Outcome, usize)>, sealer: &Sealer);
}

/// A question about sessions that hold a `T`.
pub(super) struct Asking<T, F> {
    ask: F,
    of: PhantomData<fn() -> T>,
}

impl<T, F> Asking<T, F> {
    pub(super) fn new(ask: F) -> Asking<T, F> {
        let of = PhantomData;
        Asking { ask, of }
    }
}

impl<T, F> Validate for Asking<T, F>
where
    T: 'static,
    F: Fn(&OpenedSession<'_, T>) -> Answer + Send + Sync,
{
    fn ask(&self, session: &OpenedSession<'_>) -> Answer {
        (self.ask)(&session.of_type())
    }

    fn has_read(&self, loaded: &mut dyn Any, sealer: &Sealer, token_bytes: usize) {
        let loaded: &mut Loaded<T> = loaded.downcast_mut().expect(SAME_TYPE);
        if loaded.state.is_validation_due(loaded.state.now) {
            loaded.wait(token_bytes, None);
        } else {
            sealer.tell(loaded.outcome, token_bytes);
        }
    }

    fn has_finished(&self, untold: Option<(Outcome, usize)>, sealer: &Sealer) {
        if let Some((outcome, token_bytes)) = untold {
            sealer.tell(outcome, token_bytes);
        }
    }
}

impl<T: Payload> Session<T> {
    /// Asks the application whether the session goes on, if its last answer is older than
    /// [`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after). Without that setting, without a session, and
    /// while the answer holds, nothing happens.
    ///
    /// Extractors of axum and actix-web call this. Other code calls it before it uses the session, which is empty and
    /// refuses changes until then. Returns `false` if the session has ended; it is then a new one, as after any other
    /// reason for which a token does not open.
    ///
    /// Work that outlives its request, such as a WebSocket, calls it from time to time. `false` then also means that the
    /// session would no longer open ([`is_alive`](Self::is_alive)).
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{Clock, EncryptionKey, SessionCookie, session::Validity};
    /// use std::time::Duration;
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .revalidate_after(Duration::from_secs(60), |_| async {
    ///         Ok::<_, std::io::Error>(Validity::GoesOn)
    ///     })
    ///     .build()?;
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// let session = cookie.load(["__Host-session=forged"], Clock::system());
    /// assert!(session.validate().await?); // there is nothing to ask about
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`Unvalidated`](SessionError::Unvalidated) if the application cannot answer. Refuse the request then, with
    /// status 503: the session is empty for reading, and its cookie stays as it is. The application is not asked again in
    /// this request. [`InsideUpdate`](SessionError::InsideUpdate) inside an `update` of the session.
    pub async fn validate(&self) -> Result<bool, SessionError> {
        let sealer = &*self.lock.sealer;
        let Some(validate) = &sealer.hooks.validate else {
            return Ok(true);
        };
        let question = |contents: &mut Contents<T>| match contents.question(sealer) {
            Question::Settled(settled) => Err(settled),
            Question::Due(session, now) => {
                let answer = catch_unwind(AssertUnwindSafe(|| validate.ask(&session)));
                Ok((answer.unwrap_or_else(|_| Box::pin(ready(panicked()))), now))
            }
        };
        match self.lock.with_contents(question)? {
            Err(settled) => settled,
            Ok((mut answer, now)) => {
                let answer = poll_fn(|cx| {
                    let polled = catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(cx)));
                    polled.unwrap_or_else(|_| Poll::Ready(panicked()))
                });
                let answer = answer.await;
                let hear = |contents: &mut Contents<T>| contents.hear(sealer, answer, now);
                self.lock.with_contents(hear)?
            }
        }
    }
}

/// The next step of a validation.
enum Question<'a> {
    Settled(Result<bool, SessionError>),
    /// The application is to be asked about the session, as it is at this moment.
    Due(OpenedSession<'a>, UnixSeconds),
}

/// A session that waits for the answer of the application.
pub(super) struct Waiting<T> {
    state: State<T>,
    outcome: Outcome,
    token_bytes: usize,
    /// The application could not answer.
    error: Option<SessionError>,
}

impl<T: Payload> Contents<T> {
    fn question(&mut self, sealer: &Sealer) -> Question<'_> {
        if self.loaded.is_none() && self.arrival.has_no_token() {
            return Question::Settled(Ok(true));
        }
        let loaded = Loaded::of(&mut self.loaded, sealer, &mut self.arrival);
        if self.closed.is_none() {
            let state = &loaded.state;
            return match state.was_asked_about() {
                true => Question::Settled(Ok(!state.was_refused())),
                false => loaded.question(sealer, state.now),
            };
        }
        // After the head the session is in use by work that outlives its request.
        let now = self.arrival.clock.now();
        match sealer.is_alive_if_vouched_for(&loaded.state, loaded.outcome, now) {
            true => loaded.question(sealer, now),
            false => Question::Settled(Ok(false)),
        }
    }

    fn hear(
        &mut self,
        sealer: &Sealer,
        answer: Result<Validity, BoxError>,
        now: UnixSeconds,
    ) -> Result<bool, SessionError> {
        self.is_touched = true;
        let loaded = self.loaded.as_mut();
        loaded.map_or(Ok(true), |loaded| loaded.hear(sealer, answer, now))
    }
}

impl<T> Loaded<T> {
    /// Withholds the session until the application is asked.
    fn wait(&mut self, token_bytes: usize, error: Option<SessionError>) {
        let refused = self.outcome.refused(Reason::Unvalidated);
        self.waiting = Some(Box::new(Waiting {
            state: self.state.withhold_unvalidated(),
            outcome: mem::replace(&mut self.outcome, refused),
            token_bytes,
            error,
        }));
    }

    /// Returns the outcome of a session that was used although nobody asked about it, and the length of its token.
    pub(super) fn untold(&self) -> Option<(Outcome, usize)> {
        let waiting = self.waiting.as_ref()?;
        let is_unasked = waiting.error.is_none();
        is_unasked.then_some((self.outcome, waiting.token_bytes))
    }

    fn question(&self, sealer: &Sealer, now: UnixSeconds) -> Question<'_> {
        let (state, outcome) = match &self.waiting {
            Some(waiting) if self.state.awaits_answer() => match &waiting.error {
                Some(error) => return Question::Settled(Err(error.clone())),
                None => (&waiting.state, waiting.outcome),
            },
            _ => (&self.state, self.outcome),
        };
        match state.arrived() {
            Some((metadata, payload)) if state.is_validation_due(now) => {
                let key_id = sealed_under(&sealer.slot.keys(), outcome, now);
                Question::Due(OpenedSession::of(metadata, Some(payload), key_id), now)
            }
            _ => Question::Settled(Ok(!state.was_refused())),
        }
    }

    fn hear(
        &mut self,
        sealer: &Sealer,
        answer: Result<Validity, BoxError>,
        now: UnixSeconds,
    ) -> Result<bool, SessionError> {
        let mut untold = None;
        if let Some(waiting) = self.waiting.take() {
            if !self.state.awaits_answer() {
                // The application has begun a new session meanwhile.
                return Ok(true);
            }
            self.state.replace_by(waiting.state);
            self.outcome = waiting.outcome;
            untold = Some(waiting.token_bytes);
        }
        let heard = match answer {
            Ok(Validity::GoesOn) => {
                self.state.goes_on(now);
                Ok(true)
            }
            Ok(Validity::Ended) => {
                self.state.has_ended();
                self.outcome = self.outcome.refused(Reason::Revoked);
                Ok(false)
            }
            Err(error) => self.go_on_without(sealer, error, untold, now),
        };
        if let Some(token_bytes) = untold {
            sealer.tell(self.outcome, token_bytes);
        }
        heard
    }

    /// The application could not answer.
    fn go_on_without(
        &mut self,
        sealer: &Sealer,
        error: BoxError,
        untold: Option<usize>,
        now: UnixSeconds,
    ) -> Result<bool, SessionError> {
        let goes_on = self.state.may_go_on_unvalidated(now);
        events::validation_failed(sealer.slot.purpose.name(), goes_on, &*error);
        if goes_on {
            self.state.goes_on_unvalidated();
            return Ok(true);
        }
        let error = SessionError::Unvalidated(Some(error.into()));
        if let Some(token_bytes) = untold {
            self.wait(token_bytes, Some(error.clone()));
        }
        Err(error)
    }
}

fn panicked() -> Result<Validity, BoxError> {
    Err("the function of `revalidate_after` panicked".into())
}

const SAME_TYPE: &str = "`build` refuses a function for sessions of another type";
