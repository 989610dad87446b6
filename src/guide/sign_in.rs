use axum::{Router, response::{Html, Redirect}, routing::{get, post}};
use hardtack::{KeyRing, Session, SessionCookie, SessionError, SessionLayer};
use hardtack::csrf::CsrfGuard;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let keys = KeyRing::from_env("SESSION_KEYS")?;
    let cookie = SessionCookie::encrypted(keys).build()?;
    let app = Router::new()
        .route("/", get(home))
        .route("/sign-in", post(sign_in))
        .route("/sign-out", post(sign_out))
        .layer(CsrfGuard::new().origin_check_only()) // refuses forms from other sites
        .layer(SessionLayer::new(cookie)); // added last, runs first
    Ok(axum::serve(tokio::net::TcpListener::bind("127.0.0.1:3001").await?, app).await?)
}

async fn home(session: Session) -> Result<Html<String>, SessionError> {
    let (path, button) = match session.get::<u64>("user")? {
        Some(user) => ("/sign-out", format!("Sign out user {user}")),
        None => ("/sign-in", "Sign in".to_owned()),
    };
    Ok(Html(format!("<form method=post action={path}><button>{button}</button></form>")))
}

async fn sign_in(session: Session) -> Result<Redirect, SessionError> {
    session.sign_in()?; // after you have checked the password: a new, empty session
    session.insert("user", 42_u64)?;
    Ok(Redirect::to("/"))
}

async fn sign_out(session: Session) -> Result<Redirect, SessionError> {
    session.invalidate()?;
    Ok(Redirect::to("/"))
}
