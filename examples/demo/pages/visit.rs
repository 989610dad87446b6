//! The extractor of every page with a session.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT_LANGUAGE, SET_COOKIE},
        request::Parts,
    },
    response::{IntoResponse, Redirect, Response},
};
use hardtack::{Session, SessionError};

use super::{
    PageError,
    purse::Purse,
    token::{self, Token},
};
use crate::{
    site::Site,
    texts::{Language, Texts, Theme},
};

/// The session of the second cookie, which holds the display settings and what the lab says of the last form.
#[derive(Clone)]
pub(super) struct Display(pub(super) Session);

/// One visitor's request for a page.
pub(super) struct Visit {
    pub(super) site: Arc<Site>,
    pub(super) session: Session,
    pub(super) display: Session,
    pub(super) purse: Option<Session>,
    pub(super) headers: HeaderMap,
    complaint: Option<Complaint>,
}

/// What is wrong with a form.
pub(super) struct Complaint {
    pub(super) card: &'static str,
    pub(super) text: String,
}

impl Visit {
    /// The user who signed in.
    pub(super) fn name(&self) -> Option<String> {
        // A script may have put anything under this key.
        self.session.get(NAME).ok().flatten()
    }

    /// The language that the visitor chose, or else the browser.
    pub(super) fn language(&self) -> Language {
        let accepted = || {
            let field = self.headers.get(ACCEPT_LANGUAGE)?;
            Language::accepted(field.to_str().ok()?)
        };
        self.chosen_language().or_else(accepted).unwrap_or_default()
    }

    pub(super) fn chosen_language(&self) -> Option<Language> {
        let code: Option<String> = self.session.get(LANGUAGE).ok().flatten();
        Language::of_code(&code?)
    }

    pub(super) fn texts(&self) -> &'static Texts {
        self.language().texts()
    }

    pub(super) fn theme(&self) -> Theme {
        let code: Option<String> = self.display.get(THEME).ok().flatten();
        Theme::of_code(code.as_deref().unwrap_or_default())
    }

    /// The hidden token of a form.
    pub(super) fn token(&self) -> String {
        // Without random bytes the session has no token, and the form is refused.
        self.session.csrf_token().unwrap_or_default()
    }

    /// The token of the session, unopened.
    pub(super) fn arrived(&self) -> Option<Token> {
        Token::find(&self.headers, self.site.session.cookie.name().as_str())
    }

    /// The session's cookies, as they were when a copy was put aside.
    pub(super) fn copied_cookies(&self) -> Option<Vec<(String, String)>> {
        let token = Token::find(&self.headers, &self.copy_name())?;
        let (from, to) = (self.copy_name(), self.site.session.cookie.name());
        Some(token::renamed(&token.cookies, &from, to.as_str()))
    }

    /// The name of the cookie that keeps a copy of the session's.
    pub(super) fn copy_name(&self) -> String {
        format!("{}-copy", self.site.session.cookie.name())
    }

    /// What the last form did, for the card of this name.
    pub(super) fn effects(&self, card: &str) -> Vec<String> {
        self.display.take_flashes(card).unwrap_or_default()
    }

    pub(super) fn complaint(&self, card: &str) -> Option<&str> {
        let complaint = self.complaint.as_ref();
        let complaint = complaint.filter(|complaint| complaint.card == card);
        complaint.map(|complaint| &*complaint.text)
    }

    pub(super) fn complains(&self, card: &str) -> bool {
        self.complaint(card).is_some()
    }

    /// The same visit, with something wrong in a form.
    pub(super) fn complaining(self, complaint: Complaint) -> Visit {
        Visit {
            complaint: Some(complaint),
            ..self
        }
    }

    /// Leads back to a card of the lab, which says once what the form did. So going back posts nothing twice.
    pub(super) fn done(&self, card: &str, effect: impl AsRef<str>) -> Result<Redirect, PageError> {
        self.tell(card, effect)?;
        Ok(Redirect::to(&format!("/#{card}")))
    }

    /// Lets a card of the next page say what the form did.
    pub(super) fn tell(&self, card: &str, effect: impl AsRef<str>) -> Result<(), PageError> {
        match self.display.flash_once(card, effect.as_ref()) {
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
    ) -> Result<Response, PageError> {
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

    /// The value of a cookie that is no session.
    pub(super) fn raw(&self, name: &str) -> Option<String> {
        token::value_of(&self.headers, name)
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
        let purse = parts.extensions.get().cloned().map(|Purse(purse)| purse);
        Ok(Visit {
            site: Arc::clone(site),
            session,
            display,
            purse,
            headers: parts.headers.clone(),
            complaint: None,
        })
    }
}

/// The session's keys.
pub(super) const NAME: &str = "name";
pub(super) const VISITS: &str = "visits";
pub(super) const LANGUAGE: &str = "language";
/// Begins the keys of data that was added to fill the session.
pub(super) const BOX: &str = "box-";
/// The display cookie's key.
pub(super) const THEME: &str = "theme";
