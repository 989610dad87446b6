//! The dictionary in its bytes: one MessagePack map (SPEC.md § 5.4).
//!
//! Its keys stand in ascending order of their bytes, each once. An empty dictionary has no bytes. There
//! is no second form in memory, so there is nothing that could differ from what is sealed.

use std::{any::type_name, ops::Range};

use crate::{error::SessionError, wiped::Scratch};
use serde::{Serialize, de::DeserializeOwned};

/// Whether `bytes` are a dictionary in its only spelling.
pub(crate) fn is_valid(bytes: &[u8]) -> bool {
    if bytes.is_empty() {
        return true;
    }
    let mut entries = Entries::new(bytes);
    if entries.left == 0 || entries.left != count_in_header(bytes) {
        return false;
    }
    let mut last_key = None;
    while entries.left > 0 {
        let Some(key) = entries.read_key().map(|entry| entry.key) else {
            return false;
        };
        let is_next = last_key.is_none_or(|last| last < key);
        if !is_next || !is_text(key) || !entries.skip::<true>() {
            return false;
        }
        last_key = Some(key);
    }
    entries.at == bytes.len()
}

/// Number of entries.
pub(crate) fn len(bytes: &[u8]) -> usize {
    Entries::new(bytes).left
}

pub(crate) fn keys(bytes: &[u8]) -> impl Iterator<Item = &str> {
    sizes(bytes).map(|(key, _)| key)
}

/// The keys, each with the bytes that it and its value take.
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

/// The bytes that begin with the value under `key`. What follows it belongs to others.
pub(crate) fn get<'a>(bytes: &'a [u8], key: &str) -> Option<&'a [u8]> {
    let mut entries = Entries::new(bytes);
    let found = entries.seek(key)?;
    (found.key == key.as_bytes()).then(|| &bytes[entries.at..])
}

/// A dictionary with `value` under `key`.
pub(crate) fn with(bytes: &[u8], key: &str, value: &[u8]) -> Vec<u8> {
    let mut entries = Entries::new(bytes);
    let entry = Some((key, value));
    match entries.seek(key) {
        Some(found) if found.key == key.as_bytes() && entries.skip::<false>() => {
            splice(bytes, found.start..entries.at, entry, 0)
        }
        Some(next) => splice(bytes, next.start..next.start, entry, 1),
        None => splice(bytes, bytes.len()..bytes.len(), entry, 1),
    }
}

/// A dictionary without `key`. `None`: there is no such key.
pub(crate) fn without(bytes: &[u8], key: &str) -> Option<Vec<u8>> {
    let mut entries = Entries::new(bytes);
    let found = entries.seek(key)?;
    let is_there = found.key == key.as_bytes() && entries.skip::<false>();
    is_there.then(|| splice(bytes, found.start..entries.at, None, -1))
}

/// Encodes one value in `buffer`, and refuses what could not be read again.
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

/// Decodes the value of `key`, or the whole dictionary.
pub(crate) fn decode<V: DeserializeOwned>(
    bytes: &[u8],
    key: Option<&str>,
) -> Result<V, SessionError> {
    // The error of the decoder may quote the value.
    rmp_serde::from_slice(bytes).map_err(|_| SessionError::Decode {
        key: key.map(str::to_owned),
        expected: type_name::<V>(),
    })
}

/// Decodes a whole dictionary.
pub(crate) fn decode_all<V: DeserializeOwned>(bytes: &[u8]) -> Result<V, SessionError> {
    decode(if bytes.is_empty() { &[FIX_MAP] } else { bytes }, None)
}

/// The entries of a dictionary, in order. Ends early where the bytes are none.
///
/// Only [`is_valid`] looks into texts and at the keys of nested maps: what it let through, and what was put
/// together here, need not be looked at again.
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

    /// Reads the next key, and stands before its value.
    fn read_key(&mut self) -> Option<Entry<'a>> {
        let left = self.left.checked_sub(1)?;
        let start = self.at;
        let (key_len, key_start) = read_key_header(self.bytes, start)?;
        let end = key_start.checked_add(key_len)?;
        let key = self.bytes.get(key_start..end)?;
        (self.at, self.left) = (end, left);
        Some(Entry { key, start })
    }

    /// Goes behind the value.
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

    /// The first entry whose key is not before `key`.
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

/// Replaces `range` by an entry, or by nothing, in a dictionary whose count changes by `change`.
fn splice(
    bytes: &[u8],
    range: Range<usize>,
    entry: Option<(&str, &[u8])>,
    change: isize,
) -> Vec<u8> {
    let (count, header_len) = read_header(bytes).unwrap_or((0, 0));
    let count = count.saturating_add_signed(change);
    if count == 0 {
        return Vec::new();
    }
    let entry_len = entry.map_or(0, |(key, value)| HEADER_LEN_MAX + key.len() + value.len());
    let mut spliced = Vec::with_capacity(HEADER_LEN_MAX + bytes.len() + entry_len);
    write_header(count, &mut spliced);
    spliced.extend_from_slice(&bytes[header_len..range.start.max(header_len)]);
    if let Some((key, value)) = entry {
        // Writing to a vector cannot fail.
        let _ = rmp_serde::encode::write(&mut spliced, key);
        spliced.extend_from_slice(value);
    }
    spliced.extend_from_slice(&bytes[range.end..]);
    spliced
}

/// The number of entries and where the first begins. Only the shortest form is read.
fn read_header(bytes: &[u8]) -> Option<(usize, usize)> {
    let (count, at) = match *bytes.first()? {
        marker @ FIX_MAP..=0x8F => (usize::from(marker & 0x0F), 1),
        0xDE => (read_be(bytes, 1, 2)?, 3),
        0xDF => (read_be(bytes, 1, 4)?, 5),
        _ => return None,
    };
    (header_len(count) == at).then_some((count, at))
}

/// What the header claims, to tell a dictionary that is empty from one that is none.
fn count_in_header(bytes: &[u8]) -> usize {
    read_header(bytes).map_or(usize::MAX, |(count, _)| count)
}

const fn header_len(count: usize) -> usize {
    match count {
        ..16 => 1,
        16..0x1_0000 => 3,
        _ => HEADER_LEN_MAX,
    }
}

fn write_header(count: usize, bytes: &mut Vec<u8>) {
    match header_len(count) {
        1 => bytes.push(FIX_MAP | count as u8),
        3 => {
            bytes.push(0xDE);
            bytes.extend_from_slice(&(count as u16).to_be_bytes());
        }
        _ => {
            bytes.push(0xDF);
            bytes.extend_from_slice(&(count as u32).to_be_bytes());
        }
    }
}

/// Length and start of a key. Only the shortest form is read.
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

/// Where the value that begins at `at` ends. `None`: it is cut off, nested too deep, not UTF-8, an extension,
/// or has a map with bad keys.
fn skip_value<const CHECKED: bool>(bytes: &[u8], mut at: usize) -> Option<usize> {
    // How many values are still to come: in the innermost list or map, and in those around it.
    let (mut left, mut around, mut depth) = (1, [0; DEEPEST], 0);
    loop {
        while left == 0 {
            if depth == 0 {
                return Some(at);
            }
            depth -= 1;
            left = around[depth];
        }
        left -= 1;
        let marker = *bytes.get(at)?;
        at += 1;
        let (count, is_map) = match marker {
            FIX_MAP..=0x9F => (usize::from(marker & 0x0F), marker < 0x90),
            0xDC..=0xDF => {
                let width = if marker & 1 == 0 { 2 } else { 4 };
                let count = read_be(bytes, at, width)?;
                at += width;
                (count, marker >= 0xDE)
            }
            _ => {
                at = skip_single::<CHECKED>(marker, bytes, at)?;
                continue;
            }
        };
        if CHECKED && is_map && !has_good_keys(bytes, at, count) {
            return None;
        }
        *around.get_mut(depth)? = left;
        depth += 1;
        left = count.checked_mul(if is_map { 2 } else { 1 })?;
    }
}

/// Whether a nested map of `count` entries from `at` on has each key once and in its shortest form.
fn has_good_keys(bytes: &[u8], at: usize, count: usize) -> bool {
    let (mut is_ascending, mut last) = (true, None);
    for key in nested_keys(bytes, at, count) {
        let Some(key) = key.filter(|key| is_shortest(key)) else {
            return false;
        };
        is_ascending &= last.is_none_or(|last| last < key);
        last = Some(key);
    }
    is_ascending || {
        let keys: Option<Vec<_>> = nested_keys(bytes, at, count).collect();
        keys.is_some_and(|mut keys| {
            keys.sort_unstable();
            keys.windows(2).all(|pair| pair[0] != pair[1])
        })
    }
}

/// The keys of a nested map, in their bytes. Ends with `None` where the map is cut off.
fn nested_keys(bytes: &[u8], at: usize, count: usize) -> impl Iterator<Item = Option<&[u8]>> {
    let mut next = Some(at);
    (0..count).map_while(move |_| {
        let start = next.take()?;
        let end = skip_value::<false>(bytes, start);
        next = end.and_then(|end| skip_value::<false>(bytes, end));
        Some(next.and(end).map(|end| &bytes[start..end]))
    })
}

/// Whether an integer, a text or a byte string has the shortest form (SPEC.md § 5.4.3). Others have one form.
fn is_shortest(value: &[u8]) -> bool {
    match value {
        [0xCC, value] => *value > 0x7F,
        [0xCD..=0xCF, value @ ..] => value[..value.len() / 2].iter().any(|&byte| byte != 0),
        [0xD0, value] => (0x80..0xE0).contains(value),
        [0xD1..=0xD3, value @ ..] => {
            let (high, low) = value.split_at(value.len() / 2);
            let is_negative = high[0] & 0x80 != 0;
            let fits_half = high.iter().all(|&byte| byte == 0xFF) && low[0] & 0x80 != 0;
            is_negative && !fits_half
        }
        [0xD9, len, ..] => *len >= 32,
        [0xC5 | 0xDA, high, ..] => *high != 0,
        [0xC6 | 0xDB, first, second, ..] => *first != 0 || *second != 0,
        _ => true,
    }
}

/// Where a value ends that is no list and no map, and whose `marker` stands before `at`.
#[inline]
fn skip_single<const CHECKED: bool>(marker: u8, bytes: &[u8], at: usize) -> Option<usize> {
    let (start, len, is_meant_as_text) = match marker {
        0x00..=0x7F | 0xC0 | 0xC2 | 0xC3 | 0xE0..=0xFF => return Some(at),
        0xA0..=0xBF => (at, usize::from(marker & 0x1F), true),
        0xC4 | 0xD9 => (at + 1, read_be(bytes, at, 1)?, marker == 0xD9),
        0xC5 | 0xDA => (at + 2, read_be(bytes, at, 2)?, marker == 0xDA),
        0xC6 | 0xDB => (at + 4, read_be(bytes, at, 4)?, marker == 0xDB),
        0xCC | 0xD0 => (at, 1, false),
        0xCD | 0xD1 => (at, 2, false),
        0xCA | 0xCE | 0xD2 => (at, 4, false),
        0xCB | 0xCF | 0xD3 => (at, 8, false),
        // 0xC1 is never used; 0xC7 to 0xC9 and 0xD4 to 0xD8 are extensions. Lists and maps do not come here.
        _ => return None,
    };
    let end = start.checked_add(len)?;
    let content = bytes.get(start..end)?;
    (!CHECKED || !is_meant_as_text || is_text(content)).then_some(end)
}

fn is_text(bytes: &[u8]) -> bool {
    // Most texts are short and ASCII, where a call costs more than looking.
    bytes.is_ascii() || std::str::from_utf8(bytes).is_ok()
}

fn read_be(bytes: &[u8], at: usize, len: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + len)?;
    Some(
        bytes
            .iter()
            .fold(0, |value, &byte| (value << 8) | usize::from(byte)),
    )
}

const FIX_MAP: u8 = 0x80;
const HEADER_LEN_MAX: usize = 5;
/// Lists and maps within each other. The dictionary itself is one more.
const DEEPEST: usize = 63;
/// Bytes that are asked for when a value is encoded. A larger one asks again.
const USUAL_VALUE: usize = 256;

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, io::Cursor};

    use proptest::prelude::*;
    use serde::{Deserialize, de::IgnoredAny};
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

    #[test]
    fn every_marker_means_what_it_means_to_rmp_serde() {
        // Behind the marker: a length or a count of 2, in one byte, two or four.
        for (marker, width) in (0..=0xFF).flat_map(|marker| [(marker, 1), (marker, 2), (marker, 4)])
        {
            let mut bytes = vec![0; 300];
            (bytes[0], bytes[width]) = (marker, 2);
            let mut decoder = rmp_serde::Deserializer::new(Cursor::new(&bytes));
            let theirs = IgnoredAny::deserialize(&mut decoder).ok();
            let theirs = theirs.map(|_| decoder.get_ref().position() as usize);
            let is_extension = matches!(marker, 0xC7..=0xC9 | 0xD4..=0xD8);
            let expected = theirs.filter(|_| !is_extension);
            // The keys of a map may be the same here.
            if !matches!(marker, 0x81..=0x8F | 0xDE | 0xDF) {
                assert_eq!(
                    skip_value::<true>(&bytes, 0),
                    expected,
                    "{marker:#X}, {width}"
                );
            }
            assert_eq!(
                skip_value::<false>(&bytes, 0),
                expected,
                "{marker:#X}, {width}"
            );
        }
    }

    /// A map in a dictionary, and one in a list in it.
    #[track_caller]
    fn check_nested(map: &[u8], is_good: bool) {
        for around in [&b"\x81\xa1a"[..], b"\x81\xa1a\x91", b"\x81\xa1a\x81\x01"] {
            assert_eq!(is_valid(&[around, map].concat()), is_good, "{map:x?}");
        }
    }

    #[test]
    fn a_nested_map_has_each_key_once_whatever_their_order_and_type() {
        check_nested(b"\x80", true);
        check_nested(b"\x82\x01\xc0\x02\xc0", true);
        check_nested(b"\x82\x02\xc0\x01\xc0", true);
        check_nested(b"\x82\x01\xc0\x01\xc0", false);
        check_nested(b"\x83\x02\xc0\x01\xc0\x02\xc0", false);
        check_nested(b"\x83\xa1b\xc0\xa1a\xc0\xa1b\xc0", false);
        check_nested(b"\x83\xa1b\xc0\xa1a\xc0\xa1c\xc0", true);
        check_nested(b"\x82\x91\x01\xc0\x91\x01\xc0", false);
        check_nested(b"\x82\x91\x02\xc0\x91\x01\xc0", true);
        check_nested(b"\x82\xc3\xc0\xc2\xc0", true);
        check_nested(b"\xde\x00\x02\x01\xc0\x01\xc0", false);
        check_nested(b"\x82\x01\xc0\x01", false);
        // The same key in a map and in one inside it is none twice.
        check_nested(b"\x81\x01\x81\x01\xc0", true);
        // In a key, too.
        check_nested(b"\x81\x82\x01\xc0\x01\xc0\xc0", false);
    }

    #[test]
    fn a_key_of_a_nested_map_has_its_shortest_form() {
        let text = |header: &[u8], len: usize| [header, &vec![b'x'; len]].concat();
        let check = |key: &[u8], is_good: bool| {
            check_nested(&[b"\x81", key, b"\xc0"].concat(), is_good);
        };
        for (shortest, longer) in [
            (&b"\x7f"[..], &b"\xcc\x7f"[..]),
            (b"\xcc\x80", b"\xcd\x00\x80"),
            (b"\xcd\x01\x00", b"\xce\x00\x00\x01\x00"),
            (
                b"\xce\x00\x01\x00\x00",
                b"\xcf\x00\x00\x00\x00\x00\x01\x00\x00",
            ),
            (b"\xcf\x00\x00\x00\x01\x00\x00\x00\x00", b"\xd0\x00"),
            (b"\xe0", b"\xd0\xe0"),
            (b"\xd0\xdf", b"\xd1\xff\xdf"),
            (b"\xd0\x80", b"\xd1\xff\x80"),
            (b"\xd1\xff\x7f", b"\xd2\xff\xff\xff\x7f"),
            (
                b"\xd2\xff\xff\x7f\xff",
                b"\xd3\xff\xff\xff\xff\xff\xff\x7f\xff",
            ),
            // What is not below zero has no sign.
            (b"\xd3\xff\xff\xff\xff\x7f\xff\xff\xff", b"\xd1\x01\x00"),
        ] {
            check(shortest, true);
            check(longer, false);
        }
        for (header, len, is_good) in [
            (&b"\xd9\x1f"[..], 31, false),
            (b"\xd9\x20", 32, true),
            (b"\xda\x00\xff", 255, false),
            (b"\xda\x01\x00", 256, true),
            (b"\xdb\x00\x00\xff\xff", 65_535, false),
            (b"\xdb\x00\x01\x00\x00", 65_536, true),
            (b"\xc4\x00", 0, true),
            (b"\xc5\x00\xff", 255, false),
            (b"\xc5\x01\x00", 256, true),
            (b"\xc6\x00\x00\xff\xff", 65_535, false),
            (b"\xc6\x00\x01\x00\x00", 65_536, true),
        ] {
            check(&text(header, len), is_good);
        }
        // Values may have any form.
        check_nested(b"\x81\x01\xcc\x01", true);
    }

    /// A map with the entries of a list, as they come.
    struct Pairs(Vec<(u32, u8)>);

    impl Serialize for Pairs {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
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

    /// Of the kinds that JSON has, nested, with texts on both sides of where their marker changes.
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
