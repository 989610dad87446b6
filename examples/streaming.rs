//! A response that streams for as long as the visitor listens, and ends with the session.
//!
//! The cookie is in the head of the response, which goes out before the stream: from then on the session can
//! be read, but no change to it can be saved. A session is verified once per request, so a long stream has
//! to check again whether it is still valid.
//!
//! `cargo run --example streaming`, and then, in two terminals:
//!
//! ```text
//! curl -c jar -d ada http://127.0.0.1:3000/sign-in
//! curl -N -b jar http://127.0.0.1:3000/news                  # goes on
//!
//! curl -b jar -d hello http://127.0.0.1:3000/news
//! curl -b jar -X POST http://127.0.0.1:3000/sign-out         # the news end
//! ```

use std::{
    collections::HashSet,
    convert::Infallible,
    env,
    error::Error,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CACHE_CONTROL},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
    routing::{get, post},
};
use futures_util::stream;
use hardtack::{
    ConfigError, EncryptionKey, KeyRing, Session, SessionCookie, SessionError, SessionLayer,
    csrf::CsrfGuard, session::SessionId,
};
use tokio::{net::TcpListener, sync::broadcast, time::timeout};

fn app(keys: KeyRing) -> Result<Router, ConfigError> {
    let house = House {
        news: broadcast::channel(16).0,
        signed_out: DenyList::default(),
    };
    let denied = Arc::clone(&house.signed_out);
    let cookie = SessionCookie::encrypted(keys)
        .revoked_if(move |session| session.info().id.is_some_and(|id| contains(&denied, id)))
        .build()?;
    Ok(Router::new()
        .route("/sign-in", post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/news", get(listen).post(publish))
        .with_state(house)
        .layer(CsrfGuard::new().origin_check_only())
        .layer(SessionLayer::new(cookie)))
}

#[derive(Clone)]
struct House {
    /// `None` means that a visitor signed out.
    news: broadcast::Sender<Option<String>>,
    signed_out: DenyList,
}

async fn listen(session: Session, State(house): State<House>) -> Result<Response, SessionError> {
    if !session.contains_key("user") {
        return Ok((StatusCode::UNAUTHORIZED, "sign in first\n").into_response());
    }
    // The last chance to change the session: after this the head goes out.
    session.update("streams", |streams: &mut u32| *streams += 1)?;
    let news = house.news.subscribe();
    let listener = Listener { session, news };
    let events = stream::unfold(listener, |mut listener| async {
        let event = Event::default().data(listener.next().await?);
        Some((Ok::<_, Infallible>(event), listener))
    });
    // `Sse` alone sends `no-cache`, which lets shared caches store the response.
    Ok(([(CACHE_CONTROL, "no-store")], Sse::new(events)).into_response())
}

/// The state of one stream, with the session as it was when the head went out.
struct Listener {
    session: Session,
    news: broadcast::Receiver<Option<String>>,
}

impl Listener {
    /// The next event, or `None` to end the stream. An `EventSource` then reconnects with its current cookie.
    async fn next(&mut self) -> Option<String> {
        loop {
            let left = self.session.expires_at()?.duration_since(SystemTime::now());
            let news = timeout(left.ok()?.min(AGAIN), self.news.recv()).await;
            // Asks the deny list, by `revoked_if`, and the ring, whose keys may have gone meanwhile.
            if !self.session.is_alive() {
                return None;
            }
            // Without news it is only time to look again.
            if let Ok(news) = news
                && let Some(text) = news.ok()?
            {
                return Some(self.render(&text));
            }
        }
    }

    fn render(&self, text: &str) -> String {
        // Reading works after the head. Writing is an error that says that it is too late.
        let user: Option<String> = self.session.get("user").unwrap_or_default();
        let user = user.unwrap_or_default();
        match self.session.insert("last", text) {
            Ok(()) => format!("for {user}: {text}"),
            Err(error) => format!("for {user}: {text} ({error})"),
        }
    }
}

async fn publish(session: Session, State(house): State<House>, text: String) -> Response {
    if !session.contains_key("user") {
        return (StatusCode::UNAUTHORIZED, "sign in first\n").into_response();
    }
    // An error means that there is no listener.
    let listeners = house.news.send(Some(text)).unwrap_or_default();
    format!("{listeners} listen\n").into_response()
}

/// Asks for no password, to keep the example short.
async fn sign_in(session: Session, name: String) -> Result<StatusCode, SessionError> {
    session.sign_in()?;
    session.insert("user", name)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn sign_out(
    session: Session,
    State(house): State<House>,
) -> Result<StatusCode, SessionError> {
    if let Some(id) = session.invalidate()? {
        let ids = house.signed_out.lock();
        ids.unwrap_or_else(PoisonError::into_inner).insert(id);
    }
    // Wakes all streams, so that those of this session end now.
    house.news.send(None).unwrap_or_default();
    Ok(StatusCode::NO_CONTENT)
}

/// Time after which a stream without news looks whether its session is alive.
const AGAIN: Duration = Duration::from_secs(30);

/// Signed-out sessions. Unlike here, forget those that are over (docs/ending-sessions.md).
type DenyList = Arc<Mutex<HashSet<SessionId>>>;

fn contains(list: &DenyList, id: SessionId) -> bool {
    let ids = list.lock().unwrap_or_else(PoisonError::into_inner);
    ids.contains(&id)
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
