//! The account of the visitor.

use axum::{
    extract::State,
    response::{Html, Redirect},
};
use hardtack::csrf::GuardedForm;

use crate::{Shop, error::Error, html, session::notify, who::SignedIn};

pub(crate) async fn show(
    SignedIn { login, session }: SignedIn,
    State(shop): State<Shop>,
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
    let here = html::form(&session, "/account/sign-out", "<button>Sign out</button>")?;
    let everywhere = "<button>Sign out everywhere</button>";
    let everywhere = html::form(&session, "/account/sign-out-everywhere", everywhere)?;
    let main = format!("{admin}<h2>Orders</h2>\n{orders}<h2>Signing out</h2>\n{here}{everywhere}");
    Ok(html::page(&session, "Your account", &main)?)
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
