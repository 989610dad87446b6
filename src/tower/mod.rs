//! Sessions for tower services. Feature `tower`.

mod csrf;
mod csrf_rules;
mod csrf_service;
mod extensions;
mod failure;
mod future;
mod layer;
mod origin;
mod refusal;
mod transport;

pub use csrf::CsrfGuard;
#[cfg(feature = "axum")]
pub(crate) use csrf_rules::TokenChecks;
pub use csrf_service::{CsrfFuture, CsrfService};
pub use extensions::MissingSession;
pub use failure::Failure;
pub use future::ResponseFuture;
pub use layer::{SessionLayer, SessionService};
pub use refusal::CsrfRefusal;
