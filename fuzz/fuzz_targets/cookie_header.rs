//! Any `Cookie` field: what is found stands in it, and what is appended is found.
#![no_main]

use hardtack::fuzzing::cookie_values;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|field: &[u8]| {
    let values = cookie_values(field, "sid");
    assert!(values.len() <= 4);
    for value in &values {
        assert!(value.is_empty() || field.windows(value.len()).any(|part| part == &value[..]));
    }
    let more = [field, b"; sid=appended"].concat();
    let found = cookie_values(&more, "sid");
    assert!(values.len() == 4 || found.iter().any(|value| value == b"appended"));
});
