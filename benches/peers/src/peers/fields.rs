//! `Cookie` and `Set-Cookie` fields.

use http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, SET_COOKIE},
};

pub(super) const NAME: &str = "__Host-session";

/// `name=value` of a `Set-Cookie` field.
pub(super) fn pair_of(set_cookie: &str) -> &str {
    set_cookie.split(';').next().unwrap_or_default()
}

pub(super) fn value_of(pair: &str) -> &str {
    pair.split_once('=').map_or("", |(_, value)| value)
}

pub(super) fn headers_with(field: &str) -> HeaderMap {
    HeaderMap::from_iter([(COOKIE, header_value(field))])
}

pub(super) fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("cookies are visible ASCII")
}

pub(super) fn set_cookie_of(fields: &HeaderMap) -> Option<String> {
    let field = fields.get(SET_COOKIE)?;
    Some(field.to_str().expect("it is ASCII").to_owned())
}
