//! Extractors of bodies that have their token in a field. Features `axum` and `actix`.

use std::{fmt, ops::Deref};

use serde::de::{DeserializeOwned, IgnoredAny};

use super::{
    CsrfRefusal,
    content_type::{URL_ENCODED, is_of_type},
    token::TokenChecks,
};
use crate::{
    events::{self, RefusedRequest},
    web::framework::Extensions,
};

/// A body with a field for a CSRF token, for [`Guarded`]. A form does not need this trait: [`GuardedForm`] takes the
/// token out of the form.
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
    note = "write `impl CsrfField for {Self}`, or take a `GuardedForm<{Self}>` if it is a form"
)]
pub trait CsrfField {
    /// Returns the token as it was sent.
    fn csrf_token(&self) -> &str;
}

/// An extractor of a form of any type, which it refuses with 403 unless the field `csrf_token` has a token of the
/// session. With feature `axum` or `actix`; needs a [`CsrfGuard`](crate::csrf::CsrfGuard) around the handler, with
/// [`tokens_in_forms`](crate::csrf::CsrfGuard::tokens_in_forms).
///
/// The token is taken out before the rest is deserialized. Without a type, `GuardedForm` is a form that needs nothing
/// but the token, such as a button that signs out. A token in the header, which the guard has verified, is enough; a
/// request without content is then an empty form. A body of another media type is refused with 415, and a body that is
/// not a `T` with 422. A field that occurs several times, such as a row of boxes, is a `Vec`; as browsers send nothing for
/// boxes without a mark, it also needs `#[serde(default)]`.
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

/// Reason why a body is no such form: a status, and a sentence for the client.
pub(super) type NoForm = (u16, String);

impl<T: DeserializeOwned> GuardedForm<T> {
    pub(super) fn read<R>(
        check: &CsrfCheck,
        content_type: Option<&str>,
        body: &[u8],
        inner: impl FnOnce(NoForm) -> R,
    ) -> Result<Self, GuardedRejection<R>> {
        // The request of a script has no content where it needs no field but the token, which is in its header.
        let is_empty = content_type.is_none() && body.is_empty();
        if !is_empty && !is_of_type(content_type, URL_ENCODED) {
            let no_form = (415, format!("the body has to be {URL_ENCODED}"));
            return Err(GuardedRejection::Inner(inner(no_form)));
        }
        let (tokens, rest): (Vec<_>, Vec<_>) =
            form_urlencoded::parse(body).partition(|(name, _)| name == TOKEN_FIELD);
        let token = tokens.first().map_or("", |(_, token)| &**token);
        check.verify(token).map_err(GuardedRejection::Refused)?;
        let rest = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(rest)
            .finish();
        let form = serde_html_form::from_str(&rest);
        let no_form = |error| GuardedRejection::Inner(inner((422, format!("the form: {error}"))));
        form.map(GuardedForm).map_err(no_form)
    }
}

/// An extractor around another, such as `Json<Transfer>`, that refuses the body with 403 unless its field has a CSRF
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
pub struct Guarded<E>(pub E)
where
    // Here too, so that the compiler names a missing field where a handler asks for it.
    E: Deref<Target: CsrfField>;

/// Check of a token that a guard left to the handler, as an extractor: for bodies that the handler reads itself, such
/// as an upload. With feature `axum` or `actix`.
///
/// # Examples
///
/// A handler whose body is the token alone; [the guide] has an example of an upload.
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
    /// Of the request, for the event of its refusal.
    path: String,
}

impl CsrfCheck {
    /// Refuses a request that no guard asked for a token.
    pub(super) fn of<R>(
        extensions: &impl Extensions,
        path: &str,
    ) -> Result<CsrfCheck, GuardedRejection<R>> {
        let checks: Option<&TokenChecks> = extensions.get();
        let checks = checks.ok_or(GuardedRejection::NoGuard)?;
        if !checks.has_passed && checks.in_form.is_empty() {
            let refusal = reported(CsrfRefusal::NotAsked, path, None);
            return Err(GuardedRejection::Refused(refusal));
        }
        Ok(CsrfCheck {
            checks: checks.clone(),
            path: path.to_owned(),
        })
    }

    /// Accepts a token of the session, or any text if the header already had a token. An empty text is no token.
    ///
    /// # Errors
    ///
    /// Returns a [`CsrfRefusal`], which is a response with status 403.
    pub fn verify(&self, token: &str) -> Result<(), CsrfRefusal> {
        let mut left = self.checks.in_form.iter();
        match left.all(|verify| verify(token)) {
            true => Ok(()),
            false if token.is_empty() => Err(reported(CsrfRefusal::NoToken, &self.path, None)),
            false => {
                let advice = self.checks.advice;
                Err(reported(CsrfRefusal::WrongToken, &self.path, advice))
            }
        }
    }

    /// Accepts a body if its token is accepted.
    pub(super) fn accept<E, R>(&self, body: E) -> Result<Guarded<E>, GuardedRejection<R>>
    where
        E: Deref<Target: CsrfField>,
    {
        let checked = self.verify(body.csrf_token());
        checked.map_err(GuardedRejection::Refused)?;
        Ok(Guarded(body))
    }
}

impl fmt::Debug for CsrfCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CsrfCheck(..)")
    }
}

fn reported(refusal: CsrfRefusal, path: &str, advice: Option<&'static str>) -> CsrfRefusal {
    let request = RefusedRequest {
        path,
        advice,
        ..RefusedRequest::default()
    };
    events::request_refused(refusal, &request);
    refusal
}

/// Rejection of [`GuardedForm`], [`Guarded`] and [`CsrfCheck`].
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

const NO_GUARD: &str = "no CSRF guard with `tokens_in_forms` is around the handler; add \
     `CsrfGuard::new().tokens_in_forms()` to the router, before the session layer";

const TOKEN_FIELD: &str = "csrf_token";
