use super::{attributes::Attributes, name::CookieName, set_cookie::Template};
use crate::base::config_error::ConfigError;

/// Attributes that a cookie had in an earlier version of the application, for
/// [`formerly`](crate::carrier::SessionCookieBuilder::formerly). Attributes that are not set are the current ones.
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

    /// Returns the attributes of another cookie.
    #[cfg(feature = "migrate")]
    pub(crate) fn of(cookie: &Attributes) -> FormerAttributes {
        FormerAttributes {
            path: Some(cookie.path.clone()),
            domain: cookie.domain.clone().map_or(Domain::Absent, Domain::Was),
            partitioned: Some(cookie.partitioned),
        }
    }

    /// Returns the constant parts of the fields that drop the cookie `name` with these attributes. `current`
    /// are the attributes of the session's cookie, and errors name `setting`.
    pub(crate) fn template(
        &self,
        name: &CookieName,
        current: &Attributes,
        setting: &'static str,
    ) -> Result<Template, ConfigError> {
        let attributes = Attributes {
            path: self.path.clone().unwrap_or_else(|| current.path.clone()),
            domain: match &self.domain {
                Domain::Unchanged => current.domain.clone(),
                Domain::Absent => None,
                Domain::Was(domain) => Some(domain.clone()),
            },
            partitioned: self.partitioned.unwrap_or(current.partitioned),
            ..current.clone()
        };
        match attributes.mistakes(Some(name)).first() {
            Some(mistake) => Err(ConfigError::within(setting, mistake)),
            None => Ok(Template::new(name, &attributes)),
        }
    }
}
