//! The playground: the features of the crate for scripts, in JSON.

mod batch;
mod csrf;
mod error;
mod flash;
mod json;
mod lifetime;
mod probes;
mod revocation;
mod rotation;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use hardtack::{
    Session, SessionError,
    keys::KeyId,
    session::{Outcome, Reason},
};
use serde_json::{Map, Value, json};

pub(crate) use self::error::ApiError;
use self::json::Body;
use crate::{clock::unix_seconds, device, guard, hooks, site::Site};

pub(crate) fn router(site: &Arc<Site>) -> Router {
    Router::new()
        .route("/session", get(session))
        .route("/keys-of-data", get(keys_of_data))
        .route("/size", get(size))
        .route("/data/{key}", get(value).put(put).delete(delete))
        .route("/data/{key}/push", post(push))
        .route("/id", post(ensure_id))
        .route(
            "/clear",
            post(async |session: Session| done(session.clear())),
        )
        .route(
            "/renew",
            post(async |session: Session| done(session.renew())),
        )
        .route(
            "/renew-id",
            post(async |session: Session| done(session.renew_id())),
        )
        .route(
            "/discard",
            post(async |session: Session| done(session.discard())),
        )
        .route("/save", post(async |session: Session| done(session.save())))
        .route("/invalidate", post(invalidate))
        .route("/batch", post(batch::run))
        .merge(flash::router())
        .merge(csrf::router())
        .merge(lifetime::router())
        .merge(revocation::router())
        .merge(probes::router())
        .merge(rotation::router())
        .fallback(async || ApiError::new(StatusCode::NOT_FOUND, "there is no such endpoint"))
        .layer(site.layer_for_api())
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn(error::as_json))
        .layer(from_fn_with_state(Arc::clone(site), guard::for_api))
        .with_state(Arc::clone(site))
}

async fn session(State(site): State<Arc<Site>>, session: Session) -> Json<Value> {
    let outcome = session.outcome();
    let (reason, key_id) = told(outcome);
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
    if site.is_device_bound {
        facts["binding"] = device::name_of(session.binding()).into();
    }
    Json(facts)
}

fn told(outcome: Outcome) -> (Option<Reason>, Option<KeyId>) {
    match outcome {
        Outcome::Opened { key_id } | Outcome::OpenedUnderAcceptedKey { key_id } => {
            (None, Some(key_id))
        }
        Outcome::Rejected { reason, key_id } => (Some(reason), key_id),
        _ => (None, None),
    }
}

async fn keys_of_data(session: Session) -> Json<Value> {
    Json(json!({ "keys": session.keys(), "len": session.len() }))
}

async fn size(session: Session) -> Json<Value> {
    let report = session.size_report();
    let entries = report.entries();
    let entries: Map<_, _> = entries
        .map(|(key, bytes)| (key.to_owned(), bytes.into()))
        .collect();
    Json(json!({
        "entries": entries,
        "payload": report.payload(),
        "flash": report.flash(),
        "padding": report.padding(),
        "empty": report.empty(),
        "set_cookie": report.set_cookie(),
        "cookies": report.cookies(),
        "allowed": report.allowed(),
        "remaining": session.remaining_bytes(),
    }))
}

async fn value(Path(key): Path<String>, session: Session) -> Result<Json<Value>, ApiError> {
    let value: Option<Value> = session.get(&key)?;
    match value {
        Some(value) => Ok(Json(json!({ "value": value }))),
        None => Err(ApiError::new(
            StatusCode::NOT_FOUND,
            "there is no value under this key",
        )),
    }
}

async fn put(Path(key): Path<String>, session: Session, Body(value): Body<Value>) -> Done {
    done(session.insert(&key, value))
}

async fn push(Path(key): Path<String>, session: Session, Body(value): Body<Value>) -> Done {
    done(append(&session, &key, value))
}

async fn delete(Path(key): Path<String>, session: Session) -> Done {
    done(session.remove(&key))
}

async fn ensure_id(session: Session) -> Result<Json<Value>, ApiError> {
    let id = session.ensure_id()?;
    Ok(Json(json!({ "id": id.to_string() })))
}

async fn invalidate(session: Session) -> Result<Json<Value>, ApiError> {
    let ended = session.invalidate()?;
    Ok(Json(json!({ "id": ended.map(|id| id.to_string()) })))
}

fn append(session: &Session, key: &str, value: Value) -> Result<(), SessionError> {
    session.update(key, |list: &mut Vec<Value>| list.push(value))
}

/// Answers 204, or the error.
type Done = Result<StatusCode, ApiError>;

fn done<R>(result: Result<R, SessionError>) -> Done {
    result?;
    Ok(StatusCode::NO_CONTENT)
}

/// Larger than any value that fits a session.
const LARGEST_BODY: usize = 16 * 1024 * 1024;
