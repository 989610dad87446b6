use std::fmt;

use crate::{
    cookie::{AttributeError, CookieNameError},
    keys::RingError,
    token::ContextError,
};

/// The error of a [`SessionBuilder`](crate::carrier::SessionBuilder) that cannot build. Every sentence says what to do.
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
    /// The name is not a cookie's name, or does not go with the attributes.
    Name(CookieNameError),
    /// An attribute has a value that no browser accepts, or does not go with the others.
    Attribute(AttributeError),
    /// The purpose of a bare token is empty, or longer than 65,529 bytes.
    TokenName,
    /// The name of a header is empty, is longer than 128 bytes, or has a character that is not allowed.
    HeaderName,
    /// The context has a label or value that is too long, or a label that is reserved.
    Context(ContextError),
    /// The label of the application is empty, or a label of the application or the type is longer than 255 bytes.
    Label,
    /// `formerly` has the current attributes, so the cookie would be dropped as soon as it is set.
    FormerAttributes,
    /// A trusted origin is not a scheme and a host with an optional port.
    Origin,
    /// A span of time is out of range.
    Lifetime(&'static str),
    /// The name and the attributes, or `max_token_len`, leave no room for a session.
    NoRoom,
    /// `max_token_len` is more than 16,384 characters.
    TokenLen,
    /// The number of cookies in `Size::Split` is not 2 to 4.
    Split,
    /// The key ring does not go with the timeouts.
    Keys(RingError),
    /// The default of the session's type cannot be encoded and decoded again.
    Payload,
    /// Sessions of another type, named here, have the same name, ring and context in this program.
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
                f.write_str("the token's purpose is empty or longer than 65529 bytes, choose another")
            }
            ConfigError::HeaderName => f.write_str(
                "that is no header's name, give one of letters, digits and `-`, at most 128 bytes long",
            ),
            ConfigError::Context(error) => error.fmt(f),
            ConfigError::Label => f.write_str(
                "the label of the application or the type is empty or longer than 255 bytes, choose another",
            ),
            ConfigError::FormerAttributes => f.write_str(
                "`formerly` has the attributes that the cookie has now, leave it out",
            ),
            ConfigError::Origin => f.write_str(
                "that is no origin, give a scheme and a host like `https://app.example.com`",
            ),
            ConfigError::Lifetime(sentence) => f.write_str(sentence),
            ConfigError::NoRoom => f.write_str(
                "there is no room for a session, shorten the cookie's name and attributes, or give a larger \
                 `max_token_len`",
            ),
            ConfigError::TokenLen => {
                f.write_str("max_token_len is out of range, give at most 16384 characters")
            }
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
