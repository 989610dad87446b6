//! The state of the server, which a script may change. Nothing here touches the session.

use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
};

use axum::{Json, extract::State, http::StatusCode};
use hardtack::session::SessionId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Body, Done};
use crate::{
    clock::{moment, unix_seconds},
    errors::Failed,
    hooks::Outcomes,
    site::Site,
};

pub(crate) async fn keys(State(site): State<Arc<Site>>) -> Json<Value> {
    let keys = site.keys_in_use();
    Json(json!({
        "seals": keys.seals.to_string(),
        "accepts": keys.accepts.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "fingerprint": keys.fingerprint.to_string(),
    }))
}

#[derive(Deserialize)]
pub(crate) struct Ring {
    ring: String,
}

pub(crate) async fn replace_keys(
    State(site): State<Arc<Site>>,
    Body(Ring { ring }): Body<Ring>,
) -> Done {
    let refused = |error| Failed::new(StatusCode::UNPROCESSABLE_ENTITY, format!("{error}"));
    site.keys.replace(&ring).map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn clock(State(site): State<Arc<Site>>) -> Result<Json<Value>, Failed> {
    match site.clock.stands_still() {
        true => Ok(Json(json!({ "now": unix_seconds(site.clock.now()) }))),
        false => Err(Failed::not_found(REAL_CLOCK)),
    }
}

#[derive(Deserialize)]
pub(crate) struct Now {
    now: u64,
}

pub(crate) async fn move_clock(
    State(site): State<Arc<Site>>,
    Body(Now { now }): Body<Now>,
) -> Done {
    let now = moment(now).ok_or_else(|| Failed::bad_request(TOO_FAR))?;
    match site.clock.move_to(now) {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Failed::not_found(REAL_CLOCK)),
    }
}

#[derive(Deserialize)]
pub(crate) struct At {
    at: u64,
}

pub(crate) async fn raise_not_before(
    State(site): State<Arc<Site>>,
    Body(At { at }): Body<At>,
) -> Done {
    let at = moment(at).ok_or_else(|| Failed::bad_request(TOO_FAR))?;
    if site.header.is_none() {
        site.session.cookie.raise_not_before(at);
    }
    // For sessions in a header, and for the cookies of the other choices.
    site.hooks.deny_before(at);
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
pub(crate) struct Revoked {
    ids: Vec<String>,
}

pub(crate) async fn revoke(
    State(site): State<Arc<Site>>,
    Body(Revoked { ids }): Body<Revoked>,
) -> Done {
    let ids: Option<HashSet<_>> = ids.iter().map(|id| parse(id)).collect();
    let ids = ids.ok_or_else(|| Failed::bad_request("an id is not 16 hexadecimal digits"))?;
    site.hooks.deny(ids);
    Ok(StatusCode::NO_CONTENT)
}

fn parse(id: &str) -> Option<SessionId> {
    let is_id = id.len() == 16 && id.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = u64::from_str_radix(id, 16).ok().filter(|_| is_id)?;
    Some(number.to_be_bytes().into())
}

/// Counts the sessions read since the program started, by outcome.
pub(crate) async fn outcomes(State(site): State<Arc<Site>>) -> Json<Outcomes> {
    Json(site.hooks.outcomes())
}

pub(crate) async fn run_guarded(State(site): State<Arc<Site>>) -> StatusCode {
    site.guarded_runs.fetch_add(1, Ordering::SeqCst);
    StatusCode::NO_CONTENT
}

pub(crate) async fn guarded_runs(State(site): State<Arc<Site>>) -> Json<Value> {
    Json(json!({ "ran": site.guarded_runs.load(Ordering::SeqCst) }))
}

const TOO_FAR: &str = "no clock reaches that far";
const REAL_CLOCK: &str = "the clock is the real one, start with --clock to move it";
