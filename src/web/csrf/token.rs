//! Places of a request's token, and the checks that guards leave to an extractor.

use std::{borrow::Cow, sync::Arc};

use http::{HeaderMap, HeaderValue, header};

/// Place of a request's token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum TokenSource {
    #[default]
    Header,
    /// The header, or a field of a form, which an extractor verifies.
    HeaderOrForm,
    /// No token is needed.
    None,
}

/// Checks that the guards around a handler leave to the extractor of a form.
#[derive(Clone, Default)]
pub(super) struct TokenChecks {
    /// Checks of the guards that asked for a token and let the request pass.
    pub(super) passed: Vec<TokenCheck>,
    /// Page with the form, if it is of this site or of a trusted origin.
    pub(super) form_page: Option<Arc<str>>,
    /// Advice for the operator of the site, if the token is wrong.
    pub(super) advice: Option<&'static str>,
    /// Name of the cookie or header whose session the last guard used.
    pub(super) purpose: String,
}

/// Check of one guard.
#[derive(Clone)]
pub(super) struct TokenCheck {
    /// Name of the session's cookie or header.
    pub(super) purpose: String,
    /// Field for a token, which is not part of the form's own content.
    pub(super) field: FormField,
    /// Verifies the token in the field, or `None` if the header had one.
    pub(super) left: Option<Verify>,
}

pub(super) type Verify = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Name of the field of a form that has its token.
pub(super) type FormField = Cow<'static, str>;

/// Returns `true` if the `Content-Type` is that of a form.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    is_of_type(kind, URL_ENCODED) || is_of_type(kind, "multipart/form-data")
}

/// Returns `true` for a `Content-Type` of this media type, with any parameters.
pub(super) fn is_of_type(content_type: Option<&[u8]>, media_type: &str) -> bool {
    let found = content_type.and_then(|kind| kind.split(|byte| *byte == b';').next());
    let found = found.map(<[u8]>::trim_ascii);
    found.is_some_and(|found| found.eq_ignore_ascii_case(media_type.as_bytes()))
}

pub(super) const URL_ENCODED: &str = "application/x-www-form-urlencoded";
pub(super) const TOKEN_HEADER: &str = "x-csrf-token";
pub(super) const TOKEN_FIELD: FormField = Cow::Borrowed("csrf_token");
pub(super) const NESTED: &str = "two guards are around the handler, and each wants a token of its own session; let the outer guard be \
     `origin_check_only`, or name another `form_field` for it and send both tokens";
