//! Copies of the repository whose code can be faulty, and the programs of tests that are built from them: for
//! `hardtack-faults`, which makes the faults of a table, and `hardtack-mutants`, which makes those of a tool.

pub mod copy;
pub mod programs;
