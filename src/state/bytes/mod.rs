//! A session as bytes (SPEC.md § 5): the layout of a body, and the encodings of its content.

pub(super) mod examples;
pub(super) mod layout;
pub(crate) mod map;
pub(super) mod messages;
mod msgpack;
pub(super) mod session_data;
