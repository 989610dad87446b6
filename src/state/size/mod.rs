//! Bytes that a session may have, and those that it has (docs/spec/writer.md § 9.5, § 9.6).

pub(super) mod budget;
pub(super) mod limits;
mod measure;
pub(super) mod padding;
pub(super) mod report;
