//! A dictionary in its encoded form: one MessagePack map (SPEC.md § 5.4).
//!
//! The keys are in ascending order of their bytes, each once. An empty dictionary has no bytes. There is no second form
//! in memory that could differ from the sealed one.

use std::any::type_name;

use super::{
    error::SessionError,
    msgpack::{FIX_MAP, is_text, read_be, skip_value},
};
use crate::crypto::scratch::Scratch;
use serde::{Serialize, Serializer, de::DeserializeOwned};

/// Returns `true` if `bytes` are a dictionary in its only spelling.
pub(crate) fn is_valid(bytes: &[u8]) -> bool {
    if bytes.is_empty() {
        return true;
    }
    let mut entries = Entries::new(bytes);
    let mut last_key = None;
    while let Some(Entry { key, .. }) = entries.read_key() {
        let is_next = last_key.is_none_or(|last| last < key);
        if !is_next || !is_text(key) || !entries.skip::<true>() {
            return false;
        }
        last_key = Some(key);
    }
    last_key.is_some() && entries.left == 0 && entries.at == bytes.len()
}

/// Number of entries.
pub(crate) fn len(bytes: &[u8]) -> usize {
    Entries::new(bytes).left
}

pub(crate) fn keys(bytes: &[u8]) -> impl Iterator<Item = &str> {
    sizes(bytes).map(|(key, _)| key)
}

/// Returns the keys, each with the number of bytes that it and its value take.
pub(crate) fn sizes(bytes: &[u8]) -> impl Iterator<Item = (&str, usize)> {
    let mut entries = Entries::new(bytes);
    std::iter::from_fn(move || {
        let entry = entries.read_key()?;
        let key = std::str::from_utf8(entry.key).ok()?;
        entries
            .skip::<false>()
            .then_some((key, entries.at - entry.start))
    })
}

/// Returns the bytes that begin with the value under `key`. Other entries may follow.
pub(crate) fn get<'a>(bytes: &'a [u8], key: &str) -> Option<&'a [u8]> {
    let mut entries = Entries::new(bytes);
    let found = entries.seek(key)?;
    (found.key == key.as_bytes()).then(|| &bytes[entries.at..])
}

/// Returns a dictionary with `value` under `key`, or without `key`, and `true` if `key` was there.
pub(crate) fn edit(bytes: &[u8], key: &str, value: Option<&[u8]>) -> (Vec<u8>, bool) {
    let mut entries = Entries::new(bytes);
    let (first, count) = (entries.at, entries.left);
    let (range, was_there) = match entries.seek(key) {
        Some(found) if found.key == key.as_bytes() && entries.skip::<false>() => {
            (found.start..entries.at, true)
        }
        Some(next) => (next.start..next.start, false),
        None => (bytes.len()..bytes.len(), false),
    };
    let count = count + usize::from(value.is_some()) - usize::from(was_there);
    if count == 0 {
        return (Vec::new(), was_there);
    }
    let entry_len = value.map_or(0, |value| HEADER_LEN_MAX + key.len() + value.len());
    let mut edited = Vec::with_capacity(HEADER_LEN_MAX + bytes.len() + entry_len);
    // Writing to a vector cannot fail.
    let _ = rmp_serde::Serializer::new(&mut edited).serialize_map(Some(count));
    edited.extend_from_slice(&bytes[first..range.start]);
    if let Some(value) = value {
        let _ = rmp_serde::encode::write(&mut edited, key);
        edited.extend_from_slice(value);
    }
    edited.extend_from_slice(&bytes[range.end..]);
    (edited, was_there)
}

/// Encodes one value in `buffer`, and refuses an encoding that could not be read again.
pub(crate) fn encode<'a, V: Serialize + ?Sized>(
    value: &V,
    buffer: &'a mut Scratch,
) -> Result<&'a [u8], SessionError> {
    let bytes = buffer.start(USUAL_VALUE);
    rmp_serde::encode::write_named(bytes, value)
        .map_err(|_| SessionError::Encode(type_name::<V>()))?;
    let is_whole = |end: Option<usize>| end == Some(bytes.len());
    if is_whole(skip_value::<true>(bytes, 0)) {
        Ok(bytes)
    } else if is_whole(skip_value::<false>(bytes, 0)) {
        Err(SessionError::DuplicateKey)
    } else {
        Err(SessionError::TooDeep)
    }
}

/// Decodes the value of `key`, or with `None` the whole dictionary.
pub(crate) fn decode<V: DeserializeOwned>(
    bytes: &[u8],
    key: Option<&str>,
) -> Result<V, SessionError> {
    // The decoder's error may quote the value.
    rmp_serde::from_slice(bytes).map_err(|_| SessionError::Decode {
        key: key.map(str::to_owned),
        expected: type_name::<V>(),
    })
}

/// Decodes a whole dictionary. An empty one has no bytes.
pub(crate) fn decode_all<V: DeserializeOwned>(bytes: &[u8]) -> Result<V, SessionError> {
    decode(if bytes.is_empty() { &[FIX_MAP] } else { bytes }, None)
}

/// The entries of a dictionary, in order. Ends early if the bytes are not one.
///
/// Only [`is_valid`] checks texts and the keys of nested maps. Bytes that passed it, or were put together here, need no
/// second check.
struct Entries<'a> {
    bytes: &'a [u8],
    at: usize,
    left: usize,
}

struct Entry<'a> {
    key: &'a [u8],
    start: usize,
}

impl<'a> Entries<'a> {
    fn new(bytes: &'a [u8]) -> Entries<'a> {
        let (left, at) = read_header(bytes).unwrap_or((0, 0));
        Entries { bytes, at, left }
    }

    /// Reads the next key, and stops before its value.
    fn read_key(&mut self) -> Option<Entry<'a>> {
        let left = self.left.checked_sub(1)?;
        let start = self.at;
        let (key_len, key_start) = read_key_header(self.bytes, start)?;
        let end = key_start.checked_add(key_len)?;
        let key = self.bytes.get(key_start..end)?;
        (self.at, self.left) = (end, left);
        Some(Entry { key, start })
    }

    /// Skips the value.
    fn skip<const CHECKED: bool>(&mut self) -> bool {
        let end = if !CHECKED && self.left == 0 {
            // The last value ends where the map does.
            Some(self.bytes.len())
        } else {
            skip_value::<CHECKED>(self.bytes, self.at)
        };
        self.at = end.unwrap_or(self.bytes.len());
        end.is_some()
    }

    /// Finds the first entry whose key is not before `key`.
    fn seek(&mut self, key: &str) -> Option<Entry<'a>> {
        loop {
            let entry = self.read_key()?;
            if entry.key >= key.as_bytes() {
                return Some(entry);
            }
            if !self.skip::<false>() {
                return None;
            }
        }
    }
}

/// Returns the number of entries, and the position of the first. Only the shortest form is read.
fn read_header(bytes: &[u8]) -> Option<(usize, usize)> {
    let (count, first, shortest) = match *bytes.first()? {
        marker @ FIX_MAP..=0x8F => (usize::from(marker & 0x0F), 1, 0),
        0xDE => (read_be(bytes, 1, 2)?, 3, 16),
        0xDF => (read_be(bytes, 1, 4)?, 5, 0x1_0000),
        _ => return None,
    };
    (count >= shortest).then_some((count, first))
}

/// Returns the length and the start of a key. Only the shortest form is read.
fn read_key_header(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let (len, header_len, shortest) = match *bytes.get(at)? {
        marker @ 0xA0..=0xBF => (usize::from(marker & 0x1F), 1, 0),
        0xD9 => (read_be(bytes, at + 1, 1)?, 2, 32),
        0xDA => (read_be(bytes, at + 1, 2)?, 3, 0x100),
        0xDB => (read_be(bytes, at + 1, 4)?, 5, 0x1_0000),
        _ => return None,
    };
    (len >= shortest).then_some((len, at + header_len))
}

const HEADER_LEN_MAX: usize = 5;
/// The bytes allocated when a value is encoded. A larger value allocates again.
const USUAL_VALUE: usize = 256;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::Value as Json;

    use super::*;

    #[test]
    fn a_dictionary_is_what_rmp_serde_writes_of_a_sorted_map() {
        for count in [0, 1, 15, 16, 17, 70_000] {
            let model: BTreeMap<String, u32> = (0..count).map(|i| (format!("{i:05}"), i)).collect();
            let bytes = if count == 0 {
                Vec::new()
            } else {
                rmp_serde::to_vec(&model).unwrap()
            };
            assert!(is_valid(&bytes), "{count}");
            assert_eq!(len(&bytes), model.len());
            assert_eq!(decode_all::<BTreeMap<String, u32>>(&bytes).unwrap(), model);
            if count > 0 {
                let less = without(&bytes, "00000").unwrap();
                assert!(is_valid(&less), "{count}");
                assert_eq!(with(&less, "00000", &[0]), bytes);
            }
        }
    }

    fn with(bytes: &[u8], key: &str, value: &[u8]) -> Vec<u8> {
        edit(bytes, key, Some(value)).0
    }

    fn without(bytes: &[u8], key: &str) -> Option<Vec<u8>> {
        let (less, was_there) = edit(bytes, key, None);
        was_there.then_some(less)
    }

    fn encoded<V: Serialize>(value: &V) -> Result<Vec<u8>, SessionError> {
        encode(value, &mut Scratch::borrow()).map(<[u8]>::to_vec)
    }

    #[test]
    fn nesting_ends_at_64_levels() {
        let nested = |levels: usize| {
            let mut value = serde_json::json!(1);
            for _ in 0..levels {
                value = serde_json::json!([value]);
            }
            encoded(&value)
        };
        assert!(is_valid(&with(&[], "a", &nested(63).unwrap())));
        assert!(nested(64).is_err());
    }

    /// A map with the entries of a list, in their order.
    struct Pairs(Vec<(u32, u8)>);

    impl Serialize for Pairs {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.0.iter().copied())
        }
    }

    #[test]
    fn a_value_that_has_a_key_twice_is_not_put_in() {
        let refused = encoded(&[Pairs(vec![(300, 1), (7, 2), (300, 3)])]).unwrap_err();
        assert!(matches!(refused, SessionError::DuplicateKey), "{refused}");
        let many: Vec<_> = (0..3_000).rev().map(|key| (key, 1)).collect();
        assert!(encoded(&Pairs(many)).is_ok());
    }

    /// Returns a value of any kind that JSON has, nested, with texts on both sides of the lengths at which their marker
    /// changes.
    fn value() -> impl Strategy<Value = Json> {
        let text = prop::sample::select(vec![0, 31, 32, 255, 256, 65_535, 65_536]);
        let single = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<u8>().prop_map(Json::from),
            any::<f32>().prop_map(|float| Json::from(f64::from(float))),
            "\\PC{0,4}".prop_map(Json::from),
            text.prop_map(|len| Json::from("x".repeat(len))),
        ];
        single.prop_recursive(5, 60, 20, |inner| {
            let names = prop::collection::btree_map("[a-z]{0,3}", inner.clone(), 0..20);
            prop_oneof![
                prop::collection::vec(inner, 0..20).prop_map(Json::from),
                names.prop_map(|entries| Json::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_dictionary_behaves_like_a_sorted_map(
            steps in prop::collection::vec(("[a-c]{0,2}|.{0,40}", prop::option::of(any::<Vec<u8>>())), 0..40)
        ) {
            let (mut model, mut bytes) = (BTreeMap::new(), Vec::new());
            for (key, value) in steps {
                if let Some(value) = value {
                    bytes = with(&bytes, &key, &encoded(&value).unwrap());
                    model.insert(key, value);
                } else if let Some(less) = without(&bytes, &key) {
                    bytes = less;
                    prop_assert!(model.remove(&key).is_some());
                } else {
                    prop_assert!(!model.contains_key(&key));
                }
                prop_assert!(is_valid(&bytes));
            }
            prop_assert!(keys(&bytes).eq(model.keys()));
            for (key, value) in &model {
                let stored: Vec<u8> = decode(get(&bytes, key).unwrap(), Some(key)).unwrap();
                prop_assert_eq!(&stored, value);
            }
        }

        #[test]
        fn a_value_ends_where_its_last_part_ends(value in value(), at: prop::sample::Index) {
            let whole = with(&with(&[], "a", &encoded(&value).unwrap()), "b", &encoded(&1).unwrap());
            prop_assert!(is_valid(&whole));
            prop_assert_eq!(decode::<Json>(get(&whole, "a").unwrap(), None).unwrap(), value);
            prop_assert_eq!(decode::<u8>(get(&whole, "b").unwrap(), None).unwrap(), 1);
            prop_assert!(!is_valid(&whole[..at.index(whole.len() - 1) + 1]));
        }

        #[test]
        fn what_is_valid_can_be_decoded_and_nothing_panics(bytes: Vec<u8>) {
            if is_valid(&bytes) {
                prop_assert_eq!(keys(&bytes).count(), len(&bytes));
            }
            let _ = (get(&bytes, "a"), without(&bytes, "a"));
        }
    }
}
