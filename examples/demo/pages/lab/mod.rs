//! The lab: the visitor's cookie, what is inside, and things to do with it.

pub(super) mod bands;
mod forgeries;
mod inside;
mod numbers;
pub(super) mod picture;

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::{IntoResponse, Redirect, Response},
};
use hardtack::{Session, session::Outcome};
use serde::Deserialize;

use self::{bands::Band, forgeries::Forgeries, inside::Room, numbers::Numbers, picture::Picture};
use super::{
    Page, filters,
    forms::{LONGEST_NAME, MOST_BYTES},
    large,
    visit::{BOX, COPY, KEPT, NAME, SEEN_IN_THE_PICTURE, THEMES, Visit},
};
use crate::{
    errors::Failed,
    hooks,
    site::Site,
    texts::{LANGUAGES, Texts},
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
    let lab = tokio::task::block_in_place(|| Lab::of(&visit, &parameters))?;
    let mut page = Page(lab).into_response();
    if parameters.large.is_some() {
        large::remove_after(&mut page);
    }
    Ok(page)
}

#[derive(Template)]
#[template(path = "lab.html")]
struct Lab<'a> {
    t: &'static Texts,
    visit: &'a Visit,
    site: &'a Site,
    asked: &'a Parameters,
    messages: Vec<String>,
    verdict: Verdict,
    /// The cookie as it arrived, or the reason why it is not shown.
    view: Result<View, &'static str>,
    forgeries: Option<Forgeries>,
    copy: Option<Verdict>,
}

/// The cookie as it arrived.
struct View {
    picture: Picture,
    bands: Vec<Band>,
    key_id: String,
    /// The last form flipped a bit of it.
    is_changed: bool,
}

impl<'a> Lab<'a> {
    fn of(visit: &'a Visit, asked: &'a Parameters) -> Result<Lab<'a>, Failed> {
        let (site, session, t) = (&*visit.site, &visit.session, visit.texts());
        let messages = session.take_flashes("")?;
        // For the forms. A new session has its id from now on.
        session.csrf_token()?;
        let verdict = Verdict::of(session, t);
        let to_forge = visit
            .arrived()
            .filter(|_| asked.forge.is_some() && !verdict.is_refused());
        let copy = visit
            .aside(COPY)
            .map(|copy| visit.open(&copy, site.clock.now()));
        Ok(Lab {
            t,
            visit,
            site,
            asked,
            messages,
            view: view(visit, asked.byte),
            forgeries: to_forge.and_then(|token| Forgeries::of(&token, visit)),
            copy: copy.map(|copy| Verdict::of_copy(&copy, t)),
            verdict,
        })
    }

    /// Returns whether the cookie that was put aside needs the right clock to open, or `None` if it does not open.
    fn way_back(&self) -> Option<bool> {
        let (clock, kept) = (&self.site.clock, self.visit.aside(KEPT)?);
        let now = clock.now();
        let opens = [now, now - clock.ahead()].map(|now| !self.visit.open(&kept, now).is_new());
        opens.iter().position(|opens| *opens).map(|at| at == 1)
    }

    /// Returns the number of bytes of the token.
    fn len(&self) -> usize {
        let bands = self.view.iter().flat_map(|view| &view.bands);
        bands.map(|band| band.len).sum()
    }

    fn has_boxes(&self) -> bool {
        let keys = self.visit.session.keys();
        keys.iter().any(|key| key.starts_with(BOX))
    }
}

fn view(visit: &Visit, changed: Option<usize>) -> Result<View, &'static str> {
    let t = visit.texts();
    let token = visit.arrived().ok_or(&t["cookie.none"])?;
    let bytes = token.bytes().unwrap_or_default();
    let bands = bands::of(&bytes, &visit.site).ok_or(&t["cookie.broken"])?;
    let parts: Vec<_> = bands.iter().map(|band| (band.len, band.colour)).collect();
    let changed = changed.filter(|at| *at < bytes.len());
    Ok(View {
        picture: Picture::of(&parts, changed),
        bands,
        key_id: bands::key_id(&bytes),
        is_changed: changed.is_some(),
    })
}

/// The fate of a cookie.
struct Verdict {
    /// The name of the outcome, a class of the style.
    kind: &'static str,
    title: String,
    text: String,
}

impl Verdict {
    /// Says why a cookie was refused. A real site never tells a visitor; this one is there to show it.
    fn of(session: &Session, t: &Texts) -> Verdict {
        let kind = hooks::name_of(session.outcome());
        let (title, text) = match session.outcome() {
            Outcome::Rejected { reason, .. } => (
                format!("{}: {}.", &t["rejected.title"], reason.name()),
                t.reason(reason.name()).into(),
            ),
            _ => (t.of(kind, "title").into(), t.of(kind, "what").into()),
        };
        Verdict { kind, title, text }
    }

    /// Says what a copy of a cookie opens to.
    fn of_copy(copy: &Session, t: &Texts) -> Verdict {
        let mut verdict = Verdict::of(copy, t);
        if !verdict.is_refused() {
            let name: Option<String> = copy.get(NAME).ok().flatten();
            verdict.kind = "alarm";
            verdict.title = t["copy.opens"].into();
            verdict.text = match name {
                Some(name) => t.filled("copy.of", &[("name", &name)]),
                None => t["copy.of_nobody"].into(),
            };
        }
        verdict
    }

    fn is_refused(&self) -> bool {
        self.kind == "rejected"
    }
}

/// Bytes that the form that fills the session suggests.
const SOME_BYTES: usize = 900;
