//! `Set-Cookie` fields of a response, as far as they decide about a session (docs/spec/writer.md § 8.12.2).
//! `Expires` is not read.

use super::{parts::part_number, set_cookie::Template};

/// Cookie that a field sets or expires.
#[derive(Debug)]
pub(crate) struct ReadCookie<'a> {
    name: &'a [u8],
    /// Empty in a field that expires the cookie.
    pub(crate) value: &'a [u8],
    /// Path, or `None` if it depends on the address of the request.
    path: Option<&'a [u8]>,
    /// Domain in lower case. Empty if the cookie is only for the host that answers.
    domain: Vec<u8>,
    is_partitioned: bool,
}

impl<'a> ReadCookie<'a> {
    /// Reads a field. Returns `None` if its first pair has no `=`.
    pub(crate) fn of(field: &'a [u8]) -> Option<ReadCookie<'a>> {
        let mut pairs = field.split(|&byte| byte == b';').map(split);
        let (name, value) = pairs.next()?;
        let mut read = ReadCookie {
            name,
            value: value?,
            path: None,
            domain: Vec::new(),
            is_partitioned: false,
        };
        let mut is_expired = false;
        for (attribute, value) in pairs {
            let value = value.unwrap_or_default();
            match &*attribute.to_ascii_lowercase() {
                b"path" => read.path = Some(value).filter(|path| path.starts_with(b"/")),
                b"domain" => {
                    let domain = value.strip_prefix(b".").unwrap_or(value);
                    read.domain = domain.to_ascii_lowercase();
                }
                b"partitioned" => read.is_partitioned = true,
                b"max-age" => is_expired = expires(value).unwrap_or(is_expired),
                _ => {}
            }
        }
        if is_expired {
            read.value = b"";
        }
        Some(read)
    }

    /// Returns the cookie that the fields of a template set and expire.
    pub(crate) fn of_template(template: &'a Template) -> ReadCookie<'a> {
        let attributes = &template.attributes;
        let domain = attributes.domain.as_deref().unwrap_or_default();
        ReadCookie {
            name: template.name.as_str().as_bytes(),
            value: b"",
            path: Some(attributes.path.as_bytes()),
            domain: domain.to_ascii_lowercase().into(),
            is_partitioned: attributes.partitioned,
        }
    }

    /// Returns the number of this part of `cookie`, or 0 for the cookie itself. Returns `None` for a cookie with another
    /// name, path or domain, and if only one of the two is `Partitioned`. An unknown path counts as the same.
    pub(crate) fn part_of(&self, cookie: &ReadCookie<'_>) -> Option<usize> {
        let rest = self.name.strip_prefix(cookie.name)?;
        part_number(rest).filter(|_| self.is_beside(cookie))
    }

    fn is_beside(&self, other: &ReadCookie<'_>) -> bool {
        let paths = self.path.zip(other.path);
        paths.is_none_or(|(one, other)| one == other)
            && self.domain == other.domain
            && self.is_partitioned == other.is_partitioned
    }
}

/// Returns `true` if a cookie with this `Max-Age` expires at once, or `None` if browsers ignore the value (RFC 6265bis
/// section 5.6.2).
fn expires(max_age: &[u8]) -> Option<bool> {
    let digits = max_age.strip_prefix(b"-").unwrap_or(max_age);
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    is_number.then(|| digits != max_age || digits.iter().all(|&digit| digit == b'0'))
}

/// Splits a pair or an attribute at its first `=`.
fn split(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    let mut halves = text.splitn(2, |&byte| byte == b'=');
    let name = halves.next().unwrap_or_default();
    (name.trim_ascii(), halves.next().map(<[u8]>::trim_ascii))
}
