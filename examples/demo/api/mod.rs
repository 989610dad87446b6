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
    response::{IntoResponse, Response},
};
use hardtack::{
    Session,
    session::{Outcome, Reason},
};
use hardtack_device::DeviceBinding;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use self::operation::{Operation, Queue};
use crate::{clock::unix_seconds, errors::Failed, hooks, site::Site};

pub(crate) async fn session(State(site): State<Arc<Site>>, session: Session) -> Json<Value> {
    Json(facts(&site, &session))
}

/// Returns what the server knows of a session. The lab shows the same, with long texts cut.
pub(crate) fn facts(site: &Site, session: &Session) -> Value {
    let outcome = session.outcome();
    let (reason, key_id) = match outcome {
        Outcome::Opened { key_id } | Outcome::OpenedUnderAcceptedKey { key_id } => {
            (None, Some(key_id))
        }
        Outcome::Rejected { reason, key_id } => (Some(reason), key_id),
        _ => (None, None),
    };
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
        "mode": site.session.mode().to_string(),
        "remaining_bytes": session.remaining_bytes(),
        "data": session.deserialize::<Map<String, Value>>().ok(),
    });
    if site.flags.is_device_bound {
        facts["binding"] = match DeviceBinding::of(session) {
            DeviceBinding::Bound => "bound".into(),
            DeviceBinding::Stale => "stale".into(),
            _ => "unbound".into(),
        };
    }
    facts
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

type Key = Path<String>;

pub(crate) async fn value(Path(key): Key, session: Session) -> Result<Json<Value>, Failed> {
    let value: Option<Value> = session.get(&key)?;
    let value = value.ok_or_else(|| Failed::not_found("there is no value under this key"))?;
    Ok(Json(json!({ "value": value })))
}

pub(crate) async fn put(key: Key, session: Session, Body(value): Body<Value>) -> Response {
    Operation::Put { key: key.0, value }.answer(&session)
}

pub(crate) async fn push(key: Key, session: Session, Body(value): Body<Value>) -> Response {
    Operation::Push { key: key.0, value }.answer(&session)
}

pub(crate) async fn delete(Path(key): Key, session: Session) -> Response {
    Operation::Delete { key }.answer(&session)
}

pub(crate) async fn invalidate(session: Session) -> Result<Json<Value>, Failed> {
    let ended = session.invalidate()?;
    Ok(Json(json!({ "id": ended.map(|id| id.to_string()) })))
}

/// Returns the messages of a queue, which stay in the session.
pub(crate) async fn flashes(session: Session, Query(asked): Query<Queue>) -> Json<Value> {
    Json(json!({ "messages": session.flashes(&asked.queue) }))
}

#[derive(Deserialize)]
pub(crate) struct Span {
    seconds: u64,
}

pub(crate) async fn recent(session: Session, Query(duration): Query<Span>) -> Json<Value> {
    let duration = Duration::from_secs(duration.seconds);
    Json(json!({ "recent": session.is_recent(duration) }))
}

pub(crate) async fn csrf_token(session: Session) -> Response {
    Operation::Csrf.answer(&session)
}

#[derive(Deserialize)]
pub(crate) struct Token {
    token: String,
}

pub(crate) async fn verify_csrf(session: Session, Body(form): Body<Token>) -> Json<Value> {
    Json(json!({ "valid": session.verify_csrf(&form.token).is_ok() }))
}

/// Answers browsers that register a device or refresh a bound session (`--device-bound`).
pub(crate) async fn answer_device(State(site): State<Arc<Site>>, request: Request) -> Response {
    let (request, _) = request.into_parts();
    let clock = site.clock.for_sessions();
    match site.session.respond(&request, clock) {
        Some(response) => response.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

pub(crate) async fn no_such_endpoint() -> Failed {
    Failed::not_found("there is no such endpoint")
}

/// A request's body as JSON, whatever `Content-Type` says, because `curl -d` sends another type.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Failed;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failed> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|error| Failed::new(error.status(), error.body_text()))?;
        Ok(Body(serde_json::from_slice(&bytes)?))
    }
}
