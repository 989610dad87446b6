//! A dictionary that does not fit a type names the entry that is to blame.

use std::collections::BTreeMap;

use hardtack::{Session, SessionError};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{at, builder};

#[derive(Deserialize)]
#[allow(dead_code, reason = "it is never read")]
struct Visit {
    a: u64,
    #[serde(default)]
    kind: Option<Role>,
    #[serde(default)]
    names: Vec<String>,
}

#[derive(Serialize, Deserialize)]
enum Role {
    Guest,
    Admin { id: u64 },
}

struct Bytes;

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(b"7")
    }
}

/// Checks which entry of a dictionary with a number, a text and what is stored is to blame for not being a `V`.
#[track_caller]
fn check<V: DeserializeOwned>(
    expected: Option<&str>,
    store: impl FnOnce(&Session) -> Result<(), SessionError>,
) {
    let session = builder().build().unwrap().load([""], at(0));
    session.insert("a", 1).unwrap();
    store(&session).unwrap();
    session.insert("z", "x").unwrap();
    let refused = session.deserialize::<V>().err().unwrap();
    assert_eq!(refused.key(), expected);
    let named = expected.map(|key| format!("the value under {key:?}"));
    let of = named.unwrap_or("the dictionary".to_owned());
    let sentence = format!("{of} does not fit the type");
    assert!(refused.to_string().starts_with(&sentence), "{refused}");
}

#[test]
fn a_dictionary_that_does_not_fit_a_type_names_the_entry_that_is_to_blame() {
    let numbers = &BTreeMap::from([(1_u32, true)]);
    for key in ["", "m", "zz"] {
        check::<BTreeMap<String, Value>>(Some(key), |it| it.insert(key, Bytes));
        check::<BTreeMap<String, Value>>(Some(key), |it| it.insert(key, numbers));
        check::<Value>(Some(key), |it| it.insert(key, [Some(numbers)]));
    }
    check::<Visit>(Some("a"), |it| it.insert("a", "1"));
    check::<Visit>(None, |it| it.remove("a").map(drop));
    check::<Visit>(Some("names"), |it| it.insert("names", [1]));
    check::<Visit>(Some("kind"), |it| it.insert("kind", "Owner"));
    // What fits is not to blame, also where the type helps to read it.
    check::<Visit>(Some("names"), |it| {
        it.insert("kind", Role::Admin { id: 7 })?;
        it.insert("names", "x")
    });
    check::<Visit>(None, |it| {
        it.insert("kind", Role::Guest)?;
        it.remove("a").map(drop)
    });
    check::<Vec<u8>>(None, |_| Ok(()));
    check::<BTreeMap<u32, Value>>(Some("a"), |_| Ok(()));
}
