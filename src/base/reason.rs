use std::{error::Error, fmt};

/// Reason why a token did not open, or why its session is withheld, for logs and metrics ([SPEC.md § 7]). A visitor can
/// only notice the reasons that withhold a session: [`Stale`](Self::Stale), [`Unvalidated`](Self::Unvalidated),
/// [`Payload`](Self::Payload), and [`UnknownKey`](Self::UnknownKey) with
/// [`keep_unknown_keys`](crate::carrier::SessionBuilder::keep_unknown_keys).
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionCookie};
/// # use std::time::SystemTime;
/// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// # let session = cookie.load(None::<&str>, SystemTime::now());
/// use hardtack::session::{Outcome, Reason};
///
/// let session = cookie.load(["__Host-session=AAAAAAA"], SystemTime::now());
/// assert!(matches!(
///     session.outcome(),
///     Outcome::Rejected { reason: Reason::UnknownFormat, .. }
/// ));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// [SPEC.md § 7]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#7-opening
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The value is longer than any token, or an old session does not fit into a token.
    TooLong,
    /// A large session is split into several cookies, and one is missing, or their number is wrong
    /// ([docs/spec/carriers.md § 9.2]). Clients with little room for cookies cause this, and so does a value with a `.`
    /// from another program.
    ///
    /// [docs/spec/carriers.md § 9.2]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/carriers.md#92-chunks
    Incomplete,
    /// The value is not strict base64url. It was cut off, changed, or made by another program.
    Encoding,
    /// The token is shorter than any token of its kind.
    TooShort,
    /// The first byte is not a format of this version.
    UnknownFormat,
    /// The token is signed but this cookie is encrypted, or the reverse.
    WrongMode,
    /// The token was sealed under a key that is not in the ring, because it was removed or only newer instances have
    /// it.
    UnknownKey,
    /// The token was sealed under a key whose `accept_until` has passed.
    RetiredKey,
    /// The tag is wrong. The token was forged, changed, or sealed for another purpose or context.
    Auth,
    /// The tag is right, but the body breaks the format, by a bug or by another program with the key. A program without
    /// `device_bound` also reports this for sessions of a program that has it.
    Malformed,
    /// The session is from the future by more than the clock skew, so a clock is wrong.
    NotYetValid,
    /// The session is past its absolute timeout, its own [limit](crate::Session::limit_to), or the end that another
    /// library gave it.
    Expired,
    /// The session is past its idle timeout.
    Idle,
    /// The session was issued before `not_before`, or the application refused it, by its `revoked_if` or
    /// `revalidate_after`, or by the conversion of sessions that are taken over.
    Revoked,
    /// The payload has an unknown schema, or cannot be decoded.
    Payload,
    /// Several cookies of this name open and no rule prefers one, a part of a large session has two values, or the header
    /// or the old cookie came with two values.
    Duplicate,
    /// The session's [`Companion`](crate::companion::Companion) does not admit the request.
    Stale,
    /// The application has to say whether the session is still valid
    /// ([`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after)), but was not asked or could not answer.
    Unvalidated,
}

impl Reason {
    /// Returns the name of this reason, as in SPEC.md.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Reason::TooLong => "TooLong",
            Reason::Incomplete => "Incomplete",
            Reason::Encoding => "Encoding",
            Reason::TooShort => "TooShort",
            Reason::UnknownFormat => "UnknownFormat",
            Reason::WrongMode => "WrongMode",
            Reason::UnknownKey => "UnknownKey",
            Reason::RetiredKey => "RetiredKey",
            Reason::Auth => "Auth",
            Reason::Malformed => "Malformed",
            Reason::NotYetValid => "NotYetValid",
            Reason::Expired => "Expired",
            Reason::Idle => "Idle",
            Reason::Revoked => "Revoked",
            Reason::Payload => "Payload",
            Reason::Duplicate => "Duplicate",
            Reason::Stale => "Stale",
            Reason::Unvalidated => "Unvalidated",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Error for Reason {}
