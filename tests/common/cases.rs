//! How properties are run.

use proptest::prelude::ProptestConfig;

/// So many cases. Those that fail are not kept in a file: each becomes a test of its own.
pub(crate) fn cases(count: u32) -> ProptestConfig {
    ProptestConfig {
        cases: count,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
