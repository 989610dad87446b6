//! What somebody may try with a cookie.

use axum::{
    extract::RawQuery,
    response::{IntoResponse, Redirect, Response},
};
use hardtack::{
    SessionCookie,
    session::{Outcome, Reason},
};
use serde::Deserialize;

use super::{Done, Input, Nothing, fields};
use crate::{
    pages::{
        PageError,
        lab::{bands, picture},
        large, purse,
        token::{Token, renamed},
        visit::Visit,
    },
    texts::filled,
};

/// A number from the keyboard, or a place in the picture.
#[derive(Deserialize)]
pub(super) struct Place {
    byte: Option<String>,
    #[serde(rename = "at.x")]
    x: Option<String>,
    #[serde(rename = "at.y")]
    y: Option<String>,
}

impl Place {
    /// The byte at this place in a token of so many.
    fn byte_of(&self, bytes: usize) -> Option<usize> {
        let number = |text: &Option<String>| text.as_deref()?.parse::<usize>().ok();
        let at = match &self.byte {
            Some(_) => number(&self.byte)?,
            None => picture::byte_at(number(&self.x)?, number(&self.y)?, bytes),
        };
        (at < bytes).then_some(at)
    }
}

/// Two full sessions in one response are too long for a default nginx. So a response of its own puts the copy aside, and
/// the browser sends the form again.
pub(super) async fn flip(
    visit: Visit,
    RawQuery(query): RawQuery,
    input: Input<Place>,
) -> Result<Response, PageError> {
    let place = fields(&visit, input)?;
    let texts = visit.texts();
    let token = visit.arrived();
    let bytes = token.as_ref().and_then(Token::bytes).unwrap_or_default();
    let (Some(token), Some(at)) = (token, place.byte_of(bytes.len())) else {
        return Ok(visit.done("flip", texts.flip_nothing)?.into_response());
    };
    let copied = visit.copied_cookies();
    // A session without content is not worth the copy that is there.
    let has_copy = copied.as_ref() == Some(&token.cookies);
    let keeps_copy = has_copy || (visit.session.is_empty() && copied.is_some());
    if !keeps_copy && query.as_deref() != Some(COPIED) {
        let again = Redirect::temporary(&format!("/flip?{COPIED}"));
        return visit.set_raw(&copy_of(&visit, &token), again);
    }
    let mut changed = bytes;
    changed[at] ^= 1;
    let cookies = token.with_bytes(&changed);
    let reason = reason(&visit, &visit.site.probe, &cookies);
    let part = bands::name_at(at, changed.len(), visit.site.session.cookie.mode(), texts);
    let byte = at.to_string();
    let values = [("byte", &*byte), ("part", part), ("reason", reason)];
    visit.tell("flip", filled(texts.flipped, &values))?;
    visit.set_raw(&cookies, Redirect::to(&format!("/?byte={at}#cookie")))
}

/// The query of a form that was sent again.
const COPIED: &str = "copied";

/// The reason for which this cookie refuses what these hold, or nothing.
fn reason(visit: &Visit, cookie: &SessionCookie, held: &[(String, String)]) -> &'static str {
    let session = cookie.load([Token::as_field(held)], visit.site.clock.for_sessions());
    match session.outcome() {
        Outcome::Rejected { reason, .. } => Reason::name(reason),
        _ => "",
    }
}

pub(super) async fn rename(visit: Visit, input: Input<Nothing>) -> Done {
    let Nothing {} = fields(&visit, input)?;
    let (own, other) = (visit.site.session.cookie.name(), &visit.site.renamed);
    let cookies = visit.arrived().map_or_else(Vec::new, |token| token.cookies);
    let cookies = renamed(&cookies, own.as_str(), other.name().as_str());
    let reason = reason(&visit, other, &cookies);
    let values = [("name", other.name().as_str()), ("reason", reason)];
    visit.done("rename", filled(visit.texts().renamed, &values))
}

pub(super) async fn copy(visit: Visit, input: Input<Nothing>) -> Result<Response, PageError> {
    let Nothing {} = fields(&visit, input)?;
    let done = visit.done("copy", visit.texts().copied)?;
    let token = visit.arrived();
    let cookies = token.map_or_else(Vec::new, |token| copy_of(&visit, &token));
    visit.set_raw(&cookies, done)
}

/// The cookies of this token, put aside.
fn copy_of(visit: &Visit, token: &Token) -> Vec<(String, String)> {
    let own = visit.site.session.cookie.name();
    renamed(&token.cookies, own.as_str(), &visit.copy_name())
}

pub(super) async fn replay(visit: Visit, input: Input<Nothing>) -> Result<Response, PageError> {
    let Nothing {} = fields(&visit, input)?;
    let done = visit.done("copy", visit.texts().replayed)?;
    let cookies = visit.copied_cookies().unwrap_or_default();
    visit.set_raw(&cookies, done)
}

pub(super) async fn revoke(visit: Visit, input: Input<Nothing>) -> Done {
    let Nothing {} = fields(&visit, input)?;
    let texts = visit.texts();
    let cookies = visit.copied_cookies().unwrap_or_default();
    let field = Token::as_field(&cookies);
    let copied = visit
        .site
        .probe
        .load([field], visit.site.clock.for_sessions());
    let Some(id) = copied.id() else {
        return visit.done("copy", texts.copy_nothing);
    };
    visit.site.hooks.deny_also(id);
    let id = id.to_string();
    visit.done("copy", filled(texts.revoked, &[("id", &id)]))
}

pub(super) async fn fill_purse(visit: Visit, input: Input<Nothing>) -> Done {
    let Nothing {} = fields(&visit, input)?;
    if let Some(coins) = &visit.purse {
        purse::fill(coins)?;
    }
    visit.done("csrf", visit.texts().csrf_filled)
}

pub(super) async fn large(visit: Visit, input: Input<Nothing>) -> Result<Response, PageError> {
    let Nothing {} = fields(&visit, input)?;
    visit.set_raw(&large::cookies(), Redirect::to("/?large=yes#large"))
}
