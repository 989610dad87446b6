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
pub(crate) struct Hooks {
    denied: Arc<Mutex<Denied>>,
    outcomes: Arc<Mutex<Outcomes>>,
}

/// The number of sessions by the name of their outcome.
pub(crate) type Outcomes = BTreeMap<&'static str, u64>;

#[derive(Default)]
struct Denied {
    ids: HashSet<SessionId>,
    issued_before: Option<SystemTime>,
}

impl Hooks {
    /// Adds the deny list to a cookie, and the counters.
    pub(crate) fn hang_into<C>(&self, builder: SessionBuilder<C>) -> SessionBuilder<C> {
        let outcomes = Arc::clone(&self.outcomes);
        self.deny_in(builder).on_outcome(move |reading| {
            *lock(&outcomes).entry(name_of(reading.outcome)).or_default() += 1;
        })
    }

    /// Adds the deny list to a cookie.
    pub(crate) fn deny_in<C>(&self, builder: SessionBuilder<C>) -> SessionBuilder<C> {
        let denied = Arc::clone(&self.denied);
        builder.revoked_if(move |session| lock(&denied).has(session))
    }

    /// Denies the sessions with these ids, and no others.
    pub(crate) fn deny(&self, ids: HashSet<SessionId>) {
        lock(&self.denied).ids = ids;
    }

    /// Denies the session with this id, too.
    pub(crate) fn deny_also(&self, id: SessionId) {
        lock(&self.denied).ids.insert(id);
    }

    /// Denies sessions issued before `moment`, or before a later moment that was set earlier.
    pub(crate) fn deny_before(&self, moment: SystemTime) {
        let mut denied = lock(&self.denied);
        denied.issued_before = denied.issued_before.max(Some(moment));
    }

    pub(crate) fn outcomes(&self) -> Outcomes {
        lock(&self.outcomes).clone()
    }
}

impl Denied {
    fn has(&self, session: &SessionInfo) -> bool {
        let is_too_old = |moment| session.created_at < moment;
        session.id.is_some_and(|id| self.ids.contains(&id))
            || self.issued_before.is_some_and(is_too_old)
    }
}

/// The outcome's name in the API.
pub(crate) fn name_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Absent => "absent",
        Outcome::Opened { .. } => "opened",
        Outcome::OpenedUnderAcceptedKey { .. } => "opened-under-accepted-key",
        Outcome::Rejected { .. } => "rejected",
        _ => "unknown",
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No panic can leave the value half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
