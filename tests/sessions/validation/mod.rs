//! The question to the application whether a session is still valid: `revalidate_after`.

mod answers;
#[cfg(feature = "tracing")]
mod events;
mod extractors;
mod outside;
mod postponing;
mod streams;
mod times;

use crate::common;
#[cfg(feature = "tracing")]
use crate::common::told;

use std::sync::{
    Arc,
    atomic::{AtomicU8, AtomicUsize, Ordering},
};

use common::{builder, seconds};
use hardtack::{
    Session, SessionCookie, SessionError,
    carrier::{SessionBuilder, SessionCookieBuilder},
    session::{Payload, Validity},
};

type Change = fn(&Session) -> Result<(), SessionError>;

/// Seconds.
const INTERVAL: u64 = 60;

/// The row of a user, and the number of times that an application has asked for it.
#[derive(Clone, Default)]
struct Row {
    state: Arc<AtomicU8>,
    asked: Arc<AtomicUsize>,
}

const IS_GONE: u8 = 1;
const IS_OUT_OF_REACH: u8 = 2;
const PANICS: u8 = 3;

impl Row {
    fn becomes(&self, state: u8) {
        self.state.store(state, Ordering::Relaxed);
    }

    /// Returns how often it was asked for, since the last call of this.
    fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::Relaxed)
    }

    async fn validity(self) -> Result<Validity, &'static str> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        match self.state.load(Ordering::Relaxed) {
            IS_OUT_OF_REACH => Err("the database does not answer"),
            PANICS => panic!("a bug"),
            state => Ok(Validity::valid_if(state != IS_GONE)),
        }
    }

    /// Has sessions ask for this row.
    fn asked_by<C, T: Payload>(&self, builder: SessionBuilder<C, T>) -> SessionBuilder<C, T> {
        let row = self.clone();
        builder.revalidate_after(seconds(INTERVAL), move |_| row.clone().validity())
    }

    /// The default settings of the tests, with sessions that ask for this row.
    fn site(&self) -> SessionCookieBuilder {
        self.asked_by(builder())
    }
}

type Answer = Result<Validity, &'static str>;
const GOES_ON: Answer = Ok(Validity::Valid);
const IS_OVER: Answer = Ok(Validity::Ended);
const NO_ANSWER: Answer = Err("the database does not answer");

/// The default settings of the tests, with these answers to the questions, each after so many turns of the runtime.
fn scripting<const N: usize>(answers: [(usize, Answer); N]) -> SessionCookieBuilder {
    let next = AtomicUsize::new(0);
    builder().revalidate_after(seconds(INTERVAL), move |_| {
        let (turns, answer) = answers[next.fetch_add(1, Ordering::Relaxed)];
        async move {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            answer
        }
    })
}

fn scripted<const N: usize>(answers: [(usize, Answer); N]) -> SessionCookie {
    scripting(answers).build().unwrap()
}

fn look(session: &Session) -> Result<(), SessionError> {
    session.get::<u32>("user").map(drop)
}

/// Reads the user, who has to be there.
fn find(session: &Session) -> Result<(), SessionError> {
    assert_eq!(session.get("user")?, Some(42));
    Ok(())
}

/// Reads the user, who has to be gone.
fn miss(session: &Session) -> Result<(), SessionError> {
    assert!(session.is_new());
    assert_eq!(session.get::<u32>("user")?, None);
    Ok(())
}
