//! What a typed session stores, the next request reads, or the line that stores it fails with a sentence about the type:
//! types and attributes of serde, each also as a value of a dictionary, which is read as in JSON.

mod attributes;
mod blamed;
mod mismatches;
mod standard;

use std::{any::Any, cell::Cell, fmt::Debug};

use hardtack::{Session, SessionData, SessionError, session::Payload};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, Error},
};

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

/// A value of one of the types.
trait Kind: Serialize + DeserializeOwned + PartialEq + Clone + Debug + Send + Sync + 'static {}

impl<V: Serialize + DeserializeOwned + PartialEq + Clone + Debug + Send + Sync + 'static> Kind
    for V
{
}

/// A value of any kind, so that sessions are compiled once, and not for each kind.
#[derive(Debug)]
struct Erased(Box<dyn AnyKind>);

trait AnyKind: erased_serde::Serialize + Any + Debug + Send + Sync {
    fn copy(&self) -> Erased;
    fn equals(&self, other: &dyn Any) -> bool;
}

impl<V: Kind> AnyKind for V {
    fn copy(&self) -> Erased {
        Erased(Box::new(self.clone()))
    }

    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<V>() == Some(self)
    }
}

impl Erased {
    /// From now on, this thread reads values of the same kind.
    fn of<V: Kind>(value: &V) -> Erased {
        READ.set(|from| Ok(erased_serde::deserialize::<V>(from)?.copy()));
        value.copy()
    }
}

type Read = fn(&mut dyn erased_serde::Deserializer<'_>) -> Result<Erased, erased_serde::Error>;
thread_local! {
    static READ: Cell<Read> = Cell::new(|_| panic!("no value has been stored"));
}

impl Clone for Erased {
    fn clone(&self) -> Erased {
        self.0.copy()
    }
}

impl PartialEq for Erased {
    fn eq(&self, other: &Erased) -> bool {
        self.0.equals(&*other.0)
    }
}

impl Serialize for Erased {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        erased_serde::serialize(&*self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Erased {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Erased, D::Error> {
        let mut deserializer = <dyn erased_serde::Deserializer<'_>>::erase(deserializer);
        READ.get()(&mut deserializer).map_err(D::Error::custom)
    }
}

/// A session's type around any other.
#[derive(Serialize, Deserialize, Default, PartialEq)]
struct Holder(Option<Erased>);

impl SessionData for Holder {
    const LABEL: &str = "holder";
    const SCHEMA: u32 = 1;
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

fn in_a_type(value: &Erased) -> Result<Option<Erased>, SessionError> {
    let read = |session: &Session<Holder>| session.read(|holder| holder.0.clone());
    next_request(
        |session| {
            session.replace(Holder(Some(value.clone())))?;
            // The same request reads what the next one will.
            assert_eq!(read(session).as_ref(), Some(value));
            Ok(())
        },
        read,
    )
}

fn in_a_dictionary(value: &Erased) -> Result<Option<Erased>, SessionError> {
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
    let value = Erased::of(&value);
    assert_eq!(in_a_type(&value).unwrap(), Some(value));
}

#[track_caller]
fn kept_in_a_dictionary<V: Kind>(value: V) {
    let value = Erased::of(&value);
    assert_eq!(in_a_dictionary(&value).unwrap(), Some(value));
}

#[track_caller]
fn refused_in_a_type<V: Kind>(value: V, sentence: &str) {
    check_sentence(in_a_type(&Erased::of(&value)), sentence);
}

#[track_caller]
fn unequal_in_a_type<V: Kind>(value: V) {
    refused_in_a_type(value, UNEQUAL);
}

const UNEQUAL: &str = "cannot be stored: what the next request would read is not equal to it";

#[track_caller]
fn fails_in_a_type<V: Kind>(value: V) {
    refused_in_a_type(value, "cannot be stored: its `Serialize` fails");
}

/// Stored in a dictionary, and read as another value there and in JSON.
#[track_caller]
fn changed_in_a_dictionary<V: Kind>(value: V, read: V) {
    assert_ne!(value, read);
    assert_eq!(in_json(&value).as_ref(), Some(&read));
    let found = in_a_dictionary(&Erased::of(&value)).unwrap();
    assert_eq!(found, Some(read.copy()));
}

#[track_caller]
fn refused_in_a_dictionary<V: Kind>(value: V, sentence: &str) {
    check_sentence(in_a_dictionary(&Erased::of(&value)), sentence);
}

#[track_caller]
fn check_sentence(stored: Result<Option<Erased>, SessionError>, sentence: &str) {
    let error = stored.unwrap_err();
    assert!(matches!(error, SessionError::Encode { .. }), "{error}");
    assert!(error.to_string().contains(sentence), "{error}");
}
