//! Sessions bound to a device, with a client that speaks the protocol as a browser does, and as none does.

#![allow(clippy::unwrap_used, reason = "tests")]

mod actix;
mod alive;
mod answers;
mod binding;
mod bound_cookies;
mod browser;
mod ending;
mod grace;
mod handlers;
#[cfg(feature = "tracing")]
mod key_need;
mod proofs;
mod refresh;
mod register;
mod settings;
mod site;
mod stale;
mod tenants;

#[cfg(feature = "metrics")]
#[path = "../../../tests/common/counted.rs"]
mod counted;
#[cfg(feature = "tracing")]
#[path = "../../../tests/common/told.rs"]
mod told;

/// Waits for a future.
fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_time().build().unwrap();
    runtime.block_on(future)
}
