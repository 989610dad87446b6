//! The account of the visitor.

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
    session::{self, notify},
    who::SignedIn,
};

pub(crate) async fn show(
    signed_in: SignedIn,
    State(shop): State<Shop>,
) -> Result<Html<String>, Error> {
    page(&shop, &signed_in, None).await
}

async fn page(
    shop: &Shop,
    SignedIn { login, session }: &SignedIn,
    refused: Option<&str>,
) -> Result<Html<String>, Error> {
    let orders = shop.orders.of(login.user).await?;
    let orders: String = orders
        .iter()
        .map(|order| format!("<li>{}</li>\n", html::escaped(order)))
        .collect();
    let orders = match &*orders {
        "" => "<p>None yet.</p>\n".to_owned(),
        orders => format!("<ul>\n{orders}</ul>\n"),
    };
    let user = shop.users.get(login.user).await?;
    let admin = if user.is_some_and(|user| user.is_admin) {
        "<p><a href=\"/admin\">Users</a></p>\n"
    } else {
        ""
    };
    let refused = html::alert(refused);
    let password = html::form(session, "/account/password", PASSWORDS)?;
    let here = html::form(session, "/account/sign-out", "<button>Sign out</button>")?;
    let everywhere = "<button>Sign out everywhere</button>";
    let everywhere = html::form(session, "/account/sign-out-everywhere", everywhere)?;
    let main = format!(
        "{refused}{admin}<h2>Orders</h2>\n{orders}<h2>Password</h2>\n{password}\
        <h2>Signing out</h2>\n{here}{everywhere}"
    );
    Ok(html::page(session, "Your account", &main)?)
}

#[derive(Deserialize)]
pub(crate) struct NewPassword {
    current: String,
    new: String,
}

pub(crate) async fn change_password(
    signed_in: SignedIn,
    State(shop): State<Shop>,
    GuardedForm(NewPassword { current, new }): GuardedForm<NewPassword>,
) -> Result<Response, Error> {
    let login = &signed_in.login;
    let user = shop.users.check(login.name.clone(), current).await?;
    let refused = match user {
        None => "The current password is wrong.",
        Some(_) if !passwords::is_long_enough(&new) => TOO_SHORT,
        Some(_) => {
            let epoch = shop.users.set_password(login.user, new).await?;
            session::change_password(&signed_in.session, epoch)?;
            notify(&signed_in.session, "Your password is changed.")?;
            return Ok(Redirect::to("/account").into_response());
        }
    };
    let page = page(&shop, &signed_in, Some(refused)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

pub(crate) async fn sign_out(
    SignedIn { session, .. }: SignedIn,
    _: GuardedForm,
) -> Result<Redirect, Error> {
    session.invalidate()?;
    notify(&session, "You are signed out.")?;
    Ok(Redirect::to("/"))
}

/// The other browsers notice when their users are looked up again.
pub(crate) async fn sign_out_everywhere(
    SignedIn { login, session }: SignedIn,
    State(shop): State<Shop>,
    _: GuardedForm,
) -> Result<Redirect, Error> {
    shop.users.sign_out_everywhere(login.user).await?;
    session.invalidate()?;
    notify(&session, "You are signed out everywhere.")?;
    Ok(Redirect::to("/"))
}

const PASSWORDS: &str = r#"<label for="current">Current password</label>
<input id="current" name="current" type="password" autocomplete="current-password" required>
<label for="new">New password, at least 12 characters</label>
<input id="new" name="new" type="password" autocomplete="new-password" minlength="12" maxlength="200" required>
<div><button>Change the password</button></div>
"#;
