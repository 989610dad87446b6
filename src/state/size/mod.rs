//! Bytes that a session may take, and bytes that it takes (docs/spec/writer.md § 9.5, § 9.6).

pub(super) mod budget;
mod fit;
pub(super) mod padding;
pub(super) mod report;
pub(super) mod too_large;
