use crate::cookie::Attributes;

/// Attributes that a cookie had in an earlier version of the application, for
/// [`formerly`](crate::SessionCookieBuilder::formerly). Attributes that are not set are the current ones.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, Formerly, SessionCookie};
/// # use std::time::SystemTime;
///
/// // The cookie was set for /shop on all hosts of example.com, and is now for this host alone.
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .name("session")
///     .formerly(Formerly::new().path("/shop").domain("example.com"))
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
pub struct Formerly {
    path: Option<String>,
    domain: Option<Option<String>>,
    partitioned: Option<bool>,
}

impl Formerly {
    /// Starts with the current attributes.
    ///
    /// # Examples
    ///
    /// ```
    /// let partitioned = hardtack::Formerly::new().partitioned(true);
    /// ```
    pub fn new() -> Formerly {
        Formerly::default()
    }

    /// Sets the path that the cookie had.
    ///
    /// # Examples
    ///
    /// ```
    /// let moved = hardtack::Formerly::new().path("/app");
    /// ```
    pub fn path(self, path: impl Into<String>) -> Formerly {
        Formerly {
            path: Some(path.into()),
            ..self
        }
    }

    /// Sets the domain that the cookie had.
    ///
    /// # Examples
    ///
    /// ```
    /// let for_all_hosts = hardtack::Formerly::new().domain("example.com");
    /// ```
    pub fn domain(self, domain: impl Into<String>) -> Formerly {
        Formerly {
            domain: Some(Some(domain.into())),
            ..self
        }
    }

    /// Says that the cookie had no domain.
    ///
    /// # Examples
    ///
    /// ```
    /// let for_one_host = hardtack::Formerly::new().no_domain();
    /// ```
    pub fn no_domain(self) -> Formerly {
        Formerly {
            domain: Some(None),
            ..self
        }
    }

    /// Says whether the cookie was `Partitioned`.
    ///
    /// # Examples
    ///
    /// ```
    /// let plain = hardtack::Formerly::new().partitioned(false);
    /// ```
    pub fn partitioned(self, partitioned: bool) -> Formerly {
        Formerly {
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
