//! The functions of the application that take part in reading, what they know, and what they were shown.

use std::{
    collections::HashSet,
    future::{Ready, ready},
    panic::resume_unwind,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime},
};

use hardtack::{
    carrier::SessionBuilder,
    keys::KeyId,
    session::{OpenedSession, Outcome, SessionId, Validity},
};

use super::content::{Content, Entries};
use crate::case::Answer;

#[derive(Clone, Default)]
pub struct Application(Arc<Mutex<Knowledge>>);

#[derive(Default)]
pub struct Knowledge {
    pub revoked: HashSet<SessionId>,
    pub answer: Option<Answer>,
    /// The sessions that its functions were asked about in this request.
    pub shown: Vec<Shown>,
    /// Outcomes that `on_outcome` got in this request, with the bytes of their tokens.
    pub told: Vec<(Outcome, usize)>,
}

/// A session as a function of the application sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub id: Option<SessionId>,
    pub created_at: SystemTime,
    pub last_active_at: SystemTime,
    pub limit: Option<Duration>,
    pub remembered: Option<Duration>,
    pub key_id: KeyId,
    pub content: Option<Entries>,
}

impl Application {
    pub fn knowledge(&self) -> MutexGuard<'_, Knowledge> {
        self.0.lock().expect("nothing panics while it is held")
    }

    pub fn begin_request(&self) {
        let mut knowledge = self.knowledge();
        knowledge.shown.clear();
        knowledge.told.clear();
    }

    /// Adds the functions to a builder.
    pub fn hook<C, T: Content>(
        &self,
        builder: SessionBuilder<C, T>,
        revalidate_after: Option<Duration>,
    ) -> SessionBuilder<C, T> {
        let (revoked_if, validate, on_outcome) = (self.clone(), self.clone(), self.clone());
        let builder = builder
            .revoked_if(move |session| revoked_if.is_revoked(session))
            .on_outcome(move |read| {
                let told = (read.outcome, read.token_bytes);
                on_outcome.knowledge().told.push(told);
            });
        match revalidate_after {
            Some(duration) => {
                builder.revalidate_after(duration, move |session| validate.answer(session))
            }
            None => builder,
        }
    }

    fn is_revoked<T: Content>(&self, session: &OpenedSession<'_, T>) -> bool {
        self.show(session);
        let Some(id) = session
            .id
            .filter(|id| self.knowledge().revoked.contains(id))
        else {
            return false;
        };
        // To fail is to say yes.
        if id.as_bytes()[0] % 2 == 0 {
            fail();
        }
        true
    }

    fn answer<T: Content>(
        &self,
        session: &OpenedSession<'_, T>,
    ) -> Ready<Result<Validity, &'static str>> {
        self.show(session);
        let answer = self.knowledge().answer;
        ready(match answer.expect("it is asked by `validate` alone") {
            Answer::Valid => Ok(Validity::Valid),
            Answer::Ended => Ok(Validity::Ended),
            Answer::Error => Err("the database cannot be reached"),
            Answer::Panic => fail(),
        })
    }

    fn show<T: Content>(&self, session: &OpenedSession<'_, T>) {
        let shown = Shown {
            id: session.id,
            created_at: session.created_at,
            last_active_at: session.last_active_at,
            limit: session.limit,
            remembered: session.remembered,
            key_id: session.key_id,
            content: T::seen(session),
        };
        self.knowledge().shown.push(shown);
    }
}

/// Panics without the hook of libFuzzer, which would end the program.
fn fail() -> ! {
    resume_unwind(Box::new("the application panicked"))
}
