//! CSRF protection: checks that a request comes from a page of the session's own site.

#[cfg(feature = "axum")]
mod form;
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

#[cfg(feature = "axum")]
pub use form::{CsrfField, CsrfForm, Guarded, GuardedRejection};
#[cfg(feature = "tower")]
pub use guard::CsrfGuard;
#[cfg(feature = "tower")]
pub use service::{CsrfFuture, CsrfService};
