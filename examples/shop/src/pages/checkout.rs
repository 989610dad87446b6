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
    orders::NUMBER_LENGTH,
    pages::cart::{cost, in_words},
    session::{Line, notify},
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
    let text = html::escaped(&text(&lines));
    let button = format!(
        r#"<input type="hidden" name="number" value="{number}">
<input type="hidden" name="items" value="{text}"><button>Order for {total}</button>"#
    );
    let button = html::form(&session, "/checkout", &button)?;
    Ok(html::page(
        &session,
        "Checkout",
        &format!("<ul>\n{items}</ul>\n{button}"),
    )?)
}

/// What an order keeps of the cart.
fn text(lines: &[Line]) -> String {
    let items: Vec<_> = lines.iter().map(in_words).collect();
    items.join("; ")
}

#[derive(Deserialize)]
pub(crate) struct Order {
    /// The same if the form is sent twice.
    number: String,
    /// What the visitor was shown.
    items: String,
}

pub(crate) async fn order(
    SignedIn { login, session }: SignedIn,
    State(shop): State<Shop>,
    GuardedForm(Order { number, items }): GuardedForm<Order>,
) -> Result<Redirect, Error> {
    let lines = session.read(|visit| visit.cart.clone());
    if lines.is_empty() {
        return Ok(Redirect::to("/cart"));
    }
    // In another tab.
    if items != text(&lines) {
        notify(&session, "Your cart has changed.")?;
        return Ok(Redirect::to("/checkout"));
    }
    if number.len() != NUMBER_LENGTH {
        return Err(Error::NotFound);
    }
    let is_new = shop.orders.place(number, login.user, items).await?;
    session.update(|visit| visit.cart.clear())?;
    let notice = if is_new {
        "Thank you for your order."
    } else {
        "You have ordered this already."
    };
    notify(&session, notice)?;
    Ok(Redirect::to("/account"))
}
