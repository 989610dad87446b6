//! Attributes of a cookie, and the combinations of attributes and name prefixes that browsers refuse.

use std::fmt;

use super::name::CookieName;
use crate::format::base::{config_error::ConfigError, mistakes};

/// Cross-site requests with which a browser sends a cookie (RFC 6265bis section 5.6.7).
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
    /// No cross-site requests: the cookie comes with same-site requests only.
    Strict,
    /// Requests that open a page by a safe method, such as the GET of a link. The default.
    Lax,
    /// All cross-site requests, unless the browser blocks cookies in them. Browsers require `Secure` with this value.
    None,
    /// No attribute. Chromium treats the cookie as `Lax`, but for two minutes after it was set also sends it when a POST
    /// of another site opens a page. Other browsers may send it with every request, as with `None`.
    Omit,
}

/// Attributes of a cookie. `HttpOnly` is always set.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Attributes {
    pub(crate) path: String,
    pub(crate) domain: Option<String>,
    pub(crate) secure: bool,
    pub(crate) same_site: SameSite,
    pub(crate) partitioned: bool,
}

impl Attributes {
    /// Returns the mistakes in single attributes, in their combination, and with the prefix of the name.
    pub(crate) fn mistakes(&self, name: Option<&CookieName>) -> Vec<ConfigError> {
        let path = wrong_path(&self.path).map(|reason| ConfigError::new("path", reason));
        let is_wrong = self.domain.as_deref().is_some_and(|it| !is_domain(it));
        let domain = is_wrong.then(|| ConfigError::new("domain", mistakes::NO_DOMAIN));
        let mut mistakes: Vec<_> = path.into_iter().chain(domain).collect();
        let is_host = name.is_some_and(CookieName::is_host_only);
        let is_secure = name.is_some_and(CookieName::is_secure);
        let (is_http, for_all_sites) = (!self.secure, self.same_site == SameSite::None);
        for (is_so, sentence) in [
            (
                is_http && for_all_sites,
                mistakes::SAME_SITE_NONE_WITHOUT_SECURE,
            ),
            (
                is_http && self.partitioned,
                mistakes::PARTITIONED_WITHOUT_SECURE,
            ),
            (is_http && is_secure, mistakes::PREFIX_WITHOUT_SECURE),
            (is_host && self.domain.is_some(), mistakes::HOST_WITH_DOMAIN),
            (is_host && self.path != "/", mistakes::HOST_WITH_PATH),
        ] {
            mistakes.extend(is_so.then(|| ConfigError::without_setting(sentence)));
        }
        mistakes
    }

    /// Returns the default name, with the safest prefix that the attributes allow.
    pub(crate) fn default_name(&self) -> CookieName {
        if !self.secure {
            CookieName::by_default("")
        } else if self.domain.is_some() || self.path != "/" {
            CookieName::by_default("__Secure-")
        } else {
            CookieName::default()
        }
    }
}

impl Default for Attributes {
    fn default() -> Self {
        Attributes {
            path: "/".to_owned(),
            domain: None,
            secure: true,
            same_site: SameSite::Lax,
            partitioned: false,
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

/// Attributes that a cookie had in an earlier version of the application, for
/// [`formerly`](crate::carrier::SessionCookieBuilder::formerly). An attribute that is not set has its current value.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, SessionCookie, carrier::FormerAttributes};
/// # use std::time::SystemTime;
///
/// // The cookie was set for /shop on all hosts of example.com, and is now for this host alone.
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .name("session")
///     .formerly(FormerAttributes::new().path("/shop").domain("example.com"))
///     .build()?;
/// # let session = cookie.load(None::<&str>, SystemTime::now());
/// # session.insert("user", 42)?;
/// let fields: Vec<String> = cookie.save(&session)?.into_iter().collect();
/// assert!(fields[0].starts_with("session=; Path=/shop; Domain=example.com;"));
/// assert!(fields[1].starts_with("session=e"));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "attributes have no effect unless they are given to the builder"]
pub struct FormerAttributes {
    path: Option<String>,
    domain: Domain,
    partitioned: Option<bool>,
}

#[derive(Clone, Debug, Default)]
enum Domain {
    #[default]
    Unchanged,
    Absent,
    Was(String),
}

impl FormerAttributes {
    /// Starts with the current attributes.
    pub fn new() -> FormerAttributes {
        FormerAttributes::default()
    }

    /// Sets the path that the cookie had.
    pub fn path(mut self, path: impl Into<String>) -> FormerAttributes {
        self.path = Some(path.into());
        self
    }

    /// Sets the domain that the cookie had.
    pub fn domain(mut self, domain: impl Into<String>) -> FormerAttributes {
        self.domain = Domain::Was(domain.into());
        self
    }

    /// Declares that the cookie had no domain: it was for one host, and is now for all hosts of a domain.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, carrier::FormerAttributes};
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .name("session")
    ///     .domain("example.com")
    ///     .formerly(FormerAttributes::new().no_domain())
    ///     .build()?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn no_domain(mut self) -> FormerAttributes {
        self.domain = Domain::Absent;
        self
    }

    /// Sets whether the cookie was `Partitioned`.
    pub fn partitioned(mut self, partitioned: bool) -> FormerAttributes {
        self.partitioned = Some(partitioned);
        self
    }

    /// Returns these attributes, with each one that is not set taken from `current`.
    pub(crate) fn with_defaults_of(&self, current: &Attributes) -> Attributes {
        Attributes {
            path: self.path.clone().unwrap_or_else(|| current.path.clone()),
            domain: match &self.domain {
                Domain::Unchanged => current.domain.clone(),
                Domain::Absent => None,
                Domain::Was(domain) => Some(domain.clone()),
            },
            partitioned: self.partitioned.unwrap_or(current.partitioned),
            ..current.clone()
        }
    }
}

/// Returns the reason why a cookie with this path is of no use, if there is one. Browsers ignore values of more than
/// 1,024 bytes.
fn wrong_path(path: &str) -> Option<String> {
    // A request's path ends before `?` and `#`.
    let is_plain = |c: char| c.is_ascii_graphic() && !";,?#".contains(c);
    let is_dots = |segment: &str| {
        let segment = segment.to_ascii_lowercase().replace("%2e", ".");
        segment == "." || segment == ".."
    };
    let (len, found) = (path.len(), path.chars().find(|&c| !is_plain(c)));
    Some(if !path.starts_with('/') {
        mistakes::NO_SLASH.to_owned()
    } else if len > LONGEST_VALUE {
        mistakes::too_many_bytes(len, LONGEST_VALUE)
    } else if let Some(found) = found {
        mistakes::no_path(format_args!("{found:?}"))
    } else if path.split('/').any(is_dots) {
        mistakes::DOTS.to_owned()
    } else {
        return None;
    })
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
    // An address has no other hosts below it.
    let is_address = domain.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    domain.len() <= 253 && domain.split('.').all(is_label) && !is_address
}

/// Returns the number of bytes of `; Max-Age=N`.
pub(crate) fn max_age_len(seconds: u64) -> usize {
    let digits = seconds.clamp(1, MOST_SECONDS).ilog10() as usize + 1;
    "; Max-Age=".len() + digits
}

/// Longest `Max-Age` that browsers allow: 400 days (RFC 6265bis section 5.5).
pub(super) const MOST_SECONDS: u64 = 400 * 86_400;
pub(crate) const MAX_AGE_LEN: usize = "; Max-Age=34560000".len();
/// Longest value of an attribute, in bytes. Browsers ignore longer ones.
const LONGEST_VALUE: usize = 1024;
