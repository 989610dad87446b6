//! Payloads as JSON.

use std::fmt;

use hardtack::{SessionData, packages::TokenContent};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

/// Reads the payloads of one type of sessions as JSON.
///
/// A value that JSON lacks becomes an object with one entry that begins with `$`:
///
/// - `{"$hex": "00ff"}` for bytes;
/// - `{"$float": "NaN"}` for floats that are not finite;
/// - `{"$map": [[1, "one"]]}` for maps whose keys are not strings, or not all different.
#[derive(Clone, Copy)]
pub(crate) struct Reader {
    /// Reads the payload, or returns `None` if it is of another type.
    pub(super) read: fn(&TokenContent) -> Option<Value>,
    /// Set for sessions of a type that this program has.
    pub(super) is_typed: bool,
}

impl Reader {
    pub(crate) const DICTIONARY: Reader = Reader {
        read: dictionary,
        is_typed: false,
    };

    pub(crate) fn of<T: SessionData>() -> Reader {
        Reader {
            read: typed::<T>,
            is_typed: true,
        }
    }
}

fn dictionary(content: &TokenContent) -> Option<Value> {
    if content.schema != 0 {
        return None;
    }
    if content.payload.is_empty() {
        return Some(json!({}));
    }
    from_messagepack(&content.payload).filter(Value::is_object)
}

/// Reads a typed payload through MessagePack, because JSON lacks some values of the type.
fn typed<T: SessionData>(content: &TokenContent) -> Option<Value> {
    let value = T::decode(content.schema, &content.payload)?;
    let mut bytes = Zeroizing::new(Vec::new());
    let serializer = rmp_serde::Serializer::new(&mut *bytes).with_struct_map();
    let written = value.serialize(&mut serializer.with_human_readable());
    written.ok()?;
    from_messagepack(&bytes)
}

fn from_messagepack(bytes: &[u8]) -> Option<Value> {
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes);
    // The main thread of Windows has 1 MiB of stack, which the usual limit of 1024 levels can exceed.
    deserializer.set_max_depth(MOST_LEVELS);
    let Shown(value) = Shown::deserialize(&mut deserializer).ok()?;
    Some(value)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Shown(Value);

/// More than a dictionary has (SPEC.md § 5.4.5).
const MOST_LEVELS: usize = 100;

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
        let pairs = entries
            .iter()
            .map(|(key, value)| Some((key.as_str()?.to_owned(), value.clone())));
        let object: Option<Map<_, _>> = pairs.collect();
        // Below the top level, a key may occur twice.
        let whole = object.filter(|object| object.len() == entries.len());
        Ok(whole.map_or_else(|| json!({ "$map": entries }), Value::Object))
    }
}

#[cfg(test)]
mod tests {
    use std::{
        net::IpAddr,
        time::{Duration, UNIX_EPOCH},
    };

    use hardtack::{EncryptionKey, SessionCookie};
    use serde::Serialize;

    use super::*;

    #[derive(Default, Serialize, serde::Deserialize, PartialEq)]
    struct Login {
        address: Option<IpAddr>,
    }

    impl SessionData for Login {
        const LABEL: &str = "login";
        const SCHEMA: u32 = 1;
    }

    #[test]
    fn a_value_of_two_forms_is_shown_in_the_readable_one() {
        let key = EncryptionKey::generate().unwrap();
        let cookie = SessionCookie::encrypted(key).typed().build().unwrap();
        let address = Some([192, 0, 2, 7].into());
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let field = cookie.cookie_for(now, |session| session.replace(Login { address }));
        let token = cookie.name().tokens_in([field.unwrap()]).remove(0).unwrap();
        let content = cookie.inspect(&token, now).unwrap();
        let shown = (Reader::of::<Login>().read)(&content);
        assert_eq!(shown, Some(json!({ "address": "192.0.2.7" })));
    }

    #[test]
    fn deep_content_fits_the_stack_of_the_main_thread_of_windows() {
        let read = || {
            for list_or_map in [&b"\x91"[..], b"\x81\xa0"] {
                let nested = |levels| [&list_or_map.repeat(levels)[..], b"\xc0"].concat();
                assert!(from_messagepack(&nested(64)).is_some());
                assert!(from_messagepack(&nested(10_000)).is_none());
            }
        };
        let small = std::thread::Builder::new().stack_size(1 << 20).spawn(read);
        small.unwrap().join().unwrap();
    }
}
