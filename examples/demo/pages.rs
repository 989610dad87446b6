//! The pages, for people.

pub(crate) mod forms;
pub(crate) mod lab;
mod large;
pub(crate) mod purse;
mod token;
pub(crate) mod visit;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;

use crate::{
    errors::Failed,
    site::Site,
    texts::{Language, Texts},
};

/// A page from its template.
pub(crate) struct Page<T>(pub(crate) T);

impl<T: Template> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(html) => Html(html).into_response(),
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        }
    }
}

/// The surroundings of a page's content.
pub(crate) struct Frame {
    language: Language,
    here: Here,
    title: String,
}

/// The current page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Here {
    Lab,
    About,
    Elsewhere,
}

impl Frame {
    pub(crate) fn new(here: Here, language: Language, title: &str) -> Frame {
        let title = title.to_owned();
        Frame {
            language,
            here,
            title,
        }
    }
}

/// The address of a page that does not touch the session, which elsewhere knows the language.
#[derive(Default, Deserialize)]
pub(crate) struct Address {
    #[serde(default)]
    lang: String,
}

impl Address {
    pub(crate) fn language(&self) -> Language {
        Language::of_code(&self.lang).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "about.html")]
struct About {
    frame: Frame,
    t: &'static Texts,
    port: u16,
}

/// Has the session layer around it like every page, and leaves the session untouched.
pub(crate) async fn about(
    State(site): State<Arc<Site>>,
    address: Result<Query<Address>, QueryRejection>,
) -> impl IntoResponse {
    let language = address.unwrap_or_default().language();
    let t = language.texts();
    let frame = Frame::new(Here::About, language, &t["about"]);
    let port = site.port();
    Page(About { frame, t, port })
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    frame: Frame,
    t: &'static Texts,
    sentence: &'a str,
}

pub(crate) fn error(language: Language, status: StatusCode, sentence: &str) -> Response {
    let t = language.texts();
    let title = status.canonical_reason().unwrap_or("Error");
    let frame = Frame::new(Here::Elsewhere, language, title);
    Page(ErrorPage { frame, t, sentence }).into_response()
}

pub(crate) async fn no_such_page() -> Failed {
    Failed::not_found(&Language::English.texts()["no_such_page"])
}

pub(crate) async fn not_for_links() -> Failed {
    let t = Language::English.texts();
    Failed::new(StatusCode::METHOD_NOT_ALLOWED, &t["form_address"])
}

/// Lets no script run on these pages, no other site frame them, and no form leave them, unless a page says so.
pub(crate) async fn add_policy(mut response: Response) -> Response {
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

pub(crate) const STYLE: &str = include_str!("pages/style.css");

mod filters {
    //! What the templates call.
    #![allow(unreachable_pub, reason = "as the macro writes it")]

    use std::fmt::Display;

    use askama::{Result, Values, filters::Safe};

    /// Shows a moment to people.
    #[askama::filter_fn]
    pub(super) fn readable(moment: impl Display, _: &dyn Values) -> Result<String> {
        Ok(moment.to_string().replace('T', " ").replace('Z', " UTC"))
    }

    /// Sets words between backticks as code. For texts of the program, which are no input of a visitor.
    #[askama::filter_fn]
    pub(super) fn marked(text: impl Display, _: &dyn Values) -> Result<Safe<String>> {
        let text = text.to_string();
        let parts = text.split('`').enumerate();
        let parts = parts.map(|(number, part)| {
            let part = part.replace('&', "&#38;").replace('<', "&#60;");
            match number % 2 {
                0 => part,
                _ => format!("<code>{part}</code>"),
            }
        });
        Ok(Safe(parts.collect()))
    }
}
