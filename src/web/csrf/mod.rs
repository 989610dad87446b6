//! `CsrfGuard`, and the extractors of forms with a token in a field. Published as `hardtack::csrf`.

mod cross_site;
#[cfg(any(feature = "actix", feature = "axum"))]
mod form;
mod guard;
mod refusal;
mod rules;
#[cfg_attr(
    not(any(feature = "actix", feature = "axum")),
    allow(dead_code, reason = "only extractors verify what is left")
)]
mod token;

#[cfg(any(feature = "actix", feature = "axum"))]
pub(super) use form::NoForm;
#[cfg(any(feature = "actix", feature = "axum"))]
pub use form::{CsrfCheck, GuardedForm, GuardedRejection};
pub use guard::CsrfGuard;
pub use refusal::CsrfRefusal;
