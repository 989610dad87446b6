use crate::cookie::Attributes;

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
    domain: Option<Option<String>>,
    partitioned: Option<bool>,
}

impl FormerAttributes {
    /// Starts with the current attributes.
    pub fn new() -> FormerAttributes {
        FormerAttributes::default()
    }

    /// Sets the path that the cookie had.
    pub fn path(self, path: impl Into<String>) -> FormerAttributes {
        FormerAttributes {
            path: Some(path.into()),
            ..self
        }
    }

    /// Sets the domain that the cookie had.
    pub fn domain(self, domain: impl Into<String>) -> FormerAttributes {
        FormerAttributes {
            domain: Some(Some(domain.into())),
            ..self
        }
    }

    /// Declares that the cookie had no domain.
    pub fn no_domain(self) -> FormerAttributes {
        FormerAttributes {
            domain: Some(None),
            ..self
        }
    }

    /// Sets whether the cookie was `Partitioned`.
    pub fn partitioned(self, partitioned: bool) -> FormerAttributes {
        FormerAttributes {
            partitioned: Some(partitioned),
            ..self
        }
    }

    /// The earlier attributes, given the current ones.
    pub(super) fn attributes(&self, now: &Attributes) -> Attributes {
        Attributes {
            path: self.path.clone().unwrap_or_else(|| now.path.clone()),
            domain: self.domain.clone().unwrap_or_else(|| now.domain.clone()),
            partitioned: self.partitioned.unwrap_or(now.partitioned),
            ..now.clone()
        }
    }
}
