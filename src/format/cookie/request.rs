//! Finds the values of one name in `Cookie` fields (docs/spec/carriers.md § 9.1, § 9.2).

use memchr::{memchr, memmem};

use super::{companion::CompanionCookies, parts::part_number, values::Values};

/// Finds the values of one name in `Cookie` fields. It is prepared once, and skips other cookies without parsing each.
#[derive(Clone, Debug)]
pub(crate) struct Finder {
    name: memmem::Finder<'static>,
    pub(crate) of_companion: CompanionCookies,
}

impl Finder {
    pub(crate) fn new(name: &str) -> Finder {
        Finder {
            name: memmem::Finder::new(name).into_owned(),
            of_companion: CompanionCookies::default(),
        }
    }

    /// Finds the values of the name, and the parts of large values, in the request's `Cookie` fields. A value longer
    /// than `longest` is cut to one byte more.
    pub(crate) fn find(
        &self,
        fields: impl IntoIterator<Item: AsRef<[u8]>>,
        longest: usize,
    ) -> Values {
        let mut values = Values::of_cookies();
        for field in fields {
            self.find_in(field.as_ref(), longest, &mut values);
        }
        values
    }

    pub(crate) fn find_in(&self, field: &[u8], longest: usize, values: &mut Values) {
        let mut at = 0;
        while let Some(found) = self.name.find(&field[at..]) {
            let start = at + found;
            at = start + self.name.needle().len();
            if !begins_a_pair(&field[..start]) {
                continue;
            }
            let rest = &field[at..];
            let (pair, _) = rest.split_at(memchr(b';', rest).unwrap_or(rest.len()));
            at += pair.len();
            // Usually the first byte, for which `memchr` costs more.
            let Some(end) = pair.iter().position(|&byte| byte == b'=') else {
                continue;
            };
            let (rest, value) = (&pair[..end], unquoted(&pair[end + 1..]));
            // A name with white space before `=` is another name. If it were trimmed, a cookie that a sibling host may
            // set would pass for a `__Host-` cookie.
            if let Some(number) = part_number(rest) {
                values.push_part(number, value, longest);
            } else {
                self.of_companion.find(rest, value, values);
            }
        }
    }
}

/// Returns `true` if a pair begins after `before`, except for white space. A name contains neither white space nor `;`,
/// so a match in the middle of a pair does not hide another pair.
fn begins_a_pair(before: &[u8]) -> bool {
    matches!(trim_end(before), [] | [.., b';'])
}

/// Returns a value without the white space around it, and without one pair of quotes.
pub fn unquoted(value: &[u8]) -> &[u8] {
    match trim_end(trim_start(value)) {
        [b'"', inner @ .., b'"'] => inner,
        value => value,
    }
}

fn trim_start(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    text
}

fn trim_end(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::Reason, cookie::values::MOST_VALUES};

    #[track_caller]
    fn check(fields: &[&str], expected: &[&str]) {
        let values = Finder::new("sid").find(fields, 10);
        let found: Vec<_> = values.iter().map(|v| str::from_utf8(v).unwrap()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_value_is_found_among_other_pairs() {
        check(&["a=1; sid=x; b=2"], &["x"]);
        check(&["sid=x"], &["x"]);
        check(&["a=1;sid=x;"], &["x"]);
        check(&["a", "=; ; sid=x"], &["x"]);
        check(&[], &[]);
        check(&["xsid=1; sidx=2; SID=3; sid"], &[]);
    }

    #[test]
    fn the_name_inside_of_another_pair_is_none() {
        check(
            &["a=sid=x; sidsid=y; sid sid=z; \" sid=1; sid=2\"=3; sid=4"],
            &["2\"=3", "4"],
        );
        check(&["a=;sid=x;\t  sid=y; ; sid=z"], &["x", "y", "z"]);
        check(
            &["a b sid=x", "a=1;b sid=x", "=sid=x", "sid.=x; sid.1x=y"],
            &[],
        );
    }

    #[test]
    fn every_field_is_read() {
        check(&["a=1", "sid=x", "b=2"], &["x"]);
        check(&["sid=x", "sid=y"], &["x", "y"]);
    }

    #[test]
    fn one_pair_of_quotes_is_syntax() {
        check(&["sid=\"x\""], &["x"]);
        check(&["sid=\"\"x\"\""], &["\"x\""]);
        check(&["sid=\"x"], &["\"x"]);
        check(&["sid=\""], &["\""]);
    }

    #[test]
    fn white_space_is_trimmed_around_the_value_and_not_after_the_name() {
        check(&["\t sid= x \t"], &["x"]);
        check(&["sid =x"], &[]);
        check(&["\u{a0}sid=x"], &[]);
    }

    #[test]
    fn four_distinct_values_are_kept() {
        check(
            &["sid=1; sid=1; sid=2; sid=3; sid=4; sid=5"],
            &["1", "2", "3", "4"],
        );
    }

    #[test]
    fn of_a_huge_value_no_more_is_kept_than_tells_that_it_is_too_long() {
        check(&["sid=1234567890"], &["1234567890"]);
        check(&["sid=123456789012"], &["12345678901"]);
    }

    #[track_caller]
    fn check_whole(field: &str, expected: Result<(&str, usize), Reason>) {
        let values = Finder::new("sid").find([field], 10);
        let found: Vec<_> = values
            .whole(10)
            .map(|whole| {
                whole.map(|whole| {
                    (
                        String::from_utf8_lossy(&whole.text).into_owned(),
                        whole.cookies,
                    )
                })
            })
            .collect();
        assert_eq!(
            found,
            [expected.map(|(text, cookies)| (text.to_owned(), cookies))]
        );
    }

    #[test]
    fn parts_are_put_together_in_the_order_of_their_numbers() {
        check_whole("sid=2.a; sid.1=b", Ok(("ab", 2)));
        check_whole("sid.2=c; a=1; sid.1=\"b\"; sid=3.a", Ok(("abc", 3)));
        check_whole("sid=2.; sid.1=", Ok(("", 2)));
        check_whole("sid=2.a; sid.1=b; sid.1=b; sid.2=c; sid.2=d", Ok(("ab", 2)));
        check_whole("sid=a; sid.1=b", Ok(("a", 1)));
    }

    #[test]
    fn a_wrong_count_and_a_missing_or_doubtful_part_give_nothing() {
        for count in ["0.", "1.", "9.", "22.", ".", "x.", "-2."] {
            check_whole(&format!("sid={count}a; sid.1=b"), Err(Reason::Incomplete));
        }
        check_whole("sid=3.a; sid.1=b", Err(Reason::Incomplete));
        check_whole(
            "sid=2.a; sid.01=b; SID.1=b; sid.1 =b; sid.8=b",
            Err(Reason::Incomplete),
        );
        check_whole("sid=2.a; sid.1=b; sid.1=c", Err(Reason::Duplicate));
        check_whole("sid=3.a; sid.1=b; sid.1=c", Err(Reason::Duplicate));
        check_whole("sid=3.a; sid.2=b; sid.2=c", Err(Reason::Incomplete));
    }

    #[test]
    fn the_parts_that_came_are_known_by_their_numbers() {
        let values = Finder::new("sid").find(["sid.7=a; sid.2=b", "sid.2=c; sid.8=d; sid.0=e"], 10);
        assert!(!values.is_empty());
        let beyond = |cookies| values.carried.beyond(cookies).collect::<Vec<_>>();
        assert_eq!(beyond(0), [0, 2, 7]);
        assert_eq!(beyond(1), [2, 7]);
        assert_eq!(beyond(2), [2, 7]);
        assert_eq!(beyond(3), [7]);
        assert!(Finder::new("sid").find(["a=1; sid.8=d"], 10).is_empty());
    }

    #[test]
    fn an_empty_value_is_a_value() {
        check(&["sid="], &[""]);
    }

    /// Follows the rule literally: pairs between semicolons, white space before the name skipped.
    fn slowly(field: &[u8]) -> (Vec<Vec<u8>>, Vec<u8>) {
        let (mut values, mut parts) = (Vec::<Vec<u8>>::new(), Vec::new());
        for pair in field.split(|&byte| byte == b';') {
            match trim_start(pair).strip_prefix(b"sid") {
                Some([b'=', value @ ..]) => values.push(unquoted(value).to_vec()),
                Some([b'.', digit @ b'1'..=b'7', b'=', ..]) => parts.push(digit - b'0'),
                _ => {}
            }
        }
        let mut distinct = Vec::new();
        values.retain(|value| {
            let is_new = !distinct.contains(value);
            distinct.push(value.clone());
            is_new
        });
        values.truncate(MOST_VALUES);
        parts.sort_unstable();
        parts.dedup();
        (values, parts)
    }

    proptest::proptest! {
        #[test]
        fn passing_over_others_finds_what_looking_at_each_finds(
            words in proptest::collection::vec(
                proptest::sample::select(vec!["sid", "s", "=", ";", " ", "\t", "\"", ".", "1", "8", "x"]), 0..40
            )
        ) {
            let field = words.concat();
            let values = Finder::new("sid").find([&field], 100);
            let found: Vec<_> = values.iter().map(<[u8]>::to_vec).collect();
            let parts: Vec<_> = values.carried.beyond(1).map(|number| number as u8).collect();
            proptest::prop_assert_eq!((found, parts), slowly(field.as_bytes()));
        }
    }
}
