//! The session of this site, and what is asked about it once a minute.

use std::{error::Error, time::Duration};

use actix_web::web::Data;
use hardtack::{KeyRing, SessionCookie, SessionData, session::Validity};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::users::Users;

#[derive(Serialize, Deserialize, Default, SessionData)]
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
