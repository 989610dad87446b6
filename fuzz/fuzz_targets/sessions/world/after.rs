//! What goes on when the head of the response was sent: functions that are told of it, and tasks.

use std::sync::atomic::{AtomicU64, Ordering};

use hardtack::{Session, SessionError};

use super::{World, content::Content, cookies::Held, reading::Reading};
use crate::{case::Request, model::Visit};

impl World {
    /// Checks that `on_outcome` was told of each session that was read, once and at its end.
    pub fn check_told<T: Content>(&self, session: Option<&Session<T>>, reading: &Reading) {
        let told = self.application.knowledge().told.clone();
        let is_eager = self.wiring.has_layer && self.wiring.is_eager;
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
            None => assert!(told.len() <= usize::from(is_eager), "{told:?}"),
        }
    }

    /// Checks what a task sees that goes on when the head of the response was sent.
    pub fn check_task<T: Content>(
        &self,
        session: Option<&Session<T>>,
        request: &Request,
        visit: &Visit<'_>,
        reading: &Reading,
        clock: &AtomicU64,
    ) {
        let Some(session) = session else {
            return;
        };
        for refused in [session.clear(), session.renew(), session.flash("", "late")] {
            assert!(matches!(refused, Err(SessionError::AfterHead)));
        }
        let Some(task) = request.task else {
            return;
        };
        let later = self.moment_of(task);
        clock.store(later, Ordering::Relaxed);
        let has_opened = reading.refusal.or_else(|| visit.reason()).is_none();
        let opened = reading.sealed.as_ref().filter(|_| has_opened);
        let is_open = |lasting| {
            self.refusal_at(lasting, later).is_none()
                && opened.is_none_or(|sealed| self.ring.accepts(sealed.key, later))
        };
        let is_alive = visit.is_vouched_for(later) && visit.lasting().is_none_or(is_open);
        assert_eq!(session.is_alive(), is_alive);
    }
}
