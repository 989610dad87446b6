//! HTML as text, with foreign values escaped.

use std::fmt;

use axum::response::{self, IntoResponse, Response};

/// A piece of HTML.
pub(crate) struct Html(String);

impl Html {
    /// HTML that this program wrote, around values that are [`Html`] themselves or numbers.
    pub(crate) fn new(html: impl Into<String>) -> Html {
        Html(html.into())
    }

    /// Text from anywhere, for an element's content or an attribute's value in double quotes.
    pub(crate) fn text(text: &str) -> Html {
        let mut html = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                '\'' => html.push_str("&#39;"),
                _ => html.push(character),
            }
        }
        Html(html)
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<I: IntoIterator<Item = Html>>(pieces: I) -> Self {
        Html(pieces.into_iter().map(|piece| piece.0).collect())
    }
}

impl IntoResponse for Html {
    fn into_response(self) -> Response {
        response::Html(self.0).into_response()
    }
}
