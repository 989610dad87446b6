use std::fmt::{self, Write};

use super::name::{CookieName, DefaultName, Prefix};

/// The requests of other sites with which a browser sends a cookie (RFC 6265bis section 5.6.7).
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, SameSite, SessionCookie};
/// # use std::time::SystemTime;
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .same_site(SameSite::Strict)
///     .build()?;
/// # let session = cookie.load(None::<&str>, SystemTime::now());
/// # session.insert("user", 42)?;
/// # assert!(cookie.save(&session)?.iter().all(|field| field.ends_with("; SameSite=Strict")));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SameSite {
    /// Only with requests of the site itself.
    Strict,
    /// Also when the visitor follows a link from another site. The default.
    Lax,
    /// With every request. Browsers require `Secure` with it.
    None,
    /// The attribute is left out. Chromium treats the cookie as `Lax`, but for two minutes after it was set also sends
    /// it with cross-site POST requests. Other browsers may send it with every request, as with `None`.
    Omit,
}

/// The attributes of a cookie. `HttpOnly` is always set.
#[derive(Clone, Debug)]
pub(crate) struct Attributes {
    pub(crate) path: String,
    pub(crate) domain: Option<String>,
    pub(crate) secure: bool,
    pub(crate) same_site: SameSite,
    pub(crate) partitioned: bool,
}

impl Attributes {
    /// Checks the attributes by themselves, together, and with the prefix of `name`.
    pub(crate) fn check(&self, name: &CookieName) -> Result<(), AttributeError> {
        self.mistakes(Some(name)).next().map_or(Ok(()), Err)
    }

    /// Returns every mistake in the attributes, with a name or without one.
    pub(crate) fn mistakes(
        &self,
        name: Option<&CookieName>,
    ) -> impl Iterator<Item = AttributeError> + use<> {
        let prefix = name.map(CookieName::prefix);
        let is_host = matches!(prefix, Some(Prefix::Host));
        let has_prefix = is_host || matches!(prefix, Some(Prefix::Secure));
        let is_open = !self.secure;
        let checks = [
            (!is_path(&self.path), AttributeError::Path),
            (
                self.domain
                    .as_deref()
                    .is_some_and(|domain| !is_domain(domain)),
                AttributeError::Domain,
            ),
            (
                is_open && self.same_site == SameSite::None,
                AttributeError::SameSiteNoneWithoutSecure,
            ),
            (
                is_open && self.partitioned,
                AttributeError::PartitionedWithoutSecure,
            ),
            (is_open && has_prefix, AttributeError::PrefixWithoutSecure),
            (
                is_host && self.domain.is_some(),
                AttributeError::HostWithDomain,
            ),
            (is_host && self.path != "/", AttributeError::HostWithPath),
        ];
        let mistakes = checks.into_iter().filter(|(is_wrong, _)| *is_wrong);
        mistakes.map(|(_, error)| error)
    }

    pub(crate) fn default_name(&self) -> DefaultName {
        if !self.secure {
            DefaultName::Plain
        } else if self.domain.is_some() || self.path != "/" {
            DefaultName::Secure
        } else {
            DefaultName::Host
        }
    }
}

/// `; Path=…; Domain=…; Secure; HttpOnly; SameSite=…; Partitioned`, in the order of docs/spec/carriers.md § 9.3.
impl fmt::Display for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "; Path={}", self.path)?;
        if let Some(domain) = &self.domain {
            write!(f, "; Domain={domain}")?;
        }
        if self.secure {
            f.write_str("; Secure")?;
        }
        f.write_str("; HttpOnly")?;
        f.write_str(match self.same_site {
            SameSite::Strict => "; SameSite=Strict",
            SameSite::Lax => "; SameSite=Lax",
            SameSite::None => "; SameSite=None",
            SameSite::Omit => "",
        })?;
        if self.partitioned {
            f.write_str("; Partitioned")?;
        }
        Ok(())
    }
}

/// An error in the attributes of a cookie.
///
/// # Examples
///
/// ```
/// use hardtack::{ConfigError, EncryptionKey, SessionCookie, cookie::AttributeError};
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .domain("example.com:8080")
///     .build();
/// assert!(matches!(cookie, Err(ConfigError::Attribute(AttributeError::Domain))));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttributeError {
    /// The path does not begin with `/`, is longer than 1,024 bytes, or has a character that would end the attribute.
    Path,
    /// The domain is not a host name.
    Domain,
    /// `SameSite=None` without `Secure`.
    SameSiteNoneWithoutSecure,
    /// `Partitioned` without `Secure`.
    PartitionedWithoutSecure,
    /// A name with a prefix but without `Secure`.
    PrefixWithoutSecure,
    /// A `__Host-` name with a domain.
    HostWithDomain,
    /// A `__Host-` name with a path other than `/`.
    HostWithPath,
}

impl fmt::Display for AttributeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AttributeError::Path => {
                "path does not begin with `/`, is longer than 1024 bytes, or contains `;`, a comma, \
                 white space or a character outside ASCII; expected one like `/app`"
            }
            AttributeError::Domain => {
                "domain is not a host name, expected one like `example.com`, without a leading dot or a port"
            }
            AttributeError::SameSiteNoneWithoutSecure => {
                "browsers refuse `SameSite=None` without `Secure`, leave out `danger_allow_http` or \
                 choose another `same_site`"
            }
            AttributeError::PartitionedWithoutSecure => {
                "browsers refuse `Partitioned` without `Secure`, leave out `danger_allow_http` or \
                 `partitioned`"
            }
            AttributeError::PrefixWithoutSecure => {
                "browsers refuse names with `__Host-`, `__Secure-` or `__Http-` without `Secure`, leave out \
                 `danger_allow_http` or choose a name without a prefix"
            }
            AttributeError::HostWithDomain => {
                "browsers refuse `__Host-` names with a domain, leave out `domain` or choose a \
                 `__Secure-` name"
            }
            AttributeError::HostWithPath => {
                "browsers refuse `__Host-` names with a path other than `/`, leave out `path` or choose \
                 a `__Secure-` name"
            }
        })
    }
}

impl std::error::Error for AttributeError {}

fn is_path(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b';' && byte != b',';
    path.starts_with('/') && path.len() <= LONGEST_VALUE && path.bytes().all(is_plain)
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    // Browsers ignore a cookie whose domain is an address.
    let is_address = domain.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    domain.len() <= 253 && domain.split('.').all(is_label) && !is_address
}

/// Appends `; Max-Age=N` to `line`.
pub(crate) fn push_max_age(line: &mut String, seconds: u64) {
    // Writing to a string cannot fail.
    let _ = write!(line, "; Max-Age={}", seconds.min(LONGEST_MAX_AGE));
}

/// The number of bytes that [`push_max_age`] appends.
pub(crate) fn max_age_len(seconds: u64) -> usize {
    let digits = seconds.clamp(1, LONGEST_MAX_AGE).ilog10() as usize + 1;
    "; Max-Age=".len() + digits
}

/// 400 days, the most that browsers allow (RFC 6265bis section 5.5).
const LONGEST_MAX_AGE: u64 = 400 * 86_400;
pub(crate) const MAX_AGE_LONGEST: usize = "; Max-Age=34560000".len();
/// The most bytes of an attribute's value. Browsers ignore longer ones.
const LONGEST_VALUE: usize = 1024;
