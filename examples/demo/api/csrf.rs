//! CSRF tokens, and a handler behind the guard that asks for them.

use std::sync::{Arc, atomic::Ordering};

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use hardtack::{Session, csrf::CsrfGuard};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ApiError, json::Body};
use crate::site::Site;

pub(super) fn router() -> Router<Arc<Site>> {
    let guarded = Router::new()
        .route("/guarded", get(runs).post(run))
        .layer(CsrfGuard::new());
    Router::new()
        .route("/csrf", get(token).post(verify))
        .merge(guarded)
}

async fn token(session: Session) -> Result<Json<Value>, ApiError> {
    Ok(Json(json!({ "token": session.csrf_token()? })))
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

async fn verify(session: Session, Body(Token { token }): Body<Token>) -> Json<Value> {
    Json(json!({ "valid": session.verify_csrf(&token) }))
}

async fn run(State(site): State<Arc<Site>>) -> StatusCode {
    site.guarded_runs.fetch_add(1, Ordering::SeqCst);
    StatusCode::NO_CONTENT
}

async fn runs(State(site): State<Arc<Site>>) -> Json<Value> {
    Json(json!({ "ran": site.guarded_runs.load(Ordering::SeqCst) }))
}
