//! Errors that a session gave in its request, and the responses that tell them.

use super::{handle::Session, lock::Held};
use crate::{
    base::Reason,
    events::{self, Causes, Limit},
    state::SessionError,
};

impl<T> Session<T> {
    /// Returns `true` if a response with this status tells the last error of the session.
    pub(crate) fn is_last_error_told_by(&self, status: u16) -> bool {
        // An error means that this thread is inside an `update` of the session.
        let held = self.lock.hold();
        held.is_ok_and(|held| held.last_error_told_by(status).is_some())
    }

    /// Notes the error of a request. It may be that of another session.
    #[cfg(feature = "tower")]
    pub(crate) fn note_failure(&self, error: &SessionError) {
        if let Ok(held) = self.lock.hold() {
            held.note_failure(error);
        }
    }
}

impl<T> Held<'_, T> {
    /// Returns the last error if a response with this status tells it, whoever made the page (docs/spec/writer.md
    /// § 8.12).
    pub(super) fn last_error_told_by(&self, status: u16) -> Option<&SessionError> {
        let error = self.contents.last_error.as_ref();
        error.filter(|error| error.status() == status && status != FAILED)
    }

    /// Notes an error, unless it would hide one that has a status of its own.
    pub(super) fn note_error<R>(&mut self, result: &Result<R, SessionError>) {
        let last = &mut self.contents.last_error;
        if let Err(error) = result
            && (error.status() != FAILED || last.is_none())
        {
            *last = Some(error.clone());
        }
    }

    /// The request failed by this error. Logs an error that anyone can cause, once a minute, if this session refused a
    /// change.
    pub(super) fn note_failure(&self, error: &SessionError) {
        let (core, contents) = (self.core, &self.contents);
        let loaded = contents.loaded.as_ref();
        let loaded = loaded.filter(|_| contents.last_error.is_some());
        let Some((limit, loaded)) = of_anyone(error).zip(loaded) else {
            return;
        };
        let reason = match error {
            SessionError::Unreadable(reason) => Some(*reason),
            _ => loaded.outcome.reason(),
        };
        if let Some(left_out) = core.log_limits.lines.note(limit, loaded.state.now) {
            let (causes, purpose) = (Causes(error), core.slot.purpose.name());
            events::session_failed(causes, Some(purpose), reason, error.key(), Some(left_out));
        }
    }

    /// Logs, once a minute, that a change did not fit, and that the response saves the others. Only the handler knows
    /// whether they are complete without it.
    pub(super) fn note_untold(&self, status: u16) {
        let (core, contents) = (self.core, &self.contents);
        if let (Some(SessionError::TooLarge(_)), Some(loaded)) =
            (&contents.last_error, &contents.loaded)
            && status < FAILED
        {
            let (limits, purpose) = (&core.log_limits.lines, core.slot.purpose.name());
            events::error_untold(limits, loaded.state.now, purpose, status);
        }
    }
}

/// Returns the kind of an error that anyone can cause again and again, which is logged when its session is saved.
pub(crate) fn of_anyone(error: &SessionError) -> Option<Limit> {
    match error {
        SessionError::Unreadable(Reason::Payload) => Some(Limit::UnreadableSchema),
        SessionError::Unreadable(_) => Some(Limit::UnreadableKey),
        SessionError::TooLarge(_) => Some(Limit::Full),
        SessionError::NoContext => Some(Limit::NoContext),
        _ => None,
    }
}

/// Status by which a response saves its session if it tells an error of it (docs/spec/writer.md § 8.12).
pub(crate) const FAILED: u16 = 500;
