//! A session as bytes (SPEC.md § 5): the body, and the encodings of its content.

pub(super) mod body;
pub(crate) mod map;
pub(super) mod messages;
mod msgpack;
mod narrow;
pub(super) mod session_data;
