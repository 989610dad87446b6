use std::{fmt, str::FromStr};

use crate::base::{debug::debug_by_display, syntax::is_token_char};

/// The name of a cookie, including its prefix: a token of RFC 9110 section 5.6.2 of 1 to 128 bytes.
///
/// [`build`](crate::carrier::SessionCookieBuilder::build) checks that the prefix goes with the attributes (docs/spec/carriers.md
/// § 9.1).
///
/// # Examples
///
/// ```
/// use hardtack::cookie::CookieName;
///
/// assert!("__Host-login".parse::<CookieName>().is_ok());
/// assert!("log in".parse::<CookieName>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookieName(String);

impl CookieName {
    /// Returns the name as text.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::cookie::CookieName;
    ///
    /// let name: CookieName = "__Host-login".parse()?;
    /// assert_eq!(name.as_str(), "__Host-login");
    /// # Ok::<_, hardtack::cookie::CookieNameError>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns `true` if browsers let only the host itself set such a cookie.
    pub(crate) fn is_host_only(&self) -> bool {
        self.prefix() == Prefix::Host
    }

    /// Returns the requirements of the prefix. Browsers ignore its case.
    pub(super) fn prefix(&self) -> Prefix {
        let has = |prefix: &str| {
            let start = self.0.get(..prefix.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        if has("__Host-") {
            // `__Host-Http-` also requires HttpOnly, which every cookie of ours has.
            Prefix::Host
        } else if has("__Secure-") || has("__Http-") {
            Prefix::Secure
        } else {
            Prefix::None
        }
    }
}

/// The requirements of browsers for a cookie with the prefix of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    None,
    /// `Secure`.
    Secure,
    /// `Secure`, `Path=/` and no Domain.
    Host,
}

impl FromStr for CookieName {
    type Err = CookieNameError;

    fn from_str(name: &str) -> Result<CookieName, CookieNameError> {
        if name.is_empty() {
            return Err(CookieNameError(Problem::Empty));
        }
        if name.len() > LONGEST_NAME {
            return Err(CookieNameError(Problem::TooLong(name.len())));
        }
        if let Some(found) = name.chars().find(|&c| !is_token_char(c)) {
            return Err(CookieNameError(Problem::Character(found)));
        }
        // `name.1` to `name.7` are the parts of a large session.
        if let Some((_, end)) = name.rsplit_once('.')
            && !end.is_empty()
            && end.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(CookieNameError(Problem::LikePart));
        }
        Ok(CookieName(name.to_owned()))
    }
}

impl From<CookieName> for String {
    fn from(name: CookieName) -> Self {
        name.0
    }
}

impl fmt::Display for CookieName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a cookie if none was chosen: the safest prefix that its attributes allow.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DefaultName {
    Host,
    Secure,
    Plain,
}

impl DefaultName {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            DefaultName::Host => "__Host-session",
            DefaultName::Secure => "__Secure-session",
            DefaultName::Plain => "session",
        }
    }
}

/// An error from parsing a cookie name.
///
/// # Examples
///
/// ```
/// use hardtack::cookie::CookieName;
///
/// let error = "log in".parse::<CookieName>().unwrap_err();
/// assert_eq!(error.to_string(), "cookie name contains ' ', use letters, digits, `-` and `_`");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct CookieNameError(Problem);

#[derive(Clone, PartialEq, Eq)]
enum Problem {
    Empty,
    /// The length in bytes.
    TooLong(usize),
    Character(char),
    LikePart,
}

debug_by_display!(CookieNameError);

impl fmt::Display for CookieNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Problem::Empty => f.write_str("cookie name is empty, expected at least one character"),
            Problem::TooLong(found) => write!(
                f,
                "cookie name has {found} bytes, expected at most {LONGEST_NAME}"
            ),
            Problem::Character(found) => write!(
                f,
                "cookie name contains {found:?}, use letters, digits, `-` and `_`"
            ),
            Problem::LikePart => {
                f.write_str("cookie name ends in a dot and digits, like the parts of a large session; choose another ending")
            }
        }
    }
}

impl std::error::Error for CookieNameError {}

const LONGEST_NAME: usize = 128;
