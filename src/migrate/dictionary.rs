//! Entries of old sessions, as the bytes of a dictionary.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer, ser::Error};
use serde_json::{Map, Value};

use crate::{
    crypto::scratch::{Scratch, Wiped},
    state::map::encode,
};

/// Returns the bytes of a dictionary (SPEC.md § 5.4). `None`: a value is nested too deep, or is a number
/// that neither 64 bits nor a float hold.
pub(super) fn dictionary(entries: &Map<String, Value>) -> Option<Wiped> {
    let sorted: BTreeMap<_, _> = entries
        .iter()
        .map(|(key, value)| (key, Plain(value)))
        .collect();
    let mut buffer = Scratch::borrow();
    let bytes = encode(&sorted, &mut buffer).ok()?;
    Some(Wiped::from(bytes.to_vec()))
}

/// A value whose numbers are numbers. With its feature `arbitrary_precision`, which any crate of a program can switch
/// on, `serde_json` writes them as maps.
struct Plain<'a>(&'a Value);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => serializer.serialize_u64(number),
                (_, Some(number), _) => serializer.serialize_i64(number),
                (_, _, Some(float)) if number.is_f64() => serializer.serialize_f64(float),
                _ => Err(S::Error::custom("a number that would be rounded")),
            },
            Value::Array(values) => serializer.collect_seq(values.iter().map(Plain)),
            Value::Object(members) => {
                serializer.collect_map(members.iter().map(|(key, value)| (key, Plain(value))))
            }
            value => value.serialize(serializer),
        }
    }
}
