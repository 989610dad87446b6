//! The handlers of the forms. Each answers with a redirect, so that going back posts nothing twice, and leaves a
//! message for the next page.

use axum::{
    Form,
    extract::rejection::FormRejection,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use hardtack::csrf::{CsrfField, CsrfRefusal, Guarded, GuardedRejection};
use serde::Deserialize;

use super::{
    PageError, home,
    visit::{LANGUAGE, NAME, THEME, VISITS, Visit},
};
use crate::texts::{Language, Theme};

/// A form with the token of this session.
type Input<T> = Result<Guarded<Form<OwnForm<T>>>, GuardedRejection<FormRejection>>;

#[derive(Deserialize)]
pub(super) struct OwnForm<T> {
    /// Empty if the field is missing, which is refused like a wrong token.
    #[serde(default)]
    csrf_token: String,
    #[serde(flatten)]
    fields: T,
}

impl<T> CsrfField for OwnForm<T> {
    fn csrf_token(&self) -> &str {
        &self.csrf_token
    }
}

fn fields<T>(visit: &Visit, input: Input<T>) -> Result<T, PageError> {
    match input {
        Ok(Guarded(Form(form))) => Ok(form.fields),
        // The token cannot be right. This tells a visitor whose browser keeps no cookies why.
        Err(GuardedRejection::Refused(CsrfRefusal::WrongToken)) if !visit.has_brought_cookie() => {
            Err(PageError::new(StatusCode::FORBIDDEN, NO_COOKIE))
        }
        Err(rejection) => Err(rejection.into()),
    }
}

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
    if name.is_empty() || name.chars().count() > home::LONGEST_NAME {
        let page = home::page(&visit, Some(visit.texts().name_complaint))?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    // A new id, so that a planted session does not become a signed-in one.
    visit.session.renew()?;
    visit.session.insert(NAME, name)?;
    visit.session.insert(VISITS, 0)?;
    if let (Some(span), Some(_)) = (visit.site.remember_up_to, remember) {
        visit.session.remember_for(span)?;
    }
    visit.tell_next_page(|texts| texts.signed_in)?;
    Ok(Redirect::to("/").into_response())
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn sign_out(visit: Visit, input: Input<Nothing>) -> Result<Redirect, PageError> {
    let Nothing {} = fields(&visit, input)?;
    let language = visit.language();
    visit.session.invalidate()?;
    // The user is forgotten, and the rest belongs to a new session.
    if language != Language::English {
        visit.session.insert(LANGUAGE, language.code())?;
    }
    visit.tell_next_page(|texts| texts.signed_out)?;
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
    let choice = fields(&visit, input)?;
    let language = Language::of_code(&choice.language);
    visit.session.insert(LANGUAGE, language.code())?;
    visit.tell_next_page(|texts| texts.saved)?;
    Ok(back_to(&choice.back))
}

#[derive(Deserialize)]
pub(super) struct ThemeChoice {
    theme: String,
}

pub(super) async fn theme(visit: Visit, input: Input<ThemeChoice>) -> Result<Redirect, PageError> {
    let choice = fields(&visit, input)?;
    match Theme::of_code(&choice.theme) {
        // With default settings this cookie is not needed.
        Theme::System => drop(visit.display.remove(THEME)?),
        theme => visit.display.insert(THEME, theme.code())?,
    }
    visit.tell_next_page(|texts| texts.saved)?;
    Ok(Redirect::to("/inside"))
}

/// Redirects only to a page of this site, whatever the form says.
fn back_to(path: &str) -> Redirect {
    Redirect::to(if path == "/inside" { path } else { "/" })
}

const NO_COOKIE: &str = "No session cookie came with this form, so your browser did not keep it. Safari keeps \
                         no Secure cookie of a server on http://localhost: run the demo with --insecure \
                         there. In other browsers allow cookies for this page.";
