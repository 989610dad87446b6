//! The error page.

use askama::Template;
use axum::{
    body::to_bytes,
    extract::rejection::FormRejection,
    http::{
        StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use hardtack::{SessionError, csrf::GuardedRejection};

use super::{
    Page,
    frame::{Frame, Here},
};
use crate::texts::{Language, Texts};

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    t: &'static Texts,
    sentence: String,
}

/// Without the session, because that may be the cause, and so in English, unless somebody knows better.
#[derive(Debug)]
pub(crate) struct PageError {
    status: StatusCode,
    sentence: String,
    language: Language,
}

impl PageError {
    pub(crate) fn new(status: StatusCode, sentence: impl Into<String>) -> PageError {
        PageError {
            status,
            sentence: sentence.into(),
            language: Language::English,
        }
    }

    pub(super) fn in_language(self, language: Language) -> PageError {
        PageError { language, ..self }
    }
}

impl From<SessionError> for PageError {
    fn from(error: SessionError) -> Self {
        let status = match &error {
            SessionError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            SessionError::Stale => StatusCode::FORBIDDEN,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        PageError::new(status, error.to_string())
    }
}

impl From<FormRejection> for PageError {
    fn from(error: FormRejection) -> Self {
        PageError::new(error.status(), error.body_text())
    }
}

impl From<GuardedRejection<FormRejection>> for PageError {
    fn from(error: GuardedRejection<FormRejection>) -> Self {
        let sentence = error.to_string();
        match error {
            GuardedRejection::Inner(error) => error.into(),
            GuardedRejection::Refused(_) => PageError::new(StatusCode::FORBIDDEN, sentence),
            _ => PageError::new(StatusCode::INTERNAL_SERVER_ERROR, sentence),
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let PageError {
            status,
            sentence,
            language,
        } = self;
        let reason = status.canonical_reason().unwrap_or("Error");
        let page = Page(ErrorPage {
            frame: Frame::without_session(Here::Elsewhere, language, reason),
            t: language.texts(),
            sentence,
        });
        (status, page).into_response()
    }
}

/// Gives errors from outside the handlers the same form: those of the guard, and of a session that could not be saved.
pub(super) async fn as_page(response: Response) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let kind = response.headers().get(CONTENT_TYPE);
    let is_plain = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !is_error || !is_plain {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let said = to_bytes(body, LONGEST_SENTENCE).await.unwrap_or_default();
    let page = PageError::new(status, String::from_utf8_lossy(&said)).into_response();
    let (page_parts, page) = page.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.extend(page_parts.headers);
    Response::from_parts(parts, page)
}

/// In bytes.
const LONGEST_SENTENCE: usize = 4096;
