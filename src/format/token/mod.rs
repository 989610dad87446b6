//! Sealing and opening tokens (SPEC.md § 4, § 6, and § 7 up to the tag).

mod context;
mod layout;
mod open;
mod seal;

pub use context::Context;
pub(crate) use layout::{LONGEST_TOKEN, overhead, token_len};
pub use open::TokenInfo;
pub(crate) use open::{OffBy, Rejected, open};
#[cfg(any(test, fuzzing))]
pub(crate) use seal::seal;
pub(crate) use seal::seal_without_hyphens;
