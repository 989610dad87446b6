//! The items and the cart.

use axum::response::{Html, Redirect};
use hardtack::csrf::GuardedForm;
use serde::Deserialize;

use crate::{
    error::Error,
    html,
    items::{ITEMS, item, price},
    session::{Line, RESERVED, Session, notify},
};

pub(crate) async fn items(session: Session) -> Result<Html<String>, Error> {
    let mut list = "<ul>\n".to_owned();
    for item in &ITEMS {
        let (id, name) = (item.id, html::escaped(item.name));
        let add = format!(
            r#"<input type="hidden" name="item" value="{id}">
<label for="pieces-{id}">Pieces</label> <input id="pieces-{id}" name="pieces" type="number" value="1" min="1" max="99" required>
<label for="label-{id}">Text for the label, if you like</label> <input id="label-{id}" name="label" maxlength="100">
<div><button>Add {name} to the cart</button></div>
"#
        );
        let add = html::form(&session, "/cart/add", &add)?;
        list += &format!(
            "<li><h2>{name}</h2>\n<p>{}</p>\n{add}</li>\n",
            price(item.pence)
        );
    }
    list += "</ul>";
    Ok(html::page(&session, "Items", &list)?)
}

#[derive(Deserialize)]
pub(crate) struct Add {
    item: u16,
    pieces: u16,
    label: String,
}

pub(crate) async fn add(
    session: Session,
    GuardedForm(Add {
        item: id,
        pieces,
        label,
    }): GuardedForm<Add>,
) -> Result<Redirect, Error> {
    let item = item(id).ok_or(Error::NotFound)?;
    let label: String = label.chars().take(100).collect();
    let line = Line {
        item: id,
        pieces: pieces.clamp(1, 99),
        label,
    };
    if session.remaining_bytes() < RESERVED + line.label.len() {
        return Err(Error::CartFull);
    }
    session.update(|visit| visit.cart.push(line))?;
    notify(&session, &format!("{} is in your cart.", item.name))?;
    Ok(Redirect::to("/"))
}

pub(crate) async fn show(session: Session) -> Result<Html<String>, Error> {
    let lines = session.read(|visit| visit.cart.clone());
    if lines.is_empty() {
        return Ok(html::page(&session, "Your cart", "<p>It is empty.</p>")?);
    }
    let mut rows = String::new();
    for (number, line) in lines.iter().enumerate() {
        let content = format!(
            r#"<input type="hidden" name="line" value="{number}"><button aria-label="Remove line {}">Remove</button>"#,
            number + 1
        );
        let remove = html::form(&session, "/cart/remove", &content)?;
        rows += &format!(
            "<tr><td>{}</td><td>{}</td><td>{remove}</td></tr>\n",
            html::escaped(&in_words(line)),
            price(cost(line))
        );
    }
    let total = price(lines.iter().map(cost).sum());
    let table = format!(
        r#"<table>
<thead><tr><th scope="col">Item</th><th scope="col">Price</th><th scope="col">Change</th></tr></thead>
<tbody>
{rows}</tbody>
</table>
<p>Together {total}. <a href="/checkout">Go to the checkout</a></p>"#
    );
    Ok(html::page(&session, "Your cart", &table)?)
}

#[derive(Deserialize)]
pub(crate) struct Remove {
    line: usize,
}

pub(crate) async fn remove(
    session: Session,
    GuardedForm(Remove { line }): GuardedForm<Remove>,
) -> Result<Redirect, Error> {
    session.update(|visit| {
        if line < visit.cart.len() {
            visit.cart.remove(line);
        }
    })?;
    Ok(Redirect::to("/cart"))
}

pub(crate) fn in_words(line: &Line) -> String {
    let name = item(line.item).map_or("no longer sold", |item| item.name);
    let label = match &*line.label {
        "" => String::new(),
        // Without these quotes inside, a label cannot end early and add lines to an order.
        label => format!(", labelled “{}”", label.replace(['“', '”'], "\"")),
    };
    format!("{} × {name}{label}", line.pieces)
}

pub(crate) fn cost(line: &Line) -> u32 {
    item(line.item).map_or(0, |item| item.pence * u32::from(line.pieces))
}
