//! The configuration of property tests.

use proptest::prelude::ProptestConfig;

/// Runs a quarter of `count` cases, or all with `ALL_CASES=1`, as the gate does. Failing cases are not kept in a file,
/// because each becomes a test of its own.
pub(crate) fn cases(count: u32) -> ProptestConfig {
    let are_all = std::env::var_os("ALL_CASES").is_some();
    ProptestConfig {
        cases: if are_all { count } else { count.div_ceil(4) },
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
