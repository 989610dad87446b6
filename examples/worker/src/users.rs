//! The table of users, which has a number for each: all sessions of a user with another number have ended.

use std::{fmt::Display, time::Duration};

use hardtack::{ConfigError, SessionCookie, carrier::SessionCookieBuilder, session::Validity};
use worker::{Env, Error, Fetch, Result, Url, send::SendFuture};

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
        let ask = move |user: Option<String>, epoch: Option<u32>| {
            let users = users.clone();
            async move {
                let Some(user) = user else {
                    return Ok(Validity::Valid);
                };
                let is_allowed = epoch == users.epoch_of(&user).await?;
                Ok::<_, Error>(Validity::valid_if(is_allowed))
            }
        };
        cookie
            .revalidate_after(self.interval, move |session| {
                // A future of JavaScript stays on its thread, of which a Worker has one.
                SendFuture::new(ask(session.get("user"), session.get("epoch")))
            })
            .build()
    }

    /// The number of a user. `None`: there is no table.
    pub(crate) async fn epoch_of(&self, user: &str) -> Result<Option<u32>> {
        let Some(table) = &self.table else {
            return Ok(None);
        };
        let mut url = table.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(user);
        }
        let mut answer = Fetch::Url(url).send().await?;
        match answer.status_code() {
            200 => answer.json().await.map(Some),
            status => Err(Error::RustError(format!(
                "the table of users answers {status}"
            ))),
        }
    }
}
