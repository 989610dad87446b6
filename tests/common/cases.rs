//! The configuration of property tests.

use proptest::prelude::ProptestConfig;

/// Runs `count` cases. Failing cases are not kept in a file, because each becomes a test of its own.
pub(crate) fn cases(count: u32) -> ProptestConfig {
    ProptestConfig {
        cases: count,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
