//! The token of a request: the place in which it has it, and the check.

use std::{borrow::Cow, sync::Arc};

use http::request::Parts;

use super::{CsrfRefusal, content_type::is_form};
use crate::{
    session::Session,
    state::Payload,
    web::{
        failure::Failure,
        framework::Extensions,
        missing_session::{MissingSession, session_of, typed},
    },
};

/// Place in which a request has its token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum TokenSource {
    #[default]
    Header,
    /// Header, or for a form one of its fields, which an extractor verifies.
    HeaderOrForm,
    /// No token is needed.
    None,
}

impl TokenSource {
    /// Verifies a token in the header. One in the `field` of a form is left to `checks`.
    pub(super) fn check<T: Payload>(
        self,
        request: &Parts,
        extensions: &impl Extensions,
        field: &FormField,
        checks: &mut TokenChecks,
    ) -> Result<(), Failure> {
        let session = Session::<T>::provided_in(extensions);
        let session = session.map_err(|missing| Failure::Setup(without_session(missing)))?;
        let in_form = self == TokenSource::HeaderOrForm && is_form(&request.headers);
        if checks.has_passed || !checks.in_form.is_empty() {
            checks.advice = Some(NESTED);
        }
        checks.purpose = session.purpose().to_owned();
        let verify = move |token: &str| session.verify_csrf(token);
        checks.fields.push(field.clone());
        match request.headers.get(TOKEN_HEADER) {
            Some(token) => {
                checks.has_passed = token.to_str().is_ok_and(verify);
                if !checks.has_passed {
                    return Err(Failure::Csrf(CsrfRefusal::WrongToken { form: None }));
                }
            }
            None if in_form => checks.in_form.push(LeftToForm {
                purpose: checks.purpose.clone(),
                field: field.clone(),
                verify: Arc::new(verify),
            }),
            None => return Err(Failure::Csrf(CsrfRefusal::NoToken)),
        }
        Ok(())
    }
}

/// Checks that the guards around a handler leave to the extractor of a form.
#[derive(Clone, Default)]
#[cfg_attr(
    not(any(feature = "actix", feature = "axum")),
    allow(dead_code, reason = "for extractors")
)]
pub(super) struct TokenChecks {
    /// The token in the header is one of the session.
    pub(super) has_passed: bool,
    pub(super) in_form: Vec<LeftToForm>,
    /// Fields for tokens, which are not of the form's own content.
    pub(super) fields: Vec<FormField>,
    /// Page that has the form, if it is of the own site.
    pub(super) form_page: Option<Arc<str>>,
    /// For the operator of the site, if the token is wrong.
    pub(super) advice: Option<&'static str>,
    /// Name of the cookie or header whose session the last guard looked at.
    pub(super) purpose: String,
}

/// Check of one guard.
#[derive(Clone)]
#[cfg_attr(
    not(any(feature = "actix", feature = "axum")),
    allow(dead_code, reason = "for extractors")
)]
pub(super) struct LeftToForm {
    /// Name of the session's cookie or header.
    pub(super) purpose: String,
    pub(super) field: FormField,
    pub(super) verify: Verify,
}

type Verify = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Name of the field of a form that has its token.
pub(super) type FormField = Cow<'static, str>;

fn without_session(missing: MissingSession) -> String {
    let MissingSession::OtherType { asked, provided } = missing else {
        return missing.to_string();
    };
    let guard = match typed(provided) {
        Some(held) => format!("`CsrfGuard::new().typed::<{held}>()`"),
        None => "`CsrfGuard::new()` without `typed`".to_owned(),
    };
    let (asked, provided) = (session_of(asked), session_of(provided));
    format!(
        "the CSRF guard looks for {asked}, and the session layer around it provides {provided}; write {guard}"
    )
}

const TOKEN_HEADER: &str = "x-csrf-token";
pub(super) const TOKEN_FIELD: FormField = Cow::Borrowed("csrf_token");
const NESTED: &str = "two guards are around the handler, and each wants a token of its own session; let the outer guard be \
     `origin_check_only`, or name another `form_field` for it and send both tokens";
