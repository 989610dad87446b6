//! Old cookie, as an application describes it.

use std::{any::TypeId, fmt, sync::Arc};

use serde_json::{Map, Value};

use super::Reader;
use crate::{
    cookie::{Attributes, Template},
    session::CarrierCore,
    token::Context,
};

/// Cookie of another library: its name, the [`Reader`] of its format, and the attributes by which a browser drops it.
/// `from` makes one of a [`SessionCookie`](crate::SessionCookie) that another one replaces.
///
/// # Examples
///
/// ```
/// use hardtack::migrate::{OldCookie, Reader};
///
/// /// `reader` is one of the package `hardtack-migrate`, or yours.
/// fn old_cookie(reader: impl Reader) -> OldCookie {
///     OldCookie::new("id", reader).path("/app").convert(|mut entries| {
///         // Renamed in the new version.
///         if let Some(user) = entries.remove("user_id") {
///             entries.insert("user".to_owned(), user);
///         }
///         Some(entries)
///     })
/// }
/// ```
#[derive(Clone)]
#[must_use = "an old cookie has no effect unless it is given to the builder"]
pub struct OldCookie {
    pub(super) name: String,
    /// Names of other cookies that belong to this one.
    pub(super) others: Vec<String>,
    /// Its `Secure` and `SameSite` are those of the new cookie.
    pub(super) attributes: Attributes,
    /// Fields that drop the cookie with the attributes that it had before.
    pub(crate) formerly: Vec<Template>,
    /// Largest number of cookies that a session may be in.
    pub(crate) most_cookies: usize,
    pub(super) source: Source,
    pub(super) convert: Option<Convert>,
}

/// Reader of the cookie.
#[derive(Clone)]
pub(crate) enum Source {
    /// Format of another library.
    Format(Arc<dyn Reader>),
    /// Cookie of this crate, whose sessions another one takes over. It opens them as its own carrier would.
    SessionCookie {
        core: Arc<CarrierCore>,
        /// Context of the cookie, for requests that choose no context.
        context: Option<Arc<Context>>,
        /// Type that the cookie's sessions hold.
        held: TypeId,
        /// The cookie takes over sessions itself, which would never happen here.
        takes_over: bool,
    },
}

type Convert = Arc<dyn Fn(Map<String, Value>) -> Option<Map<String, Value>> + Send + Sync>;

impl OldCookie {
    /// Creates a cookie with path `/` and without a domain, the default of most libraries.
    pub fn new(name: impl Into<String>, reader: impl Reader) -> OldCookie {
        let source = Source::Format(Arc::new(reader));
        OldCookie::of(name.into(), Attributes::default(), source)
    }

    pub(crate) fn of(name: String, attributes: Attributes, source: Source) -> OldCookie {
        OldCookie {
            name,
            others: Vec::new(),
            attributes,
            formerly: Vec::new(),
            most_cookies: 1,
            source,
            convert: None,
        }
    }

    /// Adds the name of another cookie that belongs to this one, such as a cookie with its signature. The [`Reader`]
    /// receives its value, and it is dropped with the old cookie. A `SessionCookie` does not read it.
    pub fn also(mut self, name: impl Into<String>) -> OldCookie {
        self.others.push(name.into());
        self
    }

    /// Sets the path of the cookie. With a wrong path, browsers do not drop the cookie, unless a
    /// [`SessionLayer`](crate::SessionLayer) sees it in a request: it also drops the cookie at the paths above the
    /// request's own, up to three levels deep.
    pub fn path(mut self, path: impl Into<String>) -> OldCookie {
        self.attributes.path = path.into();
        self
    }

    /// Sets the domain of the cookie. With a wrong domain, browsers do not drop the cookie.
    pub fn domain(mut self, domain: impl Into<String>) -> OldCookie {
        self.attributes.domain = Some(domain.into());
        self
    }

    /// Sets whether the cookie is `Partitioned`.
    pub fn partitioned(mut self, partitioned: bool) -> OldCookie {
        self.attributes.partitioned = partitioned;
        self
    }

    /// Sets a function that changes the entries of every old session before it is taken over. If it returns `None`, the
    /// visitor's session is new and empty, with the reason [`Reason::Revoked`](crate::session::Reason::Revoked).
    /// `build` refuses it for a `SessionCookie`, whose sessions are taken over unchanged.
    pub fn convert(
        mut self,
        convert: impl Fn(Map<String, Value>) -> Option<Map<String, Value>> + Send + Sync + 'static,
    ) -> OldCookie {
        self.convert = Some(Arc::new(convert));
        self
    }
}

impl fmt::Debug for OldCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OldCookie")
            .field("name", &self.name)
            .field("attributes", &self.attributes)
            .finish_non_exhaustive()
    }
}
