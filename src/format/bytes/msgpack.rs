//! Finds the end of a MessagePack value, and checks its form (SPEC.md § 5.4).

/// Returns the end of the value that begins at `at`. Returns `None` if the value is cut off, nested too deeply, an
/// extension, or of the unused marker. `CHECKED` also refuses a string that is not UTF-8, and a map that has a key
/// twice or not in its shortest form.
pub(crate) fn skip_value<const CHECKED: bool>(bytes: &[u8], at: usize) -> Option<usize> {
    skip::<CHECKED>(bytes, at, DEEPEST)
}

/// Like [`skip_value`], with at most `levels` levels of lists and maps.
#[inline]
fn skip<const CHECKED: bool>(bytes: &[u8], at: usize, levels: usize) -> Option<usize> {
    match *bytes.get(at)? {
        marker @ (FIX_MAP..=0x9F | 0xDC..=0xDF) => {
            skip_nested::<CHECKED>(marker, bytes, at + 1, levels.checked_sub(1)?)
        }
        marker => skip_single::<CHECKED>(marker, bytes, at + 1),
    }
}

/// Returns the end of a list or a map, whose `marker` is before `at`.
// Without this, a dictionary takes 0.8 % more instructions to open.
#[inline(never)]
fn skip_nested<const CHECKED: bool>(
    marker: u8,
    bytes: &[u8],
    mut at: usize,
    levels: usize,
) -> Option<usize> {
    let (count, is_map) = match marker {
        FIX_MAP..=0x9F => (usize::from(marker & 0x0F), marker < 0x90),
        _ => {
            let width = if marker & 1 == 0 { 2 } else { 4 };
            let count = read_be(bytes, at, width)?;
            at += width;
            (count, marker >= 0xDE)
        }
    };
    if CHECKED && is_map {
        return skip_map(bytes, at, count, levels);
    }
    for _ in 0..count.checked_mul(if is_map { 2 } else { 1 })? {
        at = skip::<CHECKED>(bytes, at, levels)?;
    }
    Some(at)
}

/// Returns the end of the entries of a map. Returns `None` if a key comes twice or is not in its shortest form.
fn skip_map(bytes: &[u8], mut at: usize, count: usize, levels: usize) -> Option<usize> {
    let (mut few, mut many) = ([&[][..]; FEW], Vec::new());
    for i in 0..count {
        let end = skip::<true>(bytes, at, levels)?;
        let key = &bytes[at..end];
        if !is_shortest(key) {
            return None;
        }
        if count > FEW {
            many.push(key);
        } else if few[..i].contains(&key) {
            return None;
        } else {
            few[i] = key;
        }
        at = skip::<true>(bytes, end, levels)?;
    }
    many.sort_unstable();
    let is_each_once = many.windows(2).all(|two| two[0] != two[1]);
    is_each_once.then_some(at)
}

/// Returns `true` if an integer, a text or a byte string has its shortest form (SPEC.md § 5.4.3). Other values pass in
/// any form.
fn is_shortest(value: &[u8]) -> bool {
    match value {
        // Most keys are short strings.
        [0xA0..=0xBF, ..] => true,
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

/// Returns the end of a value that is not a list or a map, whose `marker` is before `at`.
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

pub(crate) fn is_text(bytes: &[u8]) -> bool {
    // Most strings are short and ASCII, and for those a call costs more than the check.
    bytes.is_ascii() || std::str::from_utf8(bytes).is_ok()
}

pub(crate) fn read_be(bytes: &[u8], at: usize, len: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + len)?;
    let append = |value, &byte: &u8| (value << 8) | usize::from(byte);
    Some(bytes.iter().fold(0, append))
}

pub(crate) const FIX_MAP: u8 = 0x80;
/// Maximum number of keys that are compared in place, without allocating: each with each, so 496 times. Few
/// values have more.
const FEW: usize = 32;
/// Maximum number of levels of a value. SPEC.md § 5.4.4 has 64, and the dictionary around the value is the first.
const DEEPEST: usize = 63;

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use serde::{Deserialize, de::IgnoredAny};

    use super::*;

    #[test]
    fn every_marker_means_what_it_means_to_rmp_serde() {
        // After the marker: a length or a count of 2, in one byte, two or four.
        for (marker, width) in (0..=0xFF).flat_map(|marker| [(marker, 1), (marker, 2), (marker, 4)])
        {
            let mut bytes = vec![0; 300];
            (bytes[0], bytes[width]) = (marker, 2);
            let mut decoder = rmp_serde::Deserializer::new(Cursor::new(&bytes));
            let theirs = IgnoredAny::deserialize(&mut decoder)
                .ok()
                .map(|_| decoder.get_ref().position() as usize);
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

    /// Alone, in a list, and in a map.
    #[track_caller]
    fn check_nested(map: &[u8], is_good: bool) {
        for around in [&b""[..], b"\x91", b"\x81\x01"] {
            let value = [around, map].concat();
            let expected = is_good.then_some(value.len());
            assert_eq!(skip_value::<true>(&value, 0), expected, "{map:x?}");
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
        // The same key in a map and in a map inside it is not a duplicate.
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
            // An integer that is not negative has no sign.
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

    #[test]
    fn a_large_nested_map_has_each_key_once_too() {
        for count in [FEW - 1, FEW, FEW + 1, 300] {
            let key = |number: usize| [&[0xCD][..], &(300 + number as u16).to_be_bytes()].concat();
            let map = |keys: &[Vec<u8>]| {
                let entries = keys.iter().flat_map(|key| [&key[..], b"\xc0"].concat());
                let header = [&[0xDE][..], &(keys.len() as u16).to_be_bytes()].concat();
                header.into_iter().chain(entries).collect::<Vec<_>>()
            };
            let mut keys: Vec<_> = (0..count).rev().map(key).collect();
            check_nested(&map(&keys), true);
            keys[count / 2] = key(0);
            check_nested(&map(&keys), false);
            keys[count / 2] = b"\xcd\x00\x80".to_vec();
            check_nested(&map(&keys), false);
        }
    }
}
