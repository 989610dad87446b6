//! Creating an account.

use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use hardtack::csrf::GuardedForm;
use serde::Deserialize;

use crate::{
    Shop,
    error::Error,
    html,
    passwords::{self, TOO_SHORT},
    session::{self, Session, notify},
};

pub(crate) async fn form(session: Session) -> Result<Html<String>, Error> {
    page(&session, "", None)
}

#[derive(Deserialize)]
pub(crate) struct SignUp {
    name: String,
    password: String,
}

pub(crate) async fn create(
    session: Session,
    State(shop): State<Shop>,
    GuardedForm(SignUp { name, password }): GuardedForm<SignUp>,
) -> Result<Response, Error> {
    let refused = |sentence| {
        Ok((
            StatusCode::UNPROCESSABLE_ENTITY,
            page(&session, &name, Some(sentence))?,
        )
            .into_response())
    };
    if !(1..=40).contains(&name.chars().count()) || name.trim() != name {
        return refused("Choose a name of at most 40 characters.");
    }
    if !passwords::is_long_enough(&password) {
        return refused(TOO_SHORT);
    }
    let Some(user) = shop.users.create(name.clone(), password).await? else {
        return refused("Somebody else has this name.");
    };
    session::sign_in(&session, user.login())?;
    notify(&session, "Welcome aboard.")?;
    Ok(Redirect::to("/").into_response())
}

fn page(session: &Session, name: &str, refused: Option<&str>) -> Result<Html<String>, Error> {
    let fields = format!(
        r#"<label for="name">Name</label>
<input id="name" name="name" value="{}" autocomplete="username" maxlength="40" required>
<label for="password">Password, at least 12 characters</label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="12" maxlength="200" required>
<div><button>Create the account</button></div>
"#,
        html::escaped(name)
    );
    let form = html::form(session, "/sign-up", &fields)?;
    let main = html::alert(refused) + &form;
    Ok(html::page(session, "Create an account", &main)?)
}
