//! The keys and the clock, which a script may change. Nothing here touches the session.

use std::sync::Arc;

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ApiError, json::Body};
use crate::{
    clock::{moment, unix_seconds},
    site::Site,
};

pub(super) fn router() -> Router<Arc<Site>> {
    Router::new()
        .route("/keys", get(keys).put(replace_keys))
        .route("/clock", get(clock).put(move_clock))
}

async fn keys(State(site): State<Arc<Site>>) -> Json<Value> {
    Json(site.keys.describe(site.clock.now()))
}

#[derive(Deserialize)]
struct Ring {
    ring: String,
}

async fn replace_keys(
    State(site): State<Arc<Site>>,
    Body(Ring { ring }): Body<Ring>,
) -> Result<StatusCode, ApiError> {
    match site.keys.replace(&ring) {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err(ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            error.to_string(),
        )),
    }
}

async fn clock(State(site): State<Arc<Site>>) -> Result<Json<Value>, ApiError> {
    if site.clock.stands_still() {
        Ok(Json(json!({ "now": unix_seconds(site.clock.now()) })))
    } else {
        Err(no_clock())
    }
}

#[derive(Deserialize)]
struct Time {
    now: u64,
}

async fn move_clock(
    State(site): State<Arc<Site>>,
    Body(Time { now }): Body<Time>,
) -> Result<StatusCode, ApiError> {
    let now = moment(now)
        .ok_or_else(|| ApiError::new(StatusCode::BAD_REQUEST, "no clock reaches that far"))?;
    if site.clock.move_to(now) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(no_clock())
    }
}

fn no_clock() -> ApiError {
    let sentence = "the clock is the real one, start with --clock to move it";
    ApiError::new(StatusCode::NOT_FOUND, sentence)
}
