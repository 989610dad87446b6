//! Signing in at another site by OpenID Connect, with the crate `openidconnect`, PKCE and a nonce. The provider, which
//! describes itself by a discovery document, is a fake inside this program.
//!
//! `cargo run --manifest-path examples/integrations/Cargo.toml --example openid`, then open <http://127.0.0.1:3000/>.

#[path = "openid/provider.rs"]
mod provider;

use std::{env, error, fmt::Display, net::Ipv4Addr, time::Duration};

use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    response::{Html, Redirect, Result},
    routing::{get, post},
};
use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionError, SessionLayer, csrf::CsrfGuard,
    web::local_path,
};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, TokenResponse,
    core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata},
};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

/// What the session keeps until the browser is back from the provider. It is encrypted: its cookie does not show the
/// verifier.
#[derive(Serialize, Deserialize)]
struct Pending {
    /// Shows that this browser began the sign-in.
    state: CsrfToken,
    /// Shows to the provider that the code is exchanged by the client that asked for it.
    verifier: PkceCodeVerifier,
    /// Ties the identity to this sign-in.
    nonce: Nonce,
    /// The page to go to afterwards.
    next: String,
}

#[derive(Clone)]
struct Site {
    issuer: IssuerUrl,
    callback: RedirectUrl,
    http: reqwest::Client,
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
    async fn client(&self) -> Result<Client> {
        let found = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await;
        let (id, secret) = (
            ClientId::new("shop".to_owned()),
            ClientSecret::new(SECRET.to_owned()),
        );
        let client = CoreClient::from_provider_metadata(found.map_err(refused)?, id, Some(secret));
        Ok(client.set_redirect_uri(self.callback.clone()))
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
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let client = site.client().await?;
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let request = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
    let (address, state, nonce) = request.set_pkce_challenge(challenge).url();
    let pending = Pending {
        state,
        verifier,
        nonce,
        next,
    };
    let mut begun: Vec<Pending> = session.get("sign-in")?.unwrap_or_default();
    begun.push(pending);
    // Each tab may begin a sign-in, and the cookie has room for three.
    session.insert("sign-in", &begun[begun.len().saturating_sub(3)..])?;
    Ok(Redirect::to(address.as_str()))
}

#[derive(Deserialize)]
struct Answer {
    state: CsrfToken,
    /// Absent if the visitor declined.
    code: Option<AuthorizationCode>,
}

/// Fails with 4xx: after a 5xx the session would keep what is pending.
async fn callback(
    session: Session,
    State(site): State<Site>,
    Query(Answer { state, code }): Query<Answer>,
) -> Result<Redirect> {
    let mut begun: Vec<Pending> = session.get("sign-in")?.unwrap_or_default();
    let Some(at) = begun
        .iter()
        .position(|begun| begun.state.secret() == state.secret())
    else {
        // Another tab has signed in meanwhile.
        if session.contains_key("user") {
            return Ok(Redirect::to("/"));
        }
        return Err(refused("this sign-in did not begin in this browser").into());
    };
    let pending = begun.remove(at);
    session.insert("sign-in", begun)?;
    let client = site.client().await?;
    let code = code.ok_or_else(|| refused("the visitor declined"))?;
    let exchange = client.exchange_code(code).map_err(refused)?;
    let exchange = exchange.set_pkce_verifier(pending.verifier);
    let tokens = exchange.request_async(&site.http).await.map_err(refused)?;
    let identity = tokens
        .id_token()
        .ok_or_else(|| refused("there is no identity"))?;
    let claims = identity.claims(&client.id_token_verifier(), &pending.nonce);
    let user = claims.map_err(refused)?.subject().as_str();
    session.sign_in()?;
    // The tokens are long, and stay on the server. With several providers a user has the issuer's name, too.
    session.insert("user", user)?;
    Ok(Redirect::to(local_path(&pending.next).unwrap_or("/")))
}

/// Handles `response_mode=form_post`: turns the encoded fields into the query of a GET, which carries the cookie.
async fn form_post(fields: String) -> Redirect {
    Redirect::to(&format!("/callback?{fields}"))
}

fn refused(reason: impl Display) -> (StatusCode, &'static str) {
    eprintln!("refused: {reason}");
    (StatusCode::FORBIDDEN, "You are not signed in.\n")
}

async fn home(session: Session) -> Result<Html<String>, SessionError> {
    Ok(Html(match session.get::<String>("user")? {
        // The provider's name of a user may be markup.
        Some(user) => format!(
            r#"<p>Hello {}<form method="post" action="/sign-out"><button>Sign out</button></form>"#,
            user.replace('&', "&amp;").replace('<', "&lt;")
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
    let site = Site {
        issuer: IssuerUrl::new(format!("{origin}/provider"))?,
        callback: RedirectUrl::new(format!("{origin}/callback"))?,
        http: reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(5))
            .build()?,
    };
    let provider = provider::routes(site.issuer.clone());
    let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    let with_sessions = Router::new()
        .route("/", get(home))
        .route("/sign-in", get(sign_in))
        .route("/callback", get(callback))
        .route("/sign-out", post(sign_out))
        .with_state(site)
        .layer(CsrfGuard::new().origin_check_only())
        // `SameSite=Lax`, the default, sends the cookie when the provider redirects back. `Strict` does not.
        .layer(SessionLayer::new(cookie));
    let app = Router::new()
        // Outside the session and the guard: a form of another site carries no `Lax` cookie.
        .route("/callback/form", post(form_post))
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
