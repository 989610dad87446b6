//! The `Session` of tower-sessions, for crates that are built on it, kept in a session of hardtack. Copy this file.
//!
//! It needs the version of tower-sessions-core that these crates need: `cargo add tower-sessions-core@0.14` for axum-login
//! 0.18 and axum-messages 0.8. With another one, the line `SAME` does not compile.
//!
//! | tower-sessions | here |
//! |---|---|
//! | `insert`, `remove`, `clear` | written with the head of the response, except with a 5xx |
//! | `cycle_id` | [`renew`](hardtack::Session::renew) |
//! | `flush` | [`invalidate`](hardtack::Session::invalidate) |
//! | `id` | the id of the session, once it is stored |
//! | `set_expiry`, `expiry_date` | without effect: the timeouts of the cookie apply |

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use axum::{
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use hardtack::{SessionError, session::SessionId};
use serde_json::Value;
use tower_sessions_core::{
    Session, SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

/// Otherwise axum-login would find no session, and answer every request with 500.
const SAME: fn(Session) -> axum_login::tower_sessions::Session = |session| session;

/// Gives the request a `Session` of tower-sessions. A middleware for `axum::middleware::from_fn`, inside of hardtack's
/// `SessionLayer`.
pub(crate) async fn provide(ours: hardtack::Session, mut request: Request, next: Next) -> Response {
    let store = Arc::new(OneSession::new(ours));
    let session = Session::new(store.arrived, Arc::clone(&store), None);
    request.extensions_mut().insert(SAME(session.clone()));
    let response = next.run(request).await;

    let saved = if session.is_empty().await || !session.is_modified() {
        store.end_if_deleted()
    } else {
        session.save().await.map_err(|error| error.to_string())
    };
    match saved {
        Ok(()) => response,
        Err(error) => {
            eprintln!("the session could not be saved: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A store for one request, which holds the session of its visitor.
#[derive(Debug)]
struct OneSession {
    ours: hardtack::Session,
    /// The id that the request brought.
    arrived: Option<Id>,
    is_deleted: AtomicBool,
}

impl OneSession {
    fn new(ours: hardtack::Session) -> OneSession {
        let arrived = ours.contains_key(KEY).then(|| ours.id()).flatten();
        OneSession {
            arrived: arrived.map(id_from),
            ours,
            is_deleted: AtomicBool::new(false),
        }
    }

    fn write(&self, record: &Record) -> Result<()> {
        // In the order of the keys, as a `HashMap` has another one each time.
        let data: BTreeMap<_, _> = record.data.iter().collect();
        self.ours.insert(KEY, data).map_err(failed)
    }

    fn end_if_deleted(&self) -> std::result::Result<(), String> {
        if self.is_deleted.load(Ordering::Relaxed) {
            let ended = self.ours.invalidate();
            ended.map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

#[async_trait]
impl SessionStore for OneSession {
    /// Follows `delete` if the id was cycled, or if the session was flushed and then used. Only the former gives the
    /// record another id.
    async fn create(&self, record: &mut Record) -> Result<()> {
        if self.is_deleted.load(Ordering::Relaxed) {
            if self.arrived == Some(record.id) {
                self.ours.invalidate().map_err(failed)?;
            } else {
                self.ours.renew().map_err(failed)?;
            }
        }
        record.id = id_from(self.ours.ensure_id().map_err(failed)?);
        self.write(record)
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.write(record)
    }

    async fn load(&self, _: &Id) -> Result<Option<Record>> {
        let data: Option<BTreeMap<String, Value>> = self.ours.get(KEY).map_err(failed)?;
        Ok(data.zip(self.arrived).map(|(data, id)| Record {
            id,
            data: data.into_iter().collect(),
            // Sessions that have expired do not open.
            expiry_date: time::OffsetDateTime::from(std::time::SystemTime::now())
                + time::Duration::DAY,
        }))
    }

    async fn delete(&self, _: &Id) -> Result<()> {
        // At a second one, the first may have been that of a `flush`.
        if self.is_deleted.swap(true, Ordering::Relaxed) {
            self.ours.invalidate().map_err(failed)?;
        }
        Ok(())
    }
}

fn id_from(id: SessionId) -> Id {
    Id(i128::from(u64::from_be_bytes(*id.as_bytes())))
}

fn failed(error: SessionError) -> Error {
    Error::Backend(error.to_string())
}

/// The key of all that tower-sessions stores.
const KEY: &str = "tower-sessions";
