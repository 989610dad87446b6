//! Operations on a session: one in a request of its own, or several in a batch.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{MethodRouter, post},
};
use hardtack::{Session, SessionError};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::Body;
use crate::{errors::Failed, site::Site};

#[derive(Clone, Deserialize)]
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
    Remember(Span),
    Forget,
    Limit(Span),
}

/// A message for a later request.
#[derive(Clone, Deserialize)]
pub(crate) struct Message {
    #[serde(default)]
    queue: String,
    message: String,
    #[serde(default = "yes")]
    allow_duplicate: bool,
}

fn yes() -> bool {
    true
}

#[derive(Clone, Deserialize)]
pub(crate) struct Queue {
    #[serde(default)]
    pub(crate) queue: String,
}

#[derive(Clone, Deserialize)]
pub(crate) struct Span {
    pub(crate) seconds: u64,
}

/// Routes POST to an operation.
pub(crate) fn run(operation: Operation) -> MethodRouter<Arc<Site>> {
    post(async move |session: Session| operation.answer(&session))
}

/// Routes POST to an operation on what the body says.
pub(crate) fn run_with<T: DeserializeOwned + Send + 'static>(
    operation: fn(T) -> Operation,
) -> MethodRouter<Arc<Site>> {
    post(async move |session: Session, Body(body): Body<T>| operation(body).answer(&session))
}

/// Returns one result for each operation. Operations after a failed one still run.
pub(crate) async fn run_all(
    session: Session,
    Body(operations): Body<Vec<Operation>>,
) -> Json<Vec<Value>> {
    let results = operations.into_iter().map(|operation| {
        let result = operation.run(&session);
        let result = result.map(|answer| answer.unwrap_or_else(|| json!({ "ok": true })));
        result.unwrap_or_else(|error| Failed::from(error).json)
    });
    Json(results.collect())
}

impl Operation {
    /// Runs it in a request of its own.
    pub(crate) fn answer(self, session: &Session) -> Response {
        match self.run(session) {
            Ok(Some(answer)) => Json(answer).into_response(),
            Ok(None) => StatusCode::NO_CONTENT.into_response(),
            Err(error) => Failed::from(error).into_response(),
        }
    }

    /// Returns the answer, if there is more to say than that it succeeded.
    fn run(self, session: &Session) -> Result<Option<Value>, SessionError> {
        let span = |span: Span| Duration::from_secs(span.seconds);
        match self {
            Operation::Put { key, value } => session.insert(&key, value)?,
            Operation::Delete { key } => drop(session.remove(&key)?),
            Operation::Clear => session.clear()?,
            Operation::Invalidate => drop(session.invalidate()?),
            Operation::Renew => session.renew()?,
            Operation::RenewId => session.renew_id()?,
            Operation::Discard => session.discard()?,
            Operation::Save => session.save()?,
            Operation::Get { key } => {
                return Ok(Some(json!({ "value": session.get::<Value>(&key)? })));
            }
            Operation::Push { key, value } => {
                session.update(&key, |list: &mut Vec<Value>| list.push(value))?;
            }
            Operation::Id => return Ok(Some(json!({ "id": session.ensure_id()?.to_string() }))),
            Operation::Flash(flash) if flash.allow_duplicate => {
                session.flash(&flash.queue, &flash.message)?;
            }
            Operation::Flash(flash) => session.flash_once(&flash.queue, &flash.message)?,
            Operation::Pop(Queue { queue }) => {
                return Ok(Some(json!({ "messages": session.take_flashes(&queue)? })));
            }
            Operation::Csrf => return Ok(Some(json!({ "token": session.csrf_token()? }))),
            Operation::Remember(time) => session.remember_for(span(time))?,
            Operation::Forget => session.forget()?,
            Operation::Limit(time) => session.limit_to(span(time))?,
        }
        Ok(None)
    }
}
