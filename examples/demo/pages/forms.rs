//! What the forms do. Each answers with a redirection, so that going back sends nothing twice.

use axum::{
    Form,
    extract::rejection::FormRejection,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    PageError, home,
    visit::{LANGUAGE, NAME, THEME, VISITS, Visit},
};
use crate::texts::{Language, Theme};

type Input<T> = Result<Form<T>, FormRejection>;

#[derive(Deserialize)]
pub(super) struct Name {
    name: String,
}

pub(super) async fn sign_in(visit: Visit, input: Input<Name>) -> Result<Response, PageError> {
    let Form(Name { name }) = input?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > home::LONGEST_NAME {
        let page = home::page(&visit, Some(visit.texts().name_complaint))?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    // A new id first: whoever planted the session before is not signed in by it.
    visit.session.renew()?;
    visit.session.insert(NAME, name)?;
    visit.session.insert(VISITS, 0)?;
    Ok(Redirect::to("/").into_response())
}

pub(super) async fn sign_out(visit: Visit) -> Result<Redirect, PageError> {
    visit.session.invalidate()?;
    Ok(Redirect::to("/"))
}

#[derive(Deserialize)]
pub(super) struct LanguageChoice {
    language: String,
    #[serde(default)]
    back: String,
}

pub(super) async fn language(
    visit: Visit,
    input: Input<LanguageChoice>,
) -> Result<Redirect, PageError> {
    let Form(choice) = input?;
    let language = Language::of_code(&choice.language);
    visit.session.insert(LANGUAGE, language.code())?;
    Ok(back_to(&choice.back))
}

#[derive(Deserialize)]
pub(super) struct ThemeChoice {
    theme: String,
}

pub(super) async fn theme(visit: Visit, input: Input<ThemeChoice>) -> Result<Redirect, PageError> {
    let Form(choice) = input?;
    match Theme::of_code(&choice.theme) {
        // Nothing is left to remember, so this cookie goes.
        Theme::System => drop(visit.display.remove(THEME)?),
        theme => visit.display.insert(THEME, theme.code())?,
    }
    Ok(Redirect::to("/inside"))
}

/// Only to a page of ours, whatever the form says.
fn back_to(path: &str) -> Redirect {
    Redirect::to(if path == "/inside" { path } else { "/" })
}
