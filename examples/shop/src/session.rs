//! What a session holds, and when it ends.

use std::{error::Error, time::Duration};

use hardtack::{
    SessionCookie, SessionData, SessionError, SessionSettings, keys::SharedKeyRing,
    session::Validity,
};
use serde::{Deserialize, Serialize};

use crate::{database::BoxError, users::Users};

/// The session of every handler.
pub type Session = hardtack::Session<Visit>;

/// A change of these types needs a new schema: docs/typed-sessions.md.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, SessionData)]
#[session(label = "shop", schema = 1)]
pub struct Visit {
    pub login: Option<Login>,
    pub cart: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Login {
    pub user: i64,
    /// The user's epoch at the sign-in. The session ends when the user has a later one.
    pub epoch: u32,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub item: u16,
    pub pieces: u16,
    /// Text for the label.
    pub label: String,
}

/// Builds the cookie. Each signed-in visitor is looked up in the table of users once in `interval`.
pub fn cookie(
    settings: SessionSettings,
    keys: impl Into<SharedKeyRing>,
    users: &Users,
    interval: Duration,
) -> Result<SessionCookie<Visit>, Box<dyn Error>> {
    let users = users.clone();
    let builder = SessionCookie::encrypted(keys).typed::<Visit>();
    let builder = builder.revalidate_after(interval, move |session| {
        let (users, visit) = (users.clone(), session.value());
        async move {
            let Some(Visit {
                login: Some(login), ..
            }) = visit
            else {
                return Ok(Validity::Valid);
            };
            let epoch = users.epoch_of(login.user).await?;
            // Not `==`: a replica of the table may lag behind the sign-in.
            let is_valid = epoch.is_some_and(|epoch| login.epoch >= epoch);
            Ok::<_, BoxError>(Validity::valid_if(is_valid))
        }
    });
    Ok(settings.apply_to(builder)?.build()?)
}

/// Call after the password was checked. The cart of a visitor who was anonymous until now is kept, but not that of another
/// user.
pub fn sign_in(session: &Session, login: Login) -> Result<(), SessionError> {
    let cart = session.read(|visit| visit.login.is_none().then(|| visit.cart.clone()));
    session.sign_in()?;
    session.replace(Visit {
        login: Some(login),
        cart: cart.unwrap_or_default(),
    })
}

/// Call with the user's next epoch, after the new password is stored. This browser stays signed in; every other one, and
/// every copy of its cookie, ends when the user is looked up again.
pub fn change_password(session: &Session, epoch: u32) -> Result<(), SessionError> {
    session.renew()?;
    session.update(|visit| {
        if let Some(login) = &mut visit.login {
            login.epoch = epoch;
        }
    })
}

/// Leaves a message for the next page.
pub fn notify(session: &Session, message: &str) -> Result<(), SessionError> {
    session.flash(NOTICES, message)
}

pub const NOTICES: &str = "notices";
/// Bytes that the cart leaves for a sign-in, its message and the token of the forms.
pub const RESERVED: usize = 300;
