//! Cookies next to a session's cookie `name` (docs/devices.md § 16.5): the bound cookie `name.b-` and the mark
//! `name.out-`, each with a tag at the end.

use hardtack::{companion::Setup, cookie::CookieName, packages::EXPIRED};
use http::{HeaderMap, HeaderValue, header::COOKIE};

/// Renders the cookies of devices for one session's cookie, with its attributes.
#[derive(Debug)]
pub(crate) struct DeviceCookies {
    name: CookieName,
    /// `Path=/; Secure; …`
    attributes: String,
    /// Attributes of the mark. A refresh after a link from another site has to bring the mark, so its `SameSite` is
    /// `None`. In a frame of another site, a browser drops no cookie with another value.
    of_mark: String,
}

impl DeviceCookies {
    pub(crate) fn new(setup: &Setup<'_>) -> DeviceCookies {
        let attributes = setup.attributes();
        let others = attributes
            .split("; ")
            .filter(|it| !it.starts_with("SameSite="));
        let of_mark: Vec<_> = others.chain(["SameSite=None"]).collect();
        DeviceCookies {
            name: setup.name().clone(),
            of_mark: of_mark.join("; "),
            attributes,
        }
    }

    pub(crate) fn session(&self) -> &str {
        self.name.as_str()
    }

    /// Returns the attributes of a bound cookie, in the form for a browser.
    pub(crate) fn attributes(&self) -> &str {
        &self.attributes
    }

    /// Returns the name of the bound cookie: `name.b-` and the tag.
    pub(crate) fn bound(&self, tag: &str) -> String {
        format!("{}{BOUND}{tag}", self.name.as_str())
    }

    /// Returns the field that sets the bound cookie for `seconds`.
    pub(crate) fn set_bound(&self, tag: &str, token: &str, seconds: u64) -> String {
        let (name, attributes) = (self.bound(tag), &self.attributes);
        format!("{name}={token}; {attributes}; Max-Age={seconds}")
    }

    pub(crate) fn expire_bound(&self, tag: &str) -> String {
        format!("{}=; {}{EXPIRED}", self.bound(tag), self.of_mark)
    }

    /// Returns the field that sets the mark for `seconds`.
    pub(crate) fn set_mark(&self, tag: &str, seconds: u64) -> String {
        let (name, attributes) = (self.mark(tag), &self.of_mark);
        format!("{name}=1; {attributes}; Max-Age={seconds}")
    }

    pub(crate) fn expire_mark(&self, tag: &str) -> String {
        format!("{}=; {}{EXPIRED}", self.mark(tag), self.of_mark)
    }

    /// Returns `true` if the mark is among the cookies of a request.
    pub(crate) fn has_mark(&self, request: &HeaderMap, tag: &str) -> bool {
        let mark = format!("{}=", self.mark(tag));
        let fields = request
            .get_all(COOKIE)
            .into_iter()
            .map(HeaderValue::as_bytes);
        let mut pairs = fields.flat_map(|field| field.split(|byte| *byte == b';'));
        pairs.any(|pair| without_space(pair).starts_with(mark.as_bytes()))
    }

    /// Returns the name of the mark: `name.out-` and the tag.
    fn mark(&self, tag: &str) -> String {
        format!("{}{MARK}{tag}", self.name.as_str())
    }
}

/// Returns the values of the first bound cookies with a tag, as many as are opened at most.
pub(crate) fn of_tag<'a>(
    cookies: &'a [(String, Vec<u8>)],
    tag: &str,
) -> impl Iterator<Item = &'a [u8]> {
    let tagged = cookies.iter().filter(move |(rest, _)| rest.ends_with(tag));
    tagged.map(|(_, value)| &**value).take(MOST_OPENED)
}

/// Returns the last values, the last first. Browsers sort the youngest cookies to the end.
pub(crate) fn youngest(cookies: &[(String, Vec<u8>)]) -> impl Iterator<Item = &[u8]> {
    let cookies = cookies.iter().rev();
    cookies.map(|(_, value)| &**value).take(MOST_OPENED)
}

/// Returns `true` for the rest of a bound cookie's name.
pub(crate) fn is_bound(rest: &str) -> bool {
    rest.strip_prefix(BOUND).is_some_and(is_tag)
}

/// Returns `true` if a session's cookie of this name could be taken for the cookie of a device.
pub(crate) fn is_of_device(name: &str) -> bool {
    let ends_in_tag = |after| name.rsplit_once(after).is_some_and(|(_, tag)| is_tag(tag));
    ends_in_tag(BOUND) || ends_in_tag(MARK)
}

fn is_tag(text: &str) -> bool {
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    text.len() == TAG_LEN && text.bytes().all(is_good)
}

fn without_space(mut pair: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = pair {
        pair = rest;
    }
    pair
}

const BOUND: &str = ".b-";
const MARK: &str = ".out-";
/// Length of a tag, in characters.
const TAG_LEN: usize = 8;
const MOST_OPENED: usize = 4;
