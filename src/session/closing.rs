//! Closes a session at the end of its request, lets `state/decide.rs` decide what becomes of the client's token, and
//! seals it.

#[cfg(feature = "tower")]
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use super::{
    carrier_core::CarrierCore,
    handle::Session,
    loaded::Loaded,
    lock::{Contents, Held},
    opening::Opening,
    outcome::Outcome,
    save_error::{SaveError, SaveProblem},
};
use crate::{
    base::reason::Reason,
    cookie::{CompanionFields, PartNumbers, Values},
    crypto::{cipher::RANDOM_LEN, random},
    events::{self, LimitedEvent},
    keys::SlotKeys,
    state::{
        AlreadySent, BodyToSeal, Decision, Dependence, Payload, ResponseFacts, SessionError, State,
    },
    token::{self, LONGEST_TOKEN},
};

/// A session at the end of its request: closed, and with its lock held until its token is written.
pub(crate) struct Closing<'a, T> {
    held: Held<'a, T>,
    /// Core of the carrier that saves the session. It may differ from the core that loaded it. The rings of both were
    /// equal when they were compared, but one may have been replaced since.
    core: &'a CarrierCore,
    pub(crate) dependence: Dependence,
    pub(crate) change: Change,
    pub(crate) of_companion: CompanionFields,
}

/// Change of the client's token.
pub(crate) enum Change {
    Keep,
    Store(ToSeal),
    Drop,
}

/// A body to seal, with the keys and the random bytes for it, so that sealing cannot fail.
pub(crate) struct ToSeal {
    /// Keys of the decision. If the ring is replaced in between, the new ring must not seal a session that it would
    /// refuse.
    keys: SlotKeys,
    pub(crate) body: BodyToSeal,
    /// R, which a signed token does not use (SPEC.md § 6.3).
    random: [u8; RANDOM_LEN],
}

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
    #[inline(always)]
    pub(crate) fn closing<'a>(
        &'a self,
        core: &'a CarrierCore,
        response: ResponseFacts,
    ) -> Result<Closing<'a, T>, SaveError> {
        let loader = &*self.lock.core;
        // Two carriers built alike are one to the client: a program may build its cookie for each request.
        if !std::ptr::eq(loader, core) && !loader.seals_like(core) {
            return Err(SaveProblem::FOREIGN_SESSION.into());
        }
        // Held until the token is written, so that a task which still has a handle cannot change what was decided on.
        let mut held = self.lock.hold().map_err(|_| SaveProblem::INSIDE_UPDATE)?;
        let mut response = response;
        if let Some(error) = held.contents.refusal_told_by(response.status).cloned() {
            held.note_failure(&error);
            response.status = FAILED;
        }
        held.count_request(response);
        // Before the decision, which may fail: a later change would be lost either way.
        let was_closed = held.make_read_only(SessionError::AfterHead);
        let mut closing = Closing::new(held, core);
        let contents = &closing.held.contents;
        if contents.is_touched && contents.loaded.is_some() {
            closing.dependence = Dependence::Touched;
            // A session is saved once, and this response still depends on it.
            if !was_closed {
                closing.decide(response)?;
            }
            if response.already_sent != AlreadySent::Nothing {
                // The response already sets or drops a session.
                closing.dependence = Dependence::Written;
            }
        }
        Ok(closing)
    }

    /// Returns `true` if these values of the response are the session that arrived, refreshed or sealed again. If they
    /// are the only ones, a session that nobody touched is not read for that, because they stay in either case, and
    /// the result is `false`.
    pub(crate) fn arrived_as(&self, core: &CarrierCore, values: &Values, are_alone: bool) -> bool {
        // An error means that this thread is inside an `update` of the session, which cannot be saved then.
        let Ok(mut held) = self.lock.hold() else {
            return false;
        };
        if are_alone && !held.contents.is_touched {
            return false;
        }
        let now = held.state().now;
        let context = held.contents.arrival.context.as_deref();
        let opening = Opening::new(core, context, now);
        // A write has one token.
        let token = values.whole(LONGEST_TOKEN).next();
        let opened = token.and_then(|token| opening.open_own(&token.ok()?));
        opened.is_some_and(|opened| held.state().arrived_as(&opened))
    }
}

impl<T> Session<T> {
    /// Makes the session empty and read-only, because its request belongs to no context.
    #[cfg(feature = "tower")]
    pub(crate) fn refuse(&self) {
        events::context_missed(self.lock.core.slot.purpose.name());
        if let Ok(mut held) = self.lock.hold() {
            let arrival = &mut held.contents.arrival;
            (arrival.values, arrival.old) = (Values::default(), None);
            held.make_read_only(SessionError::NoContext);
        }
    }

    /// Returns `true` if a response with this status tells the last error of the session.
    pub(crate) fn is_refusal_told_by(&self, status: u16) -> bool {
        // An error means that this thread is inside an `update` of the session.
        let held = self.lock.hold();
        held.is_ok_and(|held| held.contents.refusal_told_by(status).is_some())
    }

    /// Notes the error of a request. It may be that of another session.
    #[cfg(feature = "tower")]
    pub(crate) fn note_failure(&self, error: &SessionError) {
        if let Ok(held) = self.lock.hold() {
            held.note_failure(error);
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

impl<T> Held<'_, T> {
    /// The request failed by this error. Logs an error that anyone can cause, once a minute, if this session refused a
    /// change.
    fn note_failure(&self, error: &SessionError) {
        let (core, contents) = (self.core, &self.contents);
        let loaded = contents.loaded.as_ref();
        let loaded = loaded.filter(|_| contents.refusal.is_some());
        let Some((event, loaded)) = of_anyone(error).zip(loaded) else {
            return;
        };
        let reason = match error {
            SessionError::Unreadable(reason) => Some(*reason),
            _ => loaded.outcome.reason(),
        };
        if let Some(left_out) = core.log_limits.note(event, loaded.state.now) {
            let purpose = core.slot.purpose.name();
            events::log_session_failed(purpose, reason, error.key(), left_out, error);
        }
    }
}

/// Returns the kind of an error that anyone can cause again and again, which is logged when its session is saved.
pub(crate) fn of_anyone(error: &SessionError) -> Option<LimitedEvent> {
    match error {
        SessionError::Unreadable(Reason::Payload) => Some(LimitedEvent::UnreadableSchema),
        SessionError::Unreadable(_) => Some(LimitedEvent::UnreadableKey),
        SessionError::TooLarge(_) => Some(LimitedEvent::Full),
        SessionError::NoContext => Some(LimitedEvent::NoContext),
        _ => None,
    }
}

impl<'a, T> Closing<'a, T> {
    /// Holds a session, and leaves the client's token alone.
    pub(super) fn new(held: Held<'a, T>, core: &'a CarrierCore) -> Closing<'a, T> {
        Closing {
            held,
            core,
            dependence: Dependence::Untouched,
            change: Change::Keep,
            of_companion: CompanionFields::default(),
        }
    }

    /// Decides what becomes of the token of a session that was touched.
    fn decide(&mut self, response: ResponseFacts) -> Result<(), SaveError> {
        let core = self.core;
        let Contents {
            loaded: Some(loaded),
            arrival,
            refusal,
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
        let decision = match loaded.state.decide(response, arrival.request, standing) {
            // The error of the session is counted by itself, and anyone can cause it.
            Decision::KeepFailed if refusal.is_some() => Decision::Keep,
            decision => decision,
        };
        (self.dependence, self.change) = carry_out(decision, loaded, core, keys)?;
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

    /// Returns the length of what [`seal_into`](Self::seal_into) appends.
    pub(crate) fn token_len(&self, to_seal: &ToSeal) -> usize {
        token::token_len(to_seal.keys.mode(), self.state().body_len(to_seal.body))
    }

    /// Seals the session, and appends its token to `text`.
    pub(crate) fn seal_into(&self, to_seal: &ToSeal, text: &mut String) {
        let ToSeal { keys, body, random } = to_seal;
        let state = self.state();
        let (key, body_len) = (keys.sealing(state.now), state.body_len(*body));
        // The body is written where it is sealed, so that no copy of it has to be overwritten.
        let before = text.len();
        let write = |blob: &mut Vec<u8>| state.write_body(*body, blob);
        token::seal_without_hyphens(key, self.held.context(), *random, body_len, write, text);
        events::sealed(self.core.slot.purpose.name(), text.len() - before);
    }

    pub(crate) fn state(&self) -> &State<T> {
        &self.loaded().state
    }

    /// Returns the numbers of the parts that the request carried.
    pub(crate) fn carried(&self) -> PartNumbers {
        self.loaded().carried
    }

    fn loaded(&self) -> &Loaded<T> {
        let loaded = self.held.contents.loaded.as_ref();
        loaded.expect("the token of a session that was not read stays")
    }
}

/// Prepares the decision about a session. Returns the extent to which the response depends on it, and the change of its
/// token.
pub(super) fn carry_out<T>(
    decision: Decision,
    loaded: &Loaded<T>,
    core: &CarrierCore,
    keys: SlotKeys,
) -> Result<(Dependence, Change), SaveError> {
    let (state, purpose) = (&loaded.state, core.slot.purpose.name());
    let to_seal = |body| {
        if !state.has_writable_time() {
            return Err(SaveError::from(SaveProblem::CLOCK));
        }
        Ok(ToSeal {
            keys,
            body,
            random: random::from_thread()?,
        })
    };
    let kept = |log: fn(&str)| {
        log(purpose);
        (Dependence::Touched, Change::Keep)
    };
    Ok(match decision {
        Decision::Drop => (Dependence::Written, Change::Drop),
        Decision::Store(body) => (Dependence::Written, Change::Store(to_seal(body)?)),
        // These are optional, so they do not fail a response.
        Decision::Refresh(body) | Decision::Reseal(body) => {
            let change = to_seal(body).map_or(Change::Keep, Change::Store);
            (Dependence::Touched, change)
        }
        Decision::Keep => (Dependence::Touched, Change::Keep),
        Decision::KeepTooLarge => kept(events::refresh_was_left_out),
        Decision::KeepLapsed => kept(events::change_of_a_lapsed_session),
        Decision::KeepHidden => kept(events::new_session_was_not_stored),
        Decision::KeepFailed => kept(events::change_of_a_failed_response),
        Decision::KeepSent => {
            if let Some(left_out) = core.log_limits.note(LimitedEvent::ChangeLeftOut, state.now) {
                events::change_was_left_out(purpose, left_out);
            }
            (Dependence::Touched, Change::Keep)
        }
    })
}

/// Status by which a response saves its session if it tells an error of it (docs/spec/writer.md § 8.12).
pub(crate) const FAILED: u16 = 500;

impl<T> Loaded<T> {
    /// Counts the changes that the client makes. Called when nothing of the write can fail any more.
    pub(super) fn note_written(&self, decision: Decision, core: &CarrierCore) {
        for change in decision.changes(&self.state) {
            events::written(core.slot.purpose.name(), change, self.outcome.reason());
        }
    }
}
