//! Passkeys, with the crate `webauthn-rs`. The state of a ceremony stays on the server, under the id of the session, and is
//! taken out when it is used. A cookie can be sent again: with the state in it, whoever recorded a sign-in could repeat it.
//!
//! `cargo run --manifest-path examples/integrations/Cargo.toml --example passkeys`, then open <http://localhost:3000/>.

use std::{
    collections::{HashMap, hash_map::Entry},
    env,
    error::Error,
    fmt::Display,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{Html, Result},
    routing::{get, post},
};
use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionLayer, csrf::CsrfGuard, session::SessionId,
};
use tokio::net::TcpListener;
use webauthn_rs::prelude::{
    CreationChallengeResponse, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, RequestChallengeResponse, Url, Uuid,
    Webauthn, WebauthnBuilder,
};

#[derive(Clone)]
struct Site {
    webauthn: Arc<Webauthn>,
    /// A table of the application.
    passkeys: Arc<Mutex<HashMap<String, Vec<Passkey>>>>,
    registrations: Ceremonies<PasskeyRegistration>,
    sign_ins: Ceremonies<PasskeyAuthentication>,
}

/// The ceremonies that wait for their browsers. Several instances share a table.
struct Ceremonies<C>(Arc<Mutex<HashMap<SessionId, Waiting<C>>>>);

struct Waiting<C> {
    begun: Instant,
    user: String,
    ceremony: C,
}

impl<C> Ceremonies<C> {
    /// Refuses a long name, and drops the oldest ceremony if too many wait, because anybody may begin one, each in a
    /// session of its own. If new ones were refused instead, whoever begins many would lock everybody out. Limit the rate
    /// of an address, too.
    fn begin(
        &self,
        id: SessionId,
        user: String,
        ceremony: C,
    ) -> Result<(), (StatusCode, &'static str)> {
        if user.is_empty() || user.chars().count() > LONGEST_NAME {
            return Err(refused("the name is empty or too long"));
        }
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MOST {
            let oldest = waiting.iter().min_by_key(|(_, waiting)| waiting.begun);
            let oldest = oldest.map(|(id, _)| *id);
            oldest.and_then(|id| waiting.remove(&id));
        }
        let begun = Instant::now();
        waiting.insert(
            id,
            Waiting {
                begun,
                user,
                ceremony,
            },
        );
        Ok(())
    }

    /// Each is used once.
    fn take(&self, session: &Session) -> Option<(String, C)> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = waiting.remove(&session.id()?)?;
        let is_in_time = waiting.begun.elapsed() < LONGEST;
        is_in_time.then_some((waiting.user, waiting.ceremony))
    }
}

async fn begin_registration(
    session: Session,
    State(site): State<Site>,
    Json(user): Json<String>,
) -> Result<Json<CreationChallengeResponse>> {
    if site.passkeys().contains_key(&user) {
        return Err(refused("the name is taken").into());
    }
    let begun = site
        .webauthn
        .start_passkey_registration(Uuid::new_v4(), &user, &user, None);
    let (challenge, ceremony) = begun.map_err(refused)?;
    site.registrations
        .begin(session.ensure_id()?, user, ceremony)?;
    Ok(Json(challenge))
}

async fn finish_registration(
    session: Session,
    State(site): State<Site>,
    Json(answer): Json<RegisterPublicKeyCredential>,
) -> Result<()> {
    let (user, ceremony) = site
        .registrations
        .take(&session)
        .ok_or_else(|| refused("no ceremony"))?;
    let passkey = site
        .webauthn
        .finish_passkey_registration(&answer, &ceremony)
        .map_err(refused)?;
    // In a table the name is unique, and the insert decides: another browser may have finished since this one began.
    match site.passkeys().entry(user.clone()) {
        Entry::Occupied(_) => return Err(refused("the name is taken").into()),
        Entry::Vacant(free) => _ = free.insert(vec![passkey]),
    }
    session.sign_in()?;
    Ok(session.insert("user", user)?)
}

async fn begin_sign_in(
    session: Session,
    State(site): State<Site>,
    Json(user): Json<String>,
) -> Result<Json<RequestChallengeResponse>> {
    let passkeys = site.passkeys().get(&user).cloned().unwrap_or_default();
    let begun = site.webauthn.start_passkey_authentication(&passkeys);
    let (challenge, ceremony) = begun.map_err(refused)?;
    site.sign_ins.begin(session.ensure_id()?, user, ceremony)?;
    Ok(Json(challenge))
}

async fn finish_sign_in(
    session: Session,
    State(site): State<Site>,
    Json(answer): Json<PublicKeyCredential>,
) -> Result<()> {
    let (user, ceremony) = site
        .sign_ins
        .take(&session)
        .ok_or_else(|| refused("no ceremony"))?;
    let used = site
        .webauthn
        .finish_passkey_authentication(&answer, &ceremony)
        .map_err(refused)?;
    // Counts the uses of a passkey that counts them.
    for passkey in site.passkeys().entry(user.clone()).or_default() {
        passkey.update_credential(&used);
    }
    session.sign_in()?;
    Ok(session.insert("user", user)?)
}

fn refused(reason: impl Display) -> (StatusCode, &'static str) {
    eprintln!("refused: {reason}");
    (StatusCode::FORBIDDEN, "refused")
}

impl Site {
    fn new(origin: &Url) -> Result<Site, Box<dyn Error>> {
        let webauthn = WebauthnBuilder::new("localhost", origin)?.build()?;
        Ok(Site {
            webauthn: Arc::new(webauthn),
            passkeys: Arc::default(),
            registrations: Ceremonies(Arc::default()),
            sign_ins: Ceremonies(Arc::default()),
        })
    }

    fn passkeys(&self) -> MutexGuard<'_, HashMap<String, Vec<Passkey>>> {
        self.passkeys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> Clone for Ceremonies<C> {
    fn clone(&self) -> Self {
        Ceremonies(Arc::clone(&self.0))
    }
}

async fn home(session: Session) -> Result<Html<String>> {
    let user: Option<String> = session.get("user")?;
    Ok(Html(match user {
        // A name may be markup.
        Some(user) => format!("Hello {}", user.replace('&', "&amp;").replace('<', "&lt;")),
        None => PAGE.to_owned(),
    }))
}

fn app(site: Site, cookie: SessionCookie) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/register", post(begin_registration))
        .route("/register/finish", post(finish_registration))
        .route("/sign-in", post(begin_sign_in))
        .route("/sign-in/finish", post(finish_sign_in))
        .with_state(site)
        .layer(CsrfGuard::new().origin_check_only())
        .layer(SessionLayer::new(cookie))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let origin = format!("http://localhost:{}", listener.local_addr()?.port());
    let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    Ok(axum::serve(listener, app(Site::new(&origin.parse()?)?, cookie)).await?)
}

const LONGEST: Duration = Duration::from_secs(300);
/// Number of ceremonies of each kind that may wait at once.
const MOST: usize = 10_000;
/// Number of characters.
const LONGEST_NAME: usize = 40;

const PAGE: &str = r#"<input id="name" placeholder="Name">
<button onclick="register()">Create an account</button> <button onclick="signIn()">Sign in</button>
<script>
const send = async (path, body) => {
  const headers = { "content-type": "application/json" };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(await response.text());
  return response.text();
};
const begin = async (path) => JSON.parse(await send(path, document.getElementById("name").value)).publicKey;
const register = async () => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await begin("/register"));
  await send("/register/finish", await navigator.credentials.create({ publicKey }));
  location.reload();
};
const signIn = async () => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await begin("/sign-in"));
  await send("/sign-in/finish", await navigator.credentials.get({ publicKey }));
  location.reload();
};
</script>"#;
