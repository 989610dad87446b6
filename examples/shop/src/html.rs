//! The frame of every page.

use axum::response::Html;
use hardtack::{
    SessionError,
    session::{Outcome, Reason},
};

use crate::session::{NOTICES, Session};

/// Returns a page of a visitor, with the messages that were left for it. The title is text, `main` is HTML.
pub(crate) fn page(
    session: &Session,
    title: &str,
    main: &str,
) -> Result<Html<String>, SessionError> {
    let mut notices = session.take_flashes(NOTICES)?;
    if matches!(
        session.outcome(),
        Outcome::Rejected {
            reason: Reason::Revoked,
            ..
        }
    ) {
        notices.push("You have been signed out.".to_owned());
    }
    let notices: String = notices
        .iter()
        .map(|notice| format!("<p role=\"status\">{}</p>\n", escaped(notice)))
        .collect();
    let (who, pieces) = session.read(|visit| {
        let pieces: u32 = visit.cart.iter().map(|line| u32::from(line.pieces)).sum();
        (
            visit.login.as_ref().map(|login| escaped(&login.name)),
            pieces,
        )
    });
    let who = match who {
        Some(name) => format!(r#"<li><a href="/account">Account of {name}</a></li>"#),
        None => r#"<li><a href="/sign-in">Sign in</a></li><li><a href="/sign-up">Create an account</a></li>"#.to_owned(),
    };
    let navigation = format!(r#"<li><a href="/cart">Cart ({pieces})</a></li>{who}"#);
    Ok(frame(
        title,
        &navigation,
        &format!("{notices}<h1>{}</h1>\n{main}", escaped(title)),
    ))
}

/// Returns a page that needs no session.
pub(crate) fn failure(title: &str, sentence: &str) -> Html<String> {
    let navigation = r#"<li><a href="/cart">Cart</a></li><li><a href="/account">Account</a></li>"#;
    frame(
        title,
        navigation,
        &format!("<h1>{}</h1>\n<p>{}</p>", escaped(title), escaped(sentence)),
    )
}

/// Returns a form that only this site can send. `content` is HTML.
pub(crate) fn form(session: &Session, action: &str, content: &str) -> Result<String, SessionError> {
    let token = session.csrf_token()?;
    Ok(format!(
        r#"<form method="post" action="{action}">
<input type="hidden" name="csrf_token" value="{token}">
{content}</form>
"#
    ))
}

/// Returns a sentence that says why a form was not accepted.
pub(crate) fn alert(sentence: Option<&str>) -> String {
    sentence.map_or_else(String::new, |sentence| {
        format!("<p role=\"alert\">{}</p>\n", escaped(sentence))
    })
}

/// Returns a text as HTML.
pub(crate) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

fn frame(title: &str, navigation: &str, main: &str) -> Html<String> {
    Html(format!(
        r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{} – Ship’s stores</title>
<link rel="stylesheet" href="/style.css">
<nav aria-label="Main"><ul><li><a href="/">Ship’s stores</a></li>{navigation}</ul></nav>
<main>
{main}
</main>
</html>
"#,
        escaped(title)
    ))
}
