//! The application: the content of its sessions, a dictionary or a type of which two releases are in use; its functions that
//! take part in reading, what they know, and what they were shown.

use std::{
    collections::{BTreeMap, HashSet},
    future::{Ready, ready},
    panic::resume_unwind,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime},
};

use hardtack::{
    Session, SessionData, SessionError, SessionToken,
    carrier::SessionBuilder,
    keys::KeyId,
    session::{Map, OpenedSession, Outcome, Payload, Reason, SessionId, SessionInfo, Validity},
};
use serde::{Deserialize, Serialize};

use super::KEYS;
use crate::{case::Answer, model::Form};

pub type Entries = BTreeMap<String, String>;

/// A content by keys, in a dictionary or in a type.
pub trait Content: Payload {
    const FORM: Form;

    fn insert(session: &Session<Self>, key: &str, value: String) -> Result<(), SessionError>;

    /// Adds an `x` to the value of `key`.
    fn lengthen(session: &Session<Self>, key: &str) -> Result<(), SessionError>;

    fn remove(session: &Session<Self>, key: &str) -> Result<bool, SessionError>;

    fn take(session: &Session<Self>, key: &str) -> Result<Option<String>, SessionError>;

    fn content(session: &Session<Self>) -> Entries;

    /// Opens a bare token without a session. Returns `None` for a dictionary, which needs one.
    fn open(
        tokens: &SessionToken<Self>,
        token: &str,
        now: SystemTime,
    ) -> Option<Result<Entries, Reason>>;

    /// Returns what a function of the application sees of a session; `None` where its release cannot read it.
    fn seen(session: &OpenedSession<'_, Self>) -> Option<Entries>;
}

impl Content for Map {
    const FORM: Form = Form::Dictionary;

    fn insert(session: &Session, key: &str, value: String) -> Result<(), SessionError> {
        session.insert(key, value)
    }

    fn lengthen(session: &Session, key: &str) -> Result<(), SessionError> {
        session.update(key, |value: &mut String| value.push('x'))
    }

    fn remove(session: &Session, key: &str) -> Result<bool, SessionError> {
        session.remove(key)
    }

    fn take(session: &Session, key: &str) -> Result<Option<String>, SessionError> {
        session.take(key)
    }

    fn content(session: &Session) -> Entries {
        let entries: Entries = session.deserialize().expect("all are texts");
        assert!(session.keys().iter().eq(entries.keys()));
        assert_eq!(session.len(), entries.len());
        for key in KEYS {
            let value: Option<String> = session.get(key).expect("it is a text");
            assert_eq!(value.as_ref(), entries.get(key));
            assert_eq!(session.contains_key(key), value.is_some());
        }
        entries
    }

    fn open(_: &SessionToken, _: &str, _: SystemTime) -> Option<Result<Entries, Reason>> {
        None
    }

    fn seen(session: &OpenedSession<'_>) -> Option<Entries> {
        let entries = KEYS.iter().filter_map(|key| {
            let value = session.get(key).expect("it is a text")?;
            Some(((*key).to_owned(), value))
        });
        Some(entries.collect())
    }
}

/// The type in a release: 1 is the earlier one, and 2 reads both.
#[derive(Debug, Default, Serialize, Deserialize, PartialEq)]
pub struct Typed<const RELEASE: u32>(Entries);

impl<const RELEASE: u32> SessionData for Typed<RELEASE> {
    const LABEL: &'static str = "typed";
    const SCHEMA: u32 = RELEASE;

    fn convert(schema: u32, bytes: &[u8]) -> Option<Self> {
        let earlier = (schema == 1 && RELEASE == 2).then(|| Typed::<1>::decode(schema, bytes))?;
        Some(Typed(earlier?.0))
    }
}

impl<const RELEASE: u32> Content for Typed<RELEASE> {
    const FORM: Form = match RELEASE {
        1 => Form::Earlier,
        _ => Form::Later,
    };

    fn insert(session: &Session<Self>, key: &str, value: String) -> Result<(), SessionError> {
        session.update(|held| drop(held.0.insert(key.to_owned(), value)))
    }

    fn lengthen(session: &Session<Self>, key: &str) -> Result<(), SessionError> {
        let mut entries = session.read(|held| held.0.clone());
        entries.entry(key.to_owned()).or_default().push('x');
        session.replace(Typed(entries))
    }

    fn remove(session: &Session<Self>, key: &str) -> Result<bool, SessionError> {
        session.update(|held| held.0.remove(key).is_some())
    }

    fn take(session: &Session<Self>, key: &str) -> Result<Option<String>, SessionError> {
        session.update(|held| held.0.remove(key))
    }

    fn content(session: &Session<Self>) -> Entries {
        session.read(|held| held.0.clone())
    }

    fn open(
        tokens: &SessionToken<Self>,
        token: &str,
        now: SystemTime,
    ) -> Option<Result<Entries, Reason>> {
        Some(tokens.open(token, now).map(|held| held.0))
    }

    fn seen(session: &OpenedSession<'_, Self>) -> Option<Entries> {
        session.value().map(|held| held.0)
    }
}

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

impl Shown {
    pub fn of(info: &SessionInfo, content: Option<Entries>) -> Shown {
        Shown {
            id: info.id,
            created_at: info.created_at,
            last_active_at: info.last_active_at,
            limit: info.limit,
            remembered: info.remembered,
            key_id: info.key_id,
            content,
        }
    }
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
        let id = session.info().id;
        let Some(id) = id.filter(|id| self.knowledge().revoked.contains(id)) else {
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
        let shown = Shown::of(session.info(), T::seen(session));
        self.knowledge().shown.push(shown);
    }
}

/// Panics without the hook of libFuzzer, which would end the program.
fn fail() -> ! {
    resume_unwind(Box::new("the application panicked"))
}
