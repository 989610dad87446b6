//! Signing in at another site by OpenID Connect, with the crate `openidconnect`, PKCE and a nonce. The provider, which
//! describes itself by a discovery document, is a fake inside this program.
//!
//! `cargo run --manifest-path examples/integrations/Cargo.toml --example openid`, then open <http://127.0.0.1:3000/>.

#[path = "openid/provider.rs"]
mod provider;

use std::{
    env, error,
    fmt::Display,
    net::Ipv4Addr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use axum::{
    Form, Router,
    extract::{Query, State},
    http::{Method, StatusCode, header::CACHE_CONTROL},
    response::{Html, IntoResponse, Redirect, Response, Result},
    routing::{get, post},
};
use hardtack::{
    EncryptionKey, KeyRing, Session, SessionCookie, SessionError, SessionLayer, SessionToken,
    carrier::TokenChange, csrf::CsrfGuard, session::SessionId, web::local_path,
};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, TokenResponse,
    core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata},
};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

/// What comes back in the parameter `state`, sealed: addresses show it, and nobody can read or change it.
#[derive(Serialize, Deserialize)]
struct Attempt {
    /// The id of the session that began the sign-in: an answer that another browser asked for is not taken.
    browser: SessionId,
    /// Shows to the provider that the code is exchanged by the client that asked for it.
    verifier: PkceCodeVerifier,
    /// Ties the identity to this sign-in.
    nonce: Nonce,
    /// The page to go to afterwards. It is here and not in the session, so that each tab has its own.
    next: String,
    /// 1, and one more each time that the site has begun again.
    number: u8,
}

#[derive(Clone)]
struct Site {
    issuer: IssuerUrl,
    callback: RedirectUrl,
    http: reqwest::Client,
    attempts: Arc<SessionToken>,
}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Site {
    /// Reads the discovery document and the provider's keys. An application keeps them for an hour.
    async fn client(&self) -> Result<Client, String> {
        let found = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await;
        let (id, secret) = (
            ClientId::new("shop".to_owned()),
            ClientSecret::new(SECRET.to_owned()),
        );
        let client = CoreClient::from_provider_metadata(found.map_err(text)?, id, Some(secret));
        Ok(client.set_redirect_uri(self.callback.clone()))
    }

    /// Sends the visitor to the provider.
    async fn begin(&self, browser: SessionId, next: &str, number: u8) -> Result<Redirect> {
        let client = self.client().await.map_err(refused)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let nonce = Nonce::new_random();
        let attempt = Attempt {
            browser,
            verifier,
            nonce: nonce.clone(),
            next: next.to_owned(),
            number,
        };
        let token = self.attempts.load(None::<&str>, SystemTime::now());
        token.insert("attempt", attempt)?;
        let TokenChange::Store(state) = self.attempts.save(&token).map_err(refused)? else {
            return Err(refused("a token with content is stored").into());
        };
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let request = client.authorize_url(flow, || CsrfToken::new(state), || nonce);
        let (address, ..) = request.set_pkce_challenge(challenge).url();
        Ok(Redirect::to(address.as_str()))
    }

    /// Returns what `begin` has sealed, for a quarter of an hour.
    fn attempt(&self, state: &str) -> Option<Attempt> {
        let token = self.attempts.load(Some(state), SystemTime::now());
        token.get("attempt").ok()?
    }

    /// Exchanges the code, which the provider takes once.
    async fn identity(&self, attempt: Attempt, code: AuthorizationCode) -> Result<String, String> {
        let client = self.client().await?;
        let exchange = client.exchange_code(code).map_err(text)?;
        let exchange = exchange.set_pkce_verifier(attempt.verifier);
        let tokens = exchange.request_async(&self.http).await.map_err(text)?;
        let identity = tokens.id_token().ok_or("there is no identity")?;
        let claims = identity.claims(&client.id_token_verifier(), &attempt.nonce);
        Ok(claims.map_err(text)?.subject().to_string())
    }
}

#[derive(Deserialize)]
struct SignIn {
    #[serde(default)]
    next: String,
}

async fn sign_in(
    session: Session,
    State(site): State<Site>,
    Query(SignIn { next }): Query<SignIn>,
) -> Result<Redirect> {
    let browser = session.ensure_id()?;
    site.begin(browser, local_path(&next).unwrap_or("/"), 1)
        .await
}

#[derive(Deserialize)]
struct Answer {
    state: String,
    /// Absent if the visitor declined.
    code: Option<AuthorizationCode>,
}

/// Takes the answer from the query of a GET, or from a form.
async fn callback(
    session: Session,
    State(site): State<Site>,
    method: Method,
    Query(query): Query<Vec<(String, String)>>,
    Form(Answer { state, code }): Form<Answer>,
) -> Result<Response> {
    let Some(attempt) = site.attempt(&state) else {
        return Ok(failed(&session, "/", "an unknown or expired state")?);
    };
    let next = local_path(&attempt.next).unwrap_or("/").to_owned();
    let Some(code) = code else {
        return Ok(failed(&session, &next, "the visitor declined")?);
    };
    if attempt.number > 1 && method != Method::POST {
        // A browser may send a GET twice, and break off the one that signs the visitor in. It posts a form once.
        session.discard()?;
        return Ok(post_again(Form(query)).await.into_response());
    }
    // Tabs that a browser opens together begin a session each, and the browser keeps the last one.
    let browser = session.id();
    let is_own = browser == Some(attempt.browser);
    let number = attempt.number;
    let user = if is_own {
        site.identity(attempt, code).await
    } else {
        Err("the session that began it is not here".to_owned())
    };
    match (user, browser) {
        (Ok(user), _) => {
            session.sign_in()?;
            // The tokens are long, and stay on the server. With several providers a user has the issuer's name, too.
            session.insert("user", user)?;
            Ok(Redirect::to(&next).into_response())
        }
        (Err(reason), Some(browser)) if !session.contains_key("user") && number < 4 => {
            eprintln!("begins again: {reason}");
            session.discard()?;
            let again = site.begin(browser, &next, number + 1).await?;
            Ok(again.into_response())
        }
        (Err(reason), _) => Ok(failed(&session, &next, reason)?),
    }
}

/// Writes nothing, not even a refresh: the same answer may have come twice, and signed the visitor in the first time.
fn failed(session: &Session, next: &str, reason: impl Display) -> Result<Response, SessionError> {
    session.discard()?;
    if session.contains_key("user") {
        return Ok(Redirect::to(next).into_response());
    }
    Ok(refused(reason).into_response())
}

/// Handles `response_mode=form_post`, and would handle SAML's answers: the browser posts the fields again, from a page of
/// this site, and then sends the cookie. No address has the fields. `callback` has to check `state`, because any site can
/// post to this page.
async fn post_again(Form(fields): Form<Vec<(String, String)>>) -> impl IntoResponse {
    let mut page = String::from(r#"<!doctype html><form method="post" action="/callback">"#);
    for (name, value) in fields {
        let [name, value] = [name, value].map(|text| in_html(&text));
        page += &format!(r#"<input type="hidden" name="{name}" value="{value}">"#);
    }
    page += "<button>Continue</button></form><script>document.forms[0].submit()</script>";
    ([(CACHE_CONTROL, "no-store")], Html(page))
}

fn in_html(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('"', "&quot;")
}

fn text(error: impl Display) -> String {
    error.to_string()
}

type Refusal = (StatusCode, Html<&'static str>);

fn refused(reason: impl Display) -> Refusal {
    eprintln!("refused: {reason}");
    let page = r#"You are not signed in. <a href="/sign-in">Sign in</a>"#;
    (StatusCode::FORBIDDEN, Html(page))
}

async fn home(session: Session) -> Result<Html<String>, SessionError> {
    Ok(Html(match session.get::<String>("user")? {
        // The provider's name of a user may be markup.
        Some(user) => format!(
            r#"<p>Hello {}<form method="post" action="/sign-out"><button>Sign out</button></form>"#,
            in_html(&user)
        ),
        None => r#"<a href="/sign-in?next=%2F">Sign in</a>"#.to_owned(),
    }))
}

async fn sign_out(session: Session) -> Result<Redirect, SessionError> {
    session.invalidate()?;
    Ok(Redirect::to("/"))
}

/// The site and its provider.
pub(crate) fn app(origin: &str) -> std::result::Result<Router, Box<dyn error::Error>> {
    let keys = KeyRing::from(EncryptionKey::generate()?);
    let attempts = SessionToken::encrypted(keys.clone(), "sign-in at the provider")
        .absolute_timeout(Duration::from_secs(15 * 60))
        .idle_timeout(None)
        .build()?;
    let site = Site {
        attempts: Arc::new(attempts),
        issuer: IssuerUrl::new(format!("{origin}/provider"))?,
        callback: RedirectUrl::new(format!("{origin}/callback"))?,
        http: reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(5))
            .build()?,
    };
    let provider = provider::routes(site.issuer.clone());
    let cookie = SessionCookie::encrypted(keys).build()?;
    let with_sessions = Router::new()
        .route("/", get(home))
        .route("/sign-in", get(sign_in))
        .route("/callback", get(callback).post(callback))
        .route("/sign-out", post(sign_out))
        .with_state(site)
        .layer(CsrfGuard::new().origin_check_only())
        // `SameSite=Lax`, the default, sends the cookie when the provider redirects back. `Strict` does not, except with
        // `form_post`.
        .layer(SessionLayer::new(cookie));
    let app = Router::new()
        // Outside the session and the guard: a form of another site carries no `Lax` cookie.
        .route("/callback/form", post(post_again))
        .merge(with_sessions)
        .merge(provider);
    Ok(app)
}

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn error::Error>> {
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    println!("listening on {origin}");
    Ok(axum::serve(listener, app(&origin)?).await?)
}

/// In a real program, from its settings.
const SECRET: &str = "correct horse battery staple";
