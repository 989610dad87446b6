//! The forms of the lab. Most lead to a page that says once what the form did.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{FromRequest, FromRequestParts, Query, Request},
    response::{IntoResponse, Redirect, Response},
};
use hardtack::{
    Session, SessionError,
    csrf::GuardedForm,
    session::{Outcome, Reason},
};
use serde::Deserialize;

use super::{
    lab::{bands, picture},
    large,
    token::Token,
    visit::{BOX, COPY, KEPT, NAME, VISITS, Visit},
};
use crate::{Refused, errors::Failed, site::Site, texts::Blank};

/// A form with a token of this session.
pub(crate) struct Posted(Visit, Fields);

/// The fields of all forms. Fields that a form lacks are empty.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Fields {
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

impl FromRequest<Arc<Site>> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Posted, Response> {
        let (mut head, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut head, site).await;
        let visit = visit.map_err(IntoResponse::into_response)?;
        let form = GuardedForm::from_request(Request::from_parts(head, body), site).await;
        let GuardedForm(fields) = form.map_err(IntoResponse::into_response)?;
        Ok(Posted(visit, fields))
    }
}

/// The answer to a form.
type Done = Result<Response, Failed>;

/// Leads to a card that shows by itself what the form did.
fn back_to(card: &str) -> Done {
    Ok(Redirect::to(&format!("/#{card}")).into_response())
}

/// Answers a change that may be too large for the session.
fn changed(visit: &Visit, card: &str, typed: &str, change: Result<(), SessionError>) -> Done {
    match change {
        Ok(()) => visit.done(&format!("{card}.done"), &[]),
        Err(SessionError::TooLarge(error)) => {
            let sizes: [Blank; 2] = [("needed", &error.needed), ("allowed", &error.allowed)];
            let complaint = visit.texts().filled("fill.complaint", &sizes);
            visit.complain_of(card, &complaint, typed)
        }
        Err(error) => Err(error.into()),
    }
}

// What a visitor does with a session.

pub(crate) async fn sign_in(Posted(visit, fields): Posted) -> Done {
    let name = fields.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return visit.complain("sign-in", &visit.texts()["sign-in.complaint"]);
    }
    // A new id and nothing from before, so that a planted session does not become a signed-in one.
    visit.session.sign_in()?;
    visit.session.insert(NAME, name)?;
    visit.session.insert(VISITS, 0)?;
    if let (Some(duration), Some(_)) = (visit.site.remembers_for(), fields.remember) {
        visit.session.remember_for(duration)?;
    }
    visit.done("sign-in.done", &[])
}

pub(crate) async fn sign_out(Posted(visit, _): Posted) -> Done {
    visit.session.invalidate()?;
    // A new session, which the next page needs for its forms.
    visit.session.ensure_id()?;
    visit.done("sign-in.signed_out", &[])
}

pub(crate) async fn count(Posted(visit, _): Posted) -> Done {
    let visits = visit.visits().saturating_add(1);
    visit.session.insert(VISITS, visits)?;
    visit.done("count.done", &[("number", &visits)])
}

pub(crate) async fn fill(Posted(visit, fields): Posted) -> Done {
    let bytes = fields.bytes.parse().ok();
    let Some(bytes) = bytes.filter(|bytes| (1..=MOST_BYTES).contains(bytes)) else {
        let typed: String = fields.bytes.chars().take(LONGEST_NUMBER).collect();
        return visit.complain_of("fill", &visit.texts()["fill.number"], &typed);
    };
    let mut free = (1..).map(|number| format!("{BOX}{number}"));
    let key = free.find(|key| !visit.session.contains_key(key));
    let key = key.unwrap_or_default();
    let change = visit.session.insert(&key, "x".repeat(bytes));
    changed(&visit, "fill", &fields.bytes, change)
}

pub(crate) async fn empty(Posted(visit, _): Posted) -> Done {
    for key in visit.session.keys() {
        if key.starts_with(BOX) {
            visit.session.remove(&key)?;
        }
    }
    visit.done("fill.emptied", &[])
}

pub(crate) async fn flash(Posted(visit, fields): Posted) -> Done {
    if fields.message.trim().is_empty() {
        return visit.complain("flash", &visit.texts()["flash.complaint"]);
    }
    let change = visit.session.flash("", &fields.message);
    changed(&visit, "flash", &fields.message, change)
}

pub(crate) async fn language(Posted(visit, fields): Posted) -> Done {
    visit.display.choose_language(&fields.language)?;
    back_to("")
}

pub(crate) async fn theme(Posted(visit, fields): Posted) -> Done {
    visit.display.choose_theme(&fields.theme)?;
    back_to("theme")
}

// What somebody may try with a cookie.

#[derive(Deserialize)]
pub(crate) struct Step {
    /// The good cookie has been put aside.
    kept: Option<String>,
}

/// Flips a bit. The good and the changed cookie go out in two responses, because a proxy may take only one full
/// session at a time.
pub(crate) async fn flip(Query(step): Query<Step>, Posted(visit, fields): Posted) -> Done {
    let token = visit.arrived().unwrap_or_default();
    let mut bytes = token.bytes().unwrap_or_default();
    let at = match &fields.byte {
        Some(byte) => byte.parse().ok(),
        None => picture::byte_at(&fields.x, &fields.y, bytes.len()),
    };
    let Some(at) = at.filter(|at| *at < bytes.len()) else {
        return visit.done("flip.nothing", &[]);
    };
    if let Some(kept) = visit.to_keep().filter(|_| step.kept.is_none()) {
        // The browser sends the form again.
        let again = Redirect::temporary("/flip?kept=yes").into_response();
        return visit.set_raw(&kept, again);
    }
    bytes[at] ^= 1;
    let changed = token.with_bytes(&bytes);
    let reason = reason(&visit.open(&changed, visit.site.clock.now()));
    let bands = bands::of(&bytes, &visit.site).unwrap_or_default();
    let part = bands::name_at(at, &bands);
    visit.done(
        "flip.done",
        &[("byte", &at), ("part", &part), ("reason", &reason)],
    )?;
    let place = Redirect::to(&format!("/?byte={at}#cookie")).into_response();
    visit.set_raw(&changed, place)
}

/// Returns the reason for which a session was refused, or nothing.
fn reason(session: &Session) -> &'static str {
    match session.outcome() {
        Outcome::Rejected { reason, .. } => Reason::name(reason),
        _ => "",
    }
}

pub(crate) async fn rename(Posted(visit, _): Posted) -> Done {
    let (own, other) = (visit.site.session.name(), &visit.site.renamed);
    let token = visit.arrived().unwrap_or_default();
    let token = token.renamed(own.as_str(), other.name().as_str());
    let reason = reason(&other.load([token.as_field()], visit.site.clock.now()));
    visit.done(
        "rename.done",
        &[("name", other.name()), ("reason", &reason)],
    )
}

pub(crate) async fn copy(Posted(visit, _): Posted) -> Done {
    let token = visit.arrived().unwrap_or_default();
    let done = visit.done("copy.done", &[])?;
    visit.set_raw(&visit.copy_of(&token, COPY), done)
}

/// Puts the good cookie back, and sets the clock right first if the form says so.
pub(crate) async fn undo(Posted(visit, fields): Posted) -> Done {
    let effect = if fields.seconds.is_empty() {
        "flip.undone"
    } else {
        visit.site.clock.set_right();
        "clock.undone"
    };
    let done = visit.done(effect, &[])?;
    visit.set_raw(&visit.aside(KEPT).unwrap_or_default(), done)
}

/// Puts the copy back.
pub(crate) async fn replay(Posted(visit, _): Posted) -> Done {
    let done = visit.done("flip.undone", &[])?;
    visit.set_raw(&visit.aside(COPY).unwrap_or_default(), done)
}

pub(crate) async fn revoke(Posted(visit, _): Posted) -> Done {
    let copy = visit.aside(COPY).unwrap_or_default();
    let Some(id) = visit.open(&copy, visit.site.clock.now()).id() else {
        return back_to("copy");
    };
    visit.site.hooks.seen().denied.insert(id);
    visit.done("copy.revoked", &[("id", &id)])
}

pub(crate) async fn large(Posted(visit, _): Posted) -> Done {
    let place = Redirect::to("/?large=yes#large").into_response();
    visit.set_raw(&Token(large::cookies()), place)
}

// What somebody does who runs the server.

pub(crate) async fn rotate(Posted(visit, _): Posted) -> Done {
    replaced(&visit, "keys.done", visit.site.keys.rotate())
}

pub(crate) async fn retire(Posted(visit, _): Posted) -> Done {
    let (sealing, now) = (visit.site.keys_in_use().seals, visit.site.clock.now());
    let result = visit.site.keys.retire_all_but(sealing, now);
    replaced(&visit, "keys.retired", result.map_err(Into::into))
}

fn replaced(visit: &Visit, effect: &str, result: Result<(), Refused>) -> Done {
    match result.map_err(|error| error.to_string()) {
        Ok(()) => visit.done(effect, &[]),
        Err(error) => visit.complain("keys", &error),
    }
}

/// Moves the clock forward, or sets it right for 0.
pub(crate) async fn move_clock(Posted(visit, fields): Posted) -> Done {
    let clock = &visit.site.clock;
    let seconds = fields.seconds.parse().unwrap_or(0);
    if seconds == 0 {
        clock.set_right();
        return visit.done("clock.done_right", &[]);
    }
    // What the clock ends can be put back later.
    let kept = visit.to_keep().unwrap_or_default();
    clock.forward(Duration::from_secs(seconds));
    let done = visit.done("clock.done", &[])?;
    visit.set_raw(&kept, done)
}

/// Switches the setting of a card on or off. What the flags have switched on stays.
pub(crate) async fn switch(Posted(visit, fields): Posted) -> Done {
    let (flags, mut choice) = (&visit.site.flags, visit.site.choice);
    let (effect, switched) = match &*fields.card {
        "split" => {
            choice.is_split = !choice.is_split && !flags.is_split();
            (["split.forbidden", "split.allowed"], choice.is_split)
        }
        _ => {
            choice.remembers = !choice.remembers && !flags.sets("remember_up_to");
            (["remember.forbidden", "remember.allowed"], choice.remembers)
        }
    };
    let effect = effect[usize::from(switched)];
    replaced(&visit, effect, visit.site.switch_to(choice))
}

/// In characters.
pub(super) const LONGEST_NAME: usize = 60;
/// Of what was typed, in characters.
const LONGEST_NUMBER: usize = 20;
/// More than any session takes.
pub(super) const MOST_BYTES: usize = 20_000;
