//! That a request comes from a page of the session's own site.

#[cfg(feature = "tower")]
mod guard;
pub(crate) mod mask;
#[cfg(feature = "tower")]
mod origin;
#[cfg(feature = "tower")]
mod rules;
#[cfg(feature = "tower")]
mod service;
mod session;

#[cfg(feature = "tower")]
pub use guard::CsrfGuard;
#[cfg(feature = "axum")]
pub(crate) use rules::TokenChecks;
#[cfg(feature = "tower")]
pub use service::{CsrfFuture, CsrfService};
