//! Sessions with a lifetime of their own.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::Query,
    routing::{get, post},
};
use hardtack::Session;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Done, done, json::Body};
use crate::site::Site;

pub(super) fn router() -> Router<Arc<Site>> {
    Router::new()
        .route("/remember", post(remember))
        .route("/limit", post(limit))
        .route("/recent", get(recent))
        .route(
            "/forget",
            post(async |session: Session| done(session.forget())),
        )
}

#[derive(Clone, Copy, Deserialize)]
pub(super) struct Span {
    seconds: u64,
}

impl From<Span> for Duration {
    fn from(span: Span) -> Self {
        Duration::from_secs(span.seconds)
    }
}

async fn remember(session: Session, Body(span): Body<Span>) -> Done {
    done(session.remember_for(span.into()))
}

async fn limit(session: Session, Body(span): Body<Span>) -> Done {
    done(session.limit_to(span.into()))
}

async fn recent(session: Session, Query(span): Query<Span>) -> Json<Value> {
    Json(json!({ "recent": session.is_recent(span.into()) }))
}
