//! `CsrfGuard`, and the extractor of forms with a token in a field. Published as `hardtack::csrf`.

mod cross_site;
#[cfg(all(test, hardtack_repository))]
#[path = "../../../tests/domains/guard.rs"]
mod domains;
mod field;
#[cfg(any(feature = "actix", feature = "axum"))]
pub(super) mod form;
mod guard;
mod refusal;
mod rules;
mod token;

#[cfg(any(feature = "actix", feature = "axum"))]
pub use form::{GuardedForm, GuardedRejection};
pub use guard::CsrfGuard;
pub use refusal::CsrfRefusal;
pub(super) use rules::{InForm, Verdict};
