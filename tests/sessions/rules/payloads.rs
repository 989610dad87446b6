//! Payloads that a typed session decodes, converts or refuses.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
};

use hardtack::{SessionData, SessionError, session::Reason};
use serde::{Deserialize, Serialize};

use super::{
    common::{at, builder_of, sealed_of},
    revocation::reason,
};

/// The type of these tests, which replaced a dictionary. It converts payloads of one earlier schema, and would give a
/// wrong value for a payload of its own.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Login {
    user: u8,
}

impl SessionData for Login {
    const LABEL: &str = "";
    const SCHEMA: u32 = 2;

    fn convert(schema: u32, bytes: &[u8]) -> Option<Login> {
        match (schema, bytes) {
            (1, &[user]) => Some(Login { user }),
            (2, _) => Some(Login { user: 99 }),
            _ => None,
        }
    }
}

/// A type with these fields of one byte each, under a schema.
macro_rules! bytes_of_schema {
    ($name:ident, $schema:literal, $($field:ident),*) => {
        #[derive(Default, Serialize, Deserialize, PartialEq)]
        struct $name {
            $($field: u8),*
        }

        impl SessionData for $name {
            const LABEL: &str = "";
            const SCHEMA: u32 = $schema;
        }
    };
}

bytes_of_schema!(OneByteEarlier, 1, first);
#[track_caller]
fn check(pair: &str, expected: Result<u8, Reason>) {
    let cookie = builder_of::<Login>().build().unwrap();
    let session = cookie.load([pair], at(1));
    let user = session.read(|login| login.user);
    assert_eq!(reason(&session).map_or(Ok(user), Err), expected);
    // A session that cannot be read is a new one, and is not overwritten.
    assert_eq!(user, expected.unwrap_or(0));
    assert_eq!(session.replace(Login { user: 1 }).is_ok(), expected.is_ok());
}

#[test]
fn a_value_of_the_types_own_schema_is_decoded_and_not_converted() {
    let own = sealed_of(at(0), |session| {
        session.replace(Login { user: 7 }).unwrap();
    });
    check(&own, Ok(7));
    let earlier = sealed_of(at(0), |session| {
        session.replace(OneByteEarlier { first: 8 }).unwrap();
    });
    check(&earlier, Ok(8));
}

#[test]
fn an_empty_dictionary_is_the_types_default_and_a_full_one_is_converted() {
    let mut id = None;
    let empty = sealed_of(at(0), |session: &hardtack::Session| {
        id = Some(session.ensure_id().unwrap());
    });
    check(&empty, Ok(0));
    let cookie = builder_of::<Login>().build().unwrap();
    assert_eq!(cookie.load([&empty], at(1)).id(), id);
    let full = sealed_of(at(0), |session: &hardtack::Session| {
        session.insert("user", 7).unwrap();
    });
    check(&full, Err(Reason::Payload));
}

thread_local! {
    static REFUSES: Cell<bool> = const { Cell::new(false) };
}

/// An account that is not read while `REFUSES`.
#[derive(Debug, Default, Clone, Serialize, Deserialize, PartialEq)]
#[serde(try_from = "String", into = "String")]
struct Fickle {
    name: String,
}

impl TryFrom<String> for Fickle {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Fickle, &'static str> {
        if REFUSES.get() {
            Err("on purpose")
        } else {
            Ok(Fickle { name })
        }
    }
}

impl From<Fickle> for String {
    fn from(value: Fickle) -> String {
        value.name
    }
}

impl SessionData for Fickle {
    const LABEL: &str = "fickle";
    const SCHEMA: u32 = 1;
}

#[test]
fn a_value_that_is_not_read_a_second_time_is_no_empty_one() {
    let cookie = builder_of::<Fickle>().build().unwrap();
    let session = cookie.load(None::<&str>, at(0));
    let ada = || "Ada".to_owned();
    session.update(|account| account.name = ada()).unwrap();
    let too_large = session.update(|account| account.name = "x".repeat(9_000));
    assert!(matches!(too_large, Err(SessionError::TooLarge(_))));

    REFUSES.set(true);
    let read = || session.read(|account| account.name.clone());
    assert!(catch_unwind(AssertUnwindSafe(read)).is_err());
    let mut is_called = false;
    let update = session.update(|_| is_called = true);
    assert!(matches!(update, Err(SessionError::Encode { .. })));
    assert!(!is_called, "the change would begin with an empty value");

    REFUSES.set(false);
    assert_eq!(read(), ada());
}
