//! The pages of the application.

use std::time::Duration;

use axum::{
    Router,
    http::StatusCode,
    routing::{get, post},
};
use hardtack::{Session, SessionError, companion::CompanionLayer, csrf::CsrfGuard};
use hardtack_device::DeviceBinding;

pub(crate) fn router(layer: CompanionLayer) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/sign-in", post(sign_in))
        .route("/begin", get(begin))
        .route("/callback", get(callback))
        .route("/count", post(count))
        .route("/sign-out", post(sign_out))
        .route("/new-id", post(new_id))
        .route("/clear", post(clear))
        .route("/begin-again", post(begin_again))
        .route("/remember", post(remember))
        .route("/fail", post(fail))
        .layer(CsrfGuard::new().origin_check_only())
        .layer(layer)
}

/// The user, the count and the binding.
fn show(session: &Session) -> Result<String, SessionError> {
    let user: Option<String> = session.get("user")?;
    let count: u32 = session.get("count")?.unwrap_or(0);
    let binding = DeviceBinding::of(session);
    let user = user.as_deref().unwrap_or("nobody");
    Ok(format!("{user} {count} {binding:?}"))
}

pub(crate) async fn home(session: Session) -> Result<String, SessionError> {
    show(&session)
}

pub(crate) async fn sign_in(session: Session) -> Result<String, SessionError> {
    session.renew()?;
    session.insert("user", "ada")?;
    show(&session)
}

pub(crate) async fn count(session: Session) -> Result<String, SessionError> {
    session.update("count", |count: &mut u32| *count += 1)?;
    show(&session)
}

pub(crate) async fn sign_out(session: Session) -> Result<String, SessionError> {
    session.invalidate()?;
    show(&session)
}

pub(crate) async fn clear(session: Session) -> Result<String, SessionError> {
    session.clear()?;
    show(&session)
}

pub(crate) async fn begin_again(session: Session) -> Result<String, SessionError> {
    session.clear()?;
    session.insert("user", "eve")?;
    show(&session)
}

async fn new_id(session: Session) -> Result<String, SessionError> {
    session.renew_id()?;
    show(&session)
}

async fn remember(session: Session) -> Result<String, SessionError> {
    session.remember_for(REMEMBERED)?;
    show(&session)
}

/// Begins a sign-in at a provider, as README.md of this package says.
async fn begin(session: Session) -> Result<String, SessionError> {
    if DeviceBinding::of(&session) == DeviceBinding::Stale {
        session.invalidate()?;
    }
    session.insert("sign-in", "state")?;
    show(&session)
}

/// The provider sent the visitor back.
async fn callback(session: Session) -> Result<(StatusCode, String), SessionError> {
    if session.take::<String>("sign-in")?.as_deref() != Some("state") {
        return Ok((StatusCode::FORBIDDEN, show(&session)?));
    }
    session.sign_in()?;
    session.insert("user", "ada")?;
    Ok((StatusCode::OK, show(&session)?))
}

async fn fail(session: Session) -> Result<StatusCode, SessionError> {
    session.renew()?;
    session.insert("user", "eve")?;
    Ok(StatusCode::INTERNAL_SERVER_ERROR)
}

pub(crate) const REMEMBERED: Duration = Duration::from_secs(30 * 86_400);
