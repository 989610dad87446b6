//! Finds the field with the token in the beginning of a form.
//!
//! Nothing depends on whether a handler reads the form in the same way: wherever the token of a session is, the sender
//! knows it.

use std::borrow::Cow;

use memchr::memmem;

use super::token::{URL_ENCODED, is_of_type};

/// Returns the first field of this name in what was read of a form of this `Content-Type`. A field that may be cut off
/// counts only if the whole form was read. A part that is cut off never counts.
pub(super) fn first_field<'a>(
    content_type: &[u8],
    read: &'a [u8],
    is_whole: bool,
    name: &str,
) -> Option<Cow<'a, str>> {
    if is_of_type(Some(content_type), URL_ENCODED) {
        // A value that was cut off could be the beginning of another.
        let end = if is_whole {
            read.len()
        } else {
            memchr::memrchr(b'&', read)?
        };
        let mut fields = form_urlencoded::parse(&read[..end]);
        return fields.find_map(|(field, value)| (field == name).then_some(value));
    }
    let boundary = parameter(content_type, "boundary").filter(|it| it.len() <= LONGEST_BOUNDARY)?;
    Some(String::from_utf8_lossy(first_part(read, boundary, name)?))
}

/// Length of a boundary in bytes (RFC 2046 section 5.1.1). In JavaScript, the search for a longer one takes long.
const LONGEST_BOUNDARY: usize = 70;

/// Returns the content of the first part of this name (RFC 7578). As in browsers, the quoted name has no escapes.
fn first_part<'a>(read: &'a [u8], boundary: &[u8], name: &str) -> Option<&'a [u8]> {
    let delimiter = [b"--", boundary].concat();
    // The first delimiter may be without a line end before it, and after a preamble.
    let mut rest = match read.strip_prefix(&*delimiter) {
        Some(rest) => rest,
        None => split(read, &[b"\r\n", &*delimiter].concat())?.1,
    };
    let delimiter = [b"\r\n", &*delimiter].concat();
    while !rest.starts_with(b"--") {
        let (part, next) = split(rest, &delimiter)?;
        match split(part, b"\r\n\r\n") {
            Some((head, content)) if name_in(head) == Some(name.as_bytes()) => {
                return Some(content);
            }
            _ => rest = next,
        }
    }
    None
}

/// Returns the name in the head of a part.
fn name_in(head: &[u8]) -> Option<&[u8]> {
    let mut fields = head.split(|&byte| byte == b'\n');
    let disposition = fields.find_map(|field| {
        let (name, value) = split(field, b":")?;
        let is_named = name.eq_ignore_ascii_case(b"content-disposition");
        is_named.then_some(value)
    });
    parameter(disposition?, "name")
}

/// Returns a parameter of a field such as `form-data; name="a"`.
fn parameter<'a>(field: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let (_, mut rest) = split(field, b";")?;
    loop {
        let (found, value) = split(rest, b"=")?;
        let (value, next) = match value.strip_prefix(b"\"") {
            Some(quoted) => split(quoted, b"\"")?,
            None => split(value, b";").unwrap_or((value, b"")),
        };
        let found = found.rsplit(|&byte| byte == b';').next()?;
        if found.trim_ascii().eq_ignore_ascii_case(name.as_bytes()) {
            return Some(value.trim_ascii());
        }
        rest = next;
    }
}

/// Splits `text` around the first `separator`.
fn split<'a>(text: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memmem::find(text, separator)?;
    Some((&text[..at], &text[at + separator.len()..]))
}
