//! The extractor of every page with a session.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, header::COOKIE, request::Parts},
};
use hardtack::{Session, SessionError};

use super::{
    PageError,
    layout::{Frame, Here},
};
use crate::{
    html::Html,
    site::{Cookie, Site},
    texts::{Language, Texts, Theme},
};

/// The session of the second cookie, which holds the display settings.
#[derive(Clone)]
pub(super) struct Display(pub(super) Session);

/// One visitor's request for a page.
pub(super) struct Visit {
    pub(super) site: Arc<Site>,
    pub(super) session: Session,
    pub(super) display: Session,
    headers: HeaderMap,
}

/// A token as it arrived.
pub(super) struct Token {
    pub(super) text: String,
    /// Bytes of `name=value` of each cookie that it came in.
    pub(super) pairs: Vec<usize>,
}

impl Visit {
    /// The user who signed in.
    pub(super) fn name(&self) -> Option<String> {
        // A script may have put anything under this key.
        self.session.get(NAME).ok().flatten()
    }

    pub(super) fn language(&self) -> Language {
        let code: Option<String> = self.session.get(LANGUAGE).ok().flatten();
        Language::of_code(code.as_deref().unwrap_or_default())
    }

    pub(super) fn texts(&self) -> &'static Texts {
        self.language().texts()
    }

    pub(super) fn theme(&self) -> Theme {
        let code: Option<String> = self.display.get(THEME).ok().flatten();
        Theme::of_code(code.as_deref().unwrap_or_default())
    }

    /// The frame of the page, with the messages left for it, which are removed.
    pub(super) fn frame<'a>(&self, here: Here, title: &'a str) -> Result<Frame<'a>, PageError> {
        let messages = self.session.take_flashes("")?;
        let messages = messages.iter().map(|message| {
            let message = Html::text(message);
            Html::new(format!(
                "<p class=\"flash\" role=\"status\">{message}</p>\n"
            ))
        });
        Ok(Frame {
            language: self.language(),
            theme: self.theme(),
            here,
            title,
            messages: messages.collect(),
            token_field: self.token_field()?,
        })
    }

    /// The hidden token of a form.
    pub(super) fn token_field(&self) -> Result<Html, PageError> {
        let token = self.session.csrf_token()?;
        let token = Html::text(&token);
        Ok(Html::new(format!(
            r#"<input type="hidden" name="csrf_token" value="{token}">"#
        )))
    }

    /// Leaves a message for the page that is shown next.
    pub(super) fn tell_next_page(
        &self,
        message: impl Fn(&Texts) -> &'static str,
    ) -> Result<(), PageError> {
        match self.session.flash_once("", message(self.texts())) {
            // The change stays, even if the session has no room for the message.
            Ok(()) | Err(SessionError::TooLarge(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns whether the browser sent a session cookie, valid or not.
    pub(super) fn has_brought_cookie(&self) -> bool {
        self.token_in(&self.site.session).is_some()
    }

    /// The token of this cookie and its parts, unopened.
    pub(super) fn token_in(&self, cookie: &Cookie) -> Option<Token> {
        let name = cookie.cookie.name().as_str();
        let first = self.value_of(name)?;
        let (cookies, first_part) = match first.split_once('.') {
            Some((count, part)) => (count.parse().unwrap_or(1), part),
            None => (1, &*first),
        };
        let mut token = Token {
            text: first_part.to_owned(),
            pairs: vec![name.len() + "=".len() + first.len()],
        };
        for number in 1..cookies.min(MOST_PARTS) {
            let name = format!("{name}.{number}");
            let Some(part) = self.value_of(&name) else {
                break;
            };
            token.pairs.push(name.len() + "=".len() + part.len());
            token.text.push_str(&part);
        }
        Some(token)
    }

    /// The value of a cookie.
    fn value_of(&self, name: &str) -> Option<String> {
        let fields = self.headers.get_all(COOKIE).iter();
        let pairs = fields.flat_map(|field| field.as_bytes().split(|byte| *byte == b';'));
        let mut values = pairs.filter_map(|pair| {
            let value = pair.trim_ascii().strip_prefix(name.as_bytes())?;
            value.strip_prefix(b"=")
        });
        let value = values.next()?;
        Some(String::from_utf8_lossy(value).into_owned())
    }
}

impl FromRequestParts<Arc<Site>> for Visit {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, PageError> {
        let failed = |sentence| PageError::new(StatusCode::INTERNAL_SERVER_ERROR, sentence);
        let session = Session::from_extensions(&parts.extensions);
        let session = session.map_err(|error| failed(error.to_string()))?;
        let display = parts.extensions.get().cloned();
        let Display(display) =
            display.ok_or_else(|| failed("no layer for the display cookie is there".to_owned()))?;
        Ok(Visit {
            site: Arc::clone(site),
            session,
            display,
            headers: parts.headers.clone(),
        })
    }
}

/// The most parts of a session.
const MOST_PARTS: usize = 8;
/// The session's keys.
pub(super) const NAME: &str = "name";
pub(super) const VISITS: &str = "visits";
pub(super) const LANGUAGE: &str = "language";
/// The display cookie's key.
pub(super) const THEME: &str = "theme";
