//! A fake provider, in place of another site. It signs every visitor in as ada.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Form, Json, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response, Result},
    routing::{get, post},
};
use openidconnect::{
    CsrfToken, IssuerUrl, PkceCodeChallenge, PkceCodeVerifier,
    core::{CoreHmacKey, CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm},
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Clone)]
struct Provider {
    issuer: IssuerUrl,
    /// The codes that have been issued and not exchanged.
    codes: Arc<Mutex<HashMap<String, Question>>>,
}

#[derive(Deserialize)]
struct Question {
    redirect_uri: String,
    response_mode: Option<String>,
    state: String,
    nonce: String,
    code_challenge: String,
}

#[derive(Deserialize)]
struct Exchange {
    code: String,
    code_verifier: String,
}

pub(crate) fn routes(issuer: IssuerUrl) -> Router {
    let document = json!({
        "issuer": issuer.as_str(),
        "authorization_endpoint": format!("{}/authorize", issuer.as_str()),
        "token_endpoint": format!("{}/token", issuer.as_str()),
        "jwks_uri": format!("{}/keys", issuer.as_str()),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // Others sign with a key of `jwks_uri`. Their client is the same.
        "id_token_signing_alg_values_supported": ["HS256"],
    });
    let provider = Provider {
        issuer,
        codes: Arc::default(),
    };
    let routes = Router::new()
        .route(
            "/.well-known/openid-configuration",
            get(async || Json(document)),
        )
        .route("/keys", get(async || Json(json!({ "keys": [] }))))
        .route("/authorize", get(authorize))
        .route("/token", post(exchange))
        .with_state(provider);
    Router::new().nest("/provider", routes)
}

async fn authorize(State(provider): State<Provider>, Query(question): Query<Question>) -> Response {
    let (uri, state) = (question.redirect_uri.clone(), question.state.clone());
    let is_form = question.response_mode.as_deref() == Some("form_post");
    let code = CsrfToken::new_random().into_secret();
    let mut codes = provider
        .codes
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    codes.insert(code.clone(), question);
    // A real provider knows the redirect addresses of each client, and encodes the parameters.
    if is_form {
        let form = format!(
            r#"<form method="post" action="{uri}/form">
<input type="hidden" name="code" value="{code}"><input type="hidden" name="state" value="{state}">
<button>Continue</button></form>"#
        );
        Html(form).into_response()
    } else {
        Redirect::to(&format!("{uri}?code={code}&state={state}")).into_response()
    }
}

/// Exchanges a code for an identity, once, if the verifier is right.
async fn exchange(
    State(provider): State<Provider>,
    Form(exchange): Form<Exchange>,
) -> Result<Json<Value>> {
    let mut codes = provider
        .codes
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let question = codes
        .remove(&exchange.code)
        .ok_or(StatusCode::BAD_REQUEST)?;
    let verifier = PkceCodeVerifier::new(exchange.code_verifier);
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
    if question.code_challenge != challenge.as_str() {
        return Err(StatusCode::BAD_REQUEST.into());
    }
    let identity = identity(&provider.issuer, &question.nonce);
    let identity = identity.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let token = json!({ "access_token": "…", "token_type": "bearer", "id_token": identity });
    Ok(Json(token))
}

fn identity(issuer: &IssuerUrl, nonce: &str) -> Result<CoreIdToken, Box<dyn std::error::Error>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let claims = json!({
        "iss": issuer.as_str(),
        "sub": "ada",
        "aud": ["shop"],
        "iat": now,
        "exp": now + 60,
        "nonce": nonce,
    });
    let claims: CoreIdTokenClaims = serde_json::from_value(claims)?;
    let key = CoreHmacKey::new(crate::SECRET);
    let algorithm = CoreJwsSigningAlgorithm::HmacSha256;
    Ok(CoreIdToken::new(claims, &key, algorithm, None, None)?)
}
