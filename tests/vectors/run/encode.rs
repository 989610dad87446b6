//! The form of typed values in a dictionary (SPEC.md § 5.4.3).

use std::{fmt::Debug, net::IpAddr, str::FromStr};

use serde::{
    Deserialize, Serialize, Serializer,
    ser::{SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleVariant},
};
use serde_json::{Map as JsonMap, Value, json};
use uuid::Uuid;

use super::{
    adapters::Adapter,
    for_each, hex,
    skips::{Skip, Tally},
    unhex,
};
use crate::state::map::{self, encode};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    value: Typed,
    bytes: Option<Value>,
    error: Option<String>,
}

/// A value of a type of this name. Integers are written in decimal, floating-point numbers as their bytes.
#[derive(Deserialize)]
#[serde(try_from = "JsonMap<String, Value>")]
pub(super) struct Typed {
    kind: String,
    value: Value,
}

impl TryFrom<JsonMap<String, Value>> for Typed {
    type Error = String;

    fn try_from(object: JsonMap<String, Value>) -> Result<Typed, String> {
        let mut fields = object.into_iter();
        match (fields.next(), fields.next()) {
            (Some((kind, value)), None) => Ok(Typed { kind, value }),
            other => Err(format!("one type, not {other:?}")),
        }
    }
}

#[test]
fn values_are_encoded_as_specified() {
    let tally = Tally::of("encode");
    for_each(
        "encode",
        |name,
         Vector {
             value,
             bytes,
             error,
         }| match encode(&value) {
            Ok(found) => {
                tally.note(Adapter::Direct, None);
                assert_eq!(hex(&found), whole(&bytes.expect("it is refused")), "{name}");
                assert!(map::is_valid(&[b"\x81\xa1a", &*found].concat()), "{name}");
            }
            Err(reason) if reason.contains("128 bits") => {
                tally.note(Adapter::Direct, Some(Skip::Wide));
                let types = format!("\"{}\" {}", value.kind, value.value);
                let has = |name| types.contains(name);
                assert!(has("\"u128\"") || has("\"i128\""), "{name}");
            }
            Err(_) => assert_eq!(error.as_deref(), Some("value"), "{name}"),
        },
    );
    tally.check();
}

/// Hands the value to `serializer` by the method for its type, as code that serde derives does.
impl Serialize for Typed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = &self.value;
        match &*self.kind {
            "none" if value.is_null() => serializer.serialize_none(),
            "some" => serializer.serialize_some(&typed(value)),
            "wrapper" => serializer.serialize_newtype_struct("Wrapper", &typed(value)),
            "bool" => serializer.serialize_bool(value.as_bool().unwrap()),
            "u8" => serializer.serialize_u8(parsed(value)),
            "u16" => serializer.serialize_u16(parsed(value)),
            "u32" => serializer.serialize_u32(parsed(value)),
            "u64" => serializer.serialize_u64(parsed(value)),
            "u128" => serializer.serialize_u128(parsed(value)),
            "i8" => serializer.serialize_i8(parsed(value)),
            "i16" => serializer.serialize_i16(parsed(value)),
            "i32" => serializer.serialize_i32(parsed(value)),
            "i64" => serializer.serialize_i64(parsed(value)),
            "i128" => serializer.serialize_i128(parsed(value)),
            "f32" => serializer.serialize_f32(f32::from_be_bytes(array(value))),
            "f64" => serializer.serialize_f64(f64::from_be_bytes(array(value))),
            "char" => serializer.serialize_char(parsed(value)),
            "text" => serializer.serialize_str(&whole(value)),
            "bytes" => serializer.serialize_bytes(&unhex(&whole(value))),
            "uuid" => parsed::<Uuid>(value).serialize(serializer),
            "address" => parsed::<IpAddr>(value).serialize(serializer),
            "list" => serializer.collect_seq(list(value).iter().map(typed)),
            "tuple" => {
                let mut made = serializer.serialize_tuple(list(value).len())?;
                for value in list(value) {
                    made.serialize_element(&typed(value))?;
                }
                made.end()
            }
            "empty" if value.is_null() => serializer.serialize_unit_struct("Empty"),
            "struct" => {
                let mut made = serializer.serialize_struct("Struct", list(value).len())?;
                for field in list(value) {
                    made.serialize_field(name(&field[0]), &typed(&field[1]))?;
                }
                made.end()
            }
            "map" => {
                let entries = list(value).iter();
                serializer.collect_map(entries.map(|entry| (typed(&entry[0]), typed(&entry[1]))))
            }
            "variant" => match &list(value)[..] {
                [variant] => serializer.serialize_unit_variant("Enum", 0, name(variant)),
                [variant, data] => serialize_variant(serializer, name(variant), &typed(data)),
                other => panic!("{other:?}"),
            },
            // A value in so many others, one in the next.
            "nested" => {
                let times = 0..value[0].as_u64().unwrap();
                let nested = times.fold(value[2].clone(), |inner, _| match value[1].as_str() {
                    Some("wrapper") => json!({"wrapper": inner}),
                    Some("list") => json!({"list": [inner]}),
                    Some("struct") => json!({"struct": [["a", inner]]}),
                    Some("variant") => json!({"variant": ["A", inner]}),
                    other => panic!("{other:?}"),
                });
                typed(&nested).serialize(serializer)
            }
            other => panic!("{other}: {value}"),
        }
    }
}

fn serialize_variant<S: Serializer>(
    serializer: S,
    variant: &'static str,
    data: &Typed,
) -> Result<S::Ok, S::Error> {
    let fields = || list(&data.value);
    match &*data.kind {
        "tuple" => {
            let mut made =
                serializer.serialize_tuple_variant("Enum", 1, variant, fields().len())?;
            for value in fields() {
                made.serialize_field(&typed(value))?;
            }
            made.end()
        }
        "struct" => {
            let mut made =
                serializer.serialize_struct_variant("Enum", 2, variant, fields().len())?;
            for field in fields() {
                made.serialize_field(name(&field[0]), &typed(&field[1]))?;
            }
            made.end()
        }
        _ => serializer.serialize_newtype_variant("Enum", 3, variant, data),
    }
}

pub(super) fn typed(value: &Value) -> Typed {
    Typed::deserialize(value).unwrap()
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

/// A text; or pieces, each with the number of times that it stands there.
fn whole(value: &Value) -> String {
    if let Value::String(text) = value {
        return text.clone();
    }
    let pieces = list(value).iter();
    let repeated = |piece: &Value| {
        let count = piece[1].as_u64().unwrap();
        piece[0].as_str().unwrap().repeat(count.try_into().unwrap())
    };
    pieces.map(repeated).collect()
}

fn parsed<V: FromStr<Err: Debug>>(text: &Value) -> V {
    text.as_str().unwrap().parse().unwrap()
}

fn array<const N: usize>(hex: &Value) -> [u8; N] {
    unhex(hex.as_str().unwrap()).try_into().unwrap()
}

/// Names are constants in code that serde derives.
fn name(text: &Value) -> &'static str {
    text.as_str().unwrap().to_owned().leak()
}
