//! Asks the application whether a session is still valid (docs/spec/writer.md § 8.16), also in work that outlives its
//! request. `state/revalidation.rs` says when the question is due.

use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    task::Poll,
};

use super::{
    asking::{BoxError, Validity},
    carrier_core::CarrierCore,
    handle::Session,
    hooks::Validate,
    loaded::Loaded,
    lock::Held,
    opened_session::OpenedSession,
};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    events,
    state::{Payload, SessionError},
};

impl<T: Payload> Session<T> {
    /// Returns `true` if the session that arrived, or the one that a sign-in has begun in its place, would still open
    /// now. A new session without a sign-in is alive, unless `validate` has ended the session that it replaces.
    ///
    /// Checks the clock, the key ring, `not_before`, [`revoked_if`](crate::carrier::SessionCookieBuilder::revoked_if)
    /// and the end of the companion's admission. It is for work that outlives its request, such as a WebSocket or a
    /// streaming body. With [`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after) it is also `false`
    /// once the last answer is as old as the interval; this includes every session still waiting for `validate`. A
    /// session that was kept without an answer stays alive for as long as
    /// [`unvalidated_up_to`](crate::carrier::SessionBuilder::unvalidated_up_to) allows. With `revalidate_after`,
    /// [`validate`](Self::validate) makes the same check after the head of the response, and then asks again.
    ///
    /// Once a key is dropped from its [`SharedKeyRing`](crate::keys::SharedKeyRing) or retires, this returns `false`
    /// for every session that arrived, or that a sign-in began, under the key. If the browser has received the session
    /// under a newer key since, its next request still opens.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// # use std::time::Duration;
    /// session.insert("user", 42)?;
    /// let session = cookie.load(cookie.save(&session)?, hardtack::Clock::system());
    /// assert!(session.is_alive());
    /// cookie.raise_not_before(SystemTime::now() + Duration::from_secs(60)); // everyone is signed out
    /// assert!(!session.is_alive());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_alive(&self) -> bool {
        let mut held = self.access();
        held.read();
        let (core, now) = (held.core, held.contents.arrival.clock.seconds());
        let loaded = held.read();
        loaded.state.is_vouched_for(now) && loaded.would_open(core, now)
    }

    /// Asks the application whether the session is still valid, if its last answer is at least as old as the interval
    /// of [`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after). Nothing happens without that setting,
    /// without a session, or while the last answer holds.
    ///
    /// Extractors of axum and actix-web and `from_extensions` call this. Other code has to call it before it uses a
    /// session, which may be empty and refuse changes until then. Returns [`Validity::Ended`] if the application says
    /// that the session has ended; the handle then holds a new one. An answer about a session that ended or was
    /// replaced meanwhile changes nothing.
    ///
    /// Work that outlives its request, such as a WebSocket, has to call this from time to time, or without that setting
    /// [`is_alive`](Self::is_alive). [`Validity::Ended`] then also means that the session would no longer open.
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
    /// // There is nothing to ask about.
    /// assert_eq!(session.validate().await?, Validity::Valid);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`Unvalidated`](SessionError::Unvalidated) if the application cannot answer, and
    /// [`unvalidated_up_to`](crate::carrier::SessionBuilder::unvalidated_up_to) does not keep the session. Refuse the
    /// request then, with status 503: the session is empty for reading, its cookie stays as it is, and the application
    /// is not asked again in this request. In work that outlives its request, a session that was let in before stays
    /// readable, and the next call asks again.
    ///
    /// With `revalidate_after`, returns [`InsideUpdate`](SessionError::InsideUpdate) inside an `update` of the session.
    pub async fn validate(&self) -> Result<Validity, SessionError> {
        let core = &*self.lock.core;
        let Some(validate) = &core.hooks.validate else {
            return Ok(Validity::Valid);
        };
        let (answer, at) = {
            let mut held = self.lock.hold()?;
            let (answer, at) = match held.question() {
                Ok((session, at)) => (ask(validate, &session), at),
                Err(known) => return known.map(Validity::valid_if),
            };
            // Set now, so that it holds even if the request is cancelled before the answer.
            held.contents.is_touched = true;
            (answer, at)
        };
        let asked = core.asking.begin(at);
        if core.asking.hangs_since(at).is_some() {
            events::validation_hangs(&core.log_limits.lines, at, core.slot.purpose.name());
        }
        let answer = answer.await;
        asked.answered();
        let mut held = self.lock.hold()?;
        let heard = held.read().apply_answer(core, answer, at);
        held.note_error(&heard);
        heard.map(Validity::valid_if)
    }
}

impl<T: Payload> Held<'_, T> {
    /// Returns the session that the application must be asked about, and the time. The error is the answer that is
    /// already known.
    fn question(&mut self) -> Result<(OpenedSession<'_>, UnixSeconds), Result<bool, SessionError>> {
        if self.contents.loaded.is_none() && self.contents.arrival.has_no_token() {
            return Err(Ok(true));
        }
        let (core, after_head) = (self.core, self.contents.read_only.is_some());
        let mut now = self.state().now;
        if after_head {
            now = self.contents.arrival.clock.seconds();
        }
        let loaded = self.read();
        if after_head && !loaded.would_open(core, now) {
            return Err(Ok(false));
        }
        let session = loaded.state.to_ask_about(now, after_head);
        let (metadata, payload) = session.ok_or_else(|| loaded.state.known_validity())?;
        let key_id = loaded
            .key_id()
            .unwrap_or_else(|| core.slot.keys().sealing_id(now));
        Ok((OpenedSession::new(metadata, Some(payload), key_id), now))
    }
}

/// Asks the application, which answers `true` if the session is still valid. A panic becomes an error, which means that
/// the application cannot say.
fn ask(
    validate: &Validate,
    session: &OpenedSession<'_>,
) -> impl Future<Output = Result<bool, SessionError>> + use<> {
    let panicked = |_| BoxError::from("the function of `revalidate_after` panicked");
    let unknown = |error: BoxError| SessionError::Unvalidated(Some(error.into()));
    let asked = catch_unwind(AssertUnwindSafe(|| validate(session)));
    async move {
        let mut answer = asked.map_err(panicked).map_err(unknown)?;
        let answer = poll_fn(|cx| {
            let polled = catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(cx)));
            polled.unwrap_or_else(|panic| Poll::Ready(Err(panicked(panic))))
        });
        let answer = answer.await.map_err(unknown)?;
        Ok(answer == Validity::Valid)
    }
}

impl<T> Loaded<T> {
    /// Applies an answer. It changes nothing if its session has ended, another was begun in its place meanwhile, or it
    /// is withheld because an earlier answer was an error.
    fn apply_answer(
        &mut self,
        core: &CarrierCore,
        answer: Result<bool, SessionError>,
        asked_at: UnixSeconds,
    ) -> Result<bool, SessionError> {
        if !self.state.is_open_to_answer(asked_at) {
            return self.state.known_validity();
        }
        let heard = self.state.apply_answer(answer.clone(), asked_at);
        if let Err(SessionError::Unvalidated(Some(error))) = &answer {
            let (limits, purpose) = (&core.log_limits.lines, core.slot.purpose.name());
            let error = events::Causes(&**error);
            events::validation_failed(limits, asked_at, purpose, heard.is_ok(), error);
        }
        if let Ok(false) = heard {
            self.outcome = self.outcome.rejected(Reason::Revoked);
        }
        self.report(core);
        heard
    }
}
