//! Extractors of bodies with a token in a field. Features `axum` and `actix`.

use std::fmt;

use http::StatusCode;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::{
    CsrfRefusal,
    token::{TokenChecks, URL_ENCODED, is_of_type},
};
use crate::{
    events::{self, RefusedRequest},
    web::framework::Extensions,
};

/// Extractor of a form of any type with a CSRF token. Without a token of the session in the field `csrf_token`, or in
/// the guard's [`form_field`](crate::csrf::CsrfGuard::form_field), the request is refused with 403. With feature `axum`
/// or `actix`. For tokens in this field, the [`CsrfGuard`](crate::csrf::CsrfGuard) around the handler needs
/// [`tokens_in_forms`](crate::csrf::CsrfGuard::tokens_in_forms).
///
/// The token is removed before the rest is deserialized. Without a type, `GuardedForm` is a form that needs only the
/// token, such as a sign-out button. A token in the header, which the guard has verified, is enough; a request without
/// content is then an empty form. A body of another media type is refused with 415, and a body that is not a `T` with
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

/// Reason why a body is not such a form: a status, and a sentence for the client.
pub(in crate::web) type NoForm = (StatusCode, String);

impl<T: DeserializeOwned> GuardedForm<T> {
    pub(in crate::web) fn read<R>(
        check: &CsrfCheck,
        content_type: Option<&[u8]>,
        body: &[u8],
        inner: impl FnOnce(NoForm) -> R,
    ) -> Result<Self, GuardedRejection<R>> {
        // A script's request has no content if it needs only the token, which is in its header.
        let is_empty = content_type.is_none() && body.is_empty();
        if !is_empty && !is_of_type(content_type, URL_ENCODED) {
            let sentence = format!("the body has to be {URL_ENCODED}");
            let no_form = (StatusCode::UNSUPPORTED_MEDIA_TYPE, sentence);
            return Err(GuardedRejection::Inner(inner(no_form)));
        }
        let fields: Vec<_> = form_urlencoded::parse(body).collect();
        let token_in = |name: &str| {
            let mut named = fields.iter().filter(|(field, _)| *field == *name);
            named.next().map_or("", |(_, token)| &**token)
        };
        check
            .verify_each(token_in)
            .map_err(GuardedRejection::Refused)?;
        let rest = fields
            .iter()
            .filter(|(name, _)| !check.checks.passed.iter().any(|it| *it.field == **name));
        let rest = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(rest)
            .finish();
        serde_html_form::from_str(&rest)
            .map(GuardedForm)
            .map_err(|error| {
                let sentence = format!("the form: {error}");
                GuardedRejection::Inner(inner((StatusCode::UNPROCESSABLE_ENTITY, sentence)))
            })
    }
}

/// Extractor of a token check that a guard left to the handler. It is for bodies that the handler reads itself, such as
/// an upload. With feature `axum` or `actix`.
///
/// # Examples
///
/// A handler whose body is only the token; [the guide] has an example of an upload.
///
#[cfg_attr(feature = "axum", doc = "```")]
#[cfg_attr(not(feature = "axum"), doc = "```ignore")]
/// use axum::{Router, routing::post};
/// use hardtack::csrf::{CsrfCheck, CsrfGuard, CsrfRefusal};
///
/// async fn touch(check: CsrfCheck, body: String) -> Result<(), CsrfRefusal> {
///     check.verify(&body)
/// }
///
/// let app: Router = Router::new()
///     .route("/touch", post(touch))
///     .layer(CsrfGuard::new().tokens_in_forms());
/// ```
///
/// [the guide]: crate::guide#forms
#[derive(Clone)]
#[must_use = "nothing is refused before `verify` is called"]
pub struct CsrfCheck {
    checks: TokenChecks,
    /// Path of the request, for the event of its refusal.
    path: String,
}

impl CsrfCheck {
    /// Refuses a request that no guard asked for a token.
    pub(in crate::web) fn of<R>(
        extensions: &impl Extensions,
        path: &str,
    ) -> Result<CsrfCheck, GuardedRejection<R>> {
        let checks: &TokenChecks = extensions.get().ok_or(GuardedRejection::NoGuard)?;
        if checks.passed.is_empty() {
            let refusal = reported(CsrfRefusal::NotAsked, path, None, None);
            return Err(GuardedRejection::Refused(refusal));
        }
        Ok(CsrfCheck {
            checks: checks.clone(),
            path: path.to_owned(),
        })
    }

    /// Verifies that `token` is a token of the session. Accepts any text if the header already had a valid token.
    ///
    /// # Errors
    ///
    /// Returns a [`CsrfRefusal`], which is a response with status 403.
    pub fn verify(&self, token: &str) -> Result<(), CsrfRefusal> {
        self.verify_each(|_| token)
    }

    /// Verifies the tokens that `token_in` finds in the field of each guard.
    fn verify_each<'a>(&self, token_in: impl Fn(&str) -> &'a str) -> Result<(), CsrfRefusal> {
        for check in &self.checks.passed {
            let token = token_in(&check.field);
            if check.left.as_ref().is_none_or(|verify| verify(token)) {
                continue;
            }
            let (refusal, advice) = match token {
                "" => (CsrfRefusal::NoToken, Some(NO_FIELD)),
                _ => {
                    let form = self.checks.form_page.clone();
                    (CsrfRefusal::WrongToken { form }, self.checks.advice)
                }
            };
            let purpose = Some(&*check.purpose);
            return Err(reported(refusal, &self.path, purpose, advice));
        }
        Ok(())
    }
}

impl fmt::Debug for CsrfCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CsrfCheck(..)")
    }
}

fn reported(
    refusal: CsrfRefusal,
    path: &str,
    purpose: Option<&str>,
    advice: Option<&'static str>,
) -> CsrfRefusal {
    let request = RefusedRequest {
        path,
        purpose,
        advice,
        ..RefusedRequest::default()
    };
    events::request_refused(&refusal, refusal.name(), &request);
    refusal
}

/// Rejection of [`GuardedForm`] and [`CsrfCheck`].
#[derive(Debug)]
#[non_exhaustive]
pub enum GuardedRejection<R> {
    /// The body could not be read, or is not such a form.
    Inner(R),
    /// The request has no token of this session, or no guard asked for one.
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

const NO_FIELD: &str = "give the form a hidden field `csrf_token`, or the one that `form_field` of the guard names, with \
     `Session::csrf_token` as its value";
const NO_GUARD: &str = "no CSRF guard with `tokens_in_forms` is around the handler; add \
     `CsrfGuard::new().tokens_in_forms()` to the router, before the session layer (in a `ServiceBuilder`, after it)";
