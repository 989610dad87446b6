//! Several operations in one request.

use axum::Json;
use hardtack::{Session, SessionError};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ApiError, append, json::Body};

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
}

/// One result each. Later operations still run after one that failed.
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
        }
        Ok(json!({ "ok": true }))
    }
}
