//! The form of typed values in a dictionary (SPEC.md § 5.4.3).

use std::{fmt::Debug, net::IpAddr, str::FromStr};

use serde::{
    Deserialize, Serialize, Serializer,
    ser::{
        SerializeMap, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleVariant,
    },
};
use uuid::Uuid;

use super::{for_each, hex, unhex};
use crate::state::map::{self, encode};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    value: Typed,
    bytes: Option<Text>,
    error: Option<String>,
}

/// A value of a type of this name. Integers are written in decimal, floating-point numbers as their bytes.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Typed {
    None(()),
    Some(Box<Typed>),
    Wrapper(Box<Typed>),
    Bool(bool),
    U8(String),
    U16(String),
    U32(String),
    U64(String),
    U128(String),
    I8(String),
    I16(String),
    I32(String),
    I64(String),
    I128(String),
    F32(String),
    F64(String),
    Char(char),
    Text(Text),
    Bytes(Text),
    Uuid(Uuid),
    Address(IpAddr),
    List(Vec<Typed>),
    Tuple(Vec<Typed>),
    /// A structure without fields.
    Empty(()),
    Struct(Vec<(String, Typed)>),
    Map(Vec<(Typed, Typed)>),
    Variant(Variant),
    /// A value in so many others, one in the next.
    Nested(usize, Level, Box<Typed>),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Wrapper,
    List,
    /// With the field `a`.
    Struct,
    /// The alternative `A`.
    Variant,
}

/// A text; or pieces, each with the number of times that it stands there.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Whole(String),
    Pieces(Vec<(String, usize)>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Variant {
    Data(String, Box<Typed>),
    Name((String,)),
}

#[test]
fn values_are_encoded_as_specified() {
    let mut wide = 0;
    for_each("encode", |name, vector: Vector| {
        match encode(&vector.value) {
            Ok(bytes) => {
                let expected = vector.bytes.expect("it is refused").whole();
                assert_eq!(hex(&bytes), expected, "{name}");
                assert!(map::is_valid(&[b"\x81\xa1a", &*bytes].concat()), "{name}");
            }
            Err(reason) if reason.contains("128 bits") => {
                wide += usize::from(vector.bytes.is_some());
            }
            Err(_) => assert_eq!(vector.error.as_deref(), Some("value"), "{name}"),
        }
    });
    // A writer may refuse these (§ 5.4.3).
    assert_eq!(wide, 15);
}

impl Text {
    fn whole(&self) -> String {
        match self {
            Text::Whole(text) => text.clone(),
            Text::Pieces(pieces) => pieces.iter().map(|(text, n)| text.repeat(*n)).collect(),
        }
    }
}

/// Hands the value to `serializer` by the method for its type, as code that serde derives does.
impl Serialize for Typed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Typed::None(()) => serializer.serialize_none(),
            Typed::Some(value) => serializer.serialize_some(value),
            Typed::Wrapper(value) => serializer.serialize_newtype_struct("Wrapper", value),
            Typed::Bool(value) => serializer.serialize_bool(*value),
            Typed::U8(text) => serializer.serialize_u8(number(text)),
            Typed::U16(text) => serializer.serialize_u16(number(text)),
            Typed::U32(text) => serializer.serialize_u32(number(text)),
            Typed::U64(text) => serializer.serialize_u64(number(text)),
            Typed::U128(text) => serializer.serialize_u128(number(text)),
            Typed::I8(text) => serializer.serialize_i8(number(text)),
            Typed::I16(text) => serializer.serialize_i16(number(text)),
            Typed::I32(text) => serializer.serialize_i32(number(text)),
            Typed::I64(text) => serializer.serialize_i64(number(text)),
            Typed::I128(text) => serializer.serialize_i128(number(text)),
            Typed::F32(bytes) => serializer.serialize_f32(f32::from_be_bytes(array(bytes))),
            Typed::F64(bytes) => serializer.serialize_f64(f64::from_be_bytes(array(bytes))),
            Typed::Char(character) => serializer.serialize_char(*character),
            Typed::Text(text) => serializer.serialize_str(&text.whole()),
            Typed::Bytes(bytes) => serializer.serialize_bytes(&unhex(&bytes.whole())),
            Typed::Uuid(value) => value.serialize(serializer),
            Typed::Address(value) => value.serialize(serializer),
            Typed::List(values) => serializer.collect_seq(values),
            Typed::Tuple(values) => tuple(serializer, values),
            Typed::Empty(()) => serializer.serialize_unit_struct("Empty"),
            Typed::Struct(fields) => {
                let mut made = serializer.serialize_struct("Struct", fields.len())?;
                for (name, value) in fields {
                    made.serialize_field(leaked(name), value)?;
                }
                made.end()
            }
            Typed::Map(entries) => {
                let mut made = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    made.serialize_entry(key, value)?;
                }
                made.end()
            }
            Typed::Variant(variant) => variant.serialize(serializer),
            Typed::Nested(0, _, value) => value.serialize(serializer),
            Typed::Nested(n, level, value) => Nested(n - 1, *level, value).serialize(serializer),
        }
    }
}

impl Serialize for Variant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (name, data) = match self {
            Variant::Name((name,)) => {
                return serializer.serialize_unit_variant("Enum", 0, leaked(name));
            }
            Variant::Data(name, data) => (leaked(name), data),
        };
        match &**data {
            Typed::Tuple(values) => {
                let mut made = serializer.serialize_tuple_variant("Enum", 1, name, values.len())?;
                for value in values {
                    made.serialize_field(value)?;
                }
                made.end()
            }
            Typed::Struct(fields) => {
                let mut made =
                    serializer.serialize_struct_variant("Enum", 2, name, fields.len())?;
                for (field, value) in fields {
                    made.serialize_field(leaked(field), value)?;
                }
                made.end()
            }
            value => serializer.serialize_newtype_variant("Enum", 3, name, value),
        }
    }
}

/// A value in one more other than so many.
struct Nested<'a>(usize, Level, &'a Typed);

impl Serialize for Nested<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Nested(n, level, value) = *self;
        match n.checked_sub(1) {
            Some(less) => level.around(&Nested(less, level, value), serializer),
            None => level.around(value, serializer),
        }
    }
}

impl Level {
    fn around<S: Serializer>(
        self,
        value: &impl Serialize,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match self {
            Level::Wrapper => serializer.serialize_newtype_struct("Wrapper", value),
            Level::List => serializer.collect_seq([value]),
            Level::Struct => {
                let mut made = serializer.serialize_struct("Struct", 1)?;
                made.serialize_field("a", value)?;
                made.end()
            }
            Level::Variant => serializer.serialize_newtype_variant("Enum", 0, "A", value),
        }
    }
}

fn tuple<S: Serializer>(serializer: S, values: &[Typed]) -> Result<S::Ok, S::Error> {
    let mut made = serializer.serialize_tuple(values.len())?;
    for value in values {
        made.serialize_element(value)?;
    }
    made.end()
}

fn number<N: FromStr<Err: Debug>>(text: &str) -> N {
    text.parse().unwrap()
}

fn array<const N: usize>(hex: &str) -> [u8; N] {
    unhex(hex).try_into().unwrap()
}

/// Names are constants in code that serde derives.
fn leaked(name: &str) -> &'static str {
    name.to_owned().leak()
}
