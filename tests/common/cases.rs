//! The configuration of property tests.

use proptest::prelude::ProptestConfig;

/// Runs a quarter of `count` cases, or all with `ALL_CASES=1`, as the gate does.
pub(crate) fn cases(count: u32) -> ProptestConfig {
    let are_all = std::env::var_os("ALL_CASES").is_some();
    exactly(if are_all { count } else { count.div_ceil(4) })
}

/// Runs so many cases. Failing cases are not kept in a file, because each becomes a test of its own.
pub(crate) fn exactly(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
