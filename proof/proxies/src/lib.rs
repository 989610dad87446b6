//! Sessions behind proxies: the demo, and a proxy in front of it with a listener, an upstream and its own defaults.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a failed test panics"
)]

mod configurations;
mod proxy;
mod sizes;

pub use configurations::UNSEEN;
pub use proxy::{Demo, Limits, Proxy};
pub use sizes::{PROFILES, Passage, Passages, fill, passages};
