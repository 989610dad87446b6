//! The extractor of every page with a session.

use std::{sync::Arc, time::SystemTime};

use axum::{
    Extension,
    extract::{FromRequestParts, Request},
    http::{
        HeaderMap, HeaderValue,
        header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_TYPE, SET_COOKIE},
        request::Parts,
    },
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use hardtack::{Session, SessionError};

use super::{InLanguage, token::Token};
use crate::{
    errors::Failed,
    site::Site,
    texts::{Blank, Texts},
};

/// The session of the second cookie, which holds the language, the colours and what the lab says of the last form. It
/// stays when the first one is refused.
#[derive(Clone)]
pub(crate) struct Display(pub(crate) Session);

impl Display {
    /// Returns the visitor's choice under this key.
    fn chosen(&self, key: &str) -> Option<String> {
        self.0.get(key).ok().flatten()
    }

    /// Returns the texts in the language that the visitor chose, or else the browser, or else in English.
    fn texts(&self, request: &HeaderMap) -> &'static Texts {
        let chosen = self.chosen("language");
        let chosen = chosen.and_then(|code| Texts::of_code(&code));
        let accepted = || {
            let field = request.get(ACCEPT_LANGUAGE)?;
            Texts::accepted(field.to_str().ok()?)
        };
        chosen.or_else(accepted).unwrap_or_default()
    }

    /// Returns the colours that the visitor chose, by default those of the system.
    pub(super) fn theme(&self) -> &'static str {
        let chosen = self.chosen("theme").unwrap_or_default();
        let known = THEMES.into_iter().find(|theme| *theme == chosen);
        known.unwrap_or(SYSTEM)
    }

    pub(super) fn choose_language(&self, code: &str) -> Result<(), SessionError> {
        let texts = Texts::of_code(code).unwrap_or_default();
        self.0.insert("language", &texts["page.code"])
    }

    pub(super) fn choose_theme(&self, theme: &str) -> Result<(), SessionError> {
        if THEMES.contains(&theme) && theme != SYSTEM {
            self.0.insert("theme", theme)
        } else {
            // With default settings this cookie is not needed.
            self.0.remove("theme").map(drop)
        }
    }
}

/// Answers with the part of the style that the visitor chose, so that pages that touch no session have it, too.
pub(crate) async fn theme(Extension(display): Extension<Display>) -> impl IntoResponse {
    let style = match display.theme() {
        SYSTEM => String::new(),
        theme => format!(":root {{ color-scheme: {theme}; }}\n"),
    };
    let kind = (CONTENT_TYPE, "text/css");
    ([kind, (CACHE_CONTROL, "private, no-cache")], style)
}

/// Leaves the visitor's language in a failed response, for the page that tells of it.
pub(crate) async fn tell_language(request: Request, next: Next) -> Response {
    let display = request.extensions().get::<Display>().cloned();
    let headers = request.headers().clone();
    let mut response = next.run(request).await;
    let has_failed = response.status().is_client_error() || response.status().is_server_error();
    if let Some(display) = display.filter(|_| has_failed) {
        let language = InLanguage(display.texts(&headers));
        response.extensions_mut().insert(language);
    }
    response
}

/// One visitor's request for a page.
pub(crate) struct Visit {
    pub(super) site: Arc<Site>,
    pub(super) session: Session,
    pub(super) display: Display,
    pub(super) headers: HeaderMap,
}

impl Visit {
    /// Returns the user who signed in.
    pub(super) fn name(&self) -> Option<String> {
        // A script may have put anything under this key.
        self.session.get(NAME).ok().flatten()
    }

    pub(super) fn visits(&self) -> u64 {
        let visits = self.session.get(VISITS).ok().flatten();
        visits.unwrap_or(0)
    }

    pub(super) fn texts(&self) -> &'static Texts {
        self.display.texts(&self.headers)
    }

    /// Makes the hidden token of a form.
    pub(super) fn token(&self) -> String {
        // If the session can have no token, for example for lack of random bytes, the form is refused.
        self.session.csrf_token().unwrap_or_default()
    }

    /// Returns the token of the session, unopened.
    pub(super) fn arrived(&self) -> Option<Token> {
        Token::find(&self.headers, self.site.session.name())
    }

    /// Returns a token as it is put aside.
    pub(super) fn copy_of(&self, token: &Token, place: &str) -> Token {
        let name = self.site.session.name().as_str();
        token.renamed(name, &format!("{name}-{place}"))
    }

    /// Returns the token that was put aside, as it was before.
    pub(super) fn aside(&self, place: &str) -> Option<Token> {
        let name = self.site.session.name().as_str();
        let copy = format!("{name}-{place}");
        let token = Token::find(&self.headers, &copy.parse().ok()?)?;
        Some(token.renamed(&copy, name))
    }

    /// Opens a token as the server would at this time.
    pub(super) fn open(&self, token: &Token, now: SystemTime) -> Session {
        self.site.probe.load([token.as_field()], now)
    }

    /// Returns the cookie that is to be put aside before it is spoilt, as it is put there. One that is there is worth more
    /// than one of a session without content.
    pub(super) fn to_keep(&self) -> Option<Token> {
        let token = self.arrived()?;
        let is_worth_it = !self.session.is_empty() || self.aside(KEPT).is_none();
        is_worth_it.then(|| self.copy_of(&token, KEPT))
    }

    /// Takes what the last form of a card did.
    pub(super) fn effects(&self, card: &str) -> Vec<String> {
        self.display.0.take_flashes(card).unwrap_or_default()
    }

    /// Returns what the last form did, for the title, which a screen reader says first.
    pub(super) fn last_effects(&self) -> Vec<String> {
        let effects = CARDS.iter().map(|card| self.display.0.flashes(card));
        effects.flatten().collect()
    }

    /// Returns whether the last form of a card was wrong.
    pub(super) fn is_wrong(&self, card: &str) -> bool {
        !self.display.0.flashes(&wrong(card)).is_empty()
    }

    /// Takes what was wrong with the last form of a card.
    pub(super) fn complaints(&self, card: &str) -> Vec<String> {
        self.effects(&wrong(card))
    }

    /// Redirects to the place that shows what a form did, and says it once. Because of the redirect, going back posts
    /// nothing twice. The key of the text begins with the name of the card.
    pub(super) fn done(&self, key: &str, values: &[Blank]) -> Result<Response, Failed> {
        let (card, _) = key.split_once('.').unwrap_or_default();
        self.tell(card, &self.texts().filled(key, values))?;
        let is_picture = SEEN_IN_THE_PICTURE.contains(&card);
        let place = if is_picture { "cookie" } else { card };
        Ok(Redirect::to(&format!("/#{place}")).into_response())
    }

    /// Leads back to the form of a card, which says what is wrong with it and has the focus.
    pub(super) fn complain(&self, card: &str, text: &str) -> Result<Response, Failed> {
        self.tell(&wrong(card), text)?;
        Ok(Redirect::to("/").into_response())
    }

    /// Leads back as `complain` does, to a field that still has what was typed.
    pub(super) fn complain_of(
        &self,
        card: &str,
        text: &str,
        typed: &str,
    ) -> Result<Response, Failed> {
        self.tell(&typed_in(card), typed)?;
        self.complain(card, text)
    }

    /// Takes what was typed into a field that was wrong.
    pub(super) fn typed(&self, card: &str) -> Option<String> {
        self.effects(&typed_in(card)).pop()
    }

    fn tell(&self, queue: &str, text: &str) -> Result<(), Failed> {
        match self.display.0.flash_once(queue, text) {
            // The change stays, even if there is no room to tell.
            Ok(()) | Err(SessionError::TooLarge(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives the browser these cookies as they are, with the session's attributes. The session itself is not saved.
    pub(super) fn set_raw(&self, token: &Token, mut then: Response) -> Result<Response, Failed> {
        self.session.discard()?;
        let attributes = self.attributes()?;
        for (name, value) in &token.0 {
            let field = format!("{name}={value}{attributes}");
            // What came in a header goes into one.
            if let Ok(field) = HeaderValue::from_str(&field) {
                then.headers_mut().append(SET_COOKIE, field);
            }
        }
        Ok(then)
    }

    /// Returns what follows `name=value` in the session's cookies, taken from a session that is never sent.
    fn attributes(&self) -> Result<String, Failed> {
        let probe = &self.site.probe;
        let session = probe.load(None::<&str>, self.site.clock.now());
        session.ensure_id()?;
        let saved = probe.save(&session).map_err(Failed::internal)?;
        // Earlier fields expire cookies with former attributes.
        let field = saved.iter().last();
        let attributes = field.and_then(|field| Some(field[field.find(';')?..].to_owned()));
        Ok(attributes.unwrap_or_default())
    }
}

impl FromRequestParts<Arc<Site>> for Visit {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Failed> {
        let session = Session::from_extensions(&parts.extensions).await;
        let display = parts.extensions.get().cloned();
        Ok(Visit {
            site: Arc::clone(site),
            session: session.map_err(Failed::internal)?,
            display: display.ok_or_else(|| Failed::internal("no layer for the display cookie"))?,
            headers: parts.headers.clone(),
        })
    }
}

/// The queue of what is wrong with the form of a card.
fn wrong(card: &str) -> String {
    format!("wrong-{card}")
}

/// The queue of what was typed into the form of a card.
fn typed_in(card: &str) -> String {
    format!("typed-{card}")
}

const CARDS: [&str; 14] = [
    "clock", "copy", "count", "fill", "flash", "flip", "forge", "keys", "large", "remember",
    "rename", "sign-in", "split", "theme",
];
/// The cards whose forms change the picture of the cookie.
pub(super) const SEEN_IN_THE_PICTURE: [&str; 6] =
    ["sign-in", "count", "fill", "flip", "keys", "clock"];
pub(super) const THEMES: [&str; 3] = [SYSTEM, "light", "dark"];
const SYSTEM: &str = "system";

/// Where a visitor puts a copy aside, and where the lab keeps the good cookie.
pub(super) const COPY: &str = "copy";
pub(super) const KEPT: &str = "kept";

/// The session's keys.
pub(super) const NAME: &str = "name";
pub(super) const VISITS: &str = "visits";
/// Begins the keys of data that was added to fill the session.
pub(super) const BOX: &str = "box-";
