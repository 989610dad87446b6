//! Ordering what is in the cart.

use axum::{
    extract::State,
    response::{Html, Redirect},
};
use hardtack::csrf::GuardedForm;
use serde::Deserialize;

use crate::{
    Shop,
    error::Error,
    html,
    items::price,
    pages::cart::{cost, in_words},
    session::notify,
    who::SignedIn,
};

pub(crate) async fn form(
    SignedIn { session, .. }: SignedIn,
    State(shop): State<Shop>,
) -> Result<Html<String>, Error> {
    let lines = session.read(|visit| visit.cart.clone());
    let items: String = lines
        .iter()
        .map(|line| format!("<li>{}</li>\n", html::escaped(&in_words(line))))
        .collect();
    let total = price(lines.iter().map(cost).sum());
    let number = shop.orders.number().await?;
    let button = format!(
        r#"<input type="hidden" name="number" value="{number}"><button>Order for {total}</button>"#
    );
    let button = html::form(&session, "/checkout", &button)?;
    Ok(html::page(
        &session,
        "Checkout",
        &format!("<ul>\n{items}</ul>\n{button}"),
    )?)
}

#[derive(Deserialize)]
pub(crate) struct Order {
    /// The same if the form is sent twice.
    number: String,
}

pub(crate) async fn order(
    SignedIn { login, session }: SignedIn,
    State(shop): State<Shop>,
    GuardedForm(Order { number }): GuardedForm<Order>,
) -> Result<Redirect, Error> {
    let lines = session.read(|visit| visit.cart.clone());
    if lines.is_empty() {
        return Ok(Redirect::to("/cart"));
    }
    let items: Vec<_> = lines.iter().map(in_words).collect();
    let is_new = shop
        .orders
        .place(number, login.user, items.join("; "))
        .await?;
    session.update(|visit| visit.cart.clear())?;
    let notice = if is_new {
        "Thank you for your order."
    } else {
        "You have ordered this already."
    };
    notify(&session, notice)?;
    Ok(Redirect::to("/account"))
}
