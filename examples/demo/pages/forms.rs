//! The forms of the lab. Each leads to a page that says once what the form did.

use std::{sync::Arc, time::Duration};

use axum::{
    Form,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use hardtack::{
    SessionCookie, SessionError,
    csrf::{CsrfField, CsrfRefusal, Guarded, GuardedRejection},
    session::{Outcome, Reason},
};
use serde::Deserialize;

use super::{
    lab::{self, bands, picture},
    large,
    token::{Token, as_field, renamed},
    visit::{BOX, NAME, VISITS, Visit},
};
use crate::{Refused, errors::Failed, site::Site, texts::filled};

/// A form with a token of this session.
pub(crate) struct Posted {
    visit: Visit,
    fields: Fields,
}

/// The fields of all forms. One that a form has not is empty.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Fields {
    csrf_token: String,
    name: String,
    /// Absent if the box is not ticked.
    remember: Option<String>,
    bytes: String,
    message: String,
    language: String,
    theme: String,
    seconds: String,
    card: String,
    /// A byte of the token, by its number or by its place in the picture.
    byte: Option<String>,
    #[serde(rename = "at.x")]
    x: String,
    #[serde(rename = "at.y")]
    y: String,
}

impl CsrfField for Fields {
    fn csrf_token(&self) -> &str {
        &self.csrf_token
    }
}

impl FromRequest<Arc<Site>> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Posted, Response> {
        let (mut head, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut head, site).await;
        let visit = visit.map_err(IntoResponse::into_response)?;
        let form = Guarded::from_request(Request::from_parts(head, body), site).await;
        match form {
            Ok(Guarded(Form(fields))) => Ok(Posted { visit, fields }),
            // The token cannot be right. This tells a visitor whose browser keeps no cookies why.
            Err(GuardedRejection::Refused(CsrfRefusal::WrongToken))
                if visit.arrived().is_none() =>
            {
                Err(Failed::new(StatusCode::FORBIDDEN, NO_COOKIE).into_response())
            }
            Err(rejection) => Err(rejection.into_response()),
        }
    }
}

/// The answer to a form.
type Done = Result<Response, Failed>;

/// Shows the page, with what is wrong with the form of a card.
fn complain(visit: Visit, card: &'static str, text: impl Into<String>) -> Done {
    let page = lab::page(visit.complaining(card, text.into()))?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Answers a change that may be too large for the session, which is told in the form of its card.
fn changed(
    visit: Visit,
    card: &'static str,
    effect: &str,
    change: Result<(), SessionError>,
) -> Done {
    match change {
        Ok(()) => visit.done(card, effect),
        Err(SessionError::TooLarge(error)) => {
            let (needed, allowed) = (error.needed.to_string(), error.allowed.to_string());
            let sizes = [("needed", &*needed), ("allowed", &*allowed)];
            let text = filled(&visit.texts()["fill.complaint"], &sizes);
            complain(visit, card, text)
        }
        Err(error) => Err(error.into()),
    }
}

// What a visitor does with a session.

pub(crate) async fn sign_in(Posted { visit, fields }: Posted) -> Done {
    let (name, t) = (fields.name.trim(), visit.texts());
    if name.is_empty() || name.chars().count() > lab::LONGEST_NAME {
        return complain(visit, "sign-in", &t["sign_in.complaint"]);
    }
    // A new id, so that a planted session does not become a signed-in one.
    visit.session.renew()?;
    visit.session.insert(NAME, name)?;
    visit.session.insert(VISITS, 0)?;
    if let (Some(span), Some(_)) = (visit.site.remember_up_to, fields.remember) {
        visit.session.remember_for(span)?;
    }
    visit.done("sign-in", &t["sign_in.done"])
}

pub(crate) async fn sign_out(Posted { visit, .. }: Posted) -> Done {
    visit.session.invalidate()?;
    // A new session, which the next page needs for its forms.
    visit.session.ensure_id()?;
    visit.done("sign-in", &visit.texts()["sign_in.signed_out"])
}

pub(crate) async fn count(Posted { visit, .. }: Posted) -> Done {
    let visits: Option<u64> = visit.session.get(VISITS).ok().flatten();
    let visits = visits.unwrap_or(0).saturating_add(1);
    visit.session.insert(VISITS, visits)?;
    let number = visits.to_string();
    visit.done(
        "count",
        filled(&visit.texts()["count.done"], &[("number", &number)]),
    )
}

pub(crate) async fn fill(Posted { visit, fields }: Posted) -> Done {
    let t = visit.texts();
    let bytes = fields.bytes.parse().ok();
    let Some(bytes) = bytes.filter(|bytes| (1..=lab::MOST_BYTES).contains(bytes)) else {
        return complain(visit, "fill", &t["fill.number"]);
    };
    let mut free = (1..).map(|number| format!("{BOX}{number}"));
    let key = free.find(|key| !visit.session.contains_key(key));
    let change = visit
        .session
        .insert(&key.unwrap_or_default(), "x".repeat(bytes));
    changed(visit, "fill", &t["fill.done"], change)
}

pub(crate) async fn empty(Posted { visit, .. }: Posted) -> Done {
    for key in visit.session.keys() {
        if key.starts_with(BOX) {
            visit.session.remove(&key)?;
        }
    }
    visit.done("fill", &visit.texts()["fill.emptied"])
}

pub(crate) async fn flash(Posted { visit, fields }: Posted) -> Done {
    let t = visit.texts();
    if fields.message.trim().is_empty() {
        return complain(visit, "flash", &t["flash.complaint"]);
    }
    let change = visit.session.flash("", &fields.message);
    changed(visit, "flash", &t["flash.done"], change)
}

pub(crate) async fn language(Posted { visit, fields }: Posted) -> Done {
    visit.display.choose_language(&fields.language)?;
    Ok(Redirect::to("/").into_response())
}

pub(crate) async fn theme(Posted { visit, fields }: Posted) -> Done {
    visit.display.choose_theme(&fields.theme)?;
    visit.done("theme", &visit.texts()["theme.done"])
}

// What somebody may try with a cookie.

impl Fields {
    /// Finds the byte of the form in a token of this length.
    fn byte_of(&self, len: usize) -> Option<usize> {
        let at = match &self.byte {
            Some(byte) => byte.parse().ok()?,
            None => picture::byte_at(self.x.parse().ok()?, self.y.parse().ok()?, len),
        };
        (at < len).then_some(at)
    }
}

#[derive(Deserialize)]
pub(crate) struct Step {
    /// The copy has been put aside.
    copied: Option<String>,
}

/// Flips a bit. The copy and the changed cookie go out in two responses, because a proxy may take only one full
/// session at a time.
pub(crate) async fn flip(Query(step): Query<Step>, Posted { visit, fields }: Posted) -> Done {
    let t = visit.texts();
    let token = visit.arrived();
    let bytes = token.as_ref().and_then(Token::bytes).unwrap_or_default();
    let (Some(token), Some(at)) = (token, fields.byte_of(bytes.len())) else {
        return visit.done("flip", &t["flip.nothing"]);
    };
    if step.copied.is_none() && visit.needs_a_copy() {
        // The browser sends the form again.
        let again = Redirect::temporary("/flip?copied=yes");
        return visit.set_raw(&visit.copy_of(&token), again);
    }
    let mut changed = bytes;
    changed[at] ^= 1;
    let cookies = token.with_bytes(&changed);
    let reason = reason(&visit, &visit.site.probe, &cookies);
    let part = bands::name_at(at, changed.len(), &visit);
    let byte = at.to_string();
    let values = [("byte", &*byte), ("part", part), ("reason", reason)];
    visit.tell("flip", filled(&t["flip.done"], &values))?;
    visit.set_raw(&cookies, Redirect::to(&format!("/?byte={at}#cookie")))
}

/// Returns the reason for which this cookie refuses a session, or nothing.
fn reason(visit: &Visit, cookie: &SessionCookie, sent: &[(String, String)]) -> &'static str {
    let session = cookie.load([as_field(sent)], visit.site.clock.for_sessions());
    match session.outcome() {
        Outcome::Rejected { reason, .. } => Reason::name(reason),
        _ => "",
    }
}

pub(crate) async fn rename(Posted { visit, .. }: Posted) -> Done {
    let (own, other) = (visit.site.session.cookie.name(), &visit.site.renamed);
    let cookies = visit.arrived().map_or_else(Vec::new, |token| token.cookies);
    let cookies = renamed(&cookies, own.as_str(), other.name().as_str());
    let reason = reason(&visit, other, &cookies);
    let values = [("name", other.name().as_str()), ("reason", reason)];
    visit.done("rename", filled(&visit.texts()["rename.done"], &values))
}

pub(crate) async fn copy(Posted { visit, .. }: Posted) -> Done {
    let done = visit.done("copy", &visit.texts()["copy.done"])?;
    let token = visit.arrived();
    let cookies = token.map_or_else(Vec::new, |token| visit.copy_of(&token));
    visit.set_raw(&cookies, done)
}

/// Puts the copy back, and sets the clock right first if the form says so.
pub(crate) async fn replay(Posted { visit, fields }: Posted) -> Done {
    if !fields.seconds.is_empty() {
        visit.site.clock.set_right();
    }
    let effect = &visit.texts()["copy.replayed"];
    // A button of the cookie leads back there.
    let card = if fields.card == "flip" {
        "flip"
    } else {
        "copy"
    };
    let done = visit.done(card, effect)?;
    visit.set_raw(&visit.copied().unwrap_or_default(), done)
}

pub(crate) async fn revoke(Posted { visit, .. }: Posted) -> Done {
    let t = visit.texts();
    let field = as_field(&visit.copied().unwrap_or_default());
    let copied = visit
        .site
        .probe
        .load([field], visit.site.clock.for_sessions());
    let Some(id) = copied.id() else {
        return visit.done("copy", &t["copy.nothing"]);
    };
    visit.site.hooks.deny_also(id);
    visit.done(
        "copy",
        filled(&t["copy.revoked"], &[("id", &id.to_string())]),
    )
}

pub(crate) async fn fill_purse(Posted { visit, .. }: Posted) -> Done {
    if let Some(purse) = &visit.purse {
        purse.fill()?;
    }
    visit.done("csrf", &visit.texts()["csrf.filled"])
}

pub(crate) async fn large(Posted { visit, .. }: Posted) -> Done {
    visit.set_raw(&large::cookies(), Redirect::to("/?large=yes#large"))
}

// What somebody does who runs the server.

pub(crate) async fn rotate(Posted { visit, .. }: Posted) -> Done {
    let result = visit.site.keys.rotate();
    replaced(visit, "rotate.done", result)
}

pub(crate) async fn retire(Posted { visit, .. }: Posted) -> Done {
    let (sealing, now) = (visit.site.keys_in_use().seals, visit.site.clock.now());
    let result = visit.site.keys.retire_all_but(sealing, now);
    replaced(visit, "rotate.retired", result.map_err(Into::into))
}

fn replaced(visit: Visit, effect: &str, result: Result<(), Refused>) -> Done {
    match result.map_err(|error| error.to_string()) {
        Ok(()) => visit.done("keys", &visit.texts()[effect]),
        Err(error) => complain(visit, "keys", error),
    }
}

/// Moves the clock forward, or sets it right for 0.
pub(crate) async fn move_clock(Posted { visit, fields }: Posted) -> Done {
    let (t, clock) = (visit.texts(), &visit.site.clock);
    let seconds = fields.seconds.parse();
    let seconds = seconds.map_err(|_| Failed::new(StatusCode::UNPROCESSABLE_ENTITY, NO_NUMBER))?;
    if seconds == 0 {
        clock.set_right();
        return visit.done("clock", &t["clock.done_right"]);
    }
    // What the clock ends can be put back later.
    let token = visit.arrived().filter(|_| visit.needs_a_copy());
    let copy = token.map_or_else(Vec::new, |token| visit.copy_of(&token));
    clock.forward(Duration::from_secs(seconds));
    let done = visit.done("clock", &t["clock.done"])?;
    visit.set_raw(&copy, done)
}

/// Switches the setting of a card, on or off.
pub(crate) async fn switch(Posted { visit, fields }: Posted) -> Done {
    let mut choice = visit.site.choice;
    let (card, switched) = match &*fields.card {
        "split" => ("split", &mut choice.is_split),
        _ => ("remember", &mut choice.remembers),
    };
    *switched = !*switched;
    let effect = if *switched { "allowed" } else { "forbidden" };
    visit.site.switch_to(choice);
    visit.done(card, visit.texts().of(card, effect))
}

const NO_NUMBER: &str = "That is no number of seconds.";
const NO_COOKIE: &str = "No session cookie came with this form, so your browser did not keep it. Safari keeps \
                         no Secure cookie of a server on http://localhost: run the demo with `--insecure` \
                         there. In other browsers allow cookies for this page.";
