//! The cookies that a browser keeps, for every client of the tests.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a failed test panics"
)]

use std::{collections::BTreeMap, fmt::Display};

use cookie_store::{CookieError, CookieStore};
use url::Url;

/// The cookies of a browser, by RFC 6265.
#[derive(Clone, Debug)]
pub struct Jar {
    /// The page whose request the cookies are for.
    pub url: Url,
    /// `true` if the page is in a frame of another site. The jar does not know which cookies browsers hide from it.
    pub is_framed: bool,
    cookies: CookieStore,
}

impl Jar {
    /// Makes a jar with the cookies of a `Cookie` field, which this host set for all of its paths.
    #[must_use]
    pub fn of(field: &str) -> Jar {
        let mut jar = Jar::default();
        for pair in field.split("; ").filter(|pair| !pair.is_empty()) {
            jar.receive([format!("{pair}; Path=/")]);
        }
        jar
    }

    /// Takes in the `Set-Cookie` fields of a response. In a frame of another site, browsers ignore those without
    /// `SameSite=None`, also if they only drop a cookie (RFC 6265bis section 5.7).
    #[track_caller]
    pub fn receive(&mut self, fields: impl IntoIterator<Item = impl AsRef<str>>) {
        for field in fields {
            let field = field.as_ref();
            if self.is_framed && !field.contains("; SameSite=None") {
                continue;
            }
            let pair = pair_of(field);
            assert!(pair.len() <= 4096, "browsers drop {} bytes", pair.len());
            match self.cookies.parse(field, &self.url) {
                // A field may expire a cookie that is not there. A cookie for another domain is dropped.
                Ok(_) | Err(CookieError::Expired | CookieError::DomainMismatch) => {}
                Err(error) => panic!("{error}: {field}"),
            }
        }
    }

    /// Adds a cookie for all paths of this host, or replaces its value.
    pub fn set(&mut self, name: impl Display, value: impl Display) {
        self.receive([format!("{name}={value}; Path=/")]);
    }

    /// Keeps the cookies for all paths of this host whose names are wanted.
    pub fn retain(&mut self, is_wanted: impl Fn(&str) -> bool) {
        for name in self.names().iter().filter(|name| !is_wanted(name)) {
            self.receive([format!("{name}=; Path=/; Max-Age=0")]);
        }
    }

    /// Returns the names and values of the cookies for this page.
    #[must_use]
    pub fn cookies(&self) -> BTreeMap<String, String> {
        let values = self.cookies.get_request_values(&self.url);
        values
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// Returns the value of a cookie for this page.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<String> {
        self.cookies().remove(name)
    }

    /// Returns `name=value` of every cookie for this page, in the order of the names.
    #[must_use]
    pub fn pairs(&self) -> Vec<String> {
        let mut values: Vec<_> = self.cookies.get_request_values(&self.url).collect();
        values.sort_unstable();
        let pairs = values.iter();
        pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    }

    /// Returns the value of the `Cookie` field.
    #[must_use]
    pub fn field(&self) -> String {
        self.pairs().join("; ")
    }

    /// Returns the names of the cookies for this page.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let values = self.cookies.get_request_values(&self.url);
        let mut names: Vec<_> = values.map(|(name, _)| name.to_owned()).collect();
        names.sort_unstable();
        names
    }

    /// Returns whether there is no cookie for this page.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs().is_empty()
    }
}

impl Default for Jar {
    fn default() -> Self {
        Jar {
            url: "https://www.example.com/shop/basket".parse().unwrap(),
            is_framed: false,
            cookies: CookieStore::default(),
        }
    }
}

/// Returns `name=value` of a `Set-Cookie` field.
#[must_use]
pub fn pair_of(set_cookie: &str) -> &str {
    set_cookie.split(';').next().unwrap_or_default()
}
