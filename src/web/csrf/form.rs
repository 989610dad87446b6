//! Extractor of forms with a token in a field. Features `axum` and `actix`.

use std::fmt;

use http::StatusCode;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::{
    CsrfRefusal,
    token::{Asked, FormField, URL_ENCODED, is_of_type},
};
use crate::{
    base::system_now,
    events::{self, RefusedRequest},
    web::framework::Extensions,
};

/// Extractor of a form of any type whose CSRF token was verified by the [`CsrfGuard`](crate::csrf::CsrfGuard) around
/// the handler. Without such a guard, the request is refused with 500; a form that is sent by GET, and so not checked,
/// with 403. With feature `axum` or `actix`. For tokens in a field of the form, the guard needs
/// [`tokens_in_forms`](crate::csrf::CsrfGuard::tokens_in_forms).
///
/// The field with the token is removed before the rest is deserialized. Without a type, `GuardedForm` is a form that
/// needs only the token, such as a sign-out button. If the token was in the header, a request without content is an empty
/// form. A body of another media type is refused with 415, and a body that is not a `T` with
/// 422. For a field that may occur several times, such as a group of checkboxes, use a `Vec` with `#[serde(default)]`,
/// because browsers send nothing for unchecked boxes.
///
/// # Examples
///
#[cfg_attr(feature = "axum", doc = "```")]
#[cfg_attr(not(feature = "axum"), doc = "```ignore")]
/// use axum::{Router, routing::post};
/// use hardtack::{Session, SessionError, csrf::{CsrfGuard, GuardedForm}};
///
/// #[derive(serde::Deserialize)]
/// struct Transfer {
///     amount: u32,
/// }
///
/// async fn transfer(GuardedForm(transfer): GuardedForm<Transfer>) -> String {
///     format!("{} sent", transfer.amount)
/// }
///
/// async fn sign_out(session: Session, _: GuardedForm) -> Result<(), SessionError> {
///     session.invalidate().map(drop)
/// }
///
/// let app: Router = Router::new()
///     .route("/transfer", post(transfer))
///     .route("/sign-out", post(sign_out))
///     .layer(CsrfGuard::new().tokens_in_forms());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GuardedForm<T = IgnoredAny>(pub T);

impl<T: DeserializeOwned> GuardedForm<T> {
    /// Reads a form without the fields that were for tokens. If the body is no such form, returns a status and a sentence
    /// for the client.
    pub(in crate::web) fn read(
        tokens: &[FormField],
        content_type: Option<&[u8]>,
        body: &[u8],
    ) -> Result<Self, (StatusCode, String)> {
        // A script's request has no content if it needs only the token, which is in its header.
        let is_empty = content_type.is_none() && body.is_empty();
        if !is_empty && !is_of_type(content_type, URL_ENCODED) {
            let sentence = format!("the body has to be {URL_ENCODED}");
            return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, sentence));
        }
        let fields = form_urlencoded::parse(body);
        // The token fields of all guards are left out, because the form's type may refuse unknown fields.
        let rest = fields.filter(|(name, _)| !tokens.iter().any(|token| *token == **name));
        let rest = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(rest)
            .finish();
        let form = serde_html_form::from_str(&rest);
        form.map(GuardedForm).map_err(|error| {
            let sentence = format!("the form: {error}");
            (StatusCode::UNPROCESSABLE_ENTITY, sentence)
        })
    }
}

/// Returns the fields for the tokens that guards have asked for, and so verified. Refuses a request that no guard asked
/// for a token.
pub(in crate::web) fn verified_fields<R>(
    extensions: &impl Extensions,
    path: &str,
) -> Result<Vec<FormField>, GuardedRejection<R>> {
    let asked: &Asked = extensions.get().ok_or(GuardedRejection::NoGuard)?;
    if asked.fields.is_empty() {
        let refusal = CsrfRefusal::NotAsked;
        let request = RefusedRequest {
            path,
            ..RefusedRequest::default()
        };
        let counts = asked.counts.as_ref();
        let left_out = counts.and_then(|it| it.note(refusal.label(), system_now()));
        events::refused(&refusal, refusal.label(), request, left_out);
        return Err(GuardedRejection::Refused(refusal));
    }
    Ok(asked.fields.clone())
}

/// Rejection of [`GuardedForm`].
#[derive(Debug)]
#[non_exhaustive]
pub enum GuardedRejection<R> {
    /// The body could not be read, or is not such a form.
    Inner(R),
    /// No guard checked a token of this request, for example because the form was sent by GET.
    Refused(CsrfRefusal),
    /// No [`CsrfGuard`](crate::csrf::CsrfGuard) that asks for tokens is around the handler.
    NoGuard,
}

impl<R> fmt::Display for GuardedRejection<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GuardedRejection::Inner(_) => "the body of the request could not be read as this form",
            GuardedRejection::Refused(refusal) => refusal.sentence(),
            GuardedRejection::NoGuard => NO_GUARD,
        })
    }
}

impl<R: fmt::Debug> std::error::Error for GuardedRejection<R> {}

const NO_GUARD: &str = "no CSRF guard that asks for a token is around the handler; add \
     `CsrfGuard::new().tokens_in_forms()` to the router, before the session layer (in a `ServiceBuilder`, after it)";
