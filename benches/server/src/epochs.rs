//! The epoch that Postgres has for each user. A session of another epoch is over.

use std::{env, error::Error, time::Duration};

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use deadpool_postgres::{Manager, Pool, PoolError};
use hardtack::{EncryptionKey, Session, SessionCookie, session::Validity};
use tokio_postgres::NoTls;

use crate::login::Login;

#[derive(Clone)]
pub(crate) struct Epochs(Pool);

impl Epochs {
    pub(crate) fn connect() -> Result<Epochs, Box<dyn Error>> {
        let manager = Manager::new(env::var("POSTGRES_URL")?.parse()?, NoTls);
        let pool = Pool::builder(manager).max_size(CONNECTIONS).build()?;
        Ok(Epochs(pool))
    }

    /// Returns `true` if the user is in this epoch. A user who has been removed is in none.
    pub(crate) async fn is_current(&self, user: u64, epoch: u32) -> Result<bool, PoolError> {
        let client = self.0.get().await?;
        let query = "select epoch from users where id = $1";
        let query = client.prepare_cached(query).await?;
        let row = client.query_opt(&query, &[&user.cast_signed()]).await?;
        row.map_or(Ok(false), |row| {
            Ok(row.try_get::<_, i32>(0)?.cast_unsigned() == epoch)
        })
    }
}

/// Returns a cookie for sessions about which Postgres is asked once in `duration`.
pub(crate) fn cookie(duration: Duration) -> Result<SessionCookie<Login>, Box<dyn Error>> {
    let epochs = Epochs::connect()?;
    let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
        .typed::<Login>()
        .revalidate_after(duration, move |session| {
            let (epochs, login) = (epochs.clone(), session.value());
            async move {
                let Some(Login { user, epoch, .. }) = login else {
                    return Ok(Validity::Valid);
                };
                let is_current = epochs.is_current(user, epoch).await?;
                Ok::<_, PoolError>(Validity::valid_if(is_current))
            }
        })
        .build()?;
    Ok(cookie)
}

/// A session whose epoch was asked for in this request, if somebody is signed in. A session that is over is invalidated.
pub(crate) struct Asked(pub(crate) Session<Login>);

impl FromRequestParts<Epochs> for Asked {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, epochs: &Epochs) -> Result<Asked, Response> {
        let session = Session::<Login>::from_request_parts(parts, epochs)
            .await
            .map_err(IntoResponse::into_response)?;
        let (user, epoch) = session.read(|login| (login.user, login.epoch));
        if user != 0 && !epochs.is_current(user, epoch).await.map_err(failure)? {
            session.invalidate().map_err(IntoResponse::into_response)?;
        }
        Ok(Asked(session))
    }
}

fn failure(error: PoolError) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, error.to_string()).into_response()
}

/// One for each connection of wrk, so that no request waits for one.
const CONNECTIONS: usize = 16;
