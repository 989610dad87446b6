//! Finding the values of one name in `Cookie` fields (SPEC.md § 9.1).

/// The distinct values of one name, at most [`MOST_VALUES`], in the order of the request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    text: Vec<u8>,
    ends: [usize; MOST_VALUES],
    count: usize,
}

impl Values {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends[..self.count].iter().map(move |&end| {
            let value = &self.text[start..end];
            start = end;
            value
        })
    }

    /// Of a value longer than `longest`, one byte more than that is kept, so that it is still too long.
    pub(crate) fn push(&mut self, value: &[u8], longest: usize) {
        let value = &value[..value.len().min(longest + 1)];
        if self.count < MOST_VALUES && !self.iter().any(|known| known == value) {
            self.text.extend_from_slice(value);
            self.ends[self.count] = self.text.len();
            self.count += 1;
        }
    }
}

/// Finds the values of `name` in the values of the request's `Cookie` fields: over HTTP/2 there may be
/// several. Values longer than `longest` come back cut to one byte more.
pub(crate) fn find<F>(fields: F, name: &str, longest: usize) -> Values
where
    F: IntoIterator,
    F::Item: AsRef<[u8]>,
{
    let mut values = Values::default();
    for field in fields {
        for pair in field.as_ref().split(|&byte| byte == b';') {
            if let Some(value) = value_of(pair, name.as_bytes()) {
                values.push(value, longest);
            }
        }
    }
    values
}

/// The value, if the pair has exactly this name.
///
/// White space before `=` belongs to another name: were it trimmed, a cookie that a sibling host may
/// set would pass for a `__Host-` one.
fn value_of<'a>(pair: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let value = trim_start(pair).strip_prefix(name)?.strip_prefix(b"=")?;
    let value = trim_end(trim_start(value));
    Some(match value {
        [b'"', inner @ .., b'"'] => inner,
        _ => value,
    })
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

/// More than this is no accident.
const MOST_VALUES: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(fields: &[&str], expected: &[&str]) {
        let values = find(fields, "sid", 10);
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

    #[test]
    fn an_empty_value_is_a_value() {
        check(&["sid="], &[""]);
    }
}
