//! Coins that another site is after: this server under its other name.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Query, Request, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use hardtack::{Session, SessionLayer, csrf::CsrfGuard};

use super::{
    Page, PageError,
    about::Choice,
    frame::{Frame, Here},
    policy,
};
use crate::{
    site::Site,
    texts::{Language, Texts},
};

/// The session of the third cookie.
#[derive(Clone)]
pub(super) struct Purse(pub(super) Session);

/// Adds the addresses that the other site attacks, and the other site. The lab's session is not theirs: `SameSite=Lax`
/// keeps it at home, so they would have a new one.
pub(super) fn around(lab: Router<Arc<Site>>, site: &Arc<Site>) -> Router<Arc<Site>> {
    let Some(purse) = &site.purse else {
        return lab;
    };
    let attacked = Router::new()
        .route("/purse/guarded", post(take))
        .layer(CsrfGuard::new().origin_check_only())
        .layer(from_fn(tell_that_it_held))
        .route("/purse/unguarded", post(take))
        .route("/elsewhere", get(elsewhere));
    let layer = SessionLayer::new(purse.clone());
    lab.merge(attacked).layer(layer.map_session(Purse))
}

/// Says that the experiment succeeded, where the guard refused a form.
async fn tell_that_it_held(
    choice: Result<Query<Choice>, QueryRejection>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    if response.status() != StatusCode::FORBIDDEN {
        return response;
    }
    let language = choice.unwrap_or_default().language();
    let held = PageError::new(response.status(), language.texts().csrf_held);
    held.in_language(language).into_response()
}

/// Takes a coin, whoever asks.
async fn take(
    axum::Extension(Purse(purse)): axum::Extension<Purse>,
) -> Result<Redirect, PageError> {
    let coins = coins(&purse);
    if coins > 0 {
        purse.insert(COINS, coins - 1)?;
        purse.flash_once("", TAKEN)?;
    }
    Ok(Redirect::to("/#csrf"))
}

pub(super) fn coins(purse: &Session) -> u64 {
    purse.get(COINS).ok().flatten().unwrap_or(0)
}

/// Returns whether a coin was taken since this was last asked.
pub(super) fn was_robbed(purse: &Session) -> bool {
    let taken = purse.take_flashes("").unwrap_or_default();
    !taken.is_empty()
}

pub(super) fn fill(purse: &Session) -> Result<(), PageError> {
    Ok(purse.insert(COINS, FULL)?)
}

#[derive(Template)]
#[template(path = "elsewhere.html")]
struct Elsewhere {
    frame: Frame,
    t: &'static Texts,
    here: String,
    target: String,
}

/// The page of the other site. It knows no session, so the address says the language.
async fn elsewhere(
    State(site): State<Arc<Site>>,
    choice: Result<Query<Choice>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let Query(choice) = choice.unwrap_or_default();
    let language = choice.language();
    let t = language.texts();
    let (here, target) = names(&headers, site.port);
    let policy = format!(concat!(policy!(), "form-action {}"), target);
    let policy = HeaderValue::from_str(&policy);
    let policy =
        policy.map_err(|error| PageError::new(StatusCode::BAD_REQUEST, error.to_string()))?;
    let page = Page(Elsewhere {
        frame: Frame::without_session(Here::Elsewhere, language, t.elsewhere_title),
        t,
        here,
        target,
    });
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], page).into_response())
}

/// The address of the other site.
pub(super) fn address(headers: &HeaderMap, port: u16, language: Language) -> String {
    let (_, other) = names(headers, port);
    format!("{other}/elsewhere?lang={}", language.code())
}

/// The origin of this request, and the server's other one.
fn names(headers: &HeaderMap, port: u16) -> (String, String) {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let is_name = host.is_some_and(|host| host.starts_with("localhost"));
    let mut origins = ["127.0.0.1", "localhost"].map(|host| format!("http://{host}:{port}"));
    if is_name {
        origins.reverse();
    }
    origins.into()
}

const COINS: &str = "coins";
const FULL: u64 = 10;
/// For the purse's own flash messages; the lab has the words.
const TAKEN: &str = "taken";
