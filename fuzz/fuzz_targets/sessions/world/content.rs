//! Content of sessions: a dictionary, or a type of which two releases of the application are in use.

use std::collections::BTreeMap;

use hardtack::{
    Session, SessionData, SessionError,
    session::{Map, OpenedSession, Payload},
};
use serde::{Deserialize, Serialize};

use super::KEYS;
use crate::model::Form;

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

    /// Reads the bytes of a payload, as an application does that opens a token without a session.
    fn read(schema: u32, bytes: &[u8]) -> Option<Entries>;

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

    fn read(_: u32, bytes: &[u8]) -> Option<Entries> {
        Map::decode(bytes)
    }

    fn seen(session: &OpenedSession<'_>) -> Option<Entries> {
        let entries = KEYS.iter().filter_map(|key| {
            let value = session.get(key)?;
            Some(((*key).to_owned(), value))
        });
        Some(entries.collect())
    }
}

/// The type in a release: 1 is the earlier one, and 2 reads both.
#[derive(Debug, Default, Serialize, Deserialize)]
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

    fn read(schema: u32, bytes: &[u8]) -> Option<Entries> {
        Self::decode(schema, bytes).map(|held| held.0)
    }

    fn seen(session: &OpenedSession<'_, Self>) -> Option<Entries> {
        session.value().map(|held| held.0)
    }
}
