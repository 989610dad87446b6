//! Cookies of devices beside a session's cookie `name` (docs/spec/devices.md § 16.5): the bound cookie `name.b-` and
//! the mark `name.out-`, each with a tag at the end.

use super::{
    attributes::{Attributes, SameSite},
    name::CookieName,
    set_cookie::Template,
};

/// Bound cookies of a request by their tags, at most [`MOST`].
#[derive(Clone, Debug, Default)]
pub(crate) struct BoundCookies(Vec<([u8; TAG_LEN], Vec<u8>)>);

impl BoundCookies {
    /// Adds the cookie whose pair continues with `rest` after `name.b-`.
    pub(super) fn push(&mut self, rest: &[u8], unquoted: impl FnOnce(&[u8]) -> &[u8]) {
        let Some((tag, [b'=', value @ ..])) = rest.split_first_chunk() else {
            return;
        };
        let value = unquoted(value);
        if self.0.len() < MOST && value.len() <= LONGEST && is_tag(tag) {
            self.0.push((*tag, value.to_vec()));
        }
    }

    /// Returns the values under a tag, as many as are worth opening.
    pub(crate) fn of(&self, tag: &str) -> impl Iterator<Item = &[u8]> {
        let cookies = self.0.iter();
        let tagged = cookies.filter(move |(found, _)| found == tag.as_bytes());
        tagged.map(|(_, value)| &**value).take(MOST_OPENED)
    }

    /// Returns the last values, which browsers sort to the end because they are the youngest.
    pub(crate) fn youngest(&self) -> impl Iterator<Item = &[u8]> {
        let cookies = self.0.iter().rev();
        cookies.map(|(_, value)| &**value).take(MOST_OPENED)
    }
}

/// Renders the cookies of devices: those of one session's cookie, with its attributes.
#[derive(Debug)]
pub(crate) struct DeviceCookies {
    name: CookieName,
    attributes: Attributes,
    /// A refresh after a link from another site has to bring the mark along, so it is a cookie for all sites.
    of_mark: Attributes,
}

impl DeviceCookies {
    pub(crate) fn new(name: CookieName, attributes: Attributes) -> DeviceCookies {
        DeviceCookies {
            of_mark: Attributes {
                same_site: SameSite::None,
                ..attributes.clone()
            },
            name,
            attributes,
        }
    }

    /// Returns the attributes of a bound cookie, as a browser is told them: `Path=/; Secure; …`.
    pub(crate) fn attributes(&self) -> String {
        let text = self.attributes.to_string();
        text.trim_start_matches("; ").to_owned()
    }

    /// Returns the bound cookie: `name.b-` and the tag.
    pub(crate) fn bound(&self, tag: &str) -> Template {
        Template::new(format_args!("{}.b-{tag}", self.name), &self.attributes)
    }

    /// Returns the mark: `name.out-` and the tag.
    pub(crate) fn mark(&self, tag: &str) -> Template {
        Template::new(format_args!("{}.out-{tag}", self.name), &self.of_mark)
    }
}

impl Template {
    /// Returns the field that sets a value in one cookie, for so many seconds.
    pub(crate) fn set_whole(&self, value: &str, max_age: u64) -> String {
        let mut field = format!("{}{value}", self.start);
        self.push_end(Some(max_age), &mut field);
        field
    }
}

/// Returns `true` if a session's cookie of this name could be taken for the cookie of a device.
pub(crate) fn is_of_device(name: &str) -> bool {
    let ends_in_tag = |after: &str| {
        let rest = name.rsplit_once(after);
        rest.is_some_and(|(_, tag)| is_tag(tag.as_bytes()))
    };
    ends_in_tag(".b-") || ends_in_tag(".out-")
}

fn is_tag(text: &[u8]) -> bool {
    let is_good = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    text.len() == TAG_LEN && text.iter().all(is_good)
}

/// Characters of a tag.
const TAG_LEN: usize = 8;
/// A browser has one for each session of a device, and may keep some that nobody ended.
const MOST: usize = 32;
const MOST_OPENED: usize = 4;
/// Characters. Ours have about 100.
const LONGEST: usize = 256;
