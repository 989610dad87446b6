//! The input: a token, a pair, or a whole field of a request or a response.

use std::{
    collections::HashSet,
    io::{self, Read},
};

use hardtack::{cookie::CookieName, session::Reason};
use zeroize::Zeroizing;

use super::Carrier;
use crate::answer::{self, Failure};

/// Tokens, and how they travelled.
pub(super) struct Found {
    /// `cookie`, `header` or `token`.
    pub(super) kind: &'static str,
    pub(super) name: String,
    /// Each joined from its parts where it came in several cookies.
    pub(super) tokens: Vec<Result<Vec<u8>, Reason>>,
}

/// `default_name`: that of the application's cookie.
pub(super) fn find(
    argument: Option<&str>,
    carrier: &Carrier,
    default_name: impl FnOnce() -> Result<CookieName, Failure>,
) -> Result<Found, Failure> {
    let text = match argument {
        None | Some("-") => from_stdin()?,
        Some(text) => Zeroizing::new(text.to_owned()),
    };
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::usage(
            "the input is empty, expected a token, `name=value`, a Cookie or a Set-Cookie field",
        ));
    }
    let (kind, name, token) = match (&carrier.header, &carrier.token) {
        (None, None) => return in_cookies(text, carrier.name.as_deref(), default_name()?.as_str()),
        (None, Some(name)) => ("token", name, text.as_bytes()),
        (Some(name), _) => {
            let value = without_field_name(text, name);
            ("header", name, without_bearer(name, value))
        }
    };
    Ok(Found {
        kind,
        name: name.clone(),
        tokens: vec![Ok(token.to_vec())],
    })
}

/// Skips the scheme `Bearer`, in any case, as the library does.
fn without_bearer<'a>(header: &str, value: &'a str) -> &'a [u8] {
    let is_authorization = header.eq_ignore_ascii_case("Authorization");
    match value.split_once(' ') {
        Some((scheme, token)) if is_authorization && scheme.eq_ignore_ascii_case("Bearer") => {
            token.as_bytes()
        }
        _ => value.as_bytes(),
    }
}

/// Returns the tokens in a `Cookie` or `Set-Cookie` field.
fn in_cookies(text: &str, name: Option<&str>, default_name: &str) -> Result<Found, Failure> {
    let field = without_field_name(without_field_name(text, "Cookie"), "Set-Cookie");
    let has_pairs = field.contains('=');
    let name = match name {
        None if has_pairs => name_in(field, default_name)?,
        name => name.unwrap_or(default_name),
    };
    let name: CookieName = name.parse().map_err(Failure::usage)?;
    let tokens = if has_pairs {
        name.tokens_in([field])
    } else {
        vec![Ok(field.as_bytes().to_vec())]
    };
    if tokens.is_empty() {
        return Err(Failure::usage(format!("there is no cookie named {name}")));
    }
    Ok(Found {
        kind: "cookie",
        name: name.to_string(),
        tokens,
    })
}

/// Returns the name of the session's cookie in a field.
fn name_in<'a>(field: &'a str, default_name: &'a str) -> Result<&'a str, Failure> {
    let pairs = field
        .split(';')
        .filter_map(|pair| pair.trim_start().split_once('='));
    let mut names: Vec<&str> = pairs.map(|(name, _)| name).collect();
    let all: HashSet<_> = names.iter().copied().collect();
    // `name.1` to `name.7` are parts of the session in `name`.
    names.retain(|name| !matches!(name.rsplit_once('.'), Some((of, _)) if all.contains(of)));
    let is_attribute = |name: &&str| name.eq_ignore_ascii_case("Path");
    match &names[..] {
        names if names.contains(&default_name) => Ok(default_name),
        [only] => Ok(only),
        // A Set-Cookie field.
        [first, attributes @ ..] if attributes.iter().any(is_attribute) => Ok(first),
        _ => Err(Failure::usage(format!(
            "there are several cookies; choose with --name one of {}",
            answer::quoted(&names.join(", "))
        ))),
    }
}

fn without_field_name<'a>(text: &'a str, name: &str) -> &'a str {
    match text.split_once(':') {
        Some((found, value)) if found.eq_ignore_ascii_case(name) => value.trim(),
        _ => text,
    }
}

fn from_stdin() -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    let read = io::stdin().take(LONGEST_INPUT).read_to_string(&mut text);
    read.map_err(|error| Failure::File(format!("cannot read standard input: {error}")))?;
    Ok(text)
}

/// More than any server takes of a request's fields.
const LONGEST_INPUT: u64 = 1 << 20;
