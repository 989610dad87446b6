//! A session as bytes (SPEC.md § 5): the layout of a body, and the encodings of its content.

pub(super) mod layout;
pub(crate) mod map;
pub(super) mod messages;
mod msgpack;
mod trace;
pub(super) mod typed;
