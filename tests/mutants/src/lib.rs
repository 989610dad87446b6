//! Copies of the repository whose code is changed, and the programs of tests that are built from them. Also for
//! `hardtack-threads`, which has other locks.

pub mod copy;
pub mod trials;
