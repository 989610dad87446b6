//! A page for what cannot be done.

use axum::{
    extract::rejection::FormRejection,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use hardtack::SessionError;

use super::layout::{Frame, Here};
use crate::{
    html::Html,
    texts::{Language, Theme},
};

/// In English, and without the session, which may be what fails.
#[derive(Debug)]
pub(crate) struct PageError {
    status: StatusCode,
    sentence: String,
}

impl PageError {
    pub(crate) fn new(status: StatusCode, sentence: impl Into<String>) -> PageError {
        PageError {
            status,
            sentence: sentence.into(),
        }
    }
}

impl From<SessionError> for PageError {
    fn from(error: SessionError) -> Self {
        let status = match &error {
            SessionError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
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

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let PageError { status, sentence } = self;
        let reason = status.canonical_reason().unwrap_or("Error");
        let frame = Frame {
            language: Language::English,
            theme: Theme::System,
            here: Here::Elsewhere,
            title: reason,
        };
        let body = Html::new(format!(
            "<h1>{}</h1><p>{}</p><p><a href=\"/\">Home</a></p>",
            Html::text(reason),
            Html::text(&sentence)
        ));
        (status, frame.around(&body)).into_response()
    }
}
