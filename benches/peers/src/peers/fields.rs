//! `Cookie` and `Set-Cookie` fields, good and bad.

use std::time::{SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderValue, header::COOKIE};

pub(super) const NAME: &str = "__Host-session";
pub(super) const ATTRIBUTES: &str = "; Path=/; Secure; HttpOnly; SameSite=Lax";

/// A `Set-Cookie` field for libraries that make none.
pub(super) fn set_cookie(token: &str) -> String {
    format!("{NAME}={token}{ATTRIBUTES}")
}

/// `name=value` of a `Set-Cookie` field.
pub(super) fn pair_of(set_cookie: &str) -> &str {
    set_cookie.split(';').next().unwrap_or_default()
}

pub(super) fn value_of(pair: &str) -> &str {
    pair.split_once('=').map_or("", |(_, value)| value)
}

/// Ten cookies of others before it, and ten behind it.
pub(super) fn among_others(pair: &str) -> String {
    let other = |i: usize| format!("_ga_{i:02}=GA1.2.1234567890.17000000{i:02}");
    let others: Vec<_> = (0..20).map(other).collect();
    let (before, behind) = others.split_at(10);
    format!("{}; {pair}; {}", before.join("; "), behind.join("; "))
}

/// The same name, and as many characters that nobody sealed.
pub(super) fn garbage_like(pair: &str) -> String {
    let value = value_of(pair);
    let name = &pair[..pair.len() - value.len()];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut state = 1_u64;
    let garbage = value.chars().map(|_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        char::from(alphabet[(state >> 58) as usize])
    });
    name.chars().chain(garbage).collect()
}

/// With another character in the middle of its value.
pub(super) fn tampered(pair: &str) -> String {
    let middle = pair.len() - value_of(pair).len() / 2;
    // Not inside of a `%2B`.
    let is_free =
        |&i: &usize| pair.as_bytes()[i].is_ascii_alphanumeric() && !pair[i - 2..i].contains('%');
    let at = (middle..pair.len()).find(is_free);
    let at = at.expect("a value has letters");
    let other = if pair.as_bytes()[at] == b'A' {
        "B"
    } else {
        "A"
    };
    format!("{}{other}{}", &pair[..at], &pair[at + 1..])
}

pub(super) fn headers_with(field: &str) -> HeaderMap {
    HeaderMap::from_iter([(COOKIE, header_value(field))])
}

pub(super) fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("cookies are visible ASCII")
}

/// Seconds since 1970, for tokens that carry a time.
pub(super) fn unix_now() -> u32 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| u32::try_from(now.as_secs()).unwrap_or(u32::MAX))
}
