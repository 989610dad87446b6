//! A token as it arrived, unopened.

use axum::http::{HeaderMap, header::COOKIE};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

pub(super) struct Token {
    pub(super) text: String,
    /// Name and value of each cookie that it came in.
    pub(super) cookies: Vec<(String, String)>,
}

impl Token {
    /// Puts the token together from the cookies of this name, the first of each.
    pub(super) fn find(headers: &HeaderMap, name: &str) -> Option<Token> {
        let first = value_of(headers, name)?;
        let (count, first_part) = match first.split_once('.') {
            Some((count, part)) => (count.parse().unwrap_or(1), part),
            None => (1, &*first),
        };
        let mut text = first_part.to_owned();
        let mut cookies = vec![(name.to_owned(), first)];
        for number in 1..count.min(MOST_PARTS) {
            let name = format!("{name}.{number}");
            let Some(part) = value_of(headers, &name) else {
                break;
            };
            text.push_str(&part);
            cookies.push((name, part));
        }
        Some(Token { text, cookies })
    }

    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        BASE64_URL_SAFE_NO_PAD.decode(&self.text).ok()
    }

    /// Returns the same cookies with other bytes in the token, as many as before.
    pub(super) fn with_bytes(&self, bytes: &[u8]) -> Vec<(String, String)> {
        let text = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let mut rest = &*text;
        let cookies = self.cookies.iter().map(|(name, value)| {
            let count = value.split_once('.').map(|(count, _)| format!("{count}."));
            let count = count.unwrap_or_default();
            let (part, left) = rest.split_at((value.len() - count.len()).min(rest.len()));
            rest = left;
            (name.clone(), format!("{count}{part}"))
        });
        cookies.collect()
    }

    /// Counts the bytes of these cookies in a request.
    pub(super) fn sent(&self) -> usize {
        as_field(&self.cookies).len()
    }
}

/// Joins cookies to the value of a `Cookie` field.
pub(super) fn as_field(cookies: &[(String, String)]) -> String {
    let pairs = cookies.iter();
    let pairs: Vec<_> = pairs
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("; ")
}

/// Returns these cookies under another name.
pub(super) fn renamed(cookies: &[(String, String)], from: &str, to: &str) -> Vec<(String, String)> {
    let rename = |(name, value): &(String, String)| {
        let part = name.strip_prefix(from).unwrap_or_default();
        (format!("{to}{part}"), value.clone())
    };
    cookies.iter().map(rename).collect()
}

/// Returns the value of the first cookie of this name.
pub(super) fn value_of(headers: &HeaderMap, name: &str) -> Option<String> {
    let fields = headers.get_all(COOKIE).iter();
    let mut pairs = fields.flat_map(|field| field.as_bytes().split(|byte| *byte == b';'));
    pairs.find_map(|pair| {
        let value = pair.trim_ascii().strip_prefix(name.as_bytes())?;
        let value = value.strip_prefix(b"=")?;
        Some(String::from_utf8_lossy(value).into_owned())
    })
}

/// The most parts of a session.
const MOST_PARTS: usize = 8;
