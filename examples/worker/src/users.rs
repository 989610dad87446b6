//! The table of users, which has a number for each: all sessions of a user with a lower number have ended.

use std::{fmt::Display, time::Duration};

use hardtack::{
    ConfigError, SessionCookie, SessionError, carrier::SessionCookieBuilder, session::Validity,
};
use worker::{AbortSignal, Env, Error, Fetch, Result, Url, send::SendFuture, web_sys};

/// The table, if there is one.
#[derive(Clone)]
pub(crate) struct Users {
    table: Option<Url>,
    /// The time after which it is asked again about a session.
    interval: Duration,
}

impl Users {
    /// Reads the variables `USERS`, a URL, and `REVALIDATE_AFTER`, seconds.
    pub(crate) fn of(env: &Env) -> Result<Users> {
        let variable = |name| env.var(name).ok().map(|value| value.to_string());
        let wrong = |error: &dyn Display| Error::RustError(format!("a variable: {error}"));
        let table = variable("USERS").map(|url| url.parse()).transpose();
        let seconds = variable("REVALIDATE_AFTER").map_or(Ok(60), |seconds| seconds.parse());
        Ok(Users {
            table: table.map_err(|error| wrong(&error))?,
            interval: Duration::from_secs(seconds.map_err(|error| wrong(&error))?),
        })
    }

    /// Builds a cookie whose sessions are asked about.
    pub(crate) fn asked_about(
        &self,
        cookie: SessionCookieBuilder,
    ) -> std::result::Result<SessionCookie, ConfigError> {
        let users = self.clone();
        if users.table.is_none() {
            return cookie.build();
        }
        let ask = move |user: Entry<String>, epoch: Entry<u32>| {
            let users = users.clone();
            async move {
                let Some(user) = user? else {
                    return Ok(Validity::Valid);
                };
                let current = users.epoch_of(&user).await?;
                // A replica of the table may lag behind the sign-in.
                let is_allowed = current.is_some() && epoch? >= current;
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Validity::valid_if(is_allowed))
            }
        };
        cookie
            .revalidate_after(self.interval, move |session| {
                // A future of JavaScript stays on its thread, of which a Worker has one.
                SendFuture::new(ask(session.get("user"), session.get("epoch")))
            })
            .build()
    }

    /// The number of a user. `None`: there is no such user. Without a table, everybody has the number 0.
    pub(crate) async fn epoch_of(&self, user: &str) -> Result<Option<u32>> {
        let Some(table) = &self.table else {
            return Ok(Some(0));
        };
        // `push` leaves out a name of dots, so this would ask for the table itself.
        if matches!(user, "" | "." | "..") {
            return Ok(None);
        }
        let mut url = table.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(user);
        }
        let limit = AbortSignal::from(web_sys::AbortSignal::timeout_with_u32(5_000));
        let mut answer = Fetch::Url(url).send_with_signal(&limit).await?;
        match answer.status_code() {
            200 => answer.json().await.map(Some),
            404 => Ok(None),
            status => Err(Error::RustError(format!(
                "the table of users answers {status}"
            ))),
        }
    }
}

/// A value of a session, or an error if it is of another type.
type Entry<T> = std::result::Result<Option<T>, SessionError>;
