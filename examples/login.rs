//! Signing in and out, with a deny list of signed-out sessions, because a cookie can be copied.
//!
//! `cargo run --example login`, then open <http://127.0.0.1:3000/> and sign in as `ada` with the password
//! `lovelace`. Or with curl, where the file `copy` stands for a stolen cookie:
//!
//! ```text
//! curl -c jar -d 'name=ada&password=lovelace' http://127.0.0.1:3000/sign-in
//! cp jar copy
//! curl -b copy http://127.0.0.1:3000/                     # Hello ada
//! curl -b jar -c jar -X POST http://127.0.0.1:3000/sign-out
//! curl -b copy http://127.0.0.1:3000/                     # asks for the password
//! ```

use std::{
    collections::HashMap,
    env,
    error::Error,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use axum::{
    Form, Router,
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use hardtack::{
    ConfigError, EncryptionKey, KeyRing, Session, SessionCookie, SessionError, SessionLayer,
    csrf::CsrfGuard, session::SessionId,
};
use serde::Deserialize;
use tokio::net::TcpListener;

fn app(keys: KeyRing) -> Result<Router, ConfigError> {
    let signed_out = DenyList::default();
    let denied = signed_out.clone();
    let cookie = SessionCookie::encrypted(keys)
        .absolute_timeout(ABSOLUTE_TIMEOUT)
        .revoked_if(move |session| session.id.is_some_and(|id| denied.contains(id)))
        .build()?;
    Ok(Router::new()
        .route("/", get(home))
        .route("/sign-in", post(sign_in))
        .route("/sign-out", post(sign_out))
        .with_state(signed_out)
        .layer(CsrfGuard::new().origin_check_only())
        .layer(SessionLayer::new(cookie)))
}

async fn home(session: Session) -> Result<Html<String>, SessionError> {
    Ok(Html(match session.get::<String>("user")? {
        // A name that its user chose would have to be escaped.
        Some(user) => format!(
            r#"<p>Hello {user}<form method="post" action="/sign-out"><button>Sign out</button></form>"#
        ),
        None => SIGN_IN.to_owned(),
    }))
}

#[derive(Deserialize)]
struct SignIn {
    name: String,
    password: String,
}

async fn sign_in(
    session: Session,
    State(signed_out): State<DenyList>,
    Form(form): Form<SignIn>,
) -> Result<Response, SessionError> {
    // An application compares a hash of the password, made by argon2 for example.
    if (form.name.as_str(), form.password.as_str()) != ("ada", "lovelace") {
        let page = (StatusCode::FORBIDDEN, Html(SIGN_IN));
        return Ok(page.into_response());
    }
    // A new id, so that a session planted in this browser does not become a signed-in one. Nothing of a visitor before
    // is kept. A user who signs in twice signs out only once, so the first session ends here.
    if let Some(before) = session.sign_in()? {
        signed_out.add(before, SystemTime::now());
    }
    session.insert("user", form.name)?;
    Ok(Redirect::to("/").into_response())
}

async fn sign_out(
    session: Session,
    State(signed_out): State<DenyList>,
) -> Result<Redirect, SessionError> {
    if let Some(id) = session.invalidate()? {
        signed_out.add(id, SystemTime::now());
    }
    Ok(Redirect::to("/"))
}

/// Signed-out sessions, each kept for as long as a copy of it could still open. The list grows with the
/// sign-outs within one absolute timeout. Several instances have to share one.
#[derive(Clone, Default)]
struct DenyList(Arc<Mutex<HashMap<SessionId, SystemTime>>>);

impl DenyList {
    /// Also removes the sessions whose copies have expired.
    fn add(&self, id: SessionId, now: SystemTime) {
        let mut ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ids.retain(|_, until| *until > now);
        ids.insert(id, now + ABSOLUTE_TIMEOUT + CLOCKS_DIFFER);
    }

    fn contains(&self, id: SessionId) -> bool {
        let ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ids.contains_key(&id)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let keys = match env::var_os("SESSION_KEYS") {
        Some(_) => KeyRing::from_env("SESSION_KEYS")?,
        None => EncryptionKey::generate()?.into(),
    };
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app(keys)?).await?;
    Ok(())
}

const ABSOLUTE_TIMEOUT: Duration = Duration::from_secs(8 * 3600);
/// The default `clock_skew` of 60 seconds, in both directions.
const CLOCKS_DIFFER: Duration = Duration::from_secs(120);

const SIGN_IN: &str = r#"<form method="post" action="/sign-in">
<input name="name" placeholder="Name"> <input name="password" type="password" placeholder="Password">
<button>Sign in</button>
</form>"#;

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn an_entry_is_removed_when_its_session_has_expired() {
        let list = DenyList::default();
        let [first, second, third] = [[1; 8], [2; 8], [3; 8]].map(SessionId::from);
        list.add(first, UNIX_EPOCH);
        let end = UNIX_EPOCH + ABSOLUTE_TIMEOUT + CLOCKS_DIFFER;
        list.add(second, end - Duration::from_secs(1));
        assert!(list.contains(first) && list.contains(second));
        list.add(third, end);
        assert!(!list.contains(first) && list.contains(second) && list.contains(third));
    }
}
