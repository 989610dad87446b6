//! A session as bytes (SPEC.md § 5): the body, and the encodings of its content.

pub(crate) mod body;
pub(crate) mod map;
pub(crate) mod messages;
mod msgpack;
mod narrow;
pub(crate) mod postcard;
