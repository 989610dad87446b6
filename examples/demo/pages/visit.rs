//! The extractor of every page with a session.

use std::sync::Arc;

use axum::{
    Extension,
    extract::FromRequestParts,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_TYPE, SET_COOKIE},
        request::Parts,
    },
    response::{IntoResponse, Redirect, Response},
};
use hardtack::{Session, SessionError};

use super::{
    purse::{self, Purse},
    token::{self, Token},
};
use crate::{
    errors::Failed,
    site::Site,
    texts::{Language, Texts},
};

/// The session of the second cookie, which holds the language, the colours and what the lab says of the last form. It
/// stays when the first one is refused.
#[derive(Clone)]
pub(crate) struct Display(pub(crate) Session);

impl Display {
    /// Returns the colours that the visitor chose, by default those of the system.
    pub(super) fn theme(&self) -> &'static str {
        let chosen: Option<String> = self.0.get(THEME).ok().flatten();
        let known = THEMES
            .into_iter()
            .find(|theme| Some(*theme) == chosen.as_deref());
        known.unwrap_or(SYSTEM)
    }

    fn language(&self) -> Option<Language> {
        let code: Option<String> = self.0.get(LANGUAGE).ok().flatten();
        Language::of_code(&code?)
    }

    pub(super) fn choose_language(&self, code: &str) -> Result<(), SessionError> {
        let language = Language::of_code(code).unwrap_or_default();
        self.0.insert(LANGUAGE, language.code())
    }

    pub(super) fn choose_theme(&self, theme: &str) -> Result<(), SessionError> {
        match THEMES.contains(&theme) && theme != SYSTEM {
            true => self.0.insert(THEME, theme),
            // With default settings this cookie is not needed.
            false => self.0.remove(THEME).map(drop),
        }
    }
}

/// Answers the part of the style that the visitor chose. So every page has it, also one that touches no session.
pub(crate) async fn theme(Extension(display): Extension<Display>) -> impl IntoResponse {
    let style = match display.theme() {
        SYSTEM => String::new(),
        theme => format!(":root {{ color-scheme: {theme}; }}\n"),
    };
    let headers = [
        (CONTENT_TYPE, "text/css"),
        (CACHE_CONTROL, "private, no-cache"),
    ];
    (headers, style)
}

/// One visitor's request for a page.
pub(crate) struct Visit {
    pub(super) site: Arc<Site>,
    pub(super) session: Session,
    pub(super) display: Display,
    pub(super) purse: Option<Purse>,
    pub(super) headers: HeaderMap,
    /// The card whose form is wrong, and what is wrong with it.
    complaint: Option<(&'static str, String)>,
}

impl Visit {
    /// Returns the user who signed in.
    pub(super) fn name(&self) -> Option<String> {
        // A script may have put anything under this key.
        self.session.get(NAME).ok().flatten()
    }

    /// Returns the language that the visitor chose, or else the browser.
    pub(super) fn language(&self) -> Language {
        let accepted = || {
            let field = self.headers.get(ACCEPT_LANGUAGE)?;
            Language::accepted(field.to_str().ok()?)
        };
        let chosen = self.display.language();
        chosen.or_else(accepted).unwrap_or_default()
    }

    pub(super) fn texts(&self) -> &'static Texts {
        self.language().texts()
    }

    /// Makes the hidden token of a form.
    pub(super) fn token(&self) -> String {
        // Without random bytes the session has no token, and the form is refused.
        self.session.csrf_token().unwrap_or_default()
    }

    /// Returns the token of the session, unopened.
    pub(super) fn arrived(&self) -> Option<Token> {
        Token::find(&self.headers, self.site.session.cookie.name().as_str())
    }

    /// Returns the session's cookies as they are put aside.
    pub(super) fn copy_of(&self, token: &Token) -> Vec<(String, String)> {
        let own = self.site.session.cookie.name();
        token::renamed(&token.cookies, own.as_str(), &self.copy_name())
    }

    /// Returns the session's cookies, as they were when a copy was put aside.
    pub(super) fn copied(&self) -> Option<Vec<(String, String)>> {
        let token = Token::find(&self.headers, &self.copy_name())?;
        let (from, to) = (self.copy_name(), self.site.session.cookie.name());
        Some(token::renamed(&token.cookies, &from, to.as_str()))
    }

    fn copy_name(&self) -> String {
        format!("{}-copy", self.site.session.cookie.name())
    }

    /// Returns whether to put a copy aside before the cookie is spoilt. One that is there is worth more than one of a
    /// session without content.
    pub(super) fn needs_a_copy(&self) -> bool {
        !self.session.is_empty() || self.copied().is_none()
    }

    /// Takes what the last form did, for the card of this name.
    pub(super) fn effects(&self, card: &str) -> Vec<String> {
        self.display.0.take_flashes(card).unwrap_or_default()
    }

    pub(super) fn complaint(&self, card: &str) -> Option<&str> {
        let complaint = self.complaint.as_ref();
        let complaint = complaint.filter(|(wrong, _)| *wrong == card);
        complaint.map(|(_, text)| &**text)
    }

    /// Adds what is wrong with the form of a card.
    pub(super) fn complaining(self, card: &'static str, text: String) -> Visit {
        let complaint = Some((card, text));
        Visit { complaint, ..self }
    }

    /// Leads to the place that shows what a form did and says it once. So going back posts nothing twice.
    pub(super) fn done(&self, card: &str, effect: impl AsRef<str>) -> Result<Response, Failed> {
        self.tell(card, effect)?;
        let place = if SEEN_IN_THE_PICTURE.contains(&card) {
            "cookie"
        } else {
            card
        };
        Ok(Redirect::to(&format!("/#{place}")).into_response())
    }

    /// Lets the next page say what the form of a card did.
    pub(super) fn tell(&self, card: &str, effect: impl AsRef<str>) -> Result<(), Failed> {
        match self.display.0.flash_once(card, effect.as_ref()) {
            // The change stays, even if there is no room to tell.
            Ok(()) | Err(SessionError::TooLarge(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives the browser these cookies as they are, with the session's attributes. The session itself is not saved.
    pub(super) fn set_raw(
        &self,
        cookies: &[(String, String)],
        then: impl IntoResponse,
    ) -> Result<Response, Failed> {
        self.session.discard()?;
        let attributes = &self.site.session.attributes;
        let mut response = then.into_response();
        for (name, value) in cookies {
            let field = format!("{name}={value}{attributes}");
            // What came in a header goes into one.
            if let Ok(field) = HeaderValue::from_str(&field) {
                response.headers_mut().append(SET_COOKIE, field);
            }
        }
        Ok(response)
    }

    /// Returns the address of the other site.
    pub(super) fn other_site(&self) -> String {
        purse::address(&self.headers, self.site.port(), self.language())
    }

    /// Returns the value of a cookie that is no session.
    pub(super) fn raw(&self, name: &str) -> Option<String> {
        token::value_of(&self.headers, name)
    }
}

impl FromRequestParts<Arc<Site>> for Visit {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Failed> {
        let failed = |reason| Failed::new(StatusCode::INTERNAL_SERVER_ERROR, reason);
        let session = Session::from_extensions(&parts.extensions);
        let display: Option<&Display> = parts.extensions.get();
        Ok(Visit {
            site: Arc::clone(site),
            session: session.map_err(|error| failed(error.to_string()))?,
            display: display
                .cloned()
                .ok_or_else(|| failed(NO_DISPLAY.to_owned()))?,
            purse: parts.extensions.get().cloned(),
            headers: parts.headers.clone(),
            complaint: None,
        })
    }
}

/// The cards whose forms change the picture of the cookie.
pub(super) const SEEN_IN_THE_PICTURE: [&str; 6] =
    ["sign-in", "count", "fill", "flip", "keys", "clock"];
pub(super) const THEMES: [&str; 3] = [SYSTEM, "light", "dark"];
const SYSTEM: &str = "system";

/// The session's keys.
pub(super) const NAME: &str = "name";
pub(super) const VISITS: &str = "visits";
/// Begins the keys of data that was added to fill the session.
pub(super) const BOX: &str = "box-";
/// The display cookie's keys.
const LANGUAGE: &str = "language";
const THEME: &str = "theme";
const NO_DISPLAY: &str = "no layer for the display cookie is there";
