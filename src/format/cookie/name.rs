//! Name of a cookie. What its prefix demands is in `attributes.rs`.

use std::{fmt, str::FromStr};

use crate::format::base::{config_error::ConfigError, is_token_char, mistakes};

/// Name of a cookie, including its prefix: a token of RFC 9110 section 5.6.2 of 1 to 128 bytes. It must not end in a dot
/// and digits, like the parts of a large session.
///
/// [`build`](crate::carrier::SessionCookieBuilder::build) checks that the attributes meet the
/// requirements of the prefix ([docs/spec/carriers.md § 9.1]).
///
/// # Examples
///
/// ```
/// use hardtack::cookie::CookieName;
///
/// assert!("__Host-login".parse::<CookieName>().is_ok());
/// assert!("log in".parse::<CookieName>().is_err());
/// ```
///
/// [docs/spec/carriers.md § 9.1]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/carriers.md#91-names-and-finding-values
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CookieName(String);

impl CookieName {
    /// Returns the default name with this prefix.
    pub(super) fn by_default(prefix: &str) -> CookieName {
        CookieName(format!("{prefix}session"))
    }

    /// Returns the name as a string.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::cookie::CookieName;
    ///
    /// assert_eq!(CookieName::default().as_str(), "__Host-session");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns `true` if browsers let only the host itself set such a cookie. They require `Secure`, `Path=/` and no
    /// `Domain` (RFC 6265bis section 4.1.3).
    pub(crate) fn is_host_only(&self) -> bool {
        // `__Host-Http-` also requires `HttpOnly`, which every cookie of this crate has.
        self.begins_with("__Host-")
    }

    /// Returns `true` if browsers require `Secure` of such a cookie.
    pub(super) fn is_secure(&self) -> bool {
        let prefixes = ["__Host-", "__Secure-", "__Http-"];
        prefixes.iter().any(|prefix| self.begins_with(prefix))
    }

    /// Returns `true` if the name has this prefix. Browsers ignore its case.
    fn begins_with(&self, prefix: &str) -> bool {
        let start = self.0.get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    }
}

/// Default name: `__Host-session`.
impl Default for CookieName {
    fn default() -> Self {
        CookieName::by_default("__Host-")
    }
}

impl FromStr for CookieName {
    type Err = ConfigError;

    fn from_str(name: &str) -> Result<CookieName, ConfigError> {
        // `name.1` to `name.7` are the parts of a large session.
        let like_part = |(_, end): (&str, &str)| {
            !end.is_empty() && end.bytes().all(|byte| byte.is_ascii_digit())
        };
        let problem = if name.is_empty() {
            "is empty, expected at least one character".to_owned()
        } else if name.len() > LONGEST_NAME {
            let found = name.len();
            mistakes::too_many_bytes(found, LONGEST_NAME)
        } else if let Some(found) = name.chars().find(|&c| !is_token_char(c)) {
            mistakes::no_name(format_args!("{found:?}"))
        } else if name.rsplit_once('.').is_some_and(like_part) {
            mistakes::LIKE_A_PART.to_owned()
        } else {
            return Ok(CookieName(name.to_owned()));
        };
        Err(ConfigError::new("name", problem))
    }
}

impl fmt::Display for CookieName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Length above which names may be refused (docs/spec/carriers.md § 9.1.1), in bytes. Each cookie and part has the name.
const LONGEST_NAME: usize = 128;
