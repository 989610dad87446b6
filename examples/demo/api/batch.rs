//! Several operations in one request.

use axum::Json;
use hardtack::{Session, SessionError};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    ApiError, append,
    flash::{Flash, Queue},
    json::Body,
    lifetime::Span,
};

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub(super) enum Operation {
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
    Flash(Flash),
    Pop(Queue),
    Csrf,
    Remember(Span),
    Forget,
    Limit(Span),
}

/// Returns one result for each operation. Operations after a failed one still run.
pub(super) async fn run(
    session: Session,
    Body(operations): Body<Vec<Operation>>,
) -> Json<Vec<Value>> {
    let results = operations.into_iter().map(|operation| {
        let result = operation.run(&session);
        result.unwrap_or_else(|error| ApiError::from(error).into_body())
    });
    Json(results.collect())
}

impl Operation {
    fn run(self, session: &Session) -> Result<Value, SessionError> {
        match self {
            Operation::Put { key, value } => session.insert(&key, value)?,
            Operation::Delete { key } => session.remove(&key).map(drop)?,
            Operation::Clear => session.clear()?,
            Operation::Invalidate => session.invalidate().map(drop)?,
            Operation::Renew => session.renew()?,
            Operation::RenewId => session.renew_id()?,
            Operation::Discard => session.discard()?,
            Operation::Save => session.save()?,
            Operation::Get { key } => {
                return Ok(json!({ "value": session.get::<Value>(&key)? }));
            }
            Operation::Push { key, value } => append(session, &key, value)?,
            Operation::Id => return Ok(json!({ "id": session.ensure_id()?.to_string() })),
            Operation::Flash(flash) => flash.leave_in(session)?,
            Operation::Pop(queue) => return queue.pop_from(session),
            Operation::Csrf => return Ok(json!({ "token": session.csrf_token()? })),
            Operation::Remember(span) => session.remember_for(span.into())?,
            Operation::Forget => session.forget()?,
            Operation::Limit(span) => session.limit_to(span.into())?,
        }
        Ok(json!({ "ok": true }))
    }
}
