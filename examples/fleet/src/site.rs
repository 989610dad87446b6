//! A user and a count, both in the session.

use axum::{
    Form, Router,
    extract::{FromRef, FromRequestParts, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use hardtack::{Session, SessionCookie, SessionError, SessionLayer, csrf::CsrfGuard};
use redis::RedisError;
use serde::Deserialize;

use crate::revocations::Revocations;

pub(crate) fn app(cookie: SessionCookie, revocations: Revocations) -> Router {
    Router::new()
        .route("/", get(show))
        .route("/sign-in", post(sign_in))
        .route("/count", post(count))
        .route("/sign-out", post(sign_out))
        .route("/sign-out-everywhere", post(sign_out_everywhere))
        .with_state(revocations)
        .layer(CsrfGuard::new().origin_check_only()) // refuses forms from other sites
        .layer(SessionLayer::new(cookie))
}

/// A session about which Redis was asked. Handlers take this instead of [`Session`], so that none of them can forget
/// to ask. `revoked_if` cannot do it, because it is called while the session is read, and must not wait.
struct Checked(Session);

impl<S: Sync> FromRequestParts<S> for Checked
where
    Revocations: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Checked, Response> {
        let session = Session::from_extensions(&parts.extensions).await;
        let session = session.map_err(IntoResponse::into_response)?;
        let checked = check(session, &Revocations::from_ref(state)).await;
        checked.map_err(IntoResponse::into_response)
    }
}

/// Asks nothing about a visitor who is not signed in.
async fn check(session: Session, revocations: &Revocations) -> Result<Checked, Failure> {
    if let Some(user) = session.get::<String>("user")? {
        let epoch = session.get("epoch")?.unwrap_or(0);
        if revocations.reach(session.id(), &user, epoch).await? {
            // This response removes the cookie, and the handler sees an empty session.
            session.invalidate()?;
        }
    }
    Ok(Checked(session))
}

async fn show(Checked(session): Checked) -> Result<String, Failure> {
    let user: Option<String> = session.get("user")?;
    let count: u64 = session.get("count")?.unwrap_or(0);
    Ok(format!("{} {count}", user.as_deref().unwrap_or("nobody")))
}

#[derive(Deserialize)]
struct SignIn {
    name: String,
}

/// Asks for no password, to keep the example short.
async fn sign_in(
    Checked(session): Checked,
    State(revocations): State<Revocations>,
    Form(SignIn { name }): Form<SignIn>,
) -> Result<String, Failure> {
    let epoch = revocations.epoch(&name).await?;
    // A user who signs in twice signs out only once, so the first session ends here.
    if let Some(before) = session.sign_in()? {
        revocations.deny(before).await?;
    }
    session.insert("user", name)?;
    session.insert("epoch", epoch)?;
    show(Checked(session)).await
}

async fn count(Checked(session): Checked) -> Result<String, Failure> {
    let count: u64 = session.get("count")?.unwrap_or(0);
    session.insert("count", count + 1)?;
    show(Checked(session)).await
}

async fn sign_out(
    Checked(session): Checked,
    State(revocations): State<Revocations>,
) -> Result<String, Failure> {
    // If Redis is down, the answer is 503 and the cookie stays: the visitor learns that they are still signed in.
    if let Some(id) = session.invalidate()? {
        revocations.deny(id).await?;
    }
    show(Checked(session)).await
}

async fn sign_out_everywhere(
    Checked(session): Checked,
    State(revocations): State<Revocations>,
) -> Result<String, Failure> {
    if let Some(user) = session.get::<String>("user")? {
        revocations.begin_epoch(&user).await?;
    }
    session.invalidate()?;
    show(Checked(session)).await
}

enum Failure {
    Session(SessionError),
    Redis(RedisError),
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Failure {
        Failure::Session(error)
    }
}

impl From<RedisError> for Failure {
    fn from(error: RedisError) -> Failure {
        Failure::Redis(error)
    }
}

/// Responses with a 5xx status change no session: the cookie stays as it was.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Failure::Session(error) => error.into_response(),
            Failure::Redis(error) => {
                eprintln!("refused a request: {error}");
                (StatusCode::SERVICE_UNAVAILABLE, "try again later\n").into_response()
            }
        }
    }
}
