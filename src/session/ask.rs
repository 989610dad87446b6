//! Question to the application of whether a session goes on (docs/spec/writer.md § 8.16).

use std::{
    future::{poll_fn, ready},
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    task::Poll,
};

use super::{
    alive::sealed_under,
    handle::Session,
    hooks::{BoxError, Judged, Validity},
    loaded::{Loaded, Waiting},
    lock::Contents,
    sealer::Sealer,
};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    events,
    state::{Payload, SessionError},
};

impl<T: Payload> Session<T> {
    /// Asks the application whether the session goes on, if its last answer is older than
    /// [`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after). Nothing happens without that setting,
    /// without a session, or while the last answer holds.
    ///
    /// Extractors of axum and actix-web call this. Other code has to call it before it uses the session, which is empty
    /// and refuses changes until then. Returns `false` if the session has ended; the handle then holds a new session,
    /// as it does whenever a token does not open.
    ///
    /// Work that outlives its request, such as a WebSocket, has to call it from time to time. `false` then also means
    /// that the session would no longer open ([`is_alive`](Self::is_alive)).
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
    /// Returns [`Unvalidated`](SessionError::Unvalidated) if the application cannot answer. Refuse the request then,
    /// with status 503: the session is empty for reading, and its cookie stays as it is. The application is not asked
    /// again in this request. Returns [`InsideUpdate`](SessionError::InsideUpdate) inside an `update` of the session.
    pub async fn validate(&self) -> Result<bool, SessionError> {
        let sealer = &*self.lock.sealer;
        let Some(validate) = &sealer.hooks.validate else {
            return Ok(true);
        };
        let question = |contents: &mut Contents<T>| match contents.question(sealer) {
            Question::Settled(settled) => Err(settled),
            Question::Due(session, now) => {
                let answer = catch_unwind(AssertUnwindSafe(|| validate(&session)));
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
                self.lock.with_contents(|contents| {
                    contents.is_touched = true;
                    let loaded = contents.loaded.as_mut();
                    loaded.map_or(Ok(true), |loaded| loaded.hear(sealer, answer, now))
                })?
            }
        }
    }
}

/// Next step of a validation.
enum Question<'a> {
    Settled(Result<bool, SessionError>),
    /// The application is to be asked about the session, as it is at this moment.
    Due(Judged<'a>, UnixSeconds),
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
}

impl<T> Loaded<T> {
    /// Withholds the session until the application is asked.
    pub(super) fn wait(&mut self, token_bytes: usize, error: Option<SessionError>) {
        let refused = self.outcome.refused(Reason::Unvalidated);
        self.waiting = Some(Box::new(Waiting {
            state: self.state.withhold_unvalidated(),
            outcome: mem::replace(&mut self.outcome, refused),
            token_bytes,
            error,
        }));
    }

    /// Tells the outcome of a session whose request has ended although nobody asked about it.
    pub(super) fn tell_if_unasked(&self, sealer: &Sealer) {
        if let Some(waiting) = &self.waiting
            && waiting.error.is_none()
        {
            sealer.tell(self.outcome, waiting.token_bytes);
        }
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
                Question::Due(Judged::new(metadata, Some(payload), key_id), now)
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

    /// Goes on without an answer for as long as `unvalidated_up_to` allows.
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
