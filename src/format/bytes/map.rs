//! A dictionary in its encoded form: one MessagePack map (SPEC.md § 5.4).
//!
//! The keys are in ascending order of their bytes, each once. An empty dictionary has no bytes. There is no second form
//! in memory that could differ from the sealed one.

use rmp_serde::{Deserializer, Serializer, decode::Error, encode::Error as EncodeError};
use serde::{
    Serialize, Serializer as _,
    de::{
        DeserializeOwned, DeserializeSeed, MapAccess,
        value::{MapAccessDeserializer, StrDeserializer},
    },
};

use super::{
    msgpack::{FIX_MAP, is_text, read_be, skip_value},
    narrow::{Narrow, WIDE},
};
use crate::format::crypto::scratch::Wiped;

/// Returns `true` if `bytes` are a dictionary whose header and keys have their only spelling. Values may have several.
pub(crate) fn is_valid(bytes: &[u8]) -> bool {
    if bytes.is_empty() {
        return true;
    }
    let mut entries = Entries::new(bytes);
    let mut last_key = None;
    while let Some(key) = entries.read_key() {
        let is_next = last_key.is_none_or(|last| last < key);
        if !is_next || !is_text(key) || !entries.skip::<true>() {
            return false;
        }
        last_key = Some(key);
    }
    last_key.is_some() && entries.left == 0 && entries.at == bytes.len()
}

/// Returns the number of entries.
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
        let key = std::str::from_utf8(entries.read_key()?).ok()?;
        entries
            .skip::<false>()
            .then_some((key, entries.at - entries.start))
    })
}

/// Returns the bytes that begin with the value under `key`. Other entries may follow.
pub(crate) fn get<'a>(bytes: &'a [u8], key: &str) -> Option<&'a [u8]> {
    let mut entries = Entries::new(bytes);
    let found = entries.seek(key)?;
    (found == key.as_bytes()).then(|| &bytes[entries.at..])
}

/// Returns a dictionary with `value` under `key`, or without `key`, and `true` if `key` was there.
pub(crate) fn edit(bytes: &[u8], key: &str, value: Option<&[u8]>) -> (Vec<u8>, bool) {
    let mut entries = Entries::new(bytes);
    let (first, count) = (entries.at, entries.left);
    let (range, was_there) = match entries.seek(key) {
        Some(found) if found == key.as_bytes() && entries.skip::<false>() => {
            (entries.start..entries.at, true)
        }
        Some(_) => (entries.start..entries.start, false),
        None => (bytes.len()..bytes.len(), false),
    };
    let count = count + usize::from(value.is_some()) - usize::from(was_there);
    // An empty dictionary is no bytes (SPEC.md § 5.4), so that a session without content is recognized by its length.
    if count == 0 {
        return (Vec::new(), was_there);
    }
    let entry_len = value.map_or(0, |value| HEADER_LEN_MAX + key.len() + value.len());
    let mut edited = Vec::with_capacity(HEADER_LEN_MAX + bytes.len() + entry_len);
    // The bytes around the entry are copied and not decoded, so values whose types this program does not know survive a
    // change of another. Writing to a vector cannot fail.
    let _ = Serializer::new(&mut edited).serialize_map(Some(count));
    edited.extend_from_slice(&bytes[first..range.start]);
    if let Some(value) = value {
        let _ = rmp_serde::encode::write(&mut edited, key);
        edited.extend_from_slice(value);
    }
    edited.extend_from_slice(&bytes[range.end..]);
    (edited, was_there)
}

/// Encodes one value, in its readable form (SPEC.md § 5.4.10), and refuses an encoding that no reader would take. The error
/// is the reason why the value cannot be stored.
pub(crate) fn encode<V: Serialize + ?Sized>(value: &V) -> Result<Wiped, &'static str> {
    let mut buffer = Wiped::borrow();
    let bytes = buffer.start(USUAL_VALUE);
    let serializer = Serializer::new(&mut *bytes).with_struct_map();
    let serialized = value.serialize(Narrow(&mut serializer.with_human_readable()));
    serialized.map_err(|error| match error {
        EncodeError::Syntax(cause) if cause == WIDE => WIDE,
        _ => FAILS,
    })?;
    fault(bytes).map_or(Ok(buffer), Err)
}

/// Returns the reason why no reader would take an encoded value, if there is one.
fn fault(bytes: &[u8]) -> Option<&'static str> {
    // A session that is sealed and cannot be read is withheld from then on, so this fails at the line that stores it.
    let is_whole = |end: Option<usize>| end == Some(bytes.len());
    if is_whole(skip_value::<true>(bytes, 0)) {
        return None;
    }
    let is_readable = is_whole(skip_value::<false>(bytes, 0));
    Some(if is_readable { DUPLICATE_KEY } else { FORM })
}

/// Decodes one value.
pub(crate) fn decode<V: DeserializeOwned>(bytes: &[u8]) -> Option<V> {
    let mut deserializer = Deserializer::from_read_ref(bytes).with_human_readable();
    // The decoder's error may quote the value.
    V::deserialize(&mut deserializer).ok()
}

/// Decodes a whole dictionary. An empty one has no bytes. The error is the key whose value is to blame, if there is one.
pub(crate) fn decode_all<V: DeserializeOwned>(bytes: &[u8]) -> Result<V, Option<&str>> {
    let bytes = if bytes.is_empty() { &[FIX_MAP] } else { bytes };
    decode(bytes).ok_or_else(|| {
        let mut entries = Entries::new(bytes);
        let _ = V::deserialize(MapAccessDeserializer::new(&mut entries));
        entries.decoded
    })
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        self.decoded = self.read_key().and_then(|key| str::from_utf8(key).ok());
        let key = self.decoded.map(StrDeserializer::new);
        key.map(|key| seed.deserialize(key)).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let value = &self.bytes[self.at..];
        self.skip::<false>();
        seed.deserialize(&mut Deserializer::from_read_ref(value).with_human_readable())
    }
}

/// Entries of a dictionary, in order. Ends early if the bytes are not a dictionary.
///
/// Only [`is_valid`] and [`encode`] check strings and the keys of nested maps. Bytes that passed, or were put together
/// here, need no second check.
struct Entries<'a> {
    bytes: &'a [u8],
    /// Start of the entry whose key was read last.
    start: usize,
    at: usize,
    left: usize,
    /// Key of the value that is being decoded, which is to blame if decoding fails.
    decoded: Option<&'a str>,
}

impl<'a> Entries<'a> {
    fn new(bytes: &'a [u8]) -> Entries<'a> {
        let (left, at) = read_header(bytes).unwrap_or((0, 0));
        Entries {
            bytes,
            start: at,
            at,
            left,
            decoded: None,
        }
    }

    /// Reads the next key, and stops before its value.
    fn read_key(&mut self) -> Option<&'a [u8]> {
        let left = self.left.checked_sub(1)?;
        let (key_len, key_start) = read_key_header(self.bytes, self.at)?;
        let end = key_start.checked_add(key_len)?;
        let key = self.bytes.get(key_start..end)?;
        (self.start, self.at, self.left) = (self.at, end, left);
        Some(key)
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

    /// Finds the first key that is not before `key`.
    fn seek(&mut self, key: &str) -> Option<&'a [u8]> {
        loop {
            let found = self.read_key()?;
            if found >= key.as_bytes() {
                return Some(found);
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

/// Reason why a value cannot be stored, in a dictionary or as a session.
pub(super) const FAILS: &str =
    "its `Serialize` fails, as for a variant with `skip` or, in a typed session, `flatten`";
// Languages disagree on which entry counts.
const DUPLICATE_KEY: &str = "a map in it has a key twice";
const FORM: &str =
    "it is nested deeper than 63 levels, or has a MessagePack extension or a wrong length";
/// Bytes of the longest header of a map: its marker and a length of 32 bits.
const HEADER_LEN_MAX: usize = 5;
/// Bytes allocated to encode a value. A larger value may allocate again, and a session of the default size has room for few.
const USUAL_VALUE: usize = 256;

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, HashMap},
        fmt::Debug,
        net::IpAddr,
    };

    use proptest::prelude::*;
    use serde::{Deserialize, Serializer, de::IgnoredAny};
    use serde_json::Value as Json;
    use time::{OffsetDateTime, macros::datetime};
    use uuid::{Uuid, uuid};

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

    #[test]
    fn a_key_of_any_length_is_read() {
        for len in [0, 1, 31, 32, 255, 256, 65_535, 65_536] {
            let (key, next) = ("k".repeat(len), "next");
            let bytes = with(&with(&[], next, &[1]), &key, &[0]);
            assert!(is_valid(&bytes), "{len}");
            assert!(keys(&bytes).eq([&*key, next]), "{len}");
            assert_eq!(get(&bytes, &key), Some(&bytes[bytes.len() - 7..]), "{len}");
        }
    }

    fn with(bytes: &[u8], key: &str, value: &[u8]) -> Vec<u8> {
        edit(bytes, key, Some(value)).0
    }

    fn without(bytes: &[u8], key: &str) -> Option<Vec<u8>> {
        let (less, was_there) = edit(bytes, key, None);
        was_there.then_some(less)
    }

    fn encoded<V: Serialize>(value: &V) -> Result<Vec<u8>, &'static str> {
        encode(value).map(|bytes| bytes.to_vec())
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Unit;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Wrapper(u8);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Pair(u8, bool);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Named {
        b: u8,
        a: Option<u8>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Kind {
        A,
        B(u8),
        C(u8, u8),
        D { x: u8 },
    }

    struct Bytes(&'static [u8]);

    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(self.0)
        }
    }

    #[track_caller]
    fn check<V: Serialize + DeserializeOwned + Debug + PartialEq>(value: V, expected: &[u8]) {
        let bytes = encoded(&value).unwrap();
        assert_eq!(bytes, expected, "{value:?} is {bytes:x?}");
        assert_eq!(decode::<V>(&bytes).unwrap(), value);
    }

    #[test]
    fn a_value_has_the_form_of_the_specification() {
        check((), b"\xc0");
        check((false, true), b"\x92\xc2\xc3");
        check([None, Some(5)], b"\x92\xc0\x05");
        check(
            (127_u64, 128_u16, 65_536),
            b"\x93\x7f\xcc\x80\xce\0\x01\0\0",
        );
        check(
            (-32_i64, -33_i8, -32_769),
            b"\x93\xe0\xd0\xdf\xd2\xff\xff\x7f\xff",
        );
        check(u64::MAX, &[&[0xCF][..], &[0xFF; 8]].concat());
        check(
            (1.0_f32, 1.0),
            b"\x92\xca\x3f\x80\0\0\xcb\x3f\xf0\0\0\0\0\0\0",
        );
        check(('ä', "a".to_owned()), b"\x92\xa2\xc3\xa4\xa1a");
        check(
            (vec![1_u8, 200], [1_u8, 200]),
            b"\x92\x92\x01\xcc\xc8\x92\x01\xcc\xc8",
        );
        assert_eq!(encoded(&Bytes(b"\x01\xc8")).unwrap(), b"\xc4\x02\x01\xc8");
        assert_eq!(decode::<Vec<u8>>(b"\xc4\x02\x01\xc8").unwrap(), [1, 200]);
        check(
            (Unit, Wrapper(5), Pair(5, true)),
            b"\x93\x90\x05\x92\x05\xc3",
        );
        check(Named { b: 1, a: None }, b"\x82\xa1b\x01\xa1a\xc0");
        check(
            BTreeMap::from([(-1, 'a'), (300, 'b')]),
            b"\x82\xff\xa1a\xcd\x01\x2c\xa1b",
        );
        check(Kind::A, b"\xa1A");
        check(Kind::B(5), b"\x81\xa1B\x05");
        check(Kind::C(5, 6), b"\x81\xa1C\x92\x05\x06");
        check(Kind::D { x: 5 }, b"\x81\xa1D\x81\xa1x\x05");
    }

    const ID: Uuid = uuid!("67e55044-10b1-426f-9247-bb680e5fe0c8");
    const DATE: OffsetDateTime = datetime!(2027-03-01 06:00 UTC);

    #[test]
    fn a_value_of_two_forms_has_the_readable_one() {
        check(ID, b"\xd9\x2467e55044-10b1-426f-9247-bb680e5fe0c8");
        check(IpAddr::from([192, 0, 2, 7]), b"\xa9192.0.2.7");
        check(DATE, b"\xbf2027-03-01 06:00:00.0 +00:00:00");

        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Visit {
            user: Option<Uuid>,
            seen: Vec<(IpAddr, OffsetDateTime)>,
            cart: BTreeMap<Uuid, u32>,
        }
        check_as_in_json(Visit {
            user: Some(ID),
            seen: vec![([0x20; 16].into(), DATE)],
            cart: [(ID, 2)].into(),
        });
    }

    /// Asserts that `value` has the form of its JSON, in both directions.
    #[track_caller]
    fn check_as_in_json<V: Serialize + DeserializeOwned + Debug + PartialEq>(value: V) {
        let json = serde_json::to_value(&value).unwrap();
        let bytes = encoded(&value).unwrap();
        assert_eq!(decode::<Json>(&bytes).unwrap(), json);
        assert_eq!(decode::<V>(&encoded(&json).unwrap()).unwrap(), value);
        assert_eq!(decode::<V>(&bytes).unwrap(), value);
    }

    /// With these attributes serde reads a copy in memory, always in the readable form.
    #[test]
    fn a_value_of_two_forms_may_be_flattened_tagged_and_untagged() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Inner {
            user: Uuid,
        }
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Outer {
            #[serde(flatten)]
            inner: Inner,
        }
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        enum Tagged {
            User { id: Uuid },
        }
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        #[serde(untagged)]
        enum Untagged {
            Number(u32),
            User(Uuid),
        }
        check_as_in_json(Outer {
            inner: Inner { user: ID },
        });
        check_as_in_json(Tagged::User { id: ID });
        check_as_in_json(vec![Untagged::Number(7), Untagged::User(ID)]);
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

    #[test]
    fn an_integer_of_128_bits_is_read_and_not_put_in() {
        let one = [&[0xC4, 16][..], &[0; 15], &[1]].concat();
        assert_eq!(decode::<u128>(&one).unwrap(), 1);
        let all = [&[0xC4, 16][..], &[0xFF; 16]].concat();
        assert_eq!(decode::<i128>(&all).unwrap(), -1);
        // One that an earlier version has put in stays, whatever changes beside it.
        let edited = with(&with(&[], "b", &one), "a", &[7]);
        assert_eq!(decode::<u128>(get(&edited, "b").unwrap()).unwrap(), 1);

        #[derive(Serialize)]
        enum Deep {
            A(Option<Box<Deep>>),
            B([u128; 2], ()),
            C { x: BTreeMap<i128, ()> },
        }
        #[track_caller]
        fn check<V: Serialize>(value: V) {
            let refused = encoded(&value).unwrap_err();
            assert_eq!(refused, WIDE);
        }
        check(1_u128);
        check(-1_i128);
        check(vec![(true, Some(1_u128))]);
        check(BTreeMap::from([("a", BTreeMap::from([(1_i128, ())]))]));
        check(Deep::A(Some(Box::new(Deep::B([7; 2], ())))));
        check(Deep::C {
            x: [(5, ())].into(),
        });
        // Its bytes alone do not tell such an integer.
        assert!(encoded(&Bytes(&[0; 16])).is_ok());
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
        assert_eq!(refused, DUPLICATE_KEY);
        let many: Vec<_> = (0..3_000).rev().map(|key| (key, 1)).collect();
        assert!(encoded(&Pairs(many)).is_ok());
    }

    /// Returns a value of any kind that JSON has, nested, with strings on both sides of the lengths at which their
    /// marker changes, up to the longest.
    fn value(longest: usize) -> impl Strategy<Value = Json> {
        let mut lens = vec![0, 31, 32, 255, 256, 65_535, 65_536];
        lens.retain(|len| *len <= longest);
        let text = prop::sample::select(lens);
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
                let stored: Vec<u8> = decode(get(&bytes, key).unwrap()).unwrap();
                prop_assert_eq!(&stored, value);
            }
        }

        #[test]
        fn a_value_ends_where_its_last_part_ends(value in value(65_536), at: prop::sample::Index) {
            let whole = with(&with(&[], "a", &encoded(&value).unwrap()), "b", &encoded(&1).unwrap());
            prop_assert!(is_valid(&whole));
            prop_assert_eq!(decode::<Json>(get(&whole, "a").unwrap()).unwrap(), value);
            prop_assert_eq!(decode::<u8>(get(&whole, "b").unwrap()).unwrap(), 1);
            prop_assert!(!is_valid(&whole[..at.index(whole.len() - 1) + 1]));
        }

        #[test]
        fn what_is_valid_can_be_decoded_and_nothing_panics(
            entries in prop::collection::btree_map("[a-c]{0,2}", value(32), 0..4),
            at: prop::sample::Index,
            changed: Option<u8>,
        ) {
            let add = |bytes: Vec<u8>, (key, value): (&String, &Json)| {
                with(&bytes, key, &encoded(value).unwrap())
            };
            let mut bytes = entries.iter().fold(Vec::new(), add);
            if let (Some(byte), false) = (changed, bytes.is_empty()) {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if is_valid(&bytes) {
                prop_assert_eq!(keys(&bytes).count(), len(&bytes));
                for key in keys(&bytes) {
                    decode::<IgnoredAny>(get(&bytes, key).unwrap()).unwrap();
                }
                let whole: HashMap<String, IgnoredAny> = decode_all(&bytes).unwrap();
                prop_assert_eq!(whole.len(), len(&bytes));
            } else {
                prop_assert!(changed.is_some());
            }
            let _ = (get(&bytes, "a"), without(&bytes, "a"));
        }
    }
}
