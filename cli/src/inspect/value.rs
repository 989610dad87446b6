//! MessagePack as JSON.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};

/// A dictionary as JSON. `None`: the payload is not a dictionary.
///
/// A value that JSON lacks becomes an object with one entry that begins with `$`: `{"$hex": "00ff"}` for bytes,
/// `{"$float": "NaN"}` for floats that are not finite, `{"$map": [[1, "one"]]}` for maps whose keys are not texts, or
/// not all different.
pub(super) fn dictionary(payload: &[u8]) -> Option<Value> {
    if payload.is_empty() {
        return Some(json!({}));
    }
    let Shown(value) = rmp_serde::from_slice(payload).ok()?;
    value.is_object().then_some(value)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Shown(Value);

impl<'de> Deserialize<'de> for Shown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Shown, D::Error> {
        deserializer.deserialize_any(AnyValue).map(Shown)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = serde_json::Number::from_f64(value);
        Ok(number.map_or_else(|| json!({ "$float": value.to_string() }), Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_bytes<E: Error>(self, value: &[u8]) -> Result<Value, E> {
        Ok(json!({ "$hex": hex(value) }))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Shown(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some((Shown(key), Shown(value))) = map.next_entry()? {
            entries.push((key, value));
        }
        let pairs = entries.iter();
        let pairs = pairs.map(|(key, value)| Some((key.as_str()?.to_owned(), value.clone())));
        let object: Option<Map<_, _>> = pairs.collect();
        // Below the dictionary itself a key may occur twice.
        let object = object.filter(|object| object.len() == entries.len());
        Ok(object.map_or_else(|| json!({ "$map": entries }), Value::Object))
    }
}
