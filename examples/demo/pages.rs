//! The pages, for people.

mod about;
mod dump;
mod error;
mod forms;
mod home;
mod inside;
mod layout;
mod panel;
mod report;
mod visit;

use std::sync::Arc;

use axum::{
    Router,
    http::{StatusCode, header},
    middleware::map_response,
    response::Response,
    routing::{get, post},
};
use hardtack::{SessionLayer, csrf::CsrfGuard};

pub(crate) use self::error::PageError;
use self::visit::Display;
use crate::site::Site;

pub(crate) fn router(site: &Arc<Site>) -> Router {
    let display = SessionLayer::new(site.display.cookie.clone()).clock(site.clock.for_sessions());
    Router::new()
        .route("/", get(home::show))
        .route("/inside", get(inside::show))
        .route("/about", get(about::show))
        .route("/sign-in", post(forms::sign_in))
        .route("/sign-out", post(forms::sign_out))
        .route("/language", post(forms::language))
        .route("/theme", post(forms::theme))
        .route(
            "/style.css",
            get(async || ([(header::CONTENT_TYPE, "text/css")], STYLE)),
        )
        .fallback(async || PageError::new(StatusCode::NOT_FOUND, "There is no such page."))
        .method_not_allowed_fallback(async || {
            PageError::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "This address is for a form.",
            )
        })
        // The tokens are in fields of the forms, and the handlers check them.
        .layer(CsrfGuard::new().tokens_in_forms())
        .layer(site.layer_for_pages())
        // Two cookies of one type: the second is wrapped in its own type.
        .layer(display.map_session(Display))
        .layer(map_response(error::as_page))
        .layer(map_response(guarded_by_the_browser))
        .with_state(Arc::clone(site))
}

/// No script runs on these pages, no other site frames them, and no form leaves them.
async fn guarded_by_the_browser(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let policy = header::HeaderValue::from_static(
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; \
         frame-ancestors 'none'; base-uri 'none'",
    );
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    let nosniff = header::HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

const STYLE: &str = include_str!("pages/style.css");
