//! AWS Lambda beside other deployments of one site: examples/deployments.
//!
//! `USERS` is the URL of a table that has a number for each user, and `REVALIDATE_AFTER` the seconds after which it is asked
//! again whether a session is still allowed.

use std::{
    env,
    time::{Duration, SystemTime},
};

use axum::{
    Form, Router,
    extract::State,
    http::StatusCode,
    response::Result as Answer,
    routing::{get, post},
};
use hardtack::{Session, SessionLayer, SessionSettings, csrf::CsrfGuard, session::Validity};
use hardtack_frameworks as site;
use lambda_http::tracing;
use reqwest::{Client, Url};
use serde::Deserialize;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    tracing::init_default_subscriber();
    let users = Users::from_env()?;
    let interval = env::var("REVALIDATE_AFTER").map_or(Ok(60), |seconds| seconds.parse())?;
    let table = users.clone();
    let cookie = SessionSettings::from_env_prefix("SESSION_")?
        .into_builder()?
        .revalidate_after(Duration::from_secs(interval), move |session| {
            let (users, user, epoch) = (table.clone(), session.get("user"), session.get("epoch"));
            async move {
                let Some(user): Option<String> = user? else {
                    return Ok(Validity::Valid);
                };
                let current = users.epoch_of(&user).await?;
                // A replica of the table may lag behind the sign-in.
                let is_allowed = current.is_some() && epoch? >= current;
                Ok::<_, lambda_http::Error>(Validity::valid_if(is_allowed))
            }
        })
        .build()?;
    let health = cookie.clone();
    let app = Router::new()
        .route(
            "/health",
            get(async move || health.keys_in_use(SystemTime::now())),
        )
        .route("/", get(look))
        .route("/sign-in", post(sign_in))
        .route("/count", post(count))
        .route("/sign-out", post(sign_out))
        .layer(CsrfGuard::new().origin_check_only()) // refuses forms from other sites
        .layer(SessionLayer::new(cookie))
        .with_state(users);
    lambda_http::run(app).await
}

const MONTH: Duration = Duration::from_secs(30 * 86_400);

/// The table of users.
#[derive(Clone)]
struct Users {
    client: Client,
    table: Url,
}

impl Users {
    fn from_env() -> Result<Users, lambda_http::Error> {
        let client = Client::builder().timeout(Duration::from_secs(5)).build()?;
        let table = env::var("USERS")?.parse()?;
        Ok(Users { client, table })
    }

    /// The number of a user. All sessions with a lower one have ended. `None`: there is no such user.
    async fn epoch_of(&self, user: &str) -> reqwest::Result<Option<u32>> {
        // `push` leaves out a name of dots, so this would ask for the table itself.
        if matches!(user, "" | "." | "..") {
            return Ok(None);
        }
        let mut url = self.table.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(user);
        }
        let answer = self.client.get(url).send().await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        answer.error_for_status()?.json().await.map(Some)
    }
}

async fn look(session: Session) -> Answer<String> {
    Ok(site::home(&session)?)
}

async fn sign_in(
    State(users): State<Users>,
    session: Session,
    Form(form): Form<SignIn>,
) -> Answer<String> {
    let epoch = users.epoch_of(&form.name).await;
    let epoch = epoch.map_err(|_| (StatusCode::SERVICE_UNAVAILABLE, "try again later"))?;
    let epoch = epoch.ok_or((StatusCode::UNAUTHORIZED, "there is no such user"))?;
    site::sign_in(&session, &form.name)?;
    session.insert("epoch", epoch)?;
    if form.remember.is_some() {
        session.remember_for(MONTH)?;
    }
    Ok(site::home(&session)?)
}

#[derive(Deserialize)]
struct SignIn {
    name: String,
    remember: Option<String>,
}

async fn count(session: Session) -> Answer<String> {
    Ok(site::count(&session)?)
}

async fn sign_out(session: Session) -> Answer<String> {
    Ok(site::sign_out(&session)?)
}
