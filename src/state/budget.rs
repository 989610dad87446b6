//! The size that a session may have in its cookies (docs/spec/writer.md § 9.5, § 9.6).

use std::fmt;

use super::{layout::LONGEST_METADATA, padding::Padding};
use crate::{base::debug_by_display, crypto::base64url};

/// The size that a session may have, and all that takes a part of it.
#[derive(Clone, Debug)]
pub(crate) struct SizeBudget {
    /// The most that the size profile allows.
    pub(crate) allowed: Allowed,
    overhead: Overhead,
    token_overhead: usize,
    padding: Padding,
    /// The most bytes of payload and flash together. With every other field at its longest reserved, nothing
    /// but these two can make a session too large.
    pub(crate) room: usize,
}

/// The most that may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowed {
    /// Bytes of one Set-Cookie field.
    pub(crate) field: usize,
    pub(crate) cookies: usize,
    /// Bytes of all fields together.
    pub(crate) total: usize,
}

/// Bytes of a Set-Cookie field that are not of the token, and those of its body that not every session has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Overhead {
    /// `name=` and the attributes.
    pub(crate) field: usize,
    /// `Max-Age`, which only persistent sessions have. At its longest in a budget.
    pub(crate) max_age: usize,
    /// The bytes that each of several fields adds.
    pub(crate) part: usize,
    /// Bytes of the body for a device.
    pub(crate) device: usize,
}

/// The size of a session as it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SentSize {
    pub(crate) cookies: usize,
    /// Bytes of all Set-Cookie fields together.
    pub(crate) total: usize,
}

impl SizeBudget {
    /// `token_overhead`: the bytes that a token has in addition to its body. Returns `None` if not even an empty
    /// session fits.
    pub(crate) fn new(
        allowed: Allowed,
        overhead: Overhead,
        token_overhead: usize,
        padding: Padding,
    ) -> Option<SizeBudget> {
        let longest_metadata = LONGEST_METADATA + overhead.device;
        let field_overhead = overhead.per_field(allowed.cookies);
        let characters = allowed.cookies * allowed.field.checked_sub(field_overhead)?;
        // Four characters carry three bytes.
        let body = (characters * 3 / 4).checked_sub(token_overhead)?;
        Some(SizeBudget {
            room: padding.longest_in(body)?.checked_sub(longest_metadata)?,
            allowed,
            overhead,
            token_overhead,
            padding,
        })
    }

    /// Returns the length of a body with this content, and every other field at its longest.
    pub(crate) fn longest_body(&self, content: usize) -> usize {
        LONGEST_METADATA + self.overhead.device + content
    }

    /// Returns the most that is allowed for a session that arrived as a token of this length in so many cookies, whatever
    /// the profile allows now (docs/spec/writer.md § 9.5.3).
    pub(super) fn came_in(&self, token_len: usize, cookies: usize, is_persistent: bool) -> Allowed {
        let overhead = self.overhead(is_persistent).per_field(cookies);
        let total = token_len + cookies * overhead;
        let allowed = if cookies <= MOST_COOKIES {
            // If the attributes have grown since, its parts are no longer than they were, but its fields are.
            let field = token_len.div_ceil(cookies) + overhead;
            Allowed::new(cookies, field.max(LARGEST_COOKIE))
        } else {
            Allowed::new(MOST_COOKIES, LARGEST_COOKIE)
        };
        Allowed {
            total: total.min(allowed.total),
            ..allowed
        }
    }

    /// Returns the padded length of a body of `body_len` bytes, `content` of which are payload and flash.
    ///
    /// A body with more content than the room arrived like that and must not grow, so it is not padded.
    pub(crate) fn padded_len(&self, body_len: usize, content: usize) -> usize {
        if content > self.room {
            return body_len;
        }
        self.padding.padded_len(body_len)
    }

    /// Returns the size of a padded body as it is sent where so much is `allowed`.
    pub(crate) fn sent(&self, allowed: Allowed, body_len: usize, is_persistent: bool) -> SentSize {
        let token_len = base64url::encoded_len(self.token_overhead + body_len);
        let overhead = self.overhead(is_persistent);
        let cookies = token_len.div_ceil(allowed.part_len(token_len, overhead));
        SentSize {
            cookies,
            total: token_len + cookies * overhead.per_field(cookies),
        }
    }

    fn overhead(&self, is_persistent: bool) -> Overhead {
        let max_age = self.overhead.max_age * usize::from(is_persistent);
        Overhead {
            max_age,
            ..self.overhead
        }
    }

    /// Returns the error for a session with this content.
    pub(super) fn too_large(&self, content: usize) -> TooLarge {
        TooLarge {
            needed: self.largest(content).total,
            allowed: self.allowed.total,
            key: None,
            is_in_cookies: self.overhead.part > 0,
        }
    }

    /// Returns the size of a session with this content, as it is sent with every other field at its longest.
    pub(crate) fn largest(&self, content: usize) -> SentSize {
        let body_len = self.padding.padded_len(self.longest_body(content));
        self.sent(self.allowed, body_len, true)
    }
}

impl Allowed {
    /// `cookies` cookies, each with a field of at most `field` bytes.
    pub(crate) fn new(cookies: usize, field: usize) -> Allowed {
        Allowed {
            field,
            cookies,
            total: cookies * field,
        }
    }

    /// Returns the most characters of a token in each cookie: the whole token, where one cookie takes it or there may
    /// be no second one.
    pub(crate) fn part_len(&self, token_len: usize, overhead: Overhead) -> usize {
        if self.cookies == 1 || overhead.per_field(1) + token_len <= self.field {
            token_len
        } else {
            self.field.saturating_sub(overhead.per_field(2)).max(1)
        }
    }

    pub(crate) fn allows(&self, sent: SentSize) -> bool {
        sent.cookies <= self.cookies && sent.total <= self.total
    }
}

impl Overhead {
    /// Bytes of each of `cookies` fields that are not of the token.
    fn per_field(&self, cookies: usize) -> usize {
        self.field + self.max_age + self.part * usize::from(cookies > 1)
    }
}

/// An error from a change after which the session would not fit its cookie. The session is as it was before.
///
/// Both numbers are bytes of the whole `Set-Cookie` field: name, token and attributes, with an id, every date and
/// `Max-Age` at their longest ([docs/spec/writer.md § 9.6]). For a session in several cookies they count all fields
/// together; for a bare token, the token.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionCookie};
/// # use std::time::SystemTime;
/// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// # let session = cookie.load(None::<&str>, SystemTime::now());
/// use hardtack::SessionError;
///
/// let Err(SessionError::TooLarge(error)) = session.insert("note", "x".repeat(3_000)) else {
///     return Err("that does not fit".into());
/// };
/// assert_eq!((error.needed, error.allowed), (4_189, 3_072));
/// assert!(session.is_empty());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// [docs/spec/writer.md § 9.6]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/writer.md#96-room
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TooLarge {
    /// The bytes that would have been sent.
    pub needed: usize,
    /// The most that may be sent.
    pub allowed: usize,
    /// The key whose value was to be stored, if the session is a dictionary.
    pub key: Option<String>,
    is_in_cookies: bool,
}

debug_by_display!(TooLarge);

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (needed, allowed) = (self.needed, self.allowed);
        if let Some(key) = &self.key {
            write!(f, "`{}` does not fit: ", key.escape_debug())?;
        }
        // Several cookies need a few bytes more than one, so the next refusal may name a larger size.
        let larger = if self.is_in_cookies {
            LARGER_COOKIES
        } else {
            LARGER_TOKENS
        };
        let mut larger = larger.iter();
        let larger = larger.find(|(bytes, _)| *bytes > allowed && *bytes >= needed);
        let advice = larger.map_or("and keep the rest on the server", |(_, advice)| advice);
        write!(
            f,
            "session needs {needed} bytes, allowed are {allowed}; store less, {advice}"
        )
    }
}

impl std::error::Error for TooLarge {}

/// The most bytes that browsers store of one cookie (RFC 6265 section 6.1).
pub(crate) const LARGEST_COOKIE: usize = 4096;
/// The most cookies in which one session is sent.
pub(crate) const MOST_COOKIES: usize = 4;

/// Larger sizes, in bytes, with their drawbacks.
const LARGER_COOKIES: &[(usize, &str)] = &[
    (
        LARGEST_COOKIE,
        "or choose `Size::Browser` (4096 bytes), which a default nginx answers with 502",
    ),
    (
        2 * LARGEST_COOKIE,
        "or choose `Size::Split(2)` (2 cookies of 4096 bytes), which passes tuned proxies only",
    ),
    (
        MOST_COOKIES * LARGEST_COOKIE,
        "or choose `Size::Split(4)` (4 cookies of 4096 bytes), which few proxies pass",
    ),
];
const LARGER_TOKENS: &[(usize, &str)] = &[(
    MOST_COOKIES * LARGEST_COOKIE,
    "or choose a larger `max_token_len` (at most 16384 bytes), which passes tuned proxies only",
)];
