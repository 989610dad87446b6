//! The playground: the features of the crate for scripts, in JSON.

pub(crate) mod guard;
pub(crate) mod operation;
pub(crate) mod probes;
pub(crate) mod server;

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Path, Query, Request, State},
    http::StatusCode,
    response::Response,
};
use hardtack::{
    Session,
    keys::KeyId,
    session::{Outcome, Reason},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use self::operation::{Operation, Queue, Span};
use crate::{clock::unix_seconds, device, errors::Failed, hooks, site::Site};

pub(crate) async fn session(State(site): State<Arc<Site>>, session: Session) -> Json<Value> {
    let outcome = session.outcome();
    let (reason, key_id) = cause(outcome);
    let mut facts = json!({
        "new": session.is_new(),
        "id": session.id().map(|id| id.to_string()),
        "created_at": session.created_at().map(unix_seconds),
        "last_active_at": session.last_active_at().map(unix_seconds),
        "expires_at": session.expires_at().map(unix_seconds),
        "persistent": session.is_persistent(),
        "outcome": hooks::name_of(outcome),
        "reason": reason.map(Reason::name),
        "key_id": key_id.map(|id| id.to_string()),
        "mode": site.session.cookie.mode().to_string(),
        "remaining_bytes": session.remaining_bytes(),
        "data": session.deserialize::<Map<String, Value>>().ok(),
    });
    if site.flags.is_device_bound {
        facts["binding"] = device::name_of(session.binding()).into();
    }
    Json(facts)
}

fn cause(outcome: Outcome) -> (Option<Reason>, Option<KeyId>) {
    match outcome {
        Outcome::Opened { key_id } | Outcome::OpenedUnderAcceptedKey { key_id } => {
            (None, Some(key_id))
        }
        Outcome::Rejected { reason, key_id } => (Some(reason), key_id),
        _ => (None, None),
    }
}

pub(crate) async fn keys_of_data(session: Session) -> Json<Value> {
    Json(json!({ "keys": session.keys(), "len": session.len() }))
}

pub(crate) async fn size(session: Session) -> Json<Value> {
    let report = session.size_report();
    let entries = report.entries.into_iter();
    let entries: Map<_, _> = entries.map(|(key, bytes)| (key, bytes.into())).collect();
    Json(json!({
        "entries": entries,
        "payload": report.payload,
        "flash": report.flash,
        "padding": report.padding,
        "empty": report.empty,
        "set_cookie": report.set_cookie,
        "cookies": report.cookies,
        "allowed": report.allowed,
        "remaining": session.remaining_bytes(),
    }))
}

pub(crate) async fn value(
    Path(key): Path<String>,
    session: Session,
) -> Result<Json<Value>, Failed> {
    let value: Option<Value> = session.get(&key)?;
    let value = value.ok_or_else(|| Failed::not_found("there is no value under this key"))?;
    Ok(Json(json!({ "value": value })))
}

pub(crate) async fn put(
    Path(key): Path<String>,
    session: Session,
    Body(value): Body<Value>,
) -> Response {
    Operation::Put { key, value }.answer(&session)
}

pub(crate) async fn push(
    Path(key): Path<String>,
    session: Session,
    Body(value): Body<Value>,
) -> Response {
    Operation::Push { key, value }.answer(&session)
}

pub(crate) async fn delete(Path(key): Path<String>, session: Session) -> Response {
    Operation::Delete { key }.answer(&session)
}

pub(crate) async fn invalidate(session: Session) -> Result<Json<Value>, Failed> {
    let ended = session.invalidate()?;
    Ok(Json(json!({ "id": ended.map(|id| id.to_string()) })))
}

/// Messages, which stay in the session.
pub(crate) async fn flashes(session: Session, Query(queue): Query<Queue>) -> Json<Value> {
    Json(json!({ "messages": session.flashes(&queue.queue) }))
}

pub(crate) async fn csrf_token(session: Session) -> Response {
    Operation::Csrf.answer(&session)
}

#[derive(Deserialize)]
pub(crate) struct Token {
    token: String,
}

pub(crate) async fn verify_csrf(session: Session, Body(form): Body<Token>) -> Json<Value> {
    Json(json!({ "valid": session.verify_csrf(&form.token) }))
}

pub(crate) async fn recent(session: Session, Query(span): Query<Span>) -> Json<Value> {
    let span = Duration::from_secs(span.seconds);
    Json(json!({ "recent": session.is_recent(span) }))
}

pub(crate) async fn no_such_endpoint() -> Failed {
    Failed::not_found("there is no such endpoint")
}

/// The result of a request without an answer: 204, or the error.
type Done = Result<StatusCode, Failed>;

/// A request's body as JSON, whatever `Content-Type` says, because `curl -d` sends another type.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Failed;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failed> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|error| Failed::new(error.status(), error.body_text()))?;
        let body = serde_json::from_slice(&bytes).map(Body);
        body.map_err(|error| {
            Failed::bad_request(format!("the body is not the JSON expected: {error}"))
        })
    }
}
