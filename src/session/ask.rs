//! Question to the application of whether a session is still valid (docs/spec/writer.md § 8.16).

use std::{
    future::{poll_fn, ready},
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    task::Poll,
};

use super::{
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
    /// Asks the application whether the session is still valid, if its last answer is older than
    /// [`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after). Nothing happens without that setting,
    /// without a session, or while the last answer holds.
    ///
    /// Extractors of axum and actix-web call this. Other code has to call it before it uses the session, which is empty
    /// and refuses changes until then. Returns `false` if the session has ended; the handle then holds a new session,
    /// as it does whenever a token does not open. An answer changes nothing once its session has ended, or where the
    /// application has begun another in its place.
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
    ///         Ok::<_, std::io::Error>(Validity::Valid)
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
            Question::Due(session, asked) => {
                let answer = catch_unwind(AssertUnwindSafe(|| validate(&session)));
                Ok((
                    answer.unwrap_or_else(|_| Box::pin(ready(panicked()))),
                    asked,
                ))
            }
        };
        match self.lock.with_contents(question)? {
            Err(settled) => settled,
            Ok((mut answer, asked)) => {
                let answer = poll_fn(|cx| {
                    let polled = catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(cx)));
                    polled.unwrap_or_else(|_| Poll::Ready(panicked()))
                });
                let answer = answer.await;
                self.lock.with_contents(|contents| {
                    let loaded = Loaded::of(&mut contents.loaded, sealer, &mut contents.arrival);
                    loaded.hear(sealer, answer, asked)
                })?
            }
        }
    }
}

/// Next step of a validation.
enum Question<'a> {
    Settled(Result<bool, SessionError>),
    /// The application is to be asked about the session.
    Due(Judged<'a>, Asked),
}

/// Time of a question, and the session that it is about.
struct Asked {
    at: UnixSeconds,
    /// The session of the question was begun in this request, in place of the one that arrived.
    is_replacement: bool,
}

impl<T: Payload> Contents<T> {
    fn question(&mut self, sealer: &Sealer) -> Question<'_> {
        if self.loaded.is_none() && self.arrival.has_no_token() {
            return Question::Settled(Ok(true));
        }
        let loaded = Loaded::of(&mut self.loaded, sealer, &mut self.arrival);
        let question = match self.closed {
            None => loaded.question_in_request(sealer),
            Some(_) => loaded.question_after_head(sealer, self.arrival.clock.now()),
        };
        // Set now, so that it holds even if the request is cancelled before the answer.
        self.is_touched |= matches!(question, Question::Due(..));
        question
    }
}

impl<T> Loaded<T> {
    /// Withholds the session until the application is asked.
    pub(super) fn wait(&mut self, token_bytes: Option<usize>, error: Option<SessionError>) {
        let refused = self.outcome.refused(Reason::Unvalidated);
        self.waiting = Some(Box::new(Waiting {
            state: self.state.withhold_unvalidated(),
            outcome: mem::replace(&mut self.outcome, refused),
            token_bytes,
            error,
        }));
    }

    /// Tells the outcome of a session whose request has ended before an answer about it was heard.
    pub(super) fn tell_if_unasked(&mut self, sealer: &Sealer) {
        if let Some(waiting) = &mut self.waiting
            && let Some(token_bytes) = waiting.token_bytes.take()
        {
            sealer.tell(self.outcome, token_bytes);
        }
    }

    fn question_in_request(&self, sealer: &Sealer) -> Question<'_> {
        match self.state.was_asked_about() {
            true => Question::Settled(Ok(!self.state.was_refused())),
            false => self.question_at(sealer, self.state.now),
        }
    }

    /// Asks about a session in use by work that outlives its request.
    fn question_after_head(&self, sealer: &Sealer, now: UnixSeconds) -> Question<'_> {
        let (state, key_id) = self.subject();
        match sealer.would_open(state, key_id, now) {
            true => self.question_at(sealer, now),
            false => Question::Settled(Ok(false)),
        }
    }

    fn question_at(&self, sealer: &Sealer, now: UnixSeconds) -> Question<'_> {
        if let Some(error) = self.unanswered() {
            return Question::Settled(Err(error));
        }
        let (state, key_id) = self.subject();
        match state.lasting() {
            Some((metadata, payload)) if state.is_validation_due(now) => {
                let key_id = key_id.unwrap_or_else(|| sealer.slot.keys().sealing_id(now));
                let asked = Asked {
                    at: now,
                    is_replacement: state.is_replaced(),
                };
                Question::Due(Judged::new(metadata, Some(payload), key_id), asked)
            }
            _ => Question::Settled(Ok(!state.was_refused())),
        }
    }

    /// Returns the error of a question about the session that waits.
    fn unanswered(&self) -> Option<SessionError> {
        let waiting = self.waiting.as_ref();
        let waiting = waiting.filter(|_| self.state.awaits_answer())?;
        waiting.error.clone()
    }

    /// Notes an answer. It changes nothing if its session has ended, or another was begun in its place meanwhile.
    fn hear(
        &mut self,
        sealer: &Sealer,
        answer: Result<Validity, BoxError>,
        asked: Asked,
    ) -> Result<bool, SessionError> {
        if let Some(error) = self.unanswered() {
            return Err(error);
        }
        let (subject, _) = self.subject();
        if subject.lasting().is_none() || subject.is_replaced() != asked.is_replacement {
            return Ok(!subject.was_refused());
        }
        let waited = self.waiting.take_if(|_| self.state.awaits_answer());
        let has_waited = waited.is_some();
        let untold = waited.and_then(|waiting| self.go_on_with(*waiting));
        let heard = match answer {
            Ok(Validity::Valid) => {
                self.state.was_validated(asked.at);
                Ok(true)
            }
            Ok(Validity::Ended) => {
                self.state.has_ended();
                self.outcome = self.outcome.refused(Reason::Revoked);
                Ok(false)
            }
            Err(error) => self.go_on_without(sealer, error, has_waited, asked.at),
        };
        if let Some(token_bytes) = untold {
            sealer.tell(self.outcome, token_bytes);
        }
        heard
    }

    /// Puts the session that waited in the place of the empty one. Returns the length of its tokens, unless its outcome
    /// was told.
    fn go_on_with(&mut self, waiting: Waiting<T>) -> Option<usize> {
        self.state.replace_by(waiting.state);
        self.outcome = waiting.outcome;
        waiting.token_bytes
    }

    /// Keeps the session without an answer for as long as `unvalidated_up_to` allows.
    fn go_on_without(
        &mut self,
        sealer: &Sealer,
        error: BoxError,
        has_waited: bool,
        asked_at: UnixSeconds,
    ) -> Result<bool, SessionError> {
        let is_kept = self.state.keep_unvalidated(asked_at);
        events::validation_failed(sealer.slot.purpose.name(), is_kept, &*error);
        if is_kept {
            return Ok(true);
        }
        let error = SessionError::Unvalidated(Some(error.into()));
        if has_waited {
            self.wait(None, Some(error.clone()));
        }
        Err(error)
    }
}

fn panicked() -> Result<Validity, BoxError> {
    Err("the function of `revalidate_after` panicked".into())
}
