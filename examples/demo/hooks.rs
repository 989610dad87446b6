//! The demo's hooks into reading sessions: a deny list, and counters.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
    time::SystemTime,
};

use hardtack::{
    carrier::SessionBuilder,
    session::{Outcome, SessionId},
};

use crate::lock;

/// Denied sessions, and counts of outcomes. All clones share them.
#[derive(Clone, Default)]
pub(crate) struct Hooks(Arc<Mutex<Seen>>);

#[derive(Default)]
pub(crate) struct Seen {
    /// Sessions with these ids are denied.
    pub(crate) denied: HashSet<SessionId>,
    /// Sessions issued before this time are denied, too.
    pub(crate) issued_before: Option<SystemTime>,
    /// The number of sessions read, by the name of their outcome.
    pub(crate) outcomes: BTreeMap<&'static str, u64>,
}

impl Hooks {
    /// Adds the deny list to a builder, and the counters.
    pub(crate) fn count_in<C>(&self, builder: SessionBuilder<C>) -> SessionBuilder<C> {
        let hooks = self.clone();
        self.deny_in(builder).on_outcome(move |reading| {
            let name = name_of(reading.outcome);
            *hooks.seen().outcomes.entry(name).or_default() += 1;
        })
    }

    /// Adds the deny list to a builder.
    pub(crate) fn deny_in<C>(&self, builder: SessionBuilder<C>) -> SessionBuilder<C> {
        let hooks = self.clone();
        builder.revoked_if(move |session| {
            let seen = hooks.seen();
            let is_early = |time| session.info().created_at < time;
            session
                .info()
                .id
                .is_some_and(|id| seen.denied.contains(&id))
                || seen.issued_before.is_some_and(is_early)
        })
    }

    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        lock(&self.0)
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
