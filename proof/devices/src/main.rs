//! A site whose sessions are bound to devices, for the tests in a browser beside it. It speaks plain HTTP; the tests put
//! TLS before it.

use std::{
    convert::Infallible,
    env,
    error::Error,
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use axum::{
    Router,
    body::Body,
    extract::{Query, State},
    response::{Html, Redirect},
    routing::{get, post},
};
use futures_util::{Stream, stream};
use hardtack::{
    Clock, KeyRing, Session, SessionCookie, SessionError, SessionLayer, companion::CompanionLayer,
    csrf::CsrfGuard,
};
use hardtack_device::{BindToDevice, DeviceBinding, DeviceBound};
use serde::Deserialize;
use tokio::{net::TcpListener, sync::watch};

/// The clock of the site, in seconds ahead of the system's.
#[derive(Clone)]
struct Ahead {
    seconds: Arc<AtomicU64>,
    moved: watch::Sender<()>,
}

impl Ahead {
    fn clock(&self) -> Clock {
        let seconds = Arc::clone(&self.seconds);
        let ahead = move || Duration::from_secs(seconds.load(Ordering::SeqCst));
        Clock::from_fn(move || SystemTime::now() + ahead())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let keys = KeyRing::from_env("SESSION_KEYS")?;
    let cookie = SessionCookie::encrypted(keys)
        .device_bound(DeviceBound::at("/.session"))
        .build()?;
    let ahead = Ahead {
        seconds: Arc::default(),
        moved: watch::Sender::new(()),
    };
    let layer = SessionLayer::new(cookie).clock(ahead.clock());
    let app = Router::new()
        .route("/", get(home))
        .route("/form", get(form))
        .route("/sign-in", post(sign_in))
        // The end of a sign-in at another site.
        .route("/callback", get(callback))
        .route("/count", post(count))
        .route("/sign-out", post(sign_out))
        .route("/stream", get(listen))
        .layer(CsrfGuard::new().origin_check_only())
        .layer(CompanionLayer::new(layer))
        .route("/clock", post(put_ahead))
        .with_state(ahead);
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

/// The user, the count and the binding.
async fn home(session: Session) -> Result<String, SessionError> {
    let user: Option<String> = session.get("user")?;
    let count: u32 = session.get("count")?.unwrap_or(0);
    let user = user.as_deref().unwrap_or("nobody");
    Ok(format!("{user} {count} {:?}", DeviceBinding::of(&session)))
}

async fn form() -> Html<&'static str> {
    Html(
        r#"<form method="post" action="/sign-in"><input name="name" value="ada"><button>Sign in</button></form>"#,
    )
}

async fn sign_in(session: Session) -> Result<String, SessionError> {
    session.renew()?;
    session.insert("user", "ada")?;
    home(session).await
}

#[derive(Deserialize)]
struct Callback {
    to: String,
}

async fn callback(
    session: Session,
    Query(Callback { to }): Query<Callback>,
) -> Result<Redirect, SessionError> {
    session.renew()?;
    session.insert("user", "ada")?;
    Ok(Redirect::to(&to))
}

async fn count(session: Session) -> Result<String, SessionError> {
    session.update("count", |count: &mut u32| *count += 1)?;
    home(session).await
}

async fn sign_out(session: Session) -> Result<String, SessionError> {
    session.invalidate()?;
    home(session).await
}

/// Says `alive` at the beginning and whenever the clock has been moved, and ends with the session.
async fn listen(session: Session, State(ahead): State<Ahead>) -> Body {
    Body::from_stream(lines(session, ahead.moved.subscribe()))
}

fn lines(
    session: Session,
    moved: watch::Receiver<()>,
) -> impl Stream<Item = Result<&'static str, Infallible>> {
    let begun = (session, moved, true);
    stream::unfold(Some(begun), async |listening| {
        let (session, mut moved, is_first) = listening?;
        if !is_first {
            moved.changed().await.ok()?;
        }
        if session.is_alive() {
            return Some((Ok("alive "), Some((session, moved, false))));
        }
        Some((Ok("over"), None))
    })
}

#[derive(Deserialize)]
struct Wait {
    seconds: u64,
}

async fn put_ahead(State(ahead): State<Ahead>, Query(Wait { seconds }): Query<Wait>) {
    ahead.seconds.fetch_add(seconds, Ordering::SeqCst);
    ahead.moved.send_replace(());
}
