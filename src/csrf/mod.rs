//! CSRF protection: checks that a request comes from a page of the session's own site.
//!
//! [`CsrfGuard`] is a tower layer that refuses requests of other sites before a handler runs, and [`Guarded`] an axum
//! extractor for forms that carry a token. Without either, call [`csrf_token`](crate::Session::csrf_token) and
//! [`verify_csrf`](crate::Session::verify_csrf).

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

#[cfg(feature = "tower")]
pub use crate::web::CsrfRefusal;
#[cfg(feature = "axum")]
pub use form::{CsrfField, CsrfForm, Guarded, GuardedRejection};
#[cfg(feature = "tower")]
pub use guard::CsrfGuard;
#[cfg(feature = "tower")]
pub use service::{CsrfFuture, CsrfService};
