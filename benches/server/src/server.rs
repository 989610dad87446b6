//! The servers that are measured: the same two pages, each with another kind of session.

use std::{env, error::Error, net::Ipv4Addr, time::Duration};

use axum::{Router, routing::get};
use hardtack::{EncryptionKey, SessionCookie, SessionLayer};
use tokio::net::TcpListener;
use tower_sessions::{MemoryStore, SessionManagerLayer};
use tower_sessions_redis_store::{
    RedisStore,
    fred::prelude::{ClientLike, Config, Pool},
};

use crate::{
    epochs::{self, Asked, Epochs},
    login::Login,
};

/// The kinds of session, by the name under which a server is started.
pub(crate) const KINDS: [&str; 8] = [
    NONE,
    TYPED,
    "hardtack, dictionary",
    IN_EVERY_REQUEST,
    ONCE_A_MINUTE,
    ASKING,
    "tower-sessions, in memory",
    REDIS,
];
pub(crate) const NONE: &str = "none";
pub(crate) const TYPED: &str = "hardtack, typed";
pub(crate) const IN_EVERY_REQUEST: &str = "hardtack, typed, Postgres in every request";
pub(crate) const ONCE_A_MINUTE: &str = "hardtack, typed, Postgres once a minute";
pub(crate) const ASKING: &str = "hardtack, typed, the request that asks Postgres";
pub(crate) const REDIS: &str = "tower-sessions, Redis";

/// Time for which an answer of Postgres holds for [`ASKING`]. After that, each request with the same cookie asks.
pub(crate) const SHORTEST_DURATION: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// Serves one kind of session until the process is killed. `/start` begins a session, `/read` reads it, and `/write`
/// reads and changes it.
pub(crate) async fn serve(kind: &str) -> Result<(), Box<dyn Error>> {
    let app = match kind {
        NONE => without_session(),
        TYPED => {
            let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).typed::<Login>();
            hardtack_typed().layer(SessionLayer::new(cookie.build()?))
        }
        "hardtack, dictionary" => {
            let cookie = SessionCookie::encrypted(EncryptionKey::generate()?);
            hardtack_dictionary().layer(SessionLayer::new(cookie.build()?))
        }
        IN_EVERY_REQUEST => {
            let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).typed::<Login>();
            hardtack_asking(Epochs::connect()?).layer(SessionLayer::new(cookie.build()?))
        }
        ONCE_A_MINUTE => hardtack_typed().layer(SessionLayer::new(epochs::cookie(MINUTE)?)),
        ASKING => hardtack_typed().layer(SessionLayer::new(epochs::cookie(SHORTEST_DURATION)?)),
        "tower-sessions, in memory" => {
            tower_sessions().layer(SessionManagerLayer::new(MemoryStore::default()))
        }
        REDIS => {
            let config = Config::from_url(&env::var("REDIS_URL")?)?;
            // As many connections as in its documentation.
            let pool = Pool::new(config, None, None, None, 6)?;
            pool.connect();
            pool.wait_for_connect().await?;
            tower_sessions().layer(SessionManagerLayer::new(RedisStore::new(pool)))
        }
        _ => return Err(format!("there is no kind {kind:?}").into()),
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

fn without_session() -> Router {
    Router::new()
        .route("/start", get(async || Login::sample().page()))
        .route("/read", get(async || Login::sample().page()))
        .route("/write", get(async || Login::sample().page()))
}

fn hardtack_start() -> Router {
    use hardtack::{Session, SessionError};

    Router::new().route(
        "/start",
        get(async |session: Session<Login>| {
            session.replace(Login::sample())?;
            Ok::<_, SessionError>(Login::sample().page())
        }),
    )
}

fn hardtack_typed() -> Router {
    use hardtack::{Session, SessionError};

    hardtack_start()
        .route(
            "/read",
            get(async |session: Session<Login>| session.read(Login::page)),
        )
        .route(
            "/write",
            get(async |session: Session<Login>| {
                session.update(Login::change)?;
                Ok::<_, SessionError>(session.read(Login::page))
            }),
        )
}

/// The same, but each page asks Postgres whether the session is still valid.
fn hardtack_asking(epochs: Epochs) -> Router {
    use hardtack::SessionError;

    let pages = Router::new()
        .route(
            "/read",
            get(async |Asked(session): Asked| session.read(Login::page)),
        )
        .route(
            "/write",
            get(async |Asked(session): Asked| {
                session.update(Login::change)?;
                Ok::<_, SessionError>(session.read(Login::page))
            }),
        );
    hardtack_start().merge(pages.with_state(epochs))
}

fn hardtack_dictionary() -> Router {
    use hardtack::{Session, SessionError};

    Router::new()
        .route(
            "/start",
            get(async |session: Session| {
                session.insert("login", Login::sample())?;
                Ok::<_, SessionError>(Login::sample().page())
            }),
        )
        .route(
            "/read",
            get(async |session: Session| {
                let login: Login = session.get("login")?.unwrap_or_default();
                Ok::<_, SessionError>(login.page())
            }),
        )
        .route(
            "/write",
            get(async |session: Session| {
                let mut login: Login = session.get("login")?.unwrap_or_default();
                login.change();
                session.insert("login", &login)?;
                Ok::<_, SessionError>(login.page())
            }),
        )
}

fn tower_sessions() -> Router {
    use tower_sessions::Session;

    Router::new()
        .route(
            "/start",
            get(async |session: Session| {
                session
                    .insert("login", Login::sample())
                    .await
                    .map_err(text)?;
                Ok::<_, String>(Login::sample().page())
            }),
        )
        .route(
            "/read",
            get(async |session: Session| {
                let login: Option<Login> = session.get("login").await.map_err(text)?;
                Ok::<_, String>(login.unwrap_or_default().page())
            }),
        )
        .route(
            "/write",
            get(async |session: Session| {
                let login: Option<Login> = session.get("login").await.map_err(text)?;
                let mut login = login.unwrap_or_default();
                login.change();
                session.insert("login", &login).await.map_err(text)?;
                Ok::<_, String>(login.page())
            }),
        )
}

fn text(error: tower_sessions::session::Error) -> String {
    error.to_string()
}
