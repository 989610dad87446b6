//! Sessions that the server ends. Nothing here touches the session.

use std::{collections::HashSet, sync::Arc};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    routing::{get, put},
};
use hardtack::session::SessionId;
use serde::Deserialize;

use super::{ApiError, Done, json::Body};
use crate::{clock::moment, hooks::Outcomes, site::Site};

pub(super) fn router() -> Router<Arc<Site>> {
    Router::new()
        .route("/revoked", put(revoke))
        .route("/not-before", put(raise_not_before))
        .route("/outcomes", get(outcomes))
}

#[derive(Deserialize)]
struct Revoked {
    ids: Vec<String>,
}

async fn revoke(State(site): State<Arc<Site>>, Body(Revoked { ids }): Body<Revoked>) -> Done {
    let ids: Option<HashSet<_>> = ids.iter().map(|id| parse(id)).collect();
    let ids = ids.ok_or_else(|| bad_request("an id is not 16 hexadecimal digits"))?;
    site.hooks.deny(ids);
    Ok(StatusCode::NO_CONTENT)
}

fn parse(id: &str) -> Option<SessionId> {
    let is_id = id.len() == 16 && id.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = u64::from_str_radix(id, 16).ok().filter(|_| is_id)?;
    Some(number.to_be_bytes().into())
}

#[derive(Deserialize)]
struct Moment {
    at: u64,
}

async fn raise_not_before(
    State(site): State<Arc<Site>>,
    Body(Moment { at }): Body<Moment>,
) -> Done {
    let at = moment(at).ok_or_else(|| bad_request("no clock reaches that far"))?;
    if site.header.is_none() {
        site.session.cookie.raise_not_before(at);
    }
    // For sessions in a header, and for the cookies of the other choices.
    site.hooks.deny_before(at);
    Ok(StatusCode::NO_CONTENT)
}

/// The number of sessions read since the program started, by outcome.
async fn outcomes(State(site): State<Arc<Site>>) -> Json<Outcomes> {
    Json(site.hooks.outcomes())
}

fn bad_request(sentence: &str) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, sentence)
}
