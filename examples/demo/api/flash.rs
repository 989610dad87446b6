//! Messages for a later request.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::Query,
    routing::{get, post},
};
use hardtack::{Session, SessionError};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ApiError, Done, done, json::Body};
use crate::site::Site;

pub(super) fn router() -> Router<Arc<Site>> {
    Router::new()
        .route("/flash", get(peek).post(leave))
        .route("/flash/pop", post(pop))
}

#[derive(Deserialize)]
pub(super) struct Flash {
    #[serde(default)]
    queue: String,
    message: String,
    #[serde(default = "yes")]
    allow_duplicate: bool,
}

fn yes() -> bool {
    true
}

impl Flash {
    pub(super) fn leave_in(&self, session: &Session) -> Result<(), SessionError> {
        if self.allow_duplicate {
            session.flash(&self.queue, &self.message)
        } else {
            session.flash_once(&self.queue, &self.message)
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Queue {
    #[serde(default)]
    queue: String,
}

impl Queue {
    pub(super) fn pop_from(&self, session: &Session) -> Result<Value, SessionError> {
        Ok(json!({ "messages": session.take_flashes(&self.queue)? }))
    }
}

async fn leave(session: Session, Body(flash): Body<Flash>) -> Done {
    done(flash.leave_in(&session))
}

async fn peek(session: Session, Query(Queue { queue }): Query<Queue>) -> Json<Value> {
    Json(json!({ "messages": session.flashes(&queue) }))
}

async fn pop(session: Session, Body(queue): Body<Queue>) -> Result<Json<Value>, ApiError> {
    Ok(Json(queue.pop_from(&session)?))
}
