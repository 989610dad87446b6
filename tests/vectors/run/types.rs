//! The types of sessions that applications expect, what they do with them, and what they read.

use std::{fmt, net::IpAddr};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, SeqAccess, Visitor},
    ser::Error,
};
use serde_json::Value;
use uuid::Uuid;

use super::acts::{bytes, unpacked};
use crate::{
    Session, SessionError,
    state::{Map, Payload, SessionData},
};

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Expects {
    #[default]
    Dictionary,
    #[serde(untagged)]
    Typed {
        schema: u32,
        /// Earlier versions, which had the same bytes.
        #[serde(default)]
        converts: Vec<u32>,
    },
}

/// Calls a function for the type that a vector expects.
macro_rules! typed {
    ($expects:expr, $function:ident($($argument:expr),*)) => {{
        use $crate::{state::Map, vectors::types::{Expects, Visit}};
        match $expects {
            Expects::Dictionary => $function::<Map>($($argument),*),
            Expects::Typed { schema, converts } => match (*schema, &converts[..]) {
                (1, []) => $function::<Visit<1>>($($argument),*),
                (2, []) => $function::<Visit<2>>($($argument),*),
                (2, [1]) => $function::<Visit<2, true>>($($argument),*),
                (u32::MAX, []) => $function::<Visit<{ u32::MAX }>>($($argument),*),
                other => panic!("{other:?}"),
            },
        }
    }};
}
pub(super) use typed;

pub(crate) trait Acts: Payload {
    fn change(session: &Session<Self>, action: &[Value]) -> Result<(), SessionError>;

    /// What the application reads. `None`: JSON cannot hold it.
    fn data(session: &Session<Self>) -> Option<Value>;
}

impl Acts for Map {
    fn change(session: &Session, action: &[Value]) -> Result<(), SessionError> {
        let text = |at: usize| action[at].as_str().unwrap();
        match text(0) {
            "insert" => session.insert(text(1), &action[2]),
            "insert-bytes" => {
                let key = String::from_utf8(bytes(&action[1])).unwrap();
                session.insert(&key, unpacked(&action[2]).unwrap())
            }
            // Values with a readable form and a compact one.
            "insert-uuid" => session.insert(text(1), text(2).parse::<Uuid>().unwrap()),
            "insert-address" => session.insert(text(1), text(2).parse::<IpAddr>().unwrap()),
            "remove" => session.remove(text(1)).map(drop),
            other => panic!("{other}"),
        }
    }

    fn data(session: &Session) -> Option<Value> {
        session.deserialize::<Json>().ok().map(|json| json.0)
    }
}

/// The type of the vectors. Its label is the vector's, and its first version had the same bytes.
#[derive(Serialize, Deserialize, Default, PartialEq)]
pub(super) struct Visit<const SCHEMA: u32, const CONVERTS: bool = false> {
    #[serde(serialize_with = "in_32_bits", deserialize_with = "of_32_bits")]
    visits: u64,
    name: String,
}

/// A number with more bits can be in a value, and cannot be encoded.
fn in_32_bits<S: Serializer>(visits: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    let visits = u32::try_from(*visits).map_err(S::Error::custom)?;
    serializer.serialize_u32(visits)
}

fn of_32_bits<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    u32::deserialize(from).map(u64::from)
}

impl<const SCHEMA: u32, const CONVERTS: bool> SessionData for Visit<SCHEMA, CONVERTS> {
    const LABEL: &str = "";
    const SCHEMA: u32 = SCHEMA;

    fn convert(schema: u32, bytes: &[u8]) -> Option<Self> {
        (CONVERTS && schema == 1).then(|| Visit::decode(SCHEMA, bytes))?
    }
}

impl<const SCHEMA: u32, const CONVERTS: bool> Acts for Visit<SCHEMA, CONVERTS> {
    fn change(session: &Session<Self>, action: &[Value]) -> Result<(), SessionError> {
        let [word, value] = action else {
            panic!("{action:?}")
        };
        assert_eq!(*word, "set");
        assert_eq!(value.as_object().unwrap().len(), 2, "{value}");
        session.replace(Visit {
            visits: value["visits"].as_u64().unwrap(),
            name: value["name"].as_str().unwrap().to_owned(),
        })
    }

    fn data(session: &Session<Self>) -> Option<Value> {
        session.read(|visit| serde_json::to_value(visit).ok())
    }
}

/// Any value as JSON. A byte string, for which JSON has no form, becomes the array of its bytes.
struct Json(Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor).map(Json)
    }
}

struct JsonVisitor;

macro_rules! visit {
    ($($method:ident($Type:ty)),+) => {
        $(fn $method<E>(self, value: $Type) -> Result<Value, E> {
            Ok(value.into())
        })+
    };
}

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Value;

    visit! { visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str), visit_bytes(&[u8]) }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Json(value)) = seq.next_element()? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = serde_json::Map::new();
        while let Some((key, Json(value))) = map.next_entry()? {
            object.insert(key, value);
        }
        Ok(object.into())
    }
}
