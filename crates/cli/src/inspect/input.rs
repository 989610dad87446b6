//! The input: a token, a pair, or fields of requests and responses.

use std::{
    collections::{HashMap, HashSet},
    fmt::Display,
};

use hardtack::{ConfigError, cookie::CookieName, session::Reason};
use zeroize::Zeroizing;

use super::Carrier;
use crate::{
    output::{self, Failure},
    source,
};

/// Tokens and their carrier.
pub(super) struct Found {
    /// `cookie`, `header` or `token`.
    pub(super) kind: &'static str,
    pub(super) name: String,
    /// Tokens, each joined from its parts if it came in several cookies.
    pub(super) tokens: Vec<Result<Vec<u8>, Reason>>,
}

/// Finds tokens in the input. `default_name` is the name of the application's cookie.
pub(super) fn find(
    argument: Option<&str>,
    carrier: &Carrier,
    default_name: impl FnOnce() -> Result<CookieName, Failure>,
) -> Result<Found, Failure> {
    let given = match argument {
        None | Some("-") => from_stdin()?,
        Some(text) => Zeroizing::new(text.to_owned()),
    };
    let text = given.trim();
    if text.is_empty() {
        return Err(Failure::usage(
            "the input is empty, expected a token, `name=value`, or `Cookie` and `Set-Cookie` fields",
        ));
    }
    let (kind, name, token) = match (&carrier.header, &carrier.token) {
        (None, None) => return in_cookies(text, carrier.name.as_deref(), default_name()?.as_str()),
        (None, Some(name)) => ("token", name, text.as_bytes()),
        (Some(name), _) => {
            let missing = || Failure::Usage(format!("there is no header named {name}"));
            let value = field_value(text, name)
                .or_else(|| bare(text))
                .ok_or_else(missing)?;
            ("header", name, without_bearer(name, value))
        }
    };
    Ok(Found {
        kind,
        name: name.clone(),
        tokens: vec![Ok(token.to_vec())],
    })
}

/// Skips the scheme `Bearer` of `Authorization`, in any case of letters, like the library.
fn without_bearer<'a>(header: &str, value: &'a str) -> &'a [u8] {
    let is_authorization = header.eq_ignore_ascii_case("Authorization");
    match value.split_once(' ') {
        Some((scheme, token)) if is_authorization && scheme.eq_ignore_ascii_case("Bearer") => {
            token.as_bytes()
        }
        _ => value.as_bytes(),
    }
}

/// Returns the tokens in the cookies of a text. Without pairs, the token is the value of a cookie field, or else the
/// text itself if it has no colon.
fn in_cookies(text: &str, name: Option<&str>, default_name: &str) -> Result<Found, Failure> {
    let pairs = pairs_in(text);
    let given = match name {
        None if !pairs.is_empty() => name_in(&pairs, default_name)?,
        name => name.unwrap_or(default_name),
    };
    let name: CookieName = given
        .parse()
        .map_err(|error: ConfigError| match name {
            Some(_) => Failure::usage(error.with_names(|_| "--name".to_owned())),
            None => Failure::usage(format!(
                "the only cookie is {given}, whose name is not that of a session; give the session's cookie, with all its parts"
            )),
        })?;
    let tokens = if pairs.is_empty() {
        let fields = ["Cookie", "Set-Cookie"].map(|field| field_value(text, field));
        let token = fields.into_iter().flatten().next().or_else(|| bare(text));
        token
            .into_iter()
            .map(|token| Ok(token.as_bytes().to_vec()))
            .collect()
    } else {
        name.tokens_in(pairs)
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

/// Returns the pairs `name=value` that a browser has after these lines, which are fields of requests and responses,
/// with or without other lines, and pairs. A cookie of a response replaces earlier cookies of its name. If no other is
/// left, the last deleted cookie counts.
fn pairs_in(text: &str) -> Vec<&str> {
    let mut pairs = Vec::new();
    // Number of pairs before the last cookie of a response with this name.
    let mut replaced_at: HashMap<&str, usize> = HashMap::new();
    let mut deleted = None;
    for line in lines(text) {
        let (field, value) = line.split_once(':').filter(is_field).unwrap_or(("", line));
        let items: Vec<_> = value.split(';').map(str::trim).collect();
        let is_attribute = |item: &&str| name_of(item).eq_ignore_ascii_case("Path");
        match field.to_ascii_lowercase().as_str() {
            "" if !items[1..].iter().any(is_attribute) => pairs.extend(items),
            "cookie" => pairs.extend(items),
            "" | "set-cookie" => {
                replaced_at.insert(name_of(items[0]), pairs.len());
                let is_deletion = |item: &&str| item.eq_ignore_ascii_case("Max-Age=0");
                if items[1..].iter().any(is_deletion) {
                    deleted = Some(items[0])
                } else {
                    pairs.push(items[0])
                }
            }
            _ => {}
        }
    }
    // The first line of a request, and messages of `curl`, may also contain an `=`.
    let is_name = |name: &str| !name.is_empty() && !name.contains(char::is_whitespace);
    let is_pair = |pair: &&str| pair.contains('=') && is_name(name_of(pair));
    let mut seen = 0;
    pairs.retain(|pair| {
        seen += 1;
        let replaced = replaced_at.get(name_of(pair));
        is_pair(pair) && replaced.is_none_or(|&before| seen > before)
    });
    if pairs.is_empty() {
        pairs.extend(deleted.filter(is_pair));
    }
    pairs
}

/// Returns the name of the session's cookie among these pairs.
fn name_in<'a>(pairs: &[&'a str], default_name: &'a str) -> Result<&'a str, Failure> {
    let mut all = HashSet::new();
    let mut names: Vec<&str> = pairs
        .iter()
        .map(|pair| name_of(pair))
        .filter(|name| all.insert(*name))
        .collect();
    // A name like `name.1` counts as a part of the session in `name`.
    names.retain(|name| !matches!(name.rsplit_once('.'), Some((of, _)) if all.contains(of)));
    match &names[..] {
        names if names.contains(&default_name) => Ok(default_name),
        [only] => Ok(only),
        _ => Err(Failure::usage(format!(
            "there are several cookies; choose with --name one of {}",
            output::quoted(&names.join(", "))
        ))),
    }
}

fn name_of(pair: &str) -> &str {
    pair.split_once('=').map_or(pair, |(name, _)| name)
}

/// Returns the text as a token, unless it has fields of a request, because no token has a colon.
fn bare(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.contains(':'))
}

/// Returns the value of the first field of this name.
fn field_value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = lines(text).filter_map(|line| line.split_once(':'));
    let found = fields.find(|(found, _)| found.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim())
}

/// Returns `true` for the name of a field, and for the empty text before the first colon of a pseudo-header of HTTP/2.
fn is_field((name, _): &(&str, &str)) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Returns the lines without the marks that `curl -v` writes before each.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines();
    lines.map(|line| line.trim().trim_start_matches(['<', '>']).trim_start())
}

fn from_stdin() -> Result<Zeroizing<String>, Failure> {
    let fail = |error: &dyn Display| Failure::File(format!("cannot read standard input: {error}"));
    let bytes = source::standard_input().map_err(|error| fail(&error))?;
    let text = str::from_utf8(&bytes).map_err(|_| fail(&"it is not UTF-8"))?;
    Ok(Zeroizing::new(text.to_owned()))
}
