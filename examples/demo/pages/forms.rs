//! The handlers of the forms. Each answers with a redirect to its card, which says once what the form did.

mod attack;
mod run;
mod visitor;

use std::sync::Arc;

use axum::{
    Form, Router,
    extract::rejection::FormRejection,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use hardtack::{
    SessionError,
    csrf::{CsrfField, CsrfRefusal, Guarded, GuardedRejection},
};
use serde::Deserialize;

use super::{
    PageError, lab,
    visit::{Complaint, Visit},
};
use crate::{site::Site, texts::filled};

pub(super) fn router() -> Router<Arc<Site>> {
    Router::new()
        .route("/sign-in", post(visitor::sign_in))
        .route("/sign-out", post(visitor::sign_out))
        .route("/count", post(visitor::count))
        .route("/data", post(visitor::fill))
        .route("/data/remove", post(visitor::empty))
        .route("/flash", post(visitor::flash))
        .route("/language", post(visitor::language))
        .route("/theme", post(visitor::theme))
        .route("/flip", post(attack::flip))
        .route("/rename", post(attack::rename))
        .route("/copy", post(attack::copy))
        .route("/replay", post(attack::replay))
        .route("/revoke", post(attack::revoke))
        .route("/purse", post(attack::fill_purse))
        .route("/large", post(attack::large))
        .route("/keys/rotate", post(run::rotate))
        .route("/keys/retire", post(run::retire))
        .route("/clock", post(run::move_clock))
        .route("/server", post(run::switch))
}

/// A form with the token of this session.
type Input<T> = Result<Guarded<Form<OwnForm<T>>>, GuardedRejection<FormRejection>>;

#[derive(Deserialize)]
struct OwnForm<T> {
    /// Empty if the field is missing, which is refused like a wrong token.
    #[serde(default)]
    csrf_token: String,
    #[serde(flatten)]
    fields: T,
}

/// A form of one button.
#[derive(Deserialize)]
struct Nothing {}

impl<T> CsrfField for OwnForm<T> {
    fn csrf_token(&self) -> &str {
        &self.csrf_token
    }
}

fn fields<T>(visit: &Visit, input: Input<T>) -> Result<T, PageError> {
    match input {
        Ok(Guarded(Form(form))) => Ok(form.fields),
        // The token cannot be right. This tells a visitor whose browser keeps no cookies why.
        Err(GuardedRejection::Refused(CsrfRefusal::WrongToken)) if visit.arrived().is_none() => {
            Err(PageError::new(StatusCode::FORBIDDEN, NO_COOKIE))
        }
        Err(rejection) => Err(rejection.into()),
    }
}

/// A result of a form.
type Done = Result<Redirect, PageError>;

/// The page, with what is wrong with the form of a card.
fn complain(
    visit: Visit,
    card: &'static str,
    text: impl Into<String>,
) -> Result<Response, PageError> {
    let text = text.into();
    let page = lab::page(visit.complaining(Complaint { card, text }))?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// A change that may be too large for the session, which is told in the form of its card.
fn changed(
    visit: Visit,
    card: &'static str,
    effect: &str,
    change: Result<(), SessionError>,
) -> Result<Response, PageError> {
    match change {
        Ok(()) => Ok(visit.done(card, effect)?.into_response()),
        Err(SessionError::TooLarge(error)) => {
            let (needed, allowed) = (error.needed.to_string(), error.allowed.to_string());
            let sizes = [("needed", &*needed), ("allowed", &*allowed)];
            let text = filled(visit.texts().fill_complaint, &sizes);
            complain(visit, card, text)
        }
        Err(error) => Err(error.into()),
    }
}

const NO_COOKIE: &str = "No session cookie came with this form, so your browser did not keep it. Safari keeps \
                         no Secure cookie of a server on http://localhost: run the demo with --insecure \
                         there. In other browsers allow cookies for this page.";
