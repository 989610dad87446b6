//! What a visitor does with a session.

use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Done, Input, Nothing, changed, complain, fields};
use crate::{
    pages::{
        PageError, lab,
        visit::{BOX, LANGUAGE, NAME, THEME, VISITS, Visit},
    },
    texts::{Language, Theme},
};

#[derive(Deserialize)]
pub(super) struct SignIn {
    #[serde(default)]
    name: String,
    /// Absent if the box is not ticked.
    remember: Option<String>,
}

pub(super) async fn sign_in(visit: Visit, input: Input<SignIn>) -> Result<Response, PageError> {
    let SignIn { name, remember } = fields(&visit, input)?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > lab::LONGEST_NAME {
        let complaint = visit.texts().name_complaint;
        return complain(visit, "sign-in", complaint);
    }
    // A new id, so that a planted session does not become a signed-in one.
    visit.session.renew()?;
    visit.session.insert(NAME, name)?;
    visit.session.insert(VISITS, 0)?;
    if let (Some(span), Some(_)) = (visit.site.remember_up_to, remember) {
        visit.session.remember_for(span)?;
    }
    let done = visit.done("sign-in", visit.texts().signed_in)?;
    Ok(done.into_response())
}

pub(super) async fn sign_out(visit: Visit, input: Input<Nothing>) -> Done {
    let Nothing {} = fields(&visit, input)?;
    let (language, texts) = (visit.chosen_language(), visit.texts());
    visit.session.invalidate()?;
    // The user is forgotten, and the rest belongs to a new session, which the next page needs for its forms.
    if let Some(language) = language {
        visit.session.insert(LANGUAGE, language.code())?;
    }
    visit.session.ensure_id()?;
    visit.done("sign-in", texts.signed_out)
}

pub(super) async fn count(visit: Visit, input: Input<Nothing>) -> Done {
    let Nothing {} = fields(&visit, input)?;
    let visits: Option<u64> = visit.session.get(VISITS).ok().flatten();
    visit
        .session
        .insert(VISITS, visits.unwrap_or(0).saturating_add(1))?;
    Ok(Redirect::to("/#count"))
}

#[derive(Deserialize)]
pub(super) struct Fill {
    #[serde(default)]
    bytes: String,
}

pub(super) async fn fill(visit: Visit, input: Input<Fill>) -> Result<Response, PageError> {
    let Fill { bytes } = fields(&visit, input)?;
    let bytes = bytes.parse().ok();
    let Some(bytes) = bytes.filter(|bytes| (1..=lab::MOST_BYTES).contains(bytes)) else {
        let complaint = visit.texts().fill_number;
        return complain(visit, "fill", complaint);
    };
    let numbers = 1..;
    let mut free = numbers.map(|number| format!("{BOX}{number}"));
    let key = free.find(|key| !visit.session.contains_key(key));
    let change = visit
        .session
        .insert(&key.unwrap_or_default(), "x".repeat(bytes));
    let effect = visit.texts().filled;
    changed(visit, "fill", effect, change)
}

pub(super) async fn empty(visit: Visit, input: Input<Nothing>) -> Done {
    let Nothing {} = fields(&visit, input)?;
    for key in visit.session.keys() {
        if key.starts_with(BOX) {
            visit.session.remove(&key)?;
        }
    }
    visit.done("fill", visit.texts().emptied)
}

#[derive(Deserialize)]
pub(super) struct Message {
    #[serde(default)]
    message: String,
}

pub(super) async fn flash(visit: Visit, input: Input<Message>) -> Result<Response, PageError> {
    let Message { message } = fields(&visit, input)?;
    if message.trim().is_empty() {
        let complaint = visit.texts().flash_complaint;
        return complain(visit, "flash", complaint);
    }
    let change = visit.session.flash("", &message);
    let effect = visit.texts().flash_left;
    changed(visit, "flash", effect, change)
}

#[derive(Deserialize)]
pub(super) struct LanguageChoice {
    language: String,
}

pub(super) async fn language(visit: Visit, input: Input<LanguageChoice>) -> Done {
    let choice = fields(&visit, input)?;
    let language = Language::of_code(&choice.language).unwrap_or_default();
    visit.session.insert(LANGUAGE, language.code())?;
    Ok(Redirect::to("/"))
}

#[derive(Deserialize)]
pub(super) struct ThemeChoice {
    theme: String,
}

pub(super) async fn theme(visit: Visit, input: Input<ThemeChoice>) -> Done {
    let choice = fields(&visit, input)?;
    match Theme::of_code(&choice.theme) {
        // With default settings this cookie is not needed.
        Theme::System => drop(visit.display.remove(THEME)?),
        theme => visit.display.insert(THEME, theme.code())?,
    }
    visit.done("theme", visit.texts().saved)
}
