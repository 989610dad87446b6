//! The session of this site, what is asked about it once a minute, and the table of users that knows the answer.

use std::{error::Error, io, time::Duration};

use actix_web::web::Data;
use hardtack::{KeyRing, SessionCookie, SessionData, session::Validity};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Serialize, Deserialize, Default, PartialEq, SessionData)]
#[session(label = "login", schema = 1)]
pub(crate) struct Login {
    pub(crate) user_id: Option<Uuid>,
    pub(crate) epoch: u32,
}

pub(crate) fn cookie(
    keys: KeyRing,
    users: Data<Users>,
) -> Result<SessionCookie<Login>, Box<dyn Error>> {
    let cookie = SessionCookie::encrypted(keys)
        .typed::<Login>()
        .revalidate_after(Duration::from_secs(60), move |session| {
            let (users, login) = (users.clone(), session.value());
            async move {
                let Some(Login {
                    user_id: Some(user_id),
                    epoch,
                }) = login
                else {
                    return Ok::<_, std::io::Error>(Validity::Valid);
                };
                Ok(Validity::valid_if(
                    users.epoch_of(user_id).await? == Some(epoch),
                ))
            }
        })
        .build()?;
    Ok(cookie)
}

/// The application's table of users, in a database. Here two users in memory stand for it.
pub(crate) struct Users;

impl Users {
    /// Returns the epoch of a user, or `None` if there is no such user any more.
    pub(crate) async fn epoch_of(&self, user: Uuid) -> io::Result<Option<u32>> {
        Ok((user == ADA).then_some(0))
    }
}

pub(crate) const ADA: Uuid = Uuid::from_u128(0xada);
/// Had an account once.
pub(crate) const BOB: Uuid = Uuid::from_u128(0xb0b);
