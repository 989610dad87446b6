//! Operations on a session: one in a request of its own, or several in a batch.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    body::Bytes,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{MethodRouter, post},
};
use hardtack::{Session, SessionError};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Body;
use crate::{errors::Failed, site::Site};

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub(crate) enum Operation {
    Put { key: String, value: Value },
    Delete { key: String },
    Clear,
    Invalidate,
    Renew,
    RenewId,
    Discard,
    Save,
    Get { key: String },
    Push { key: String, value: Value },
    Id,
    Flash(Message),
    Pop(Queue),
    Csrf,
    Remember { seconds: u64 },
    Forget,
    Limit { seconds: u64 },
}

/// A message for a later request.
#[derive(Deserialize)]
pub(crate) struct Message {
    #[serde(flatten)]
    queue: Queue,
    message: String,
    allow_duplicate: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Queue {
    pub(crate) queue: String,
}

/// Routes POST to the operation of this name. The body has its fields. An operation without fields takes
/// any body.
pub(crate) fn run(name: &'static str) -> MethodRouter<Arc<Site>> {
    post(async move |session: Session, body: Bytes| {
        let mut fields: Map<String, Value> = serde_json::from_slice(&body).unwrap_or_default();
        fields.insert("do".to_owned(), name.into());
        let operation: Operation = serde_json::from_value(fields.into())?;
        Ok::<_, Failed>(operation.answer(&session))
    })
}

/// Returns one result for each operation. Operations after a failed one still run.
pub(crate) async fn run_all(
    session: Session,
    Body(operations): Body<Vec<Operation>>,
) -> Json<Vec<Value>> {
    let results = operations.into_iter().map(|operation| {
        let result = operation.run(&session);
        let result = result.map(|answer| answer.unwrap_or_else(|| json!({ "ok": true })));
        result.unwrap_or_else(|error| Failed::from(error).1)
    });
    Json(results.collect())
}

impl Operation {
    /// Runs the operation in a request of its own.
    pub(crate) fn answer(self, session: &Session) -> Response {
        match self.run(session) {
            Ok(Some(answer)) => Json(answer).into_response(),
            Ok(None) => StatusCode::NO_CONTENT.into_response(),
            Err(error) => Failed::from(error).into_response(),
        }
    }

    /// Returns the answer, if there is more to say than that it succeeded.
    fn run(self, session: &Session) -> Result<Option<Value>, SessionError> {
        use Operation::*;
        let mut answer = None;
        match self {
            Put { key, value } => session.insert(&key, value)?,
            Delete { key } => drop(session.remove(&key)?),
            Clear => session.clear()?,
            Invalidate => drop(session.invalidate()?),
            Renew => session.renew()?,
            RenewId => session.renew_id()?,
            Discard => session.discard()?,
            Save => session.save()?,
            Get { key } => answer = Some(json!({ "value": session.get::<Value>(&key)? })),
            Push { key, value } => {
                session.update(&key, |list: &mut Vec<Value>| list.push(value))?;
            }
            Id => answer = Some(json!({ "id": session.ensure_id()?.to_string() })),
            Flash(flash) => match flash.allow_duplicate {
                Some(false) => session.flash_once(&flash.queue.queue, &flash.message)?,
                _ => session.flash(&flash.queue.queue, &flash.message)?,
            },
            Pop(queue) => {
                answer = Some(json!({ "messages": session.take_flashes(&queue.queue)? }));
            }
            Csrf => answer = Some(json!({ "token": session.csrf_token()? })),
            Remember { seconds } => _ = session.remember_for(Duration::from_secs(seconds))?,
            Forget => session.forget()?,
            Limit { seconds } => session.limit_to(Duration::from_secs(seconds))?,
        }
        Ok(answer)
    }
}
