//! What is finished: all that parses, seals or opens a session's bytes (SPEC.md §§ 2 to 7,
//! docs/spec/carriers.md §§ 9.1 to 9.4).
//!
//! Version 1 of the format is frozen (SPEC.md § 10.5). So a file here changes only
//!
//! - for a fault, with a test that failed before;
//! - for a dependency, for speed, or for its words, with the same bytes;
//! - for a value that SPEC.md § 10.7 lets an edit add, such as an attribute of cookies.
//!
//! `.github/CODEOWNERS` asks somebody other than the author to read each such change. docs/review/audit.md says what to
//! look for, and which commands test this folder alone.
//!
//! Nothing in it knows HTTP, files, environment variables, locks, logs, metrics or the rest of the program, and no clock is
//! read: times are arguments. A thread keeps a random generator (`crypto/random.rs`) and buffers (`crypto/scratch.rs`).
//! `tests/documents/architecture.rs` checks this.

pub(crate) mod base;
pub(crate) mod bytes;
pub mod cookie;
pub(crate) mod crypto;
pub(crate) mod keys;
pub(crate) mod token;
