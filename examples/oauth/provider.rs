//! A fake provider, in place of another site. It signs every visitor in as ada.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use serde::Deserialize;

/// The codes that have been issued and not exchanged.
#[derive(Clone, Default)]
pub(crate) struct Provider(Arc<Mutex<HashMap<String, Question>>>);

/// The user who signed in, and the nonce of the request.
pub(crate) struct Identity {
    pub(crate) subject: String,
    pub(crate) nonce: String,
}

#[derive(Deserialize)]
struct Question {
    redirect_uri: String,
    response_mode: Option<String>,
    state: String,
    nonce: String,
    code_challenge: String,
}

impl Provider {
    pub(crate) fn routes(self) -> Router {
        Router::new()
            .route("/provider/authorize", get(authorize))
            .with_state(self)
    }

    /// Exchanges a code for an identity, once, if the verifier is right.
    pub(crate) fn exchange(&self, code: &str, verifier: &str) -> Option<Identity> {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let question = codes.remove(code)?;
        let is_asker = question.code_challenge == crate::challenge(verifier);
        is_asker.then(|| Identity {
            subject: "ada".to_owned(),
            nonce: question.nonce,
        })
    }

    fn remember(&self, question: Question) -> Option<String> {
        let code = crate::random_text().ok()?;
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        codes.insert(code.clone(), question);
        Some(code)
    }
}

async fn authorize(State(provider): State<Provider>, Query(question): Query<Question>) -> Response {
    let (uri, state) = (question.redirect_uri.clone(), question.state.clone());
    let is_form = question.response_mode.as_deref() == Some("form_post");
    // A real provider knows the redirect addresses of each client, and encodes the parameters.
    let is_known = uri
        == if is_form {
            "/callback/form"
        } else {
            "/callback"
        };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if !is_known || !state.chars().all(is_plain) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let Some(code) = provider.remember(question) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if is_form {
        Html(format!(
            r#"<form method="post" action="{uri}">
<input type="hidden" name="code" value="{code}">
<input type="hidden" name="state" value="{state}">
<button>Continue</button>
</form>"#
        ))
        .into_response()
    } else {
        Redirect::to(&format!("{uri}?code={code}&state={state}")).into_response()
    }
}
