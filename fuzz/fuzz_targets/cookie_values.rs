//! The values of a cookie in any `Cookie` fields, as the crate `cookie` reads them. A NUL separates each from the next.
#![no_main]

use cookie::Cookie;
use hardtack::fuzzing::cookie_values;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // The crate `cookie` reads text.
    let text = String::from_utf8_lossy(bytes);
    let fields: Vec<&str> = text.split('\0').collect();
    let mut theirs = Vec::new();
    for pair in fields.iter().flat_map(|field| field.split(';')) {
        let value = if is_trimmed_more(pair) {
            value_as_in_browsers(pair)
        } else {
            value_of(pair)
        };
        // Ours are the first four that differ.
        if let Some(value) = value.filter(|value| !theirs.contains(value)) {
            theirs.extend((theirs.len() < 4).then_some(value));
        }
    }
    assert_eq!(cookie_values(&fields, "sid"), theirs, "{fields:?}");
});

/// Returns the value of a pair of our name, as the crate reads it.
fn value_of(pair: &str) -> Option<Vec<u8>> {
    let pair = Cookie::parse(pair).ok().filter(|it| it.name() == "sid")?;
    Some(pair.value_trimmed().as_bytes().to_vec())
}

/// Known difference: the crate trims all that Unicode calls white space, on both sides of name and value. Browsers trim
/// space and tab, and after a name even these belong to it here, so that the cookie of another name does not pass for
/// a `__Host-` one.
fn is_trimmed_more(pair: &str) -> bool {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    name.trim_start_matches(BLANK) != name.trim() || value.trim_matches(BLANK) != value.trim()
}

fn value_as_in_browsers(pair: &str) -> Option<Vec<u8>> {
    let (name, value) = pair.split_once('=')?;
    let value = value.trim_matches(BLANK);
    let quoted = value.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    (name.trim_start_matches(BLANK) == "sid").then(|| quoted.unwrap_or(value).into())
}

const BLANK: [char; 2] = [' ', '\t'];
