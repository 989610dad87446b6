//! The actions of an application with its session.

use std::{
    fmt::Debug,
    net::IpAddr,
    pin::pin,
    str::FromStr,
    sync::Mutex,
    task::{Context, Poll, Waker},
    time::Duration,
};

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use uuid::Uuid;

use super::{open::Visit, unhex};
use crate::{
    Session, SessionError,
    state::{Map, Payload, SessionData},
};

/// The answers to the application, each with the index of its action.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) errors: Vec<(usize, String)>,
    /// The ids of sessions that were invalidated.
    pub(crate) ended: Vec<(usize, Option<String>)>,
    /// Ids, numbered in the order in which they were told.
    pub(super) ids: Vec<(usize, Option<usize>)>,
    /// The messages that were taken out.
    pub(crate) taken: Vec<(usize, Vec<String>)>,
}

pub(crate) fn perform<T: Acts>(
    answer: &Mutex<String>,
    session: &Session<T>,
    actions: &[Vec<Value>],
) -> Told {
    let (mut told, mut known) = (Told::default(), Vec::new());
    for (index, action) in actions.iter().enumerate() {
        let result = match action[0].as_str().unwrap() {
            "invalidate" => {
                let id = session.invalidate();
                id.map(|id| told.ended.push((index, id.map(|id| id.to_string()))))
            }
            "sign-in" => {
                let id = session.sign_in();
                id.map(|id| told.ended.push((index, id.map(|id| id.to_string()))))
            }
            "ask-id" => {
                let number = session.id().map(|id| {
                    known
                        .iter()
                        .position(|other| *other == id)
                        .unwrap_or_else(|| {
                            known.push(id);
                            known.len() - 1
                        })
                });
                told.ids.push((index, number));
                Ok(())
            }
            "validate" => {
                *answer.lock().unwrap() = action[1].as_str().unwrap().to_owned();
                at_once(session.validate()).map(drop)
            }
            "take" => {
                let messages = session.take_flashes(action[1].as_str().unwrap());
                messages.map(|messages| told.taken.push((index, messages)))
            }
            _ => act(session, action),
        };
        if let Err(error) = result {
            told.errors.push((index, word(&error).to_owned()));
        }
    }
    told
}

/// The output of a future that waits for nothing.
pub(crate) fn at_once<R>(future: impl Future<Output = R>) -> R {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

fn word(error: &SessionError) -> &'static str {
    match error {
        SessionError::AfterHead => "after-head",
        SessionError::NoContext => "no-context",
        SessionError::NotRemembering => "not-remembering",
        SessionError::Encode { .. } => "value",
        SessionError::TooLarge(_) => "size",
        SessionError::Unreadable(_) => "unreadable",
        SessionError::Stale => "stale",
        SessionError::Unvalidated(_) => "unvalidated",
        other => panic!("{other}"),
    }
}

/// A payload that actions can change.
pub(crate) trait Acts: Payload {
    fn change(session: &Session<Self>, action: &[Value]) -> Result<(), SessionError>;
}

impl Acts for Map {
    fn change(session: &Session, action: &[Value]) -> Result<(), SessionError> {
        let key = action[1].as_str().unwrap();
        match action[0].as_str().unwrap() {
            "insert" => session.insert(key, &action[2]),
            "insert-bytes" => {
                let (key, value) = (bytes(&action[1]), bytes(&action[2]));
                let key = std::str::from_utf8(&key).unwrap();
                session.insert(key, Packed::read(&value).unwrap())
            }
            "insert-uuid" => session.insert(key, of_text::<Uuid>(&action[2])),
            "insert-address" => session.insert(key, of_text::<IpAddr>(&action[2])),
            "remove" => session.remove(key).map(drop),
            other => panic!("{other}"),
        }
    }
}

/// A value of a type that has a readable form and a compact one.
fn of_text<V: FromStr<Err: Debug>>(text: &Value) -> V {
    text.as_str().unwrap().parse().unwrap()
}

impl Acts for Visit<2> {
    fn change(session: &Session<Self>, action: &[Value]) -> Result<(), SessionError> {
        set(session, action)
    }
}

impl Acts for Converting {
    fn change(session: &Session<Self>, action: &[Value]) -> Result<(), SessionError> {
        set(session, action)
    }
}

fn set<T: SessionData + From<Visit<2>>>(
    session: &Session<T>,
    action: &[Value],
) -> Result<(), SessionError> {
    assert_eq!(action[0], "set");
    session.replace(Visit::of(&action[1]).into())
}

/// The type of the vectors, whose first version had the same bytes.
#[derive(Serialize, Deserialize, Default, PartialEq)]
pub(super) struct Converting(Visit<2>);

impl From<Visit<2>> for Converting {
    fn from(visit: Visit<2>) -> Converting {
        Converting(visit)
    }
}

impl SessionData for Converting {
    const LABEL: &str = "";
    const SCHEMA: u32 = 2;

    fn convert(schema: u32, bytes: &[u8]) -> Option<Self> {
        (schema == 1).then(|| Visit::decode(2, bytes).map(Converting))?
    }
}

/// A value in MessagePack that an application stores.
enum Packed {
    Number(u8),
    Text(String),
    List(Vec<Packed>),
    Map(Vec<(Packed, Packed)>),
}

impl Packed {
    /// `None`: a text in it is not UTF-8.
    fn read(mut bytes: &[u8]) -> Option<Packed> {
        let value = Packed::take(&mut bytes);
        assert!(value.is_none() || bytes.is_empty());
        value
    }

    fn take(bytes: &mut &[u8]) -> Option<Packed> {
        let (&head, rest) = bytes.split_first().unwrap();
        *bytes = rest;
        Some(match head {
            0..=0x7f => Packed::Number(head),
            0x80..=0x8f => {
                let mut entry = |_| Some((Packed::take(bytes)?, Packed::take(bytes)?));
                Packed::Map((0..head & 0xf).map(&mut entry).collect::<Option<_>>()?)
            }
            0x90..=0x9f => {
                let values = (0..head & 0xf).map(|_| Packed::take(bytes));
                Packed::List(values.collect::<Option<_>>()?)
            }
            0xa0..=0xbf => {
                let (text, rest) = bytes.split_at((head & 0x1f).into());
                *bytes = rest;
                Packed::Text(std::str::from_utf8(text).ok()?.to_owned())
            }
            other => panic!("{other:x}"),
        })
    }
}

impl Serialize for Packed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Packed::Number(number) => serializer.serialize_u8(*number),
            Packed::Text(text) => serializer.serialize_str(text),
            Packed::List(values) => serializer.collect_seq(values),
            Packed::Map(entries) => {
                serializer.collect_map(entries.iter().map(|(key, value)| (key, value)))
            }
        }
    }
}

fn act<T: Acts>(session: &Session<T>, action: &[Value]) -> Result<(), SessionError> {
    let text = |at: usize| action[at].as_str().unwrap();
    let duration = || Duration::from_secs(action[1].as_u64().unwrap());
    match text(0) {
        "read" => {
            let _ = session.is_new();
            Ok(())
        }
        "ask-room" => {
            let _ = session.remaining_bytes();
            Ok(())
        }
        "ask-outcome" => {
            let _ = session.outcome();
            Ok(())
        }
        "flash" => session.flash(text(1), text(2)),
        "flash-bytes" => panic!("every text in bytes that `str` can hold is given as text"),
        "id" => session.ensure_id().map(drop),
        "csrf" => session.csrf_token().map(drop),
        "new-id" => session.renew_id(),
        "renew" => session.renew(),
        "limit" => session.limit_to(duration()),
        "remember" => session.remember_for(duration()).map(drop),
        "forget" => session.forget(),
        "clear" => session.clear(),
        "save" => session.save(),
        "discard" => session.discard(),
        _ => T::change(session, action),
    }
}

/// Returns `true` for actions with a text that is not UTF-8, which no program in Rust can take.
pub(super) fn is_beyond_str(actions: &Value) -> bool {
    let of_bytes = |action: &&Value| action[0].as_str().unwrap().ends_with("-bytes");
    let mut actions = actions.as_array().unwrap().iter().filter(of_bytes);
    actions.any(|action| {
        let texts = [bytes(&action[1]), bytes(&action[2])];
        let is_value = action[0] == "insert-bytes";
        let is_text = |text: &Vec<u8>| std::str::from_utf8(text).is_ok();
        !is_text(&texts[0])
            || !(if is_value {
                Packed::read(&texts[1]).is_some()
            } else {
                is_text(&texts[1])
            })
    })
}

fn bytes(hex: &Value) -> Vec<u8> {
    unhex(hex.as_str().unwrap())
}
