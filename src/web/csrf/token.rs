//! Places of a request's token.

use std::{borrow::Cow, sync::Arc};

use http::{HeaderMap, HeaderValue, header};

use crate::events::GuardRefusals;

/// Place of a request's token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum TokenSource {
    #[default]
    Header,
    /// The header, or a field of a form.
    HeaderOrForm,
    /// No token is needed.
    None,
}

/// Fields for tokens that a form must have. Written by guards, read by [`GuardedForm`](super::GuardedForm).
#[derive(Clone, Default)]
pub(super) struct Asked {
    /// For each guard that asked for a token, its field for one, which is not part of the form's own content. The request
    /// passes only with all of these tokens.
    pub(super) fields: Vec<FormField>,
    /// Counts of the outermost guard, by which the extractor logs.
    pub(super) counts: Option<Arc<GuardRefusals>>,
}

/// Name of the field of a form that has its token.
pub(super) type FormField = Cow<'static, str>;

/// Returns `true` for the two media types of forms whose fields can be found. A `text/plain` form has to send its token
/// in the header.
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
/// Bytes of a form in which the token is looked for, by default. They are held in memory, but a longer form passes if its
/// token is among them. A person types less, and a hundred such forms at once take 112 MiB, and what the server buffers for each.
pub(super) const FORM_LIMIT: usize = 1 << 20;
