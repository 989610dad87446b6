//! The pages, for people.

pub(crate) mod forms;
pub(crate) mod lab;
mod large;
mod token;
pub(crate) mod visit;

use std::{convert::Infallible, sync::Arc};

use askama::Template;
use axum::{
    extract::{FromRequestParts, State},
    http::{HeaderValue, StatusCode, Uri, header, request::Parts},
    response::{Html, IntoResponse, Response},
};

use crate::{
    errors::Failed,
    site::Site,
    texts::{LANGUAGES, Texts},
};

/// A page from its template.
pub(crate) struct Page<T>(pub(crate) T);

impl<T: Template> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(html) => Html(html).into_response(),
            Err(error) => Failed::internal(error).into_response(),
        }
    }
}

/// The texts in the language that the address names, for pages that do not touch the session; in the extensions of a
/// failed response, those in the visitor's language.
#[derive(Clone, Copy)]
pub(crate) struct InLanguage(pub(crate) &'static Texts);

impl<S: Sync> FromRequestParts<S> for InLanguage {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(InLanguage(language_of(&parts.uri).unwrap_or_default()))
    }
}

/// Returns the texts in the language that an address names.
pub(crate) fn language_of(address: &Uri) -> Option<&'static Texts> {
    let mut query = address.query().unwrap_or_default().split('&');
    let code = query.find_map(|pair| pair.strip_prefix("lang="));
    code.and_then(Texts::of_code)
}

#[derive(Template)]
#[template(path = "about.html")]
struct About {
    t: &'static Texts,
    port: u16,
}

/// Has the session layer around it like the lab, and leaves the session untouched.
pub(crate) async fn about(
    State(site): State<Arc<Site>>,
    InLanguage(t): InLanguage,
) -> impl IntoResponse {
    let port = site.port();
    Page(About { t, port })
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    t: &'static Texts,
    title: &'a str,
    sentence: &'a str,
}

pub(crate) fn error(t: &'static Texts, status: StatusCode, sentence: &str) -> Response {
    let title = &t.filled("page.error", &[("status", &status.as_u16())]);
    Page(ErrorPage { t, title, sentence }).into_response()
}

pub(crate) async fn no_such_page() -> Failed {
    Failed::not_found(&LANGUAGES[0]["page.none"])
}

pub(crate) async fn not_for_links() -> Failed {
    Failed::new(
        StatusCode::METHOD_NOT_ALLOWED,
        &LANGUAGES[0]["page.form_address"],
    )
}

/// Lets no script run on these pages, no other site frame them, and no form leave them.
pub(crate) async fn add_policy(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    let nosniff = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

pub(crate) const STYLE: &str = include_str!("style.css");

mod filters {
    //! What the templates call.
    #![allow(unreachable_pub, reason = "as the macro writes it")]

    use std::{
        borrow::Borrow,
        fmt::Display,
        time::{Duration, SystemTime},
    };

    use askama::{Result, Values, filters::Safe};

    /// Shows a time.
    #[askama::filter_fn]
    pub(super) fn time(time: impl Borrow<SystemTime>, _: &dyn Values) -> Result<Safe<String>> {
        let exact = humantime::format_rfc3339_seconds(*time.borrow()).to_string();
        let readable = exact.replace('T', " ").replace('Z', " UTC");
        Ok(Safe(format!(
            r#"<time datetime="{exact}">{readable}</time>"#
        )))
    }

    /// Shows the two largest units of a duration that are not zero, as in `1 h 30 min`, by symbols that both languages use.
    #[askama::filter_fn]
    pub(super) fn duration(duration: impl Borrow<Duration>, _: &dyn Values) -> Result<String> {
        let mut left = duration.borrow().as_secs();
        let units = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
        let units = units.map(|(seconds, symbol)| {
            let count = left / seconds;
            left %= seconds;
            (count, format!("{count} {symbol}"))
        });
        let shown = units.into_iter().filter(|(count, _)| *count > 0);
        let shown: Vec<_> = shown.take(2).map(|(_, text)| text).collect();
        Ok(shown.join(" "))
    }

    /// Sets words between backticks as code.
    #[askama::filter_fn]
    pub(super) fn marked(text: impl Display, _: &dyn Values) -> Result<Safe<String>> {
        let text = text.to_string().replace('&', "&#38;").replace('<', "&#60;");
        let parts = text
            .split('`')
            .enumerate()
            .map(|(number, part)| match number % 2 {
                0 => part.to_owned(),
                _ => format!("<code>{part}</code>"),
            });
        Ok(Safe(parts.collect()))
    }
}
