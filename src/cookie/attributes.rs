use std::{
    borrow::Cow,
    fmt::{self, Write},
};

use super::{name::CookieName, prefix::Prefix};

/// The cross-site requests with which a browser sends a cookie (RFC 6265bis section 5.6.7).
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
    /// None: the cookie is sent with same-site requests only.
    Strict,
    /// Those of a visitor who follows a link from another site. The default.
    Lax,
    /// All of them. Browsers require `Secure` with it.
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
        self.mistakes(Some(name))
            .into_iter()
            .next()
            .map_or(Ok(()), Err)
    }

    /// Returns every mistake in the attributes, with a name or without one.
    pub(crate) fn mistakes(&self, name: Option<&CookieName>) -> Vec<AttributeError> {
        let mut mistakes = Vec::new();
        if let Some(reason) = wrong_path(&self.path) {
            mistakes.push(AttributeError::new("path", reason));
        }
        if self
            .domain
            .as_deref()
            .is_some_and(|domain| !is_domain(domain))
        {
            mistakes.push(AttributeError::new("domain", NO_DOMAIN));
        }
        if !self.secure && self.same_site == SameSite::None {
            mistakes.push(AttributeError::conflict(SAME_SITE_NONE_WITHOUT_SECURE));
        }
        if !self.secure && self.partitioned {
            mistakes.push(AttributeError::conflict(PARTITIONED_WITHOUT_SECURE));
        }
        let prefix = name.map_or(Prefix::None, CookieName::prefix);
        let conflicts = prefix.conflicts(self).into_iter();
        mistakes.extend(conflicts.map(AttributeError::conflict));
        mistakes
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

/// A mistake in the attributes of a cookie.
#[derive(Debug)]
pub(crate) struct AttributeError {
    attribute: Option<&'static str>,
    reason: Cow<'static, str>,
}

impl AttributeError {
    fn new(attribute: &'static str, reason: impl Into<Cow<'static, str>>) -> AttributeError {
        AttributeError {
            attribute: Some(attribute),
            reason: reason.into(),
        }
    }

    /// Attributes that browsers refuse together.
    fn conflict(sentence: &'static str) -> AttributeError {
        AttributeError {
            attribute: None,
            reason: sentence.into(),
        }
    }

    /// The attribute that is wrong, or `None` if several conflict.
    pub(crate) fn attribute(&self) -> Option<&'static str> {
        self.attribute
    }

    /// The rest of a sentence that begins with the attribute, or the whole sentence about a conflict.
    pub(crate) fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for AttributeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(attribute) = self.attribute {
            write!(f, "{attribute} ")?;
        }
        f.write_str(&self.reason)
    }
}

/// The reason why browsers do not accept `path`. They ignore values of more than 1,024 bytes.
fn wrong_path(path: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_graphic() && c != ';' && c != ',';
    if !path.starts_with('/') {
        return Some("does not begin with `/`; give one like `/app`".to_owned());
    }
    if path.len() > LONGEST_VALUE {
        let found = path.len();
        return Some(format!(
            "has {found} bytes, expected at most {LONGEST_VALUE}"
        ));
    }
    let found = path.chars().find(|&c| !is_plain(c))?;
    Some(format!(
        "contains {found:?}, expected visible ASCII characters other than `;` and `,`"
    ))
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

const NO_DOMAIN: &str =
    "is not a host name, expected one like `example.com`, without a leading dot or a port";
const SAME_SITE_NONE_WITHOUT_SECURE: &str = "browsers refuse `SameSite=None` without `Secure`; leave out \
    `danger_allow_http` or choose another `same_site`";
const PARTITIONED_WITHOUT_SECURE: &str = "browsers refuse `Partitioned` without `Secure`; leave out \
    `danger_allow_http` or `partitioned`";
