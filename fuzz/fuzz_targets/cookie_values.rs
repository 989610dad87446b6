//! The values of a cookie in any `Cookie` fields, as the crate `cookie` reads them. A NUL separates each from the next.
#![no_main]

use cookie::Cookie;
use hardtack::fuzzing::cookie_values;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // The crate `cookie` reads text.
    let text = String::from_utf8_lossy(bytes);
    let fields: Vec<String> = text.split('\0').map(without_known_differences).collect();
    let mut theirs = Vec::new();
    for pair in fields
        .iter()
        .flat_map(|field| Cookie::split_parse(&**field))
        .flatten()
    {
        let value = pair.value_trimmed().as_bytes().to_vec();
        // Ours are the first four that differ.
        if pair.name() == "sid" && !theirs.contains(&value) && theirs.len() < 4 {
            theirs.push(value);
        }
    }
    assert_eq!(cookie_values(&fields, "sid"), theirs, "{fields:?}");
});

fn without_known_differences(field: &str) -> String {
    let pairs = field.split(';').filter(|pair| !is_trimmed_more(pair));
    pairs.collect::<Vec<_>>().join(";")
}

/// Known difference: the crate trims all that Unicode calls white space, on both sides of name and value. Browsers trim
/// space and tab, and after a name even these belong to it here, so that the cookie of another name does not pass for
/// a `__Host-` one.
fn is_trimmed_more(pair: &str) -> bool {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    name.trim_start_matches([' ', '\t']) != name.trim()
        || value.trim_matches([' ', '\t']) != value.trim()
}
