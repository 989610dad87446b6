//! CSRF protection: checks that a request comes from a page of the session's own site. Feature `tower`.
//!
//! [`CsrfGuard`] is a tower layer, and middleware for actix-web, that refuses requests of other sites before a handler
//! runs. [`GuardedForm`] is an extractor, of axum and of actix-web, for forms that carry a token. Without either, call
//! [`csrf_token`](crate::Session::csrf_token) and [`verify_csrf`](crate::Session::verify_csrf).

#[cfg(feature = "actix")]
mod actix;
#[cfg(feature = "axum")]
mod axum;
mod cross_site;
#[cfg(any(feature = "actix", feature = "axum"))]
mod form;
mod guard;
mod refusal;
mod rules;

#[cfg(any(feature = "actix", feature = "axum"))]
pub use form::{CsrfCheck, CsrfField, Guarded, GuardedForm, GuardedRejection};
pub use guard::CsrfGuard;
pub use refusal::CsrfRefusal;
