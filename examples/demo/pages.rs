//! The pages, for people.

mod about;
mod error;
mod forms;
mod frame;
mod lab;
mod large;
mod purse;
mod token;
mod visit;

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    middleware::map_response,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use hardtack::{SessionLayer, csrf::CsrfGuard};

pub(crate) use self::error::PageError;
use self::visit::Display;
use crate::{site::Site, texts::Language};

pub(crate) fn router(site: &Arc<Site>) -> Router {
    // By the real clock, so that a visitor who moves the other one reads what came of it.
    let display = SessionLayer::new(site.display.cookie.clone());
    let lab = Router::new()
        .route("/", get(lab::show))
        .route("/about", get(about::show))
        .route(
            "/style.css",
            get(async || ([(header::CONTENT_TYPE, "text/css")], STYLE)),
        )
        .merge(forms::router())
        .fallback(async || not_here(StatusCode::NOT_FOUND, |texts| texts.no_such_page))
        .method_not_allowed_fallback(async || {
            not_here(StatusCode::METHOD_NOT_ALLOWED, |texts| texts.form_address)
        })
        // The tokens are in fields of the forms, and the handlers check them.
        .layer(CsrfGuard::new().tokens_in_forms())
        .layer(site.layer_for_pages())
        // Several cookies of one type: those after the first are wrapped in types of their own.
        .layer(display.map_session(Display));
    purse::around(lab, site)
        .layer(map_response(error::as_page))
        .layer(map_response(guarded_by_the_browser))
        .with_state(Arc::clone(site))
}

fn not_here(status: StatusCode, sentence: fn(&crate::texts::Texts) -> &'static str) -> PageError {
    PageError::new(status, sentence(Language::English.texts()))
}

/// A page from its template.
struct Page<T>(T);

impl<T: Template> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(html) => Html(html).into_response(),
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        }
    }
}

/// No script runs on these pages, no other site frames them, and no form leaves them, unless a page says so.
async fn guarded_by_the_browser(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let policy = HeaderValue::from_static(concat!(policy!(), "form-action 'self'"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(policy);
    let nosniff = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

/// The part of the policy that all pages share.
macro_rules! policy {
    () => {
        "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; "
    };
}
use policy;

const STYLE: &str = include_str!("pages/style.css");
