//! What a typed session stores, the next request reads, or the line that stores it fails with a sentence about the type:
//! types and attributes of serde, each also as a value of a dictionary, which is read as in JSON.

mod attributes;
mod blamed;
mod examples;
mod mismatches;
mod standard;

use std::fmt::Debug;

use hardtack::{Session, SessionData, SessionError, session::Payload};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::common::{at, builder, builder_of, sealed};

/// Defines a type, and stores values of it.
macro_rules! stored {
    ($type:item => $($call:expr),+ $(,)?) => {
        #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
        $type
        $($call;)+
    };
}
use stored;

/// A session's type around any other.
#[derive(Serialize, Deserialize, PartialEq)]
struct Holder<V>(Option<V>);

impl<V> Default for Holder<V> {
    fn default() -> Holder<V> {
        Holder(None)
    }
}

impl<V: Serialize + DeserializeOwned + PartialEq + Send + Sync + 'static> SessionData
    for Holder<V>
{
    const LABEL: &str = "holder";
    const SCHEMA: u32 = 1;
}

/// A value of one of the types.
trait Kind: Serialize + DeserializeOwned + PartialEq + Clone + Debug + Send + Sync + 'static {}

impl<V: Serialize + DeserializeOwned + PartialEq + Clone + Debug + Send + Sync + 'static> Kind
    for V
{
}

/// Stores in one request, and reads in the next.
fn next_request<T: Payload, R>(
    store: impl FnOnce(&Session<T>) -> Result<(), SessionError>,
    read: impl FnOnce(&Session<T>) -> R,
) -> Result<R, SessionError> {
    let cookie = builder_of::<T>().build().unwrap();
    let mut stored = Ok(());
    let pair = sealed(&cookie, at(0), |session| {
        session.ensure_id().unwrap();
        stored = store(session);
    });
    stored?;
    Ok(read(&cookie.load([&pair], at(1))))
}

fn in_a_type<V: Kind>(value: &V) -> Result<Option<V>, SessionError> {
    next_request(
        |session| {
            session.replace(Holder(Some(value.clone())))?;
            // The same request reads what the next one will.
            let now = session.read(|held| held.0.clone());
            assert_eq!(now.as_ref(), Some(value));
            Ok(())
        },
        |session: &Session<Holder<V>>| session.read(|held| held.0.clone()),
    )
}

fn in_a_dictionary<V: Kind>(value: &V) -> Result<Option<V>, SessionError> {
    let read = |session: &Session| session.get("value");
    next_request(|session| session.insert("value", value), read)?
}

/// As JSON reads it.
fn in_json<V: Kind>(value: &V) -> Option<V> {
    let text = serde_json::to_string(value).unwrap();
    serde_json::from_str(&text).ok()
}

#[track_caller]
fn kept<V: Kind>(value: V) {
    kept_in_a_type(value.clone());
    kept_in_a_dictionary(value);
}

#[track_caller]
fn kept_in_a_type<V: Kind>(value: V) {
    assert_eq!(in_a_type(&value).unwrap(), Some(value));
}

#[track_caller]
fn kept_in_a_dictionary<V: Kind>(value: V) {
    assert_eq!(in_a_dictionary(&value).unwrap(), Some(value));
}

#[track_caller]
fn refused_in_a_type<V: Kind>(value: V, sentence: &str) {
    check_sentence(in_a_type(&value), sentence);
}

#[track_caller]
fn unequal_in_a_type<V: Kind>(value: V) {
    let sentence = "cannot be stored: what the next request would read is not equal to it";
    refused_in_a_type(value, sentence);
}

#[track_caller]
fn fails_in_a_type<V: Kind>(value: V) {
    refused_in_a_type(value, "cannot be stored: its `Serialize` fails");
}

/// Stored in a dictionary, and read as another value there and in JSON.
#[track_caller]
fn changed_in_a_dictionary<V: Kind>(value: V, read: V) {
    assert_ne!(value, read);
    assert_eq!(in_json(&value).as_ref(), Some(&read));
    assert_eq!(in_a_dictionary(&value).unwrap(), Some(read));
}

#[track_caller]
fn refused_in_a_dictionary<V: Kind>(value: V, sentence: &str) {
    check_sentence(in_a_dictionary(&value), sentence);
}

#[track_caller]
fn check_sentence<V: Debug>(stored: Result<Option<V>, SessionError>, sentence: &str) {
    let error = stored.unwrap_err();
    assert!(matches!(error, SessionError::Encode { .. }), "{error}");
    assert!(error.to_string().contains(sentence), "{error}");
}
