//! Signing in at another site by OAuth 2.0, with PKCE and the nonce of OpenID Connect. The values to compare
//! afterwards stay in the session while the browser is away. The provider is a fake inside this program.
//!
//! `cargo run --example oauth`, then open <http://127.0.0.1:3000/>. With curl, which follows the redirections:
//!
//! ```text
//! curl -L -c jar http://127.0.0.1:3000/sign-in                     # Hello ada
//! curl -i 'http://127.0.0.1:3000/callback?code=CODE&state=STATE'   # 403: did not begin in this browser
//! ```

mod provider;

use std::{env, error::Error, net::Ipv4Addr};

use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack::{
    ConfigError, EncryptionKey, KeyRing, Session, SessionCookie, SessionError, SessionLayer,
    csrf::CsrfGuard,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use crate::provider::Provider;

/// The values that the session keeps until the provider answers. The session is encrypted, so its cookie does
/// not reveal the verifier.
#[derive(Serialize, Deserialize)]
struct Pending {
    /// Comes back with the answer, and shows that this browser began the sign-in.
    state: String,
    /// Proves to the provider that the code is exchanged by the client that asked for it (RFC 7636).
    verifier: String,
    /// Comes back in the identity, and ties it to this sign-in.
    nonce: String,
}

fn app(keys: KeyRing) -> Result<Router, ConfigError> {
    // With `SameSite=Lax`, the default, the browser sends the cookie with the redirect from the provider. With
    // `Strict` it does not.
    let cookie = SessionCookie::encrypted(keys).build()?;
    let provider = Provider::default();
    let with_sessions = Router::new()
        .route("/", get(home))
        .route("/sign-in", get(sign_in))
        .route("/callback", get(callback))
        .route("/sign-out", post(sign_out))
        .with_state(provider.clone())
        .layer(CsrfGuard::new().origin_check_only())
        .layer(SessionLayer::new(cookie));
    Ok(Router::new()
        // Outside the session and the guard: a POST from another site carries no `Lax` cookie.
        .route("/callback/form", post(form_post))
        .merge(with_sessions)
        .merge(provider.routes()))
}

async fn home(session: Session) -> Result<Html<String>, SessionError> {
    Ok(Html(match session.get::<String>("user")? {
        Some(user) => format!(
            r#"<p>Hello {}<form method="post" action="/sign-out"><button>Sign out</button></form>"#,
            escaped(&user)
        ),
        None => r#"<a href="/sign-in">Sign in</a>"#.to_owned(),
    }))
}

/// Returns a text of the provider as HTML.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

#[derive(Deserialize)]
struct SignIn {
    /// `form_post` asks for the answer in a form.
    response_mode: Option<String>,
}

async fn sign_in(session: Session, Query(how): Query<SignIn>) -> Result<Redirect, Failure> {
    let pending = Pending {
        state: random_text()?,
        verifier: random_text()?,
        nonce: random_text()?,
    };
    let answer_to = match how.response_mode.as_deref() {
        Some("form_post") => "redirect_uri=/callback/form&response_mode=form_post",
        _ => "redirect_uri=/callback",
    };
    let address = format!(
        "/provider/authorize?response_type=code&client_id=example&scope=openid&{answer_to}\
         &state={}&nonce={}&code_challenge={}&code_challenge_method=S256",
        pending.state,
        pending.nonce,
        challenge(&pending.verifier),
    );
    // Of two tabs that begin a sign-in, only the later one can finish it.
    session.insert("sign-in", pending)?;
    Ok(Redirect::to(&address))
}

#[derive(Deserialize)]
struct Answer {
    state: String,
    /// Absent if the visitor declined.
    code: Option<String>,
}

async fn callback(
    session: Session,
    State(provider): State<Provider>,
    Query(Answer { state, code }): Query<Answer>,
) -> Result<Response, Failure> {
    let pending: Option<Pending> = session.get("sign-in")?;
    let Some(pending) = pending.filter(|pending| pending.state == state) else {
        let sentence = "this sign-in did not begin in this browser\n";
        return Ok((StatusCode::FORBIDDEN, sentence).into_response());
    };
    session.remove("sign-in")?;
    // With a real provider this is an HTTPS request from server to server.
    let identity = code.and_then(|code| provider.exchange(&code, &pending.verifier));
    let Some(identity) = identity.filter(|identity| identity.nonce == pending.nonce) else {
        let sentence = "the provider did not sign you in\n";
        return Ok((StatusCode::FORBIDDEN, sentence).into_response());
    };
    // Nothing of the visitor before is kept, and a session planted in this browser does not become a signed-in one.
    session.sign_in()?;
    // The tokens of a real provider are long and stay on the server. The session needs the user alone.
    session.insert("user", identity.subject)?;
    Ok(Redirect::to("/").into_response())
}

/// Handles `response_mode=form_post`: turns the encoded fields into the query of a GET, which carries the cookie.
async fn form_post(fields: String) -> Redirect {
    Redirect::to(&format!("/callback?{fields}"))
}

async fn sign_out(session: Session) -> Result<Redirect, SessionError> {
    session.invalidate()?;
    Ok(Redirect::to("/"))
}

/// 32 random bytes in base64url, which a query takes as it is.
fn random_text() -> Result<String, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| Failure)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// The hash of the verifier, which the provider gets before the code is exchanged.
fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// An error of the session or of the random generator, answered with 500.
struct Failure;

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Failure {
        eprintln!("error: {error}");
        Failure
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_the_provider_is_no_markup() {
        assert_eq!(
            escaped(r#"<b a="1">&lt;"#),
            "&lt;b a=&quot;1&quot;&gt;&amp;lt;"
        );
        assert_eq!(escaped("ada|42@example.com"), "ada|42@example.com");
    }
}
