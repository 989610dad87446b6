//! Coins that another site is after: this server under its other name.

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use hardtack::{Session, SessionError};

use super::{InLanguage, Page, policy};
use crate::{errors::Failed, site::Site, texts::Texts};

/// The session of the third cookie.
#[derive(Clone)]
pub(crate) struct Purse(pub(crate) Session);

impl Purse {
    pub(super) fn coins(&self) -> u64 {
        self.0.get(COINS).ok().flatten().unwrap_or(0)
    }

    pub(super) fn fill(&self) -> Result<(), SessionError> {
        self.0.insert(COINS, 10)
    }

    /// Returns whether a coin was taken since this was last asked.
    pub(super) fn lost_a_coin(&self) -> bool {
        let taken = self.0.take_flashes("");
        taken.is_ok_and(|taken| !taken.is_empty())
    }
}

/// Takes a coin, no matter which site asks.
pub(crate) async fn take(Extension(purse): Extension<Purse>) -> Result<Redirect, Failed> {
    if let Some(coins) = purse.coins().checked_sub(1) {
        purse.0.insert(COINS, coins)?;
        purse.0.flash_once("", "taken")?;
    }
    Ok(Redirect::to("/#csrf"))
}

/// Says that the experiment succeeded, if the guard refused a form.
pub(crate) async fn explain_refusal(
    InLanguage(t): InLanguage,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    if response.status() != StatusCode::FORBIDDEN {
        return response;
    }
    Failed::new(response.status(), &t["csrf.held"]).into_response()
}

#[derive(Template)]
#[template(path = "elsewhere.html")]
struct Elsewhere {
    t: &'static Texts,
    here: String,
    target: String,
}

/// The page of the other site. It reads no session, so the address says the language.
pub(crate) async fn elsewhere(
    State(site): State<Arc<Site>>,
    InLanguage(t): InLanguage,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let [here, target] = origins(&headers, site.port());
    let policy = HeaderValue::from_str(&policy(&target));
    let policy = policy.map_err(|error| Failed::bad_request(error.to_string()))?;
    let page = Page(Elsewhere { t, here, target });
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], page).into_response())
}

/// Returns the origin of this request, and the server's other one.
pub(super) fn origins(headers: &HeaderMap, port: u16) -> [String; 2] {
    let host = headers.get(header::HOST);
    let is_name = host.is_some_and(|host| host.as_bytes().starts_with(b"localhost"));
    let mut origins = ["127.0.0.1", "localhost"].map(|host| format!("http://{host}:{port}"));
    if is_name {
        origins.reverse();
    }
    origins
}

const COINS: &str = "coins";
