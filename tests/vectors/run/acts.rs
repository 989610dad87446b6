//! The actions of an application with its session.

use std::{
    pin::pin,
    sync::Mutex,
    task::{Context, Poll, Waker},
    time::Duration,
};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    encode::{Typed, typed},
    types::Acts,
    unhex,
};
use crate::{Session, SessionError, session::SessionId};

/// The answers to the application, each with the index of its action.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
pub(crate) struct Told {
    pub(crate) errors: Vec<(usize, String)>,
    /// The ids of sessions that were invalidated.
    #[serde(rename = "told")]
    pub(crate) ended: Vec<(usize, Option<String>)>,
    /// Ids, numbered in the order in which they were told.
    ids: Vec<(usize, Option<usize>)>,
    /// The messages that were taken out. `None`: a vector does not tell them.
    pub(crate) taken: Option<Vec<(usize, Vec<String>)>>,
}

pub(crate) fn perform<T: Acts>(
    answer: &Mutex<String>,
    session: &Session<T>,
    actions: &[Vec<Value>],
) -> Told {
    let (mut told, mut taken, mut known) = (Told::default(), Vec::new(), Vec::new());
    for (index, action) in actions.iter().enumerate() {
        let text = |at: usize| action[at].as_str().unwrap();
        let duration = || Duration::from_secs(action[1].as_u64().unwrap());
        let mut end = |id: Option<SessionId>| told.ended.push((index, id.map(|id| id.to_string())));
        let result = match text(0) {
            "read" => asked(session.is_new()),
            "ask-room" => asked(session.remaining_bytes()),
            "ask-outcome" => asked(session.outcome()),
            "ask-id" => {
                let number = session.id().map(|id| {
                    let place = known.iter().position(|other| *other == id);
                    place.unwrap_or_else(|| {
                        known.push(id);
                        known.len() - 1
                    })
                });
                told.ids.push((index, number));
                Ok(())
            }
            "validate" => {
                *answer.lock().unwrap() = text(1).to_owned();
                at_once(session.validate()).map(drop)
            }
            "invalidate" => session.invalidate().map(&mut end),
            "sign-in" => session.sign_in().map(&mut end),
            "take" => session
                .take_flashes(text(1))
                .map(|messages| taken.push((index, messages))),
            "flash" => session.flash(text(1), text(2)),
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
        };
        if let Err(error) = result {
            told.errors.push((index, word(&error).to_owned()));
        }
    }
    told.taken = Some(taken);
    told
}

/// What the application asks for alone.
fn asked<R>(_: R) -> Result<(), SessionError> {
    Ok(())
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

/// The typed value in these bytes of MessagePack (`encode.json`). `None`: a text in it is not UTF-8.
pub(super) fn unpacked(hex: &Value) -> Option<Typed> {
    let packed = bytes(hex);
    let mut rest = &packed[..];
    let value = take(&mut rest)?;
    assert!(rest.is_empty());
    Some(typed(&value))
}

fn take(bytes: &mut &[u8]) -> Option<Value> {
    let (&head, rest) = bytes.split_first().unwrap();
    *bytes = rest;
    let mut list = |len: u8| (0..len).map(|_| take(bytes)).collect::<Option<Vec<_>>>();
    Some(match head {
        0..=0x7f => json!({"u8": head.to_string()}),
        0x80..=0x8f => json!({"map": list(2 * (head & 0xf))?.chunks(2).collect::<Vec<_>>()}),
        0x90..=0x9f => json!({"list": list(head & 0xf)?}),
        0xa0..=0xbf => {
            let (text, rest) = bytes.split_at((head & 0x1f).into());
            *bytes = rest;
            json!({"text": std::str::from_utf8(text).ok()?})
        }
        other => panic!("{other:x}"),
    })
}

/// Returns `true` for actions with a text that is not UTF-8.
pub(super) fn is_beyond_str(actions: &[Vec<Value>]) -> bool {
    actions
        .iter()
        .any(|action| match action[0].as_str().unwrap() {
            "insert-bytes" => {
                String::from_utf8(bytes(&action[1])).is_err() || unpacked(&action[2]).is_none()
            }
            // With texts that are UTF-8, it is given as `flash`.
            "flash-bytes" => true,
            _ => false,
        })
}

pub(super) fn bytes(hex: &Value) -> Vec<u8> {
    unhex(hex.as_str().unwrap())
}
