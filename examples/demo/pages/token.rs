//! A token as it arrived, unopened.

use axum::http::{HeaderMap, header::COOKIE};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack::cookie::CookieName;

/// The names and values of the cookies that a token came in.
#[derive(Clone, Debug, Default)]
pub(super) struct Token(pub(super) Vec<(String, String)>);

impl Token {
    /// Returns the first cookie of this name, and of its parts `name.1`, `name.2`, …
    pub(super) fn find(headers: &HeaderMap, name: &CookieName) -> Option<Token> {
        let first = value_of(headers, name.as_str())?;
        let parts = (1..MOST_PARTS).map_while(|number| {
            let name = format!("{name}.{number}");
            Some((name.clone(), value_of(headers, &name)?))
        });
        let cookies = [(name.to_string(), first)].into_iter().chain(parts);
        Some(Token(cookies.collect()))
    }

    /// Returns the decoded token, if these cookies make one.
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        let name: CookieName = self.0.first()?.0.parse().ok()?;
        let tokens = name.tokens_in([self.as_field()]);
        let text = tokens.into_iter().next()?.ok()?;
        BASE64_URL_SAFE_NO_PAD.decode(text).ok()
    }

    /// Returns the same cookies with other bytes in the token, as many as before.
    pub(super) fn with_bytes(&self, bytes: &[u8]) -> Token {
        let text = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let mut rest = &*text;
        let cookies = self.0.iter().map(|(name, value)| {
            // The first of several begins with their number.
            let count = value.find('.').map_or(0, |dot| dot + 1);
            let (part, left) = rest.split_at((value.len() - count).min(rest.len()));
            rest = left;
            (name.clone(), format!("{}{part}", &value[..count]))
        });
        Token(cookies.collect())
    }

    /// Returns these cookies under another name.
    pub(super) fn renamed(&self, from: &str, to: &str) -> Token {
        let cookies = self.0.iter().map(|(name, value)| {
            let part = name.strip_prefix(from).unwrap_or_default();
            (format!("{to}{part}"), value.clone())
        });
        Token(cookies.collect())
    }

    /// Joins the cookies to the value of a `Cookie` field.
    pub(super) fn as_field(&self) -> String {
        let pairs = self.0.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }
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

/// The most cookies of a session.
const MOST_PARTS: usize = 8;
