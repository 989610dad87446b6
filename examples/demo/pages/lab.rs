//! The lab: the visitor's cookie, what is inside, and things to do with it.

pub(super) mod bands;
mod dump;
mod facts;
mod forgeries;
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
    bands::Band, dump::Dump, facts::Fact, forgeries::Forgeries, numbers::Numbers, picture::Picture,
    room::Room, timeline::Span, verdict::Verdict,
};
use super::{
    Frame, Here, Page, filters, large, purse,
    token::{Token, as_field},
    visit::{BOX, SEEN_IN_THE_PICTURE, THEMES, VISITS, Visit},
};
use crate::{
    errors::Failed,
    site::Site,
    texts::{Language, Texts},
};

/// The parameters of the address.
#[derive(Default, Deserialize)]
pub(crate) struct Parameters {
    /// The visitor was sent here to bring the cookie that was set.
    first: Option<String>,
    /// The byte that was changed.
    byte: Option<usize>,
    forge: Option<String>,
    measure: Option<String>,
    /// Say whether the large cookies were kept.
    large: Option<String>,
}

pub(crate) async fn show(
    visit: Visit,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, Failed> {
    let Query(parameters) = parameters.unwrap_or_default();
    if visit.arrived().is_none() && parameters.first.is_none() {
        // So that there is a cookie to show.
        visit.session.ensure_id()?;
        return Ok(Redirect::to("/?first=yes").into_response());
    }
    // Forging and measuring take a moment.
    let page = tokio::task::block_in_place(|| page_with(&visit, &parameters));
    let mut page = page?.into_response();
    if parameters.large.is_some() {
        large::remove_after(&mut page);
    }
    Ok(page)
}

/// Shows the page again, with what is wrong with a form.
pub(super) fn page(visit: Visit) -> Result<Response, Failed> {
    Ok(page_with(&visit, &Parameters::default())?.into_response())
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
    way_back: Option<WayBack>,
    cookie: Option<View>,
    no_picture: Option<&'static str>,
    /// The last form flipped a bit of the cookie.
    is_changed: bool,
    forgeries: Option<Forgeries>,
    room: Room,
    spans: Vec<Span>,
    facts: Vec<Fact>,
    data: String,
    dumps: Vec<Dump>,

    name: Option<String>,
    visits: u64,
    has_boxes: bool,
    last_byte: usize,
    some_byte: usize,
    copy: Option<Verdict>,
    lost_a_coin: bool,
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

/// The way to a cookie that opens, from one that was refused.
#[derive(PartialEq, Eq)]
enum WayBack {
    Copy,
    /// The copy opens when the clock is right.
    ClockAndCopy,
}

struct KeyView {
    id: KeyId,
    colour: &'static str,
    seals: bool,
}

fn page_with<'a>(visit: &'a Visit, parameters: &Parameters) -> Result<Page<Lab<'a>>, Failed> {
    let (site, session, t) = (&*visit.site, &visit.session, visit.texts());
    // First, because a form gives the session an id.
    let verdict = Verdict::of(session.outcome(), t);
    let (facts, spans) = (facts::of(visit), timeline::of(visit));
    let room = Room::of(visit);
    let messages = session.take_flashes("")?;
    let arrived = visit.arrived();
    let bytes = arrived.as_ref().and_then(Token::bytes);
    let len = bytes.as_ref().map_or(0, Vec::len);
    let changed = parameters.byte.filter(|at| *at < len);
    let cookie = bytes.and_then(|bytes| view(visit, &bytes, changed));
    let no_picture = match arrived {
        None => Some(&t["no_cookie"]),
        Some(_) => cookie.is_none().then_some(&t["no_token"]),
    };
    let to_forge = arrived.filter(|_| parameters.forge.is_some() && !verdict.is_refused());
    session.csrf_token()?;
    Ok(Page(Lab {
        frame: Frame::new(Here::Lab, visit.language(), &t["title"]),
        t,
        messages,
        way_back: way_back(visit).filter(|_| verdict.is_refused()),
        verdict,
        is_changed: cookie.is_some() && changed.is_some(),
        cookie,
        no_picture,
        forgeries: to_forge.and_then(|token| Forgeries::of(&token, visit)),
        room,
        spans,
        facts,
        data: pretty(session),
        dumps: dump::of(visit),
        name: visit.name(),
        visits: session.get(VISITS).ok().flatten().unwrap_or(0),
        has_boxes: session.keys().iter().any(|key| key.starts_with(BOX)),
        last_byte: len.saturating_sub(1),
        some_byte: len * 2 / 3,
        copy: copy_at(visit, site.clock.now()).map(|copied| Verdict::of_copy(&copied, t)),
        lost_a_coin: visit.purse.as_ref().is_some_and(purse::Purse::lost_a_coin),
        large: parameters.large.as_ref().map(|_| large::kept(visit)),
        keys: keys(site),
        now: moment(site.clock.now()),
        ahead: timeline::short(site.clock.ahead()),
        numbers: parameters
            .measure
            .is_some()
            .then(|| Numbers::measure(visit)),
        visit,
        site,
    }))
}

fn view(visit: &Visit, bytes: &[u8], changed: Option<usize>) -> Option<View> {
    let bands = bands::of(bytes, visit)?;
    let parts: Vec<_> = bands.iter().map(|band| (band.len, band.colour)).collect();
    let picture = Picture::of(&parts, changed);
    Some(View { picture, bands })
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

/// Opens the copy that was put aside.
fn copy_at(visit: &Visit, now: SystemTime) -> Option<Session> {
    let field = as_field(&visit.copied()?);
    Some(visit.site.probe.load([field], now))
}

fn way_back(visit: &Visit) -> Option<WayBack> {
    let clock = &visit.site.clock;
    let opens = |now| copy_at(visit, now).is_some_and(|copied| !copied.is_new());
    let way = match opens(clock.now()) {
        true => WayBack::Copy,
        false => WayBack::ClockAndCopy,
    };
    (way == WayBack::Copy || opens(clock.now() - clock.ahead())).then_some(way)
}

fn keys(site: &Site) -> Vec<KeyView> {
    let keys = site.keys_in_use();
    let view = |id| KeyView {
        id,
        colour: bands::colour_of_key(site, id),
        seals: id == keys.seals,
    };
    keys.accepts.iter().copied().map(view).collect()
}

/// Writes a moment as the pages do.
fn moment(moment: SystemTime) -> String {
    humantime::format_rfc3339_seconds(moment).to_string()
}

/// In characters.
pub(super) const LONGEST_NAME: usize = 60;
/// What the form that fills the session begins with.
const SOME_BYTES: usize = 900;
/// More than any session takes.
pub(super) const MOST_BYTES: usize = 20_000;
