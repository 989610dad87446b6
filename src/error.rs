//! One small error for each operation.

use std::fmt;

use crate::{
    cookie::{AttributeError, CookieNameError},
    crypto::{random::RandomError, suite::Mode},
    keys::{KeyId, RingError},
    state::TooLarge,
    token::ContextError,
};

/// Why a token did not open. For logs and metrics; what the visitor gets never depends on it.
///
/// Each is the failure of one step of SPEC.md § 7.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionCookie};
/// # use std::time::SystemTime;
/// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// # let session = cookie.load([""], SystemTime::now());
/// use hardtack::{Outcome, Reason};
///
/// let session = cookie.load(["__Host-session=AAAAAAA"], SystemTime::now());
/// assert!(matches!(
///     session.outcome(),
///     Outcome::Rejected { reason: Reason::UnknownFormat, .. }
/// ));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// Longer than any token.
    TooLong,
    /// A large session is in several cookies, and one of them is missing, or their number is wrong
    /// (docs/spec/carriers.md § 9.2). Clients with little room for cookies bring this about.
    Incomplete,
    /// Not base64url in its only spelling: cut off, changed, or of another program.
    Encoding,
    /// Shorter than any token of its kind.
    TooShort,
    /// The first byte names no format of this version.
    UnknownFormat,
    /// Signed where this cookie is encrypted, or the other way round.
    WrongMode,
    /// Sealed under a key that is not in the ring: one removed, or one of a newer instance.
    UnknownKey,
    /// Sealed under a key whose `accept_until` has passed.
    RetiredKey,
    /// The tag does not fit: forged, changed, or sealed for another purpose or context.
    Auth,
    /// The tag fits, yet the body breaks the format. A bug, or another program with the key.
    Malformed,
    /// From the future by more than the skew: a clock is wrong.
    NotYetValid,
    /// Past the absolute timeout.
    Expired,
    /// Past the idle timeout.
    Idle,
    /// Issued before `not_before`.
    Revoked,
    /// The payload has a schema that is not known here, or cannot be decoded.
    Payload,
    /// Several cookies of this name open, and none can be preferred; or a part of a large session came
    /// with two values.
    Duplicate,
}

impl Reason {
    /// The name of this reason, as in SPEC.md.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::Reason;
    ///
    /// assert_eq!(Reason::RetiredKey.name(), "RetiredKey");
    /// ```
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
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What came of reading a session. For logs and metrics.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionCookie};
/// # use std::time::SystemTime;
/// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// # let session = cookie.load([""], SystemTime::now());
/// use hardtack::Outcome;
///
/// let label = match session.outcome() {
///     Outcome::Absent => "absent",
///     Outcome::Opened { .. } | Outcome::OpenedUnderAcceptedKey { .. } => "opened",
///     Outcome::Rejected { reason, .. } => reason.name(),
///     _ => "other",
/// };
/// assert_eq!(label, "absent");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The request brought no token.
    Absent,
    /// The token opened under the key that seals.
    Opened {
        /// That key.
        key_id: KeyId,
    },
    /// The token opened under a key that only opens.
    OpenedUnderAcceptedKey {
        /// That key.
        key_id: KeyId,
    },
    /// The token did not open, so the session is new.
    Rejected {
        /// The step at which it failed.
        reason: Reason,
        /// The key that the token names, where that much could be read.
        key_id: Option<KeyId>,
    },
}

impl Outcome {
    /// The key under which the token opened, if it did.
    pub(crate) fn opened_under(self) -> Option<KeyId> {
        match self {
            Outcome::Opened { key_id } | Outcome::OpenedUnderAcceptedKey { key_id } => Some(key_id),
            Outcome::Absent | Outcome::Rejected { .. } => None,
        }
    }
}

/// Why a session's content could not be read or changed. After an error the session is as it was.
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
/// session.insert("user", "Ada")?;
/// match session.get::<u64>("user") {
///     Err(error @ SessionError::Decode { .. }) => {
///         assert_eq!(error.to_string(), r#"the value under "user" is not of type `u64`"#);
///     }
///     other => return Err(format!("{other:?}").into()),
/// }
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum SessionError {
    /// The change would make the session too large for its cookie.
    TooLarge(TooLarge),
    /// The head of the response is on its way, so a change could not be saved any more.
    AfterHead,
    /// The request belongs to no context: the layer's `context_by` gave none. Its session is empty, and nothing can
    /// be put into it.
    NoContext,
    /// The session was used inside its own `update`.
    InsideUpdate,
    /// The session was written by a newer version of the application, or by another program, and
    /// cannot be read. Writing it would destroy it. `invalidate` and `renew` begin a new one.
    UnreadablePayload,
    /// A value of this type could not be encoded, or what was encoded could not be read again.
    Encode(&'static str),
    /// A value is nested deeper than 63 levels, or holds a MessagePack extension.
    TooDeep,
    /// A map inside the value has a key twice. Languages disagree on which of the two counts.
    DuplicateKey,
    /// A stored value is not of the type that was asked for. What it is, is not told: errors end in logs.
    Decode {
        /// The key of the value. `None`: the whole dictionary was read as one value.
        key: Option<String>,
        /// The name of the type that was asked for.
        expected: &'static str,
    },
    /// `remember_for` was called, and the cookie was built without `remember_up_to`.
    NotRemembering,
    /// The operating system's random generator failed.
    Random(RandomError),
}

impl SessionError {
    /// The key of a dictionary that was to be read or changed, where the error knows it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load([""], std::time::SystemTime::now());
    /// let error = session.insert("note", "x".repeat(3_000)).unwrap_err();
    /// assert_eq!(error.key(), Some("note"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match self {
            SessionError::TooLarge(error) => error.key.as_deref(),
            _ => None,
        }
    }

    pub(crate) fn about(mut self, key: &str) -> SessionError {
        if let SessionError::TooLarge(error) = &mut self {
            error.key = Some(key.to_owned());
        }
        self
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SessionError::TooLarge(error) => error.fmt(f),
            SessionError::AfterHead => f.write_str(
                "the response's head has been produced, so the session cannot be changed any more",
            ),
            SessionError::NoContext => f.write_str(
                "the request belongs to no context: `context_by` gave none, or it names no host; it has no session",
            ),
            SessionError::InsideUpdate => f.write_str(
                "the session is being changed by an `update` around this call, use what `update` handed out",
            ),
            SessionError::UnreadablePayload => f.write_str(
                "the session was written in a form that this version cannot read, so it is not overwritten",
            ),
            SessionError::Encode(name) => write!(f, "a value of type `{name}` cannot be stored"),
            SessionError::TooDeep => f.write_str(
                "the value is nested deeper than 63 levels, or holds a MessagePack extension",
            ),
            SessionError::DuplicateKey => {
                f.write_str("a map in the value has a key twice, store each key once")
            }
            // Quoted, as a key that came from a visitor may hold anything.
            SessionError::Decode {
                key: Some(key),
                expected,
            } => write!(f, "the value under {key:?} is not of type `{expected}`"),
            SessionError::Decode {
                key: None,
                expected,
            } => write!(f, "the dictionary is not of type `{expected}`"),
            SessionError::NotRemembering => f.write_str(
                "no session is remembered, build the cookie with `remember_up_to`",
            ),
            SessionError::Random(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SessionError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            SessionError::Random(error) => error.source(),
            _ => None,
        }
    }
}

impl From<TooLarge> for SessionError {
    fn from(error: TooLarge) -> Self {
        SessionError::TooLarge(error)
    }
}

impl From<RandomError> for SessionError {
    fn from(error: RandomError) -> Self {
        SessionError::Random(error)
    }
}

/// Why a session could not be saved. None has to do with its content.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionCookie};
/// # use std::time::SystemTime;
/// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// # let session = cookie.load([""], SystemTime::now());
/// use hardtack::SaveError;
/// use std::time::UNIX_EPOCH;
///
/// let session = cookie.load([""], UNIX_EPOCH);
/// session.insert("user", 42)?;
/// assert!(matches!(cookie.save(&session), Err(SaveError::Clock)));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum SaveError {
    /// The operating system's random generator failed.
    Random(RandomError),
    /// The clock shows a time before 2026 or after 2162, which a token cannot carry.
    Clock,
    /// The session is being changed by an `update` around this call.
    InsideUpdate,
    /// The session was loaded by another [`SessionCookie`](crate::SessionCookie),
    /// [`SessionHeader`](crate::SessionHeader) or [`SessionToken`](crate::SessionToken) than the one that is to
    /// save it. They have to have the same mode, name, context and key ring.
    OfAnother,
}

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SaveError::Random(error) => error.fmt(f),
            SaveError::Clock => f.write_str(
                "the clock shows a time before 2026 or after 2162, so no session can be sealed",
            ),
            SaveError::InsideUpdate => f.write_str(
                "the session is being changed by an `update` around this call, save it after",
            ),
            SaveError::OfAnother => {
                f.write_str("the session was loaded by another cookie, save it with that one")
            }
        }
    }
}

impl std::error::Error for SaveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            SaveError::Random(error) => error.source(),
            SaveError::Clock | SaveError::InsideUpdate | SaveError::OfAnother => None,
        }
    }
}

impl From<RandomError> for SaveError {
    fn from(error: RandomError) -> Self {
        SaveError::Random(error)
    }
}

/// Why [`cookie_for`](crate::SessionCookie::cookie_for) gave no cookie.
///
/// # Examples
///
/// ```
/// use hardtack::{CookieForError, EncryptionKey, SessionCookie};
/// use std::time::SystemTime;
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// let error = cookie.cookie_for(SystemTime::now(), |_| Ok(()));
/// assert!(matches!(error, Err(CookieForError::Empty)));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum CookieForError {
    /// The session could not be filled.
    Session(SessionError),
    /// It could not be saved.
    Save(SaveError),
    /// Nothing was put into it.
    Empty,
}

impl fmt::Display for CookieForError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CookieForError::Session(error) => error.fmt(f),
            CookieForError::Save(error) => error.fmt(f),
            CookieForError::Empty => {
                f.write_str("an empty session has no cookie, put something in")
            }
        }
    }
}

impl std::error::Error for CookieForError {}

/// Why a [`SessionCookie`](crate::SessionCookie) was not built. Every sentence says what to do.
///
/// # Examples
///
/// ```
/// use hardtack::{ConfigError, EncryptionKey, SessionCookie};
/// use std::time::Duration;
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .idle_timeout(Duration::from_millis(500))
///     .build();
/// assert!(matches!(cookie, Err(ConfigError::Lifetime(_))));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[non_exhaustive]
pub enum ConfigError {
    /// The name cannot be a cookie's name, or not this cookie's.
    Name(CookieNameError),
    /// An attribute has a value that no browser would take, or does not go with the others.
    Attribute(AttributeError),
    /// The name of a bare token is empty, or longer than 65,529 bytes.
    TokenName,
    /// The name of a header is empty, longer than 128 bytes, or has a character that none can have.
    HeaderName,
    /// The context has a label or value that is too long, or a label that is reserved.
    Context(ContextError),
    /// The label of the application is empty, or that of the application or the type longer than 255 bytes.
    Label,
    /// `formerly` has the attributes of now, so the cookie would be dropped as soon as it is set.
    Formerly,
    /// A trusted origin is not a scheme and a host, with a port at most.
    Origin,
    /// A span of time is out of range.
    Lifetime(&'static str),
    /// The name and the attributes leave no room for a session.
    NoRoom,
    /// A session is split into two to four cookies.
    Split,
    /// The key ring does not go with the timeouts.
    Keys(RingError),
    /// The default of the session's type cannot be written and read again.
    Payload,
    /// Sessions of another type, which is named here, have the same name, ring and context in this program.
    AnotherType(&'static str),
}

/// The sentence: `main` prints errors by `Debug`.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigError::Name(error) => error.fmt(f),
            ConfigError::Attribute(error) => error.fmt(f),
            ConfigError::TokenName => {
                f.write_str("the token's name is empty or longer than 65529 bytes, choose another")
            }
            ConfigError::HeaderName => f.write_str(
                "that is no header's name, give one of letters, digits and `-`, at most 128 bytes long",
            ),
            ConfigError::Context(error) => error.fmt(f),
            ConfigError::Label => f.write_str(
                "the label of the application or the type is empty or longer than 255 bytes, choose another",
            ),
            ConfigError::Formerly => f.write_str(
                "`formerly` has the attributes that the cookie has now, leave it out",
            ),
            ConfigError::Origin => f.write_str(
                "that is no origin, give a scheme and a host like `https://app.example.com`",
            ),
            ConfigError::Lifetime(sentence) => f.write_str(sentence),
            ConfigError::NoRoom => f.write_str(
                "the cookie's name and attributes leave no room for a session, shorten them",
            ),
            ConfigError::Split => f.write_str(
                "a session is split into 2 to 4 cookies, give `Size::Split` one of these numbers",
            ),
            ConfigError::Keys(error) => error.fmt(f),
            ConfigError::Payload => f.write_str(
                "the default of the session's type cannot be written and read again with postcard, \
                 remove `skip_serializing_if`, `untagged`, `flatten` and internal tags",
            ),
            ConfigError::AnotherType(name) => write!(
                f,
                "sessions of type `{name}` are built with this name, ring and context already, and each \
                 type would replace the other's; choose another name, or drop what was built first"
            ),
        }
    }
}

impl std::error::Error for ConfigError {}

impl From<CookieNameError> for ConfigError {
    fn from(error: CookieNameError) -> Self {
        ConfigError::Name(error)
    }
}

impl From<AttributeError> for ConfigError {
    fn from(error: AttributeError) -> Self {
        ConfigError::Attribute(error)
    }
}

impl From<RingError> for ConfigError {
    fn from(error: RingError) -> Self {
        ConfigError::Keys(error)
    }
}

impl From<ContextError> for ConfigError {
    fn from(error: ContextError) -> Self {
        ConfigError::Context(error)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mode::Encrypted => "encrypted",
            Mode::UnencryptedButSigned => "unencrypted-but-signed",
        })
    }
}
