//! One value in several cookies (docs/spec/carriers.md § 9.2).
//!
//! ```text
//! name        = N "." part 0              N: 2 to 8
//! name.1      = part 1
//! name.{N-1}  = part N-1
//! ```

use std::borrow::Cow;

use crate::format::base::Reason;

/// Cookies of a request that belong to the session's cookie, and whose names begin with its name.
#[derive(Clone, Debug, Default)]
pub(super) struct Neighbours {
    /// Values of `name.1` to `name.7`.
    parts: [Option<PartValue>; MOST_PARTS],
    /// Cookies of the session's companion, each with the rest of its name.
    #[cfg(feature = "unstable-companion")]
    pub(super) companion: Vec<(String, Vec<u8>)>,
}

/// Value of a part, or `Duplicate` if the request carried different values, which are not tried one by one.
type PartValue = Result<Vec<u8>, Reason>;

/// Set of the cookies `name.1` to `name.7`, by their numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PartNumbers(u8);

/// Whole value, joined from its parts if it came in several cookies.
#[derive(Debug)]
pub(crate) struct Whole<'a> {
    pub(crate) text: Cow<'a, [u8]>,
    /// Number of cookies that it came in.
    pub(crate) cookies: usize,
}

impl Neighbours {
    /// Returns the length of the parts that have one value.
    pub(super) fn len(&self) -> usize {
        let parts = self.parts.iter().flatten().flatten();
        parts.map(Vec::len).sum()
    }

    /// Adds the value of `name.{number}`, where `number` is 1 to 7. A value longer than `longest` is cut to one byte
    /// more.
    pub(super) fn push_part(&mut self, number: usize, value: &[u8], longest: usize) {
        let value = &value[..value.len().min(longest + 1)];
        let part = &mut self.parts[number - 1];
        match part {
            None => *part = Some(Ok(value.to_vec())),
            Some(Ok(known)) if known != value => *part = Some(Err(Reason::Duplicate)),
            Some(_) => {}
        }
    }
}

impl<'a> Whole<'a> {
    pub(crate) fn in_one_cookie(value: &'a [u8]) -> Whole<'a> {
        Whole {
            text: Cow::Borrowed(value),
            cookies: 1,
        }
    }

    /// Joins a value of `name` with its parts among the neighbours. Returns `Incomplete` if the number of parts is wrong
    /// or a part is missing, and `Duplicate` if a part has different values.
    pub(super) fn assemble(
        value: &'a [u8],
        neighbours: Option<&Neighbours>,
    ) -> Result<Whole<'a>, Reason> {
        let Some(dot) = memchr::memchr(b'.', value) else {
            return Ok(Whole::in_one_cookie(value));
        };
        let (count, first) = (&value[..dot], &value[dot + 1..]);
        let cookies = match *count {
            [digit @ b'2'..=b'8'] => usize::from(digit - b'0'),
            _ => return Err(Reason::Incomplete),
        };
        let mut text = first.to_vec();
        for at in 0..cookies - 1 {
            match neighbours.and_then(|those| those.parts[at].as_ref()) {
                Some(Ok(part)) => text.extend_from_slice(part),
                Some(Err(reason)) => return Err(*reason),
                None => return Err(Reason::Incomplete),
            }
        }
        Ok(Whole {
            text: Cow::Owned(text),
            cookies,
        })
    }
}

impl PartNumbers {
    /// Adds the numbers of every part of a value in `cookies` cookies.
    pub(crate) fn with_all_of(mut self, cookies: usize) -> PartNumbers {
        (1..cookies).for_each(|number| self.insert(number));
        self
    }

    pub(super) fn insert(&mut self, number: usize) {
        self.0 |= 1 << number;
    }

    /// Returns the numbers that a value in `cookies` cookies does not use, in ascending order, from 0 on for the cookie
    /// itself.
    pub(super) fn beyond(self, cookies: usize) -> impl Iterator<Item = usize> {
        (cookies..=MOST_PARTS).filter(move |&number| number == 0 || self.0 & (1 << number) != 0)
    }
}

/// Returns the number of a cookie that has `rest` after the session cookie's name: 0 for the session cookie itself, and 1
/// to 7 for a part.
pub(super) fn part_number(rest: &[u8]) -> Option<usize> {
    match rest {
        [] => Some(0),
        [b'.', digit @ b'1'..=b'7'] => Some(usize::from(digit - b'0')),
        _ => None,
    }
}

/// Largest number of parts, in addition to the cookie of the name itself: the longest token fills eight cookies.
const MOST_PARTS: usize = 7;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::cookie::request::Finder;

    const LONGEST: usize = 10;

    /// Returns the number of values that are tried, and the length of the longest value that is joined for this.
    fn work(fields: &[String]) -> (usize, usize) {
        let values = Finder::new("sid").find(fields, LONGEST);
        let kept: usize = values.iter().map(<[u8]>::len).sum();
        assert!(kept <= 4 * (LONGEST + 1));
        let whole = values.whole(LONGEST);
        let lengths = whole.map(|whole| whole.map_or(0, |whole| whole.text.len()));
        lengths.fold((0, 0), |(count, longest), len| {
            (count + 1, longest.max(len))
        })
    }

    #[test]
    fn however_many_parts_come_few_values_are_looked_at() {
        let pairs = (0..5_000).flat_map(|n| {
            let first = format!("sid={}.{n}", n % 10);
            let part = format!("sid.{}=part", n % 9);
            [first, part, format!("sid.{n}=x"), format!("sid.{n}.1=x")]
        });
        let pairs: Vec<_> = pairs.collect();
        assert_eq!(work(&pairs).0, 4);
        assert_eq!(work(&[pairs.join("; ")]).0, 4);
    }

    #[test]
    fn however_long_parts_are_little_is_put_together() {
        let huge = "x".repeat(1 << 20);
        let parts = (1..8).map(|n| format!("sid.{n}={huge}"));
        let mut pairs: Vec<_> = parts.collect();
        pairs.push("sid=8.a".to_owned());
        assert_eq!(work(&pairs), (1, 1 + 7 * (LONGEST + 1)));
        // A value that is too long by itself is not joined at all.
        pairs.push(format!("sid=8.{huge}"));
        assert_eq!(work(&pairs), (2, 1 + 7 * (LONGEST + 1)));
    }

    #[test]
    fn parts_that_differ_behind_the_longest_token_are_alike() {
        let fields = ["sid.1=01234567890a; sid=2.; sid.1=01234567890b"];
        let values = Finder::new("sid").find(fields, LONGEST);
        let whole: Vec<_> = values.whole(LONGEST).collect();
        let [Ok(Whole { text, cookies: 2 })] = &whole[..] else {
            panic!("{whole:?}")
        };
        assert_eq!(**text, *b"01234567890");
    }
}
