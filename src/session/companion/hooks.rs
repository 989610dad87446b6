//! Calls of the companion, and what becomes of its answers, while a session opens and closes.

use http::{Response, request::Parts};

use super::{Admission, Companion, ReceivedSession};
use crate::{
    base::{Reason, UnixSeconds, system_time, unix_seconds},
    cookie::{CompanionFields, Values},
    keys::KeyId,
    session::{
        SaveError, SessionId, SessionInfo,
        carrier_core::CarrierCore,
        closing::{Change, Decided, carry_out},
        duplicates::Candidate,
        handle::Session,
        loaded::Loaded,
        lock::Held,
        opening::Opening,
        outcome::Outcome,
    },
    state::{Admitted, Metadata, Payload, SessionError, Stale, Standing, State, Withheld},
    token::Context,
};

impl Opening<'_> {
    /// Asks the companion whether it admits the session, which it may bind to a device. `values` has the session's
    /// cookies in the request, or is `None` for a session that is taken over from another cookie, and so has no cookies
    /// of its companion. A session with cookies is withheld until it is admitted.
    pub(in crate::session) fn admit<T>(
        &self,
        metadata: &mut Metadata,
        key_id: KeyId,
        values: Option<&Values>,
        state: &mut State<T>,
    ) -> Result<(), Reason> {
        let Some(companion) = self.core.companion.as_deref() else {
            return Ok(());
        };
        if values.is_some() {
            // Set first, because a companion may panic.
            state.withhold(Withheld::Stale(Stale::new(*metadata)));
        }
        let cookies = values.map_or(&[][..], Values::of_companion);
        let session = SessionInfo::of(metadata, key_id);
        let admitted = companion.judge(self.context(), &session, cookies, system_time(self.now));
        let Admission { device, until } = admitted.ok_or(Reason::Stale)?;
        state.admitted = Admitted {
            became_bound: device != metadata.device,
            until: until.map(unix_seconds),
        };
        metadata.device = device;
        Ok(())
    }
}

impl<T> Loaded<T> {
    /// Notes the end of the admission of a session that this request began or took over. Such a session has no cookies
    /// of its companion yet.
    pub(in crate::session) fn admit_begun(
        &mut self,
        core: &CarrierCore,
        context: &Context,
        key_id: KeyId,
    ) {
        let Some(companion) = core.companion.as_deref() else {
            return;
        };
        let state = &mut self.state;
        let session = SessionInfo::of(state.draft_metadata(), key_id);
        let admitted = companion.judge(context, &session, &[], system_time(state.now));
        let until = match admitted {
            Some(admission) => admission.until.map(unix_seconds),
            None => Some(state.now),
        };
        state.admitted.until = until;
    }

    /// Returns the fields that the companion adds to a response which stores or drops the session. `sealing` is the
    /// key that seals now.
    pub(in crate::session) fn companion_fields(
        &self,
        core: &CarrierCore,
        is_dropped: bool,
        context: &Context,
        sealing: KeyId,
    ) -> Result<CompanionFields, SaveError> {
        let Some(companion) = core.companion.as_deref() else {
            return Ok(CompanionFields::default());
        };
        let state = &self.state;
        let arrived_under = match self.outcome {
            Outcome::Rejected { key_id, .. } => key_id,
            outcome => outcome.opened_under(),
        };
        // A session that was taken over has no key.
        let key_id = arrived_under.unwrap_or(sealing);
        let departed = state
            .departed(is_dropped)
            .map(|session| SessionInfo::of(session, key_id));
        let renewed = state.renewed_sid().filter(|_| !is_dropped).map(SessionId);
        companion.fields(context, departed.as_ref(), renewed, system_time(state.now))
    }
}

impl<'a, T> Decided<'a, T> {
    /// Prepares to seal a session that this request has bound to a device, if the session is still accepted and there
    /// is room.
    pub(super) fn of_bound(
        mut held: Held<'a, T>,
        Candidate { key_id, opened }: Candidate,
        now: UnixSeconds,
    ) -> Option<Decided<'a, T>> {
        let (core, carried) = (held.core, held.contents.arrival.values.carried);
        let mut state = State::new(&core.policy, now, true);
        state.continue_from(opened);
        state.admitted.became_bound = true;
        let mut loaded = Loaded::new(state, carried);
        loaded.outcome = Outcome::Opened { key_id };
        let keys = core.slot.keys();
        if loaded.standing(core, &keys) == Standing::Lapsed {
            return None;
        }
        let decision = loaded.state.reseal();
        let change = carry_out(decision, &loaded, core, keys).ok()?;
        if matches!(change, Change::Store(_)) {
            loaded.note_written(decision, core);
        }
        held.contents.loaded = Some(loaded);
        let mut decided = Decided::new(held, core);
        decided.change = change;
        Some(decided)
    }
}

impl<T> Session<T> {
    /// Lets `companion` answer the request that brought this session. Returns the response, and the session if the
    /// response carries it sealed again. The outcome of reading it is not reported, and neither `judge` nor
    /// `revalidate_after` is asked about it.
    pub(crate) fn answer_with(
        &self,
        companion: &dyn Companion,
        request: &Parts,
    ) -> (Response<String>, Option<Decided<'_, T>>) {
        let held = self.access();
        let (core, arrival) = (held.core, &held.contents.arrival);
        let now = arrival.clock.seconds();
        core.slot.keep_up();
        let opening = Opening::new(core, arrival.context.as_deref(), now);
        let (received, _) = opening.choose(&arrival.values);
        let by_age = (now.saturating_add(1)).saturating_sub(core.policy.lifetimes.longest());
        let mut received = ReceivedSession {
            context: opening.context(),
            now,
            hooks: &core.hooks,
            oldest: by_age.max(core.slot.not_before(&opening.keys)),
            received,
            may_bind: false,
            device: None,
        };
        let response = companion.respond(request, Some(&mut received));
        let bound = received.bound();
        let decided = bound.and_then(|arrived| Decided::of_bound(held, arrived, now));
        (response, decided)
    }
}

impl<T: Payload> Session<T> {
    /// Returns the bytes that a [`Companion`](crate::companion::Companion) has written into the session
    /// ([`SessionInfo::device`]). **Experimental,** as all of [`companion`](crate::companion).
    ///
    /// # Errors
    ///
    /// Returns [`Stale`](SessionError::Stale) if the companion does not admit the session that arrived.
    ///
    /// # Panics
    ///
    /// Panics inside an `update` of the same session.
    pub fn device(&self) -> Result<Option<[u8; 16]>, SessionError> {
        self.access().state().device()
    }
}
