//! Closes a session at the end of its request. `state/decide.rs` decides what becomes of the client's token, which is
//! sealed here.

use super::{
    carrier_core::CarrierCore,
    handle::Session,
    last_error::FAILED,
    loaded::Loaded,
    lock::{Contents, Held},
    outcome::Outcome,
    save_error::SaveError,
};
use crate::{
    cookie::{CompanionFields, PartNumbers},
    crypto::{cipher::RANDOM_LEN, random},
    events,
    keys::SlotKeys,
    state::{
        AlreadySent, BodyToSeal, Decision, Dependence, Payload, ResponseFacts, SessionError, State,
        wire_issued,
    },
    token,
};

/// A session at the end of its request: read-only, and with its lock held until its token is written.
pub(crate) struct Decided<'a, T> {
    pub(super) held: Held<'a, T>,
    /// Core of the carrier that saves the session. It may differ from the core that loaded it. The rings of both were
    /// equal when they were compared, but one may have been replaced since.
    pub(super) core: &'a CarrierCore,
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
    /// Closes the session at the end of its request, and decides what becomes of the client's token.
    pub(crate) fn close<'a>(
        &'a self,
        core: &'a CarrierCore,
        mut response: ResponseFacts,
    ) -> Result<Decided<'a, T>, SaveError> {
        let loader = &*self.lock.core;
        // Two carriers built alike are one to the client: a program may build its cookie for each request.
        if !std::ptr::eq(loader, core) && !loader.seals_like(core) {
            return Err(SaveError::new(FOREIGN_SESSION));
        }
        // Held until the token is written, so that a task which still has a handle cannot change what was decided on.
        let Ok(mut held) = self.lock.hold() else {
            return Err(SaveError::new(INSIDE_UPDATE));
        };
        response.has_refused = held.contents.last_error.is_some();
        if let Some(error) = held.last_error_told_by(response.status).cloned() {
            held.note_failure(&error);
            response.status = FAILED;
        }
        held.count_request(response);
        // Before the decision, which may fail: a later change would be lost either way.
        let was_read_only = held.make_read_only(SessionError::AfterHead);
        if !was_read_only {
            held.note_untold(response.status);
        }
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

/// Prepares the decision about a session, and logs a change that is left out. Returns the change of its token.
pub(super) fn carry_out<T>(
    decision: Decision,
    loaded: &Loaded<T>,
    core: &CarrierCore,
    keys: SlotKeys,
) -> Result<Change, SaveError> {
    let (state, purpose) = (&loaded.state, core.slot.purpose.name());
    // Fails if no token can have the time, or if there are no random bytes.
    let to_seal = |body| {
        wire_issued(state.now).ok_or_else(|| SaveError::new(SaveError::CLOCK))?;
        let random = random::from_thread()?;
        Ok(ToSeal { keys, body, random })
    };
    match decision {
        Decision::Store(body) => return to_seal(body).map(Change::Store),
        Decision::Drop => return Ok(Change::Drop),
        // These are optional, so they do not fail a response.
        Decision::Refresh(body) | Decision::Reseal(body) => {
            return Ok(to_seal(body).map_or(Change::Keep, Change::Store));
        }
        Decision::Keep | Decision::KeepForVisit => {}
        Decision::KeepTooLarge => events::refresh_was_left_out(purpose),
        Decision::KeepLapsed => events::session_lapsed(purpose),
        Decision::KeepHidden => events::new_session_was_not_stored(purpose),
        Decision::KeepFailed => events::change_of_a_failed_response(purpose),
        Decision::KeepSent => {
            events::change_was_left_out(&core.log_limits.lines, state.now, purpose);
        }
    }
    Ok(Change::Keep)
}

impl<'a, T> Decided<'a, T> {
    /// Holds a session, and leaves the client's token alone.
    pub(super) fn new(held: Held<'a, T>, core: &'a CarrierCore) -> Decided<'a, T> {
        Decided {
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
            arrival, loaded, ..
        } = &mut *self.held.contents;
        let Some(loaded) = loaded else {
            return Ok(());
        };
        loaded.report(core);
        let now = loaded.state.now;
        // A session that arrived has waited for the ring when it was opened. A new one was not opened, and must not be
        // sealed under a key that the others have dropped.
        let may_begin_late = core.slot.is_late() && loaded.state.is_new();
        if may_begin_late && loaded.state.is_to_write() {
            core.slot.keep_up();
        }
        let keys = core.slot.keys();
        let (standing, sealing) = (loaded.standing(core, &keys), keys.sealing_id(now));
        let decision = loaded.state.decide(response, standing);
        if matches!(
            decision,
            Decision::Drop | Decision::Store(_) | Decision::KeepForVisit
        ) {
            self.dependence = Dependence::Written;
        }
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
            loaded.begun_under = Some(sealing);
            loaded.admit_begun(core, context, sealing);
        }
        Ok(())
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
        let write = |blob: &mut Vec<u8>| state.write_body(*body, body_len, blob);
        token::seal_without_hyphens(key, self.held.context(), *random, body_len, write, text);
        events::sealed(self.core.slot.purpose.name(), text.len() - before);
    }
}

const INSIDE_UPDATE: &str =
    "this call is inside an `update` of the same session; save it afterwards";
/// The carrier has another mode, name, ring, companion or labels, or was built for another context.
const FOREIGN_SESSION: &str =
    "this session was loaded by another cookie or token; save it with that one";
