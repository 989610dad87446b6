//! The demo's hooks into reading sessions: a deny list, and counters.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use hardtack::{
    carrier::SessionBuilder,
    session::{Outcome, SessionId, SessionInfo},
};

/// Denied sessions, and counts of outcomes. All clones share them.
#[derive(Clone, Default)]
pub(crate) struct Hooks(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    denied: HashSet<SessionId>,
    issued_before: Option<SystemTime>,
    outcomes: Outcomes,
}

/// The number of sessions by the name of their outcome.
pub(crate) type Outcomes = BTreeMap<&'static str, u64>;

impl Hooks {
    /// Adds the deny list to a cookie, and the counters.
    pub(crate) fn add_to<C>(&self, builder: SessionBuilder<C>) -> SessionBuilder<C> {
        let hooks = self.clone();
        self.deny_in(builder).on_outcome(move |reading| {
            let name = name_of(reading.outcome);
            *hooks.lock().outcomes.entry(name).or_default() += 1;
        })
    }

    /// Adds the deny list to a cookie.
    pub(crate) fn deny_in<C>(&self, builder: SessionBuilder<C>) -> SessionBuilder<C> {
        let hooks = self.clone();
        builder.revoked_if(move |session| hooks.lock().denies(session))
    }

    /// Denies the sessions with these ids, and no others.
    pub(crate) fn deny(&self, ids: HashSet<SessionId>) {
        self.lock().denied = ids;
    }

    /// Denies the session with this id, too.
    pub(crate) fn deny_also(&self, id: SessionId) {
        self.lock().denied.insert(id);
    }

    /// Denies sessions issued before `moment`, or before a later moment that was set earlier.
    pub(crate) fn deny_before(&self, moment: SystemTime) {
        let mut seen = self.lock();
        seen.issued_before = seen.issued_before.max(Some(moment));
    }

    pub(crate) fn outcomes(&self) -> Outcomes {
        self.lock().outcomes.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        // No panic can leave the value half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn denies(&self, session: &SessionInfo) -> bool {
        let is_too_old = |moment| session.created_at < moment;
        session.id.is_some_and(|id| self.denied.contains(&id))
            || self.issued_before.is_some_and(is_too_old)
    }
}

/// Returns the outcome's name in the API.
pub(crate) fn name_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Absent => "absent",
        Outcome::Opened { .. } => "opened",
        Outcome::OpenedUnderAcceptedKey { .. } => "opened-under-accepted-key",
        Outcome::Rejected { .. } => "rejected",
        _ => "unknown",
    }
}
