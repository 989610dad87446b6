//! Responses of several kinds, to try what each does to the session.

use std::convert::Infallible;

use axum::{
    Json,
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use hardtack::Session;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Body;
use crate::errors::Failed;

pub(crate) async fn untouched() -> Json<Value> {
    Json(json!({}))
}

#[derive(Deserialize)]
pub(crate) struct Entry {
    key: String,
    value: Value,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Change {
    Put(Entry),
    Delete { delete: String },
}

pub(crate) async fn fail(
    Path(status): Path<String>,
    session: Session,
    Body(change): Body<Change>,
) -> Result<Response, Failed> {
    let status = status.parse::<StatusCode>().ok();
    let Some(status) = status.filter(|status| !status.is_informational()) else {
        return Err(Failed::bad_request(
            "the status is not a number from 200 to 999",
        ));
    };
    match change {
        Change::Put(entry) => session.insert(&entry.key, entry.value)?,
        Change::Delete { delete } => _ = session.remove(&delete)?,
    }
    Ok(match status {
        StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED => {
            status.into_response()
        }
        _ if status.as_u16() < 400 => (status, Json(json!({}))).into_response(),
        _ => Failed::new(status, "as asked for").into_response(),
    })
}

#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    set: Vec<(String, String)>,
    put: Option<Entry>,
}

pub(crate) async fn headers(
    session: Session,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, HeaderMap), Failed> {
    let mut headers = HeaderMap::new();
    for (name, value) in wanted.set {
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value))
        else {
            return Err(Failed::bad_request("this is no header"));
        };
        if FRAMING.contains(&name) {
            return Err(Failed::bad_request("the server sets this header itself"));
        }
        headers.append(name, value);
    }
    if let Some(entry) = wanted.put {
        session.insert(&entry.key, entry.value)?;
    }
    Ok((StatusCode::NO_CONTENT, headers))
}

/// White space first, so that the whole body is JSON. Then the result of a change that was too late.
pub(crate) async fn two_parts(session: Session) -> Response {
    let first = stream::once(async { "\n".to_owned() });
    let second = stream::once(async move {
        // The first part is sent before this one is made.
        tokio::task::yield_now().await;
        late_write(&session)
    });
    let parts = first.chain(second).map(Ok::<_, Infallible>);
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (headers, axum::body::Body::from_stream(parts)).into_response()
}

fn late_write(session: &Session) -> String {
    let result = session.insert("late", true);
    let told = result.map_or_else(|error| format!("error: {error}"), |()| "ok".to_owned());
    json!({ "late_write": told }).to_string()
}

/// Headers about the connection and the length of a response.
const FRAMING: [HeaderName; 4] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];
