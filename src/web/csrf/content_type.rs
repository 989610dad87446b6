//! The media type of a request's body.

use http::{HeaderMap, header};

/// Returns `true` if the body is a form.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok());
    is_of_type(kind, URL_ENCODED) || is_of_type(kind, "multipart/form-data")
}

/// Returns `true` for a `Content-Type` of this media type, with any parameters.
pub(super) fn is_of_type(content_type: Option<&str>, media_type: &str) -> bool {
    let found = content_type.and_then(|kind| kind.split(';').next());
    found.is_some_and(|found| found.trim().eq_ignore_ascii_case(media_type))
}

pub(super) const URL_ENCODED: &str = "application/x-www-form-urlencoded";
