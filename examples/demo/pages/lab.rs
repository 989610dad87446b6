//! The lab: the visitor's cookie, what is inside, and things to do with it.

pub(super) mod bands;
mod dump;
mod facts;
mod numbers;
pub(super) mod picture;
mod room;
mod timeline;
mod verdict;

use std::time::SystemTime;

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::{IntoResponse, Redirect, Response},
};
use hardtack::{Session, keys::KeyId};
use serde::Deserialize;
use serde_json::{Map, Value};

use self::{
    bands::Band, dump::Dump, facts::Fact, numbers::Numbers, picture::Picture, room::Room,
    timeline::Span, verdict::Verdict,
};
use super::{
    Page, PageError,
    frame::{Frame, Here},
    large, purse,
    token::Token,
    visit::{BOX, VISITS, Visit},
};
use crate::{
    site::Site,
    texts::{Language, Texts, Theme},
};

/// What the address asks for.
#[derive(Default, Deserialize)]
pub(super) struct Wish {
    /// The visitor was sent here to bring the cookie that was set.
    first: Option<String>,
    /// The byte that was changed.
    byte: Option<usize>,
    measure: Option<String>,
    /// Whether the large cookies were kept.
    large: Option<String>,
}

pub(super) async fn show(
    visit: Visit,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Result<Response, PageError> {
    let Query(wish) = wish.unwrap_or_default();
    if visit.arrived().is_none() && wish.first.is_none() {
        // So that there is a cookie to show.
        visit.session.ensure_id()?;
        return Ok(Redirect::to("/?first=yes").into_response());
    }
    let took_large = wish.large.is_some();
    let page = page_with(&visit, &wish)?;
    if took_large {
        return Ok(large::removed_after(page));
    }
    Ok(page.into_response())
}

/// The page again, with what is wrong with a form.
pub(super) fn page(visit: Visit) -> Result<Response, PageError> {
    Ok(page_with(&visit, &Wish::default())?.into_response())
}

#[derive(Template)]
#[template(path = "lab.html")]
struct Lab<'a> {
    visit: &'a Visit,
    site: &'a Site,
    frame: Frame,
    t: &'static Texts,
    messages: Vec<String>,

    verdict: Verdict,
    cookie: Option<View>,
    /// The last form flipped a bit of it.
    is_changed: bool,
    no_picture: Option<&'static str>,
    room: Room,
    spans: Vec<Span>,
    facts: Vec<Fact>,
    data: String,
    dumps: Vec<Dump>,

    name: Option<String>,
    longest_name: usize,
    visits: u64,
    bytes: usize,
    most_bytes: usize,
    has_boxes: bool,
    last_byte: usize,
    some_byte: usize,
    copy: Option<Verdict>,
    purse: Option<PurseView>,
    large: Option<String>,
    keys: Vec<KeyView>,
    now: String,
    ahead: String,
    numbers: Option<Numbers>,
}

/// The cookie as it arrived.
struct View {
    picture: Picture,
    bands: Vec<Band>,
}

struct PurseView {
    coins: u64,
    effects: Vec<&'static str>,
    elsewhere: String,
}

struct KeyView {
    id: KeyId,
    colour: &'static str,
    seals: bool,
}

fn page_with<'a>(visit: &'a Visit, wish: &Wish) -> Result<Page<Lab<'a>>, PageError> {
    let (site, session, t) = (&*visit.site, &visit.session, visit.texts());
    // First, because a form gives the session an id.
    let verdict = Verdict::of(session.outcome(), t);
    let (facts, spans) = (facts::of(visit), timeline::of(visit));
    let room = Room::of(visit);
    let messages = session.take_flashes("")?;
    let arrived = visit.arrived();
    let bytes = arrived.as_ref().and_then(Token::bytes);
    let cookie = bytes
        .as_ref()
        .and_then(|bytes| view(visit, bytes, wish.byte));
    let no_picture = match (&arrived, &cookie) {
        (None, _) => Some(t.no_cookie),
        (Some(_), None) => Some(t.no_token),
        (Some(_), Some(_)) => None,
    };
    let len = bytes.map_or(0, |bytes| bytes.len());
    session.csrf_token()?;
    Ok(Page(Lab {
        frame: Frame {
            language: visit.language(),
            theme: visit.theme(),
            here: Here::Lab,
            title: t.title,
        },
        t,
        messages,
        verdict,
        is_changed: cookie.is_some() && wish.byte.is_some_and(|at| at < len),
        cookie,
        no_picture,
        room,
        spans,
        facts,
        data: pretty(session),
        dumps: dump::of(visit),
        name: visit.name(),
        longest_name: LONGEST_NAME,
        visits: session.get(VISITS).ok().flatten().unwrap_or(0),
        bytes: SOME_BYTES,
        most_bytes: MOST_BYTES,
        has_boxes: session.keys().iter().any(|key| key.starts_with(BOX)),
        last_byte: len.saturating_sub(1),
        some_byte: len * 2 / 3,
        copy: copy(visit),
        purse: purse_of(visit),
        large: wish.large.as_ref().map(|_| large::kept(visit)),
        keys: keys(site),
        now: moment(site.clock.now()),
        ahead: timeline::short(site.clock.ahead()),
        numbers: wish.measure.is_some().then(|| Numbers::measure(visit)),
        visit,
        site,
    }))
}

fn view(visit: &Visit, bytes: &[u8], changed: Option<usize>) -> Option<View> {
    let bands = bands::of(bytes, visit)?;
    let changed = changed.filter(|at| *at < bytes.len());
    Some(View {
        picture: Picture::of(&bands, bytes.len(), changed),
        bands,
    })
}

fn pretty(session: &Session) -> String {
    let data: Map<String, Value> = session.deserialize().unwrap_or_default();
    let shortened = data.into_iter().map(|(key, value)| match value {
        Value::String(text) if key.starts_with(BOX) => (key, format!("{} × x", text.len()).into()),
        value => (key, value),
    });
    let shortened: Map<_, _> = shortened.collect();
    serde_json::to_string_pretty(&shortened).unwrap_or_default()
}

/// What the cookie that was put aside opens to now.
fn copy(visit: &Visit) -> Option<Verdict> {
    let field = Token::as_field(&visit.copied_cookies()?);
    let copied = visit
        .site
        .probe
        .load([field], visit.site.clock.for_sessions());
    Some(Verdict::of_copy(&copied, visit.texts()))
}

fn purse_of(visit: &Visit) -> Option<PurseView> {
    let purse = visit.purse.as_ref()?;
    let taken = purse::was_robbed(purse).then_some(visit.texts().csrf_taken);
    Some(PurseView {
        coins: purse::coins(purse),
        effects: taken.into_iter().collect(),
        elsewhere: purse::address(&visit.headers, visit.site.port, visit.language()),
    })
}

fn keys(site: &Site) -> Vec<KeyView> {
    let (sealing, accepted) = site.keys.roles(site.clock.now());
    let keys = accepted.into_iter().map(|id| KeyView {
        colour: bands::colour_of_key(site.keys.number_of(id)),
        seals: id == sealing,
        id,
    });
    keys.collect()
}

/// A moment as the pages write it.
fn moment(moment: SystemTime) -> String {
    humantime::format_rfc3339_seconds(moment).to_string()
}

mod filters {
    //! What the templates call.
    #![allow(unreachable_pub, reason = "as the macro writes it")]

    /// A moment for people.
    #[askama::filter_fn]
    pub(super) fn readable(
        moment: impl std::fmt::Display,
        _: &dyn askama::Values,
    ) -> askama::Result<String> {
        Ok(moment.to_string().replace('T', " ").replace('Z', " UTC"))
    }
}

/// In characters.
pub(super) const LONGEST_NAME: usize = 60;
/// What the form that fills the session begins with.
pub(super) const SOME_BYTES: usize = 900;
/// More than any session takes.
pub(super) const MOST_BYTES: usize = 20_000;
