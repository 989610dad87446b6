//! The media type of a request's body.

use http::{HeaderMap, HeaderValue, header};

/// Returns `true` if the body is a form.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    is_of_type(kind, URL_ENCODED) || is_of_type(kind, "multipart/form-data")
}

/// Returns `true` for a `Content-Type` of this media type, with any parameters.
pub(super) fn is_of_type(content_type: Option<&[u8]>, media_type: &str) -> bool {
    let found = content_type.and_then(|kind| kind.split(|byte| *byte == b';').next());
    found.is_some_and(|found| {
        found
            .trim_ascii()
            .eq_ignore_ascii_case(media_type.as_bytes())
    })
}

pub(super) const URL_ENCODED: &str = "application/x-www-form-urlencoded";
