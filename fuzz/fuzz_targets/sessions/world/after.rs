//! What goes on when the head of the response was sent: functions that are told of it, and tasks.

use std::sync::atomic::{AtomicU64, Ordering};

use hardtack::{Session, SessionError};

use super::{World, content::Content, cookies::Held, reading::Reading};
use crate::{
    case::Request,
    model::{Change, Visit},
};

impl World {
    /// Checks that `on_outcome` was told of each session that was read, once and at its end.
    pub fn check_told<T: Content>(
        &self,
        session: Option<&Session<T>>,
        visit: &Visit<'_>,
        reading: &Reading,
    ) {
        let told = self.application.knowledge().told.clone();
        let may_be_read = self.is_eager() || self.settings.counts_requests();
        match session {
            Some(session) => {
                let len: usize = reading
                    .tokens
                    .iter()
                    .filter_map(Held::text)
                    .map(str::len)
                    .sum();
                let is_whole = !reading.tokens.contains(&Held::Pieces);
                assert_eq!(told.len(), 1);
                assert_eq!(told[0].0, session.outcome());
                assert!(!is_whole || told[0].1 == len);
            }
            None => {
                assert!(told.len() <= usize::from(may_be_read), "{told:?}");
                assert!(told.len() >= usize::from(visit.is_touched));
            }
        }
    }

    /// Returns the key under which the session of a task is sealed: the one that arrived, or was begun in its place.
    pub fn key_of(&self, visit: &Visit<'_>, reading: &Reading, change: &Change) -> Option<usize> {
        if visit.is_renewed() {
            let is_stored = matches!(change, Change::Store(_));
            return is_stored.then(|| self.ring.sealing(self.now));
        }
        let has_opened = reading.refusal.or_else(|| visit.reason()).is_none();
        let opened = reading.sealed.as_ref().filter(|_| has_opened);
        opened.map(|sealed| sealed.key)
    }

    /// Checks what a task sees that goes on when the head of the response was sent.
    pub fn check_task<T: Content>(
        &self,
        session: &Session<T>,
        request: &Request,
        visit: &Visit<'_>,
        key: Option<usize>,
        clock: &AtomicU64,
    ) {
        for refused in [session.clear(), session.renew(), session.flash("", "late")] {
            assert!(matches!(refused, Err(SessionError::AfterHead)));
        }
        let Some(task) = request.task else {
            return;
        };
        let later = self.time_of(task);
        clock.store(later, Ordering::Relaxed);
        let is_open = |lasting| {
            self.refusal_at(lasting, later).is_none()
                && key.is_none_or(|key| self.ring.accepts(key, later))
        };
        let is_alive = visit.is_vouched_for(later) && visit.lasting().is_none_or(is_open);
        assert_eq!(session.is_alive(), is_alive);
    }
}
