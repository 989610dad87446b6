use std::{error::Error, fmt};

use super::budget::{LARGEST_COOKIE, MOST_COOKIES, SizeBudget};
use crate::base::debug_by_display;

/// An error from a change after which the session would not fit its cookie. The session is as it was before.
///
/// Both numbers are bytes of the whole `Set-Cookie` field, with name, token and attributes. An id, every date and
/// `Max-Age` count at their longest, as if the session had them ([docs/spec/writer.md § 9.6]). For a session in several
/// cookies, they count all fields together. In a header or a bare token, they count the token alone.
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
    /// Bytes that the session would need.
    pub needed: usize,
    /// Bytes that may be sent.
    pub allowed: usize,
    /// Dictionary key whose value was to be stored, or `None` for any other change.
    pub key: Option<String>,
    /// What helps.
    advice: &'static str,
}

impl TooLarge {
    /// Makes the error for a session with this content, which is more than `room`.
    pub(super) fn of(budget: &SizeBudget, content: usize, room: usize) -> TooLarge {
        let needed = budget.largest(content).total;
        let (allowed, advice) = if room < budget.room {
            // The size allows more, but the server would refuse the next request.
            (budget.largest(room).total, OVER_HTTP_2)
        } else {
            let larger = match (budget.overhead.part, budget.allowed.kept) {
                (0, _) => LARGER_TOKENS,
                (_, usize::MAX) => LARGER_COOKIES,
                _ => LARGER_PARTITIONED,
            };
            // Several cookies need a few bytes more than one, so the next refusal may name a larger size.
            let enough = larger.iter().find(|(bytes, _)| *bytes >= needed);
            let advice = enough.map_or("and keep the rest on the server", |(_, advice)| advice);
            (budget.allowed.total, advice)
        };
        TooLarge {
            needed,
            allowed,
            key: None,
            advice,
        }
    }
}

debug_by_display!(TooLarge);

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (needed, allowed, advice) = (self.needed, self.allowed, self.advice);
        if let Some(key) = &self.key {
            write!(f, "`{}` does not fit: ", key.escape_debug())?;
        }
        write!(
            f,
            "session needs {needed} bytes, the limit is {allowed}; store less, {advice}"
        )
    }
}

impl Error for TooLarge {}

const BROWSER: (usize, &str) = (
    LARGEST_COOKIE,
    "or use `Size::Browser` (4096 bytes) in every program, for which a default nginx answers 502",
);
const SPLIT_2: (usize, &str) = (
    2 * LARGEST_COOKIE,
    "or use `Size::Split(2)` (2 cookies of up to 4096 bytes) in every program, which needs tuned proxies",
);
const SPLIT_4: (usize, &str) = (
    MOST_COOKIES * LARGEST_COOKIE,
    "or use `Size::Split(4)` (4 cookies of up to 4096 bytes) in every program, which few proxies let through",
);
const LARGER_COOKIES: &[(usize, &str)] = &[BROWSER, SPLIT_2, SPLIT_4];
const LARGER_PARTITIONED: &[(usize, &str)] = &[BROWSER, SPLIT_2];
const OVER_HTTP_2: &str = "because over HTTP/2 a server may answer 431 to every request with more; keep the rest on the server";
const LARGER_TOKENS: &[(usize, &str)] = &[(
    MOST_COOKIES * LARGEST_COOKIE,
    "or use a larger `max_token_len` (at most 16384 bytes) in every program, which needs tuned proxies",
)];
