//! The state of the server, which a script may change. Nothing here touches the session.

use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
};

use axum::{Json, extract::State, http::StatusCode};
use hardtack::session::SessionId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Body;
use crate::{
    clock::{time, unix_seconds},
    errors::Failed,
    site::Site,
};

pub(crate) async fn keys(State(site): SharedSite) -> Json<Value> {
    let keys = site.keys_in_use();
    Json(json!({
        "seals": keys.seals.to_string(),
        "accepts": keys.accepts.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "fingerprint": keys.fingerprint.to_string(),
    }))
}

/// A setting of the server, in the body of a request.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Setting {
    ring: Option<String>,
    now: Option<u64>,
    at: Option<u64>,
    ids: Option<Vec<String>>,
}

pub(crate) async fn replace_keys(State(site): SharedSite, Body(body): Body<Setting>) -> Done {
    let refused = |error| Failed::new(StatusCode::UNPROCESSABLE_ENTITY, format!("{error}"));
    let ring = body.ring.ok_or_else(missing)?;
    site.keys.replace(&ring).map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn clock(State(site): SharedSite) -> Result<Json<Value>, Failed> {
    standing(&site)?;
    Ok(Json(json!({ "now": unix_seconds(site.clock.now()) })))
}

pub(crate) async fn move_clock(State(site): SharedSite, Body(body): Body<Setting>) -> Done {
    standing(&site)?;
    site.clock
        .move_to(body.now.and_then(time).ok_or_else(missing)?);
    Ok(StatusCode::NO_CONTENT)
}

fn standing(site: &Site) -> Result<(), Failed> {
    let sentence = "the clock is the real one, start with --clock to move it";
    let stands = site.clock.stands_still().then_some(());
    stands.ok_or_else(|| Failed::not_found(sentence))
}

pub(crate) async fn raise_not_before(State(site): SharedSite, Body(body): Body<Setting>) -> Done {
    let at = body.at.and_then(time).ok_or_else(missing)?;
    // For sessions in cookies and in headers, under every choice. A later time stays.
    let mut seen = site.hooks.seen();
    seen.issued_before = seen.issued_before.max(Some(at));
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn revoke(State(site): SharedSite, Body(body): Body<Setting>) -> Done {
    let ids = body.ids.ok_or_else(missing)?;
    let ids: Result<HashSet<SessionId>, _> = ids.iter().map(|id| id.parse()).collect();
    let ids = ids.map_err(|error| Failed::bad_request(error.to_string()))?;
    site.hooks.seen().denied = ids;
    Ok(StatusCode::NO_CONTENT)
}

fn missing() -> Failed {
    Failed::bad_request("the body is without the setting, or no clock reaches that far")
}

/// Returns how many sessions were read since the program started, by outcome.
pub(crate) async fn outcomes(State(site): SharedSite) -> Json<Value> {
    Json(json!(site.hooks.seen().outcomes))
}

pub(crate) async fn run_guarded(State(site): SharedSite) -> StatusCode {
    site.guarded_runs.fetch_add(1, Ordering::SeqCst);
    StatusCode::NO_CONTENT
}

pub(crate) async fn guarded_runs(State(site): SharedSite) -> Json<Value> {
    Json(json!({ "ran": site.guarded_runs.load(Ordering::SeqCst) }))
}

type SharedSite = State<Arc<Site>>;
/// The result of a request without an answer: 204, or the error.
type Done = Result<StatusCode, Failed>;
