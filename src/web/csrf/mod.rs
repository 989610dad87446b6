//! `CsrfGuard`, and the extractors of forms that have their token in a field; published as `hardtack::csrf`.

#[cfg(feature = "actix")]
mod actix;
#[cfg(feature = "axum")]
mod axum;
mod content_type;
mod cross_site;
#[cfg(any(feature = "actix", feature = "axum"))]
mod form;
mod guard;
mod refusal;
mod rules;
mod token;

#[cfg(any(feature = "actix", feature = "axum"))]
pub use form::{CsrfCheck, GuardedForm, GuardedRejection};
pub use guard::CsrfGuard;
pub use refusal::CsrfRefusal;
