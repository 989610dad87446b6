//! The handle that applications hold. It decides nothing: it shares, and waits for the first touch.

mod dictionary;
mod finish;
mod flash;
mod handle;
mod remember;
mod shared;
mod typed;

#[cfg(feature = "http")]
pub(crate) use finish::Use;
pub(crate) use finish::{Carrier, Leaving};
pub use handle::Session;
pub(crate) use shared::{Arrival, Entered};
