//! Copies of the repository whose code is changed, and the programs of tests that are built from them: for
//! `hardtack-faults`, which makes the faults of a table, `hardtack-mutants`, which makes those of a tool, and
//! `hardtack-threads`, which has other locks.

pub mod copy;
pub mod trials;
