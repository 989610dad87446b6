//! Why a request fails, and the page that says so.

use std::iter;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use hardtack::{SessionError, web::Failure};

use crate::{database::BoxError, html};

pub(crate) enum Error {
    /// With the page to go to afterwards.
    SignInFirst(String),
    NotAllowed,
    NotFound,
    CartFull,
    /// Of the session. The response has it in its extensions, and [`page_of_failure`] makes the page.
    Session(Failure),
    /// Of the database, for example.
    Other(BoxError),
}

impl From<SessionError> for Error {
    fn from(error: SessionError) -> Error {
        Error::Session(error.into())
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        Error::Session(failure)
    }
}

impl From<BoxError> for Error {
    fn from(error: BoxError) -> Error {
        Error::Other(error)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, title, sentence) = match self {
            Error::SignInFirst(next) => return Redirect::to(&sign_in_page(&next)).into_response(),
            Error::Session(failure) => return failure.into_response(),
            Error::NotAllowed => (
                StatusCode::FORBIDDEN,
                "Not allowed",
                "Your account may not open this page.",
            ),
            Error::NotFound => (StatusCode::NOT_FOUND, "Not found", "There is no such page."),
            Error::CartFull => (
                StatusCode::CONFLICT,
                "Your cart is full",
                "Order what is in it, or remove something.",
            ),
            Error::Other(error) => {
                log(&*error);
                SORRY
            }
        };
        (status, html::failure(title, sentence)).into_response()
    }
}

fn sign_in_page(next: &str) -> String {
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("/sign-in?next={next}")
}

/// Gives the failures of sessions and of the guard a page of this site.
pub(crate) async fn page_of_failure(response: Response) -> Response {
    Failure::with_page(response, |failure| {
        log(failure);
        let (status, title, sentence) = match failure {
            Failure::Csrf(_) => (
                StatusCode::FORBIDDEN,
                "Please load the page again",
                "It was open for too long, or you have signed in or out since. Nothing was changed.",
            ),
            Failure::Session(SessionError::TooLarge(_)) => (
                StatusCode::CONFLICT,
                "Your session is full",
                "Remove something from your cart.",
            ),
            Failure::Session(SessionError::Unvalidated(_)) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Please try again later",
                "You are still signed in.",
            ),
            _ => SORRY,
        };
        (status, html::failure(title, sentence)).into_response()
    })
}

/// With the causes: that of a session which cannot be looked up is an error of the database.
fn log(error: &dyn std::error::Error) {
    let causes = iter::successors(error.source(), |cause| cause.source());
    let causes: String = causes.map(|cause| format!(": {cause}")).collect();
    eprintln!("{error}{causes}");
}

const SORRY: (StatusCode, &str, &str) = (
    StatusCode::INTERNAL_SERVER_ERROR,
    "Sorry",
    "This is our fault. It has been noted.",
);
