//! The handle that applications hold. It decides nothing: it shares, and waits for the first touch.

mod dictionary;
mod handle;
mod id;
mod shared;
mod typed;

pub use handle::Session;
pub use id::SessionId;
pub(crate) use shared::{Arrival, Finish, Touched};
