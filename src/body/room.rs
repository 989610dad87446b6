//! How much fits a cookie (SPEC.md § 9.5).

use std::fmt;

use super::layout::LONGEST_HEAD;

/// The size of what is sent, as a function of the size of what is sealed.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    /// The most bytes that a Set-Cookie field may have.
    limit: usize,
    /// Bytes of a Set-Cookie field beside its token: `name=` and the attributes.
    fixed: usize,
    /// The longest `Max-Age` attribute, which only persistent sessions have.
    max_age: usize,
    /// Characters of a token for a body of this many bytes.
    token_len: fn(usize) -> usize,
    /// The most bytes of payload and flash together.
    content: usize,
}

impl Room {
    /// `None` if not even an empty session fits.
    pub(crate) fn new(
        limit: usize,
        fixed: usize,
        max_age: usize,
        token_len: fn(usize) -> usize,
    ) -> Option<Room> {
        let characters = limit.checked_sub(fixed + max_age)?;
        // Four characters carry three bytes, and head, nonce and tag are a multiple of three.
        let overhead = (token_len(0) * 3) / 4;
        let body = (characters * 3 / 4).checked_sub(overhead)?;
        Some(Room {
            limit,
            fixed,
            max_age,
            token_len,
            content: body.checked_sub(LONGEST_HEAD)?,
        })
    }

    /// The most bytes of payload and flash together. With every other field at its longest reserved,
    /// nothing but these two can make a session too large.
    pub(crate) fn content(&self) -> usize {
        self.content
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Bytes of the Set-Cookie field for content of this size, with the reserve.
    pub(crate) fn reserved_len(&self, content: usize) -> usize {
        self.fixed + self.max_age + (self.token_len)(LONGEST_HEAD + content)
    }

    /// Bytes of the Set-Cookie field for a token of this many characters.
    pub(crate) fn field_len(&self, token_len: usize, persistent: bool) -> usize {
        self.fixed + token_len + if persistent { self.max_age } else { 0 }
    }

    /// Bytes of the Set-Cookie field for a body of this many bytes.
    pub(crate) fn field_len_of_body(&self, body_len: usize, persistent: bool) -> usize {
        self.field_len((self.token_len)(body_len), persistent)
    }
}

/// A session would no longer fit its cookie. It was left as it was.
///
/// Both numbers are bytes of the whole `Set-Cookie` field: name, token and attributes, with room for an
/// id, every date and `Max-Age` at their longest (SPEC.md § 9.6). Of a bare token they are its own
/// bytes.
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
/// assert_eq!((error.needed, error.allowed), (4_183, 3_072));
/// assert!(session.is_empty());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TooLarge {
    /// What would have been sent.
    pub needed: usize,
    /// The most that may be sent.
    pub allowed: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TooLarge { needed, allowed } = self;
        write!(f, "session needs {needed} bytes, allowed are {allowed}; ")?;
        f.write_str(if *allowed < BROWSER_LIMIT {
            "store less, or choose `Size::Browser` (4096 bytes), which a default nginx answers with 502"
        } else {
            "store less, browsers silently drop larger cookies"
        })
    }
}

impl std::error::Error for TooLarge {}

/// What browsers store at most (RFC 6265 section 6.1).
pub(crate) const BROWSER_LIMIT: usize = 4096;
