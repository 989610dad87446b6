//! Signing in.

use std::time::Duration;

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use hardtack::{csrf::GuardedForm, web::local_path};
use serde::Deserialize;

use crate::{
    Shop,
    error::Error,
    html,
    session::{self, Session},
};

#[derive(Deserialize)]
pub(crate) struct Way {
    #[serde(default)]
    next: String,
}

pub(crate) async fn form(session: Session, Query(way): Query<Way>) -> Result<Html<String>, Error> {
    page(&session, &way.next, None)
}

#[derive(Deserialize)]
pub(crate) struct SignIn {
    name: String,
    password: String,
    /// Browsers send nothing for a box without a mark.
    remember: Option<String>,
    next: String,
}

/// An application also limits the number of attempts.
pub(crate) async fn check(
    session: Session,
    State(shop): State<Shop>,
    GuardedForm(form): GuardedForm<SignIn>,
) -> Result<Response, Error> {
    let Some(user) = shop.users.check(form.name, form.password).await? else {
        let page = page(
            &session,
            &form.next,
            Some("The name or the password is wrong."),
        )?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    session::sign_in(&session, user.login())?;
    if form.remember.is_some() {
        session.remember_for(REMEMBERED)?;
    }
    Ok(Redirect::to(local_path(&form.next).unwrap_or("/")).into_response())
}

fn page(session: &Session, next: &str, refused: Option<&str>) -> Result<Html<String>, Error> {
    let fields = format!(
        r#"<input type="hidden" name="next" value="{}">
<label for="name">Name</label>
<input id="name" name="name" autocomplete="username" required>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<label><input name="remember" type="checkbox"> Keep me signed in for 30 days</label>
<div><button>Sign in</button></div>
"#,
        html::escaped(local_path(next).unwrap_or("/"))
    );
    let form = html::form(session, "/sign-in", &fields)?;
    let main = html::alert(refused) + &form;
    Ok(html::page(session, "Sign in", &main)?)
}

/// At most `remember_up_to` of the settings.
const REMEMBERED: Duration = Duration::from_secs(30 * 24 * 3600);
