//! The extractor of forms that have their token in a field. Features `axum` and `actix`.

use std::{fmt, ops::Deref};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
};

use super::rules::{TokenChecks, report};
use crate::web::{CsrfRefusal, Extensions};

/// A form with a field for a CSRF token, for [`Guarded`]. For a form with no other field there is [`CsrfForm`].
///
/// # Examples
///
/// ```
/// use hardtack::csrf::CsrfField;
///
/// #[derive(serde::Deserialize)]
/// struct Transfer {
///     #[serde(default)] // without the field: 403, not 422
///     csrf_token: String,
///     amount: u32,
/// }
///
/// impl CsrfField for Transfer {
///     fn csrf_token(&self) -> &str {
///         &self.csrf_token
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say where its CSRF token is",
    label = "`Guarded` has to check the token",
    note = "write `impl CsrfField for {Self}`, or take a `CsrfForm` if there is nothing but the token"
)]
pub trait CsrfField {
    /// Returns the token as it was sent.
    fn csrf_token(&self) -> &str;
}

/// A form that needs nothing but a CSRF token, in the field `csrf_token`, such as a button that signs out. Other fields
/// are ignored; a form without the field is refused by [`Guarded`]. With feature `axum` or `actix`.
///
/// # Examples
///
#[cfg_attr(feature = "axum", doc = "```")]
#[cfg_attr(not(feature = "axum"), doc = "```ignore")]
/// use axum::{Form, Router, routing::post};
/// use hardtack::{Session, SessionError, csrf::{CsrfForm, CsrfGuard, Guarded}};
///
/// async fn sign_out(session: Session, _: Guarded<Form<CsrfForm>>) -> Result<(), SessionError> {
///     session.invalidate().map(drop)
/// }
///
/// let app: Router = Router::new()
///     .route("/sign-out", post(sign_out))
///     .layer(CsrfGuard::new().tokens_in_forms());
/// ```
#[derive(Clone, Default)]
pub struct CsrfForm {
    token: String,
}

impl CsrfField for CsrfForm {
    fn csrf_token(&self) -> &str {
        &self.token
    }
}

impl<'de> Deserialize<'de> for CsrfForm {
    fn deserialize<D: Deserializer<'de>>(form: D) -> Result<Self, D::Error> {
        form.deserialize_struct("CsrfForm", &[TOKEN_FIELD], Fields)
    }
}

/// Reads one field and ignores the others.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = CsrfForm;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a form with a CSRF token")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<CsrfForm, A::Error> {
        let mut token = None;
        while let Some(name) = fields.next_key::<String>()? {
            if name != TOKEN_FIELD {
                fields.next_value::<IgnoredAny>()?;
            } else if token.replace(fields.next_value()?).is_some() {
                return Err(A::Error::duplicate_field(TOKEN_FIELD));
            }
        }
        let token = token.unwrap_or_default();
        Ok(CsrfForm { token })
    }
}

impl fmt::Debug for CsrfForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CsrfForm(..)")
    }
}

/// An extractor around another, such as `Form<Transfer>`, that refuses the form with 403 unless its field has a CSRF
/// token of the session. With feature `axum` or `actix`; needs a [`CsrfGuard`](crate::csrf::CsrfGuard) around the handler, with
/// [`tokens_in_forms`](crate::csrf::CsrfGuard::tokens_in_forms).
///
/// A token in the header, which the guard has verified, is enough. A request that a guard lets pass without a token,
/// such as a form sent by GET, is refused with 403.
///
/// # Examples
///
#[cfg_attr(feature = "axum", doc = "```")]
#[cfg_attr(not(feature = "axum"), doc = "```ignore")]
/// use axum::{Json, Router, routing::post};
/// use hardtack::csrf::{CsrfField, CsrfGuard, Guarded};
/// # #[derive(serde::Deserialize)]
/// # struct Transfer { csrf_token: String, amount: u32 }
/// # impl CsrfField for Transfer {
/// #     fn csrf_token(&self) -> &str { &self.csrf_token }
/// # }
///
/// async fn transfer(Guarded(Json(transfer)): Guarded<Json<Transfer>>) -> String {
///     format!("{} sent", transfer.amount)
/// }
///
/// let app: Router = Router::new()
///     .route("/transfer", post(transfer))
///     .layer(CsrfGuard::new().tokens_in_forms());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Guarded<E>(pub E);

/// Returns the checks that the guards around a handler left to its extractor. Refuses a request that no guard asked for a
/// token.
pub(super) fn checks_left<R>(
    extensions: &impl Extensions,
) -> Result<TokenChecks, GuardedRejection<R>> {
    let checks: Option<&TokenChecks> = extensions.get();
    let checks = checks.ok_or(GuardedRejection::NoGuard)?;
    if !checks.has_passed && checks.in_form.is_empty() {
        return Err(refused(CsrfRefusal::NotAsked));
    }
    Ok(checks.clone())
}

/// Accepts a form if every guard that left its token to be verified does.
pub(super) fn checked<E, R>(
    form: E,
    checks: &TokenChecks,
) -> Result<Guarded<E>, GuardedRejection<R>>
where
    E: Deref<Target: CsrfField>,
{
    let mut left = checks.in_form.iter();
    if left.all(|verify| verify(form.csrf_token())) {
        Ok(Guarded(form))
    } else {
        Err(refused(CsrfRefusal::WrongToken))
    }
}

fn refused<R>(refusal: CsrfRefusal) -> GuardedRejection<R> {
    report(refusal, None, None);
    GuardedRejection::Refused(refusal)
}

/// The rejection of [`Guarded`].
#[derive(Debug)]
#[non_exhaustive]
pub enum GuardedRejection<R> {
    /// The inner extractor rejected the request.
    Inner(R),
    /// The token is not one of this session, or no guard asked for one.
    Refused(CsrfRefusal),
    /// No [`CsrfGuard`](crate::csrf::CsrfGuard) that asks for tokens is around the handler.
    NoGuard,
}

impl<R> fmt::Display for GuardedRejection<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GuardedRejection::Inner(_) => "the request has no such content",
            GuardedRejection::Refused(refusal) => refusal.sentence(),
            GuardedRejection::NoGuard => NO_GUARD,
        })
    }
}

impl<R: fmt::Debug> std::error::Error for GuardedRejection<R> {}

pub(super) const NO_GUARD: &str = "no CSRF guard with `tokens_in_forms` is around the handler; add \
     `CsrfGuard::new().tokens_in_forms()` to the router, before the session layer";

const TOKEN_FIELD: &str = "csrf_token";
