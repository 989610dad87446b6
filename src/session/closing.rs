//! Closes a session at the end of its request, and lets `state/decide.rs` decide what becomes of the client's token.

#[cfg(feature = "tower")]
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use super::{
    carrier_core::CarrierCore,
    decided::{Change, Decided, ToSeal},
    handle::Session,
    loaded::Loaded,
    lock::Contents,
    outcome::Outcome,
    refusal::FAILED,
    save_error::{SaveError, SaveProblem},
};
use crate::{
    events::{self, LimitedEvent},
    keys::SlotKeys,
    state::{AlreadySent, Decision, Dependence, Payload, ResponseFacts, SessionError},
};

impl<T: Payload> Session<T> {
    /// Returns `true` if the response does not depend on the session: the application neither touched it nor has a
    /// handle left to do so, and not every request counts. A handle that a body or a task still has counts as a touch.
    #[cfg(feature = "tower")]
    pub(crate) fn release_if_untouched(&self) -> bool {
        let is_alone = Arc::strong_count(&self.lock) == 1;
        let Ok(mut held) = self.lock.hold() else {
            return false;
        };
        if !is_alone {
            held.contents.is_touched = true;
            held.read();
        }
        held.report();
        !held.contents.is_touched && !held.core.policy.counts_every_request()
    }

    /// Closes the session at the end of its request, and decides what becomes of the client's token.
    pub(crate) fn close<'a>(
        &'a self,
        core: &'a CarrierCore,
        mut response: ResponseFacts,
    ) -> Result<Decided<'a, T>, SaveError> {
        let loader = &*self.lock.core;
        // Two carriers built alike are one to the client: a program may build its cookie for each request.
        if !std::ptr::eq(loader, core) && !loader.seals_like(core) {
            return Err(SaveProblem::FOREIGN_SESSION.into());
        }
        // Held until the token is written, so that a task which still has a handle cannot change what was decided on.
        let mut held = self.lock.hold().map_err(|_| SaveProblem::INSIDE_UPDATE)?;
        response.has_refused = held.contents.refusal.is_some();
        if let Some(error) = held.contents.refusal_told_by(response.status).cloned() {
            held.note_failure(&error);
            response.status = FAILED;
        }
        held.count_request(response);
        // Before the decision, which may fail: a later change would be lost either way.
        let was_read_only = held.make_read_only(SessionError::AfterHead);
        let mut decided = Decided::new(held, core);
        let contents = &decided.held.contents;
        if contents.is_touched && contents.loaded.is_some() {
            decided.dependence = Dependence::Touched;
            // A session is saved once, and this response still depends on it.
            if !was_read_only {
                decided.decide(response)?;
            }
            if response.already_sent != AlreadySent::Nothing {
                // The response already sets or drops a session.
                decided.dependence = Dependence::Written;
            }
        }
        Ok(decided)
    }
}

impl<T> Session<T> {
    /// Makes the session empty and read-only, because its request belongs to no context.
    #[cfg(feature = "tower")]
    pub(crate) fn refuse(&self) {
        events::context_missed(self.lock.core.slot.purpose.name());
        if let Ok(mut held) = self.lock.hold() {
            let arrival = &mut held.contents.arrival;
            (arrival.values, arrival.old) = (Default::default(), None);
            held.make_read_only(SessionError::NoContext);
        }
    }

    /// Makes the session read-only, and saves nothing of it, because its request was cancelled or failed.
    #[cfg(feature = "tower")]
    pub(crate) fn abandon(&self) {
        let close = || {
            // An error means that this thread is inside an `update` of the session.
            let Ok(mut held) = self.lock.hold() else {
                return;
            };
            held.make_read_only(SessionError::AfterHead);
            held.report();
        };
        // Nobody is left to see a panic of `on_outcome`, because the request is gone, perhaps by another panic.
        let _ = catch_unwind(AssertUnwindSafe(close));
    }
}

impl<T> Decided<'_, T> {
    /// Decides what becomes of the token of a session that was touched.
    fn decide(&mut self, response: ResponseFacts) -> Result<(), SaveError> {
        let core = self.core;
        let Contents {
            loaded: Some(loaded),
            arrival,
            ..
        } = &mut *self.held.contents
        else {
            return Ok(());
        };
        loaded.report(core);
        let now = loaded.state.now;
        // A session that arrived has waited for the ring when it was opened. A new one was not opened, and must not be
        // sealed under a key that the others have dropped.
        let may_begin_late = core.slot.is_late() && loaded.state.is_new();
        if may_begin_late && loaded.state.is_to_write(arrival.request) {
            core.slot.keep_up();
        }
        let keys = core.slot.keys();
        let (standing, sealing) = (loaded.standing(core, &keys), keys.sealing_id(now));
        let decision = loaded.state.decide(response, arrival.request, standing);
        self.dependence = decision.dependence();
        self.change = carry_out(decision, loaded, core, keys)?;
        let context = arrival.context(core);
        let is_dropped = matches!(self.change, Change::Drop);
        let is_stored = matches!(self.change, Change::Store(_));
        // If the client keeps its token, it also keeps the companion's fields.
        if is_dropped || is_stored {
            self.of_companion = loaded.companion_fields(core, is_dropped, context, sealing)?;
            loaded.note_written(decision, core);
        }
        let is_taken_over = loaded.outcome == Outcome::Migrated;
        if is_stored && (is_taken_over || loaded.state.is_replaced()) {
            loaded.note_begun(core, context, sealing);
        }
        Ok(())
    }
}

/// Prepares the decision about a session, and logs a change that is left out. Returns the change of its token.
pub(super) fn carry_out<T>(
    decision: Decision,
    loaded: &Loaded<T>,
    core: &CarrierCore,
    keys: SlotKeys,
) -> Result<Change, SaveError> {
    let (state, purpose) = (&loaded.state, core.slot.purpose.name());
    let to_seal = |body| ToSeal::new(body, state, keys);
    match decision {
        Decision::Store(body) => return to_seal(body).map(Change::Store),
        Decision::Drop => return Ok(Change::Drop),
        // These are optional, so they do not fail a response.
        Decision::Refresh(body) | Decision::Reseal(body) => {
            return Ok(to_seal(body).map_or(Change::Keep, Change::Store));
        }
        Decision::Keep => {}
        Decision::KeepTooLarge => events::refresh_was_left_out(purpose),
        Decision::KeepLapsed => events::change_of_a_lapsed_session(purpose),
        Decision::KeepHidden => events::new_session_was_not_stored(purpose),
        Decision::KeepFailed => events::change_of_a_failed_response(purpose),
        Decision::KeepSent => {
            if let Some(left_out) = core.log_limits.note(LimitedEvent::ChangeLeftOut, state.now) {
                events::change_was_left_out(purpose, left_out);
            }
        }
    }
    Ok(Change::Keep)
}

impl<T> Loaded<T> {
    /// Counts the changes that the client makes. Called when nothing of the write can fail any more.
    pub(super) fn note_written(&self, decision: Decision, core: &CarrierCore) {
        for change in decision.changes(&self.state) {
            events::count_written(1, core.slot.purpose.name(), change, self.outcome.reason());
        }
    }
}
