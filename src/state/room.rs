//! How much fits a cookie, or several (docs/spec/writer.md § 9.5, § 9.6).

use std::fmt;

use super::{layout::LONGEST_HEAD, padding::Padding};

/// The size of what is sent, as a function of the size of what is sealed.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    profile: Allowance,
    frame: Frame,
    /// Characters of a token for a body of this many bytes.
    token_len: fn(usize) -> usize,
    padding: Padding,
    /// The most bytes of payload and flash together.
    content: usize,
}

/// How much may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// Bytes of one Set-Cookie field.
    pub(crate) field: usize,
    pub(crate) cookies: usize,
    /// Bytes of all fields together.
    pub(crate) total: usize,
}

/// Bytes of a Set-Cookie field beside the token.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Frame {
    /// `name=` and the attributes.
    pub(crate) field: usize,
    /// The longest `Max-Age` attribute, which only persistent sessions have.
    pub(crate) max_age: usize,
    /// What each field has in addition where there are several.
    pub(crate) part: usize,
}

/// What a token takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) cookies: usize,
    /// Bytes of all Set-Cookie fields together.
    pub(crate) total: usize,
}

impl Room {
    /// `None` if not even an empty session fits.
    pub(crate) fn new(
        profile: Allowance,
        frame: Frame,
        token_len: fn(usize) -> usize,
        padding: Padding,
    ) -> Option<Room> {
        let beside = frame.beside(profile.cookies, true);
        let characters = profile.cookies * profile.field.checked_sub(beside)?;
        // Four characters carry three bytes, and head, nonce and tag are a multiple of three.
        let overhead = (token_len(0) * 3) / 4;
        let body = (characters * 3 / 4).checked_sub(overhead)?;
        Some(Room {
            content: padding.longest_in(body)?.checked_sub(LONGEST_HEAD)?,
            profile,
            frame,
            token_len,
            padding,
        })
    }

    /// The most bytes of payload and flash together. With every other field at its longest reserved,
    /// nothing but these two can make a session too large.
    pub(crate) fn content(&self) -> usize {
        self.content
    }

    pub(crate) fn profile(&self) -> Allowance {
        self.profile
    }

    /// What a token that came in so many cookies may go back in, whatever the profile is now.
    pub(crate) fn as_arrived(
        &self,
        token_len: usize,
        cookies: usize,
        persistent: bool,
    ) -> Allowance {
        let beside = self.frame.beside(cookies, persistent);
        let total = token_len + cookies * beside;
        if cookies == 1 {
            return Allowance::new(1, total);
        }
        let most = if cookies <= MOST_COOKIES {
            // Where the attributes grew since, its parts are no longer than they were, and their fields are.
            let field = token_len.div_ceil(cookies) + beside;
            Allowance::new(cookies, field.max(BROWSER_LIMIT))
        } else {
            Allowance::new(MOST_COOKIES, BROWSER_LIMIT)
        };
        Allowance {
            total: total.min(most.total),
            ..most
        }
    }

    /// The refusal of a session that needs `needed` bytes.
    pub(super) fn too_large(&self, needed: usize, allowed: usize) -> TooLarge {
        TooLarge {
            needed,
            allowed,
            key: None,
            is_in_cookies: self.frame.part > 0,
        }
    }

    /// Bytes of a body that has `body_len` of them without padding, `content` of which are content.
    ///
    /// One with more content than there is room for came in like that, and must not grow.
    pub(crate) fn padded_len(&self, body_len: usize, content: usize) -> usize {
        if content > self.content {
            return body_len;
        }
        self.padding.padded_len(body_len)
    }

    /// What a body of this many bytes, with its padding, takes where so much may be sent.
    pub(crate) fn sent(&self, allowance: Allowance, body_len: usize, persistent: bool) -> Sent {
        let token_len = (self.token_len)(body_len);
        let beside = self.frame.beside(1, persistent);
        let part_len = allowance.part_len(token_len, beside, self.frame.part);
        let cookies = part_len.map_or(1, |part_len| token_len.div_ceil(part_len));
        Sent {
            cookies,
            total: token_len + cookies * self.frame.beside(cookies, persistent),
        }
    }

    /// The same under the profile for content of this size, with every other field at its longest.
    pub(crate) fn reserved(&self, content: usize) -> Sent {
        let body_len = self.padding.padded_len(LONGEST_HEAD + content);
        self.sent(self.profile, body_len, true)
    }
}

impl Allowance {
    /// `cookies` cookies, each with a field of so many bytes.
    pub(crate) fn new(cookies: usize, field: usize) -> Allowance {
        Allowance {
            field,
            cookies,
            total: cookies * field,
        }
    }

    /// The characters of a token that each of several cookies carries. `None`: one cookie carries them all.
    ///
    /// A field has `beside` bytes beside the whole token, and `part` more beside a part of it.
    pub(crate) fn part_len(self, token_len: usize, beside: usize, part: usize) -> Option<usize> {
        let is_one = self.cookies == 1 || beside + token_len <= self.field;
        (!is_one).then(|| self.field.saturating_sub(beside + part).max(1))
    }

    pub(crate) fn admits(&self, sent: Sent) -> bool {
        sent.cookies <= self.cookies && sent.total <= self.total
    }
}

impl Frame {
    /// Bytes of each of `cookies` fields beside its part of the token.
    fn beside(&self, cookies: usize, persistent: bool) -> usize {
        let part = if cookies > 1 { self.part } else { 0 };
        let max_age = if persistent { self.max_age } else { 0 };
        self.field + part + max_age
    }
}

/// A session would no longer fit its cookie. It was left as it was.
///
/// Both numbers are bytes of the whole `Set-Cookie` field: name, token and attributes, with room for an
/// id, every date and `Max-Age` at their longest (docs/spec/writer.md § 9.6). Of a session in several cookies they are
/// those of all fields together, of a bare token its own.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionCookie};
/// # use std::time::SystemTime;
/// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// # let session = cookie.load([""], SystemTime::now());
/// use hardtack::SessionError;
///
/// let Err(SessionError::TooLarge(error)) = session.insert("note", "x".repeat(3_000)) else {
///     return Err("that does not fit".into());
/// };
/// assert_eq!((error.needed, error.allowed), (4_189, 3_072));
/// assert!(session.is_empty());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TooLarge {
    /// What would have been sent.
    pub needed: usize,
    /// The most that may be sent.
    pub allowed: usize,
    /// The key whose value was to be stored, in a dictionary.
    pub key: Option<String>,
    pub(super) is_in_cookies: bool,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TooLarge {
            needed,
            allowed,
            key,
            is_in_cookies,
        } = self;
        if let Some(key) = key {
            write!(f, "`{}` does not fit: ", key.escape_debug())?;
        }
        write!(
            f,
            "session needs {needed} bytes, allowed are {allowed}; store less"
        )?;
        // A few bytes more are needed in several cookies than in one, so the next refusal may name a larger size.
        let larger: &[_] = if *is_in_cookies {
            &LARGER
        } else {
            &LARGER_TOKEN
        };
        let mut larger = larger.iter();
        let larger = larger.find(|(bytes, _)| *bytes > *allowed && *bytes >= *needed);
        f.write_str(larger.map_or(", and keep the rest on the server", |(_, advice)| advice))
    }
}

impl std::error::Error for TooLarge {}

/// What browsers store at most (RFC 6265 section 6.1).
pub(crate) const BROWSER_LIMIT: usize = 4096;
/// In which one session is sent.
pub(crate) const MOST_COOKIES: usize = 4;

/// Sizes that hold more, in bytes, and what they cost.
const LARGER_TOKEN: [(usize, &str); 1] = [(
    MOST_COOKIES * BROWSER_LIMIT,
    ", or choose a larger `max_token_len` (up to 16384 bytes), which tuned proxies pass only",
)];
const LARGER: [(usize, &str); 3] = [
    (
        BROWSER_LIMIT,
        ", or choose `Size::Browser` (4096 bytes), which a default nginx answers with 502",
    ),
    (
        2 * BROWSER_LIMIT,
        ", or choose `Size::Split(2)` (2 cookies of 4096 bytes), which passes tuned proxies only",
    ),
    (
        MOST_COOKIES * BROWSER_LIMIT,
        ", or choose `Size::Split(4)` (4 cookies of 4096 bytes), which few proxies pass",
    ),
];
