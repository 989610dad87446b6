//! A browser that visits one site through `load` and `save`, and its cookies.

use cookie_store::{CookieError, CookieStore};
use hardtack::{
    Session, SessionCookie,
    carrier::SessionCookieBuilder,
    session::{Map, Payload},
};
use url::Url;

use super::moments::at;

/// The cookies that a browser keeps, by RFC 6265.
#[derive(Clone, Debug)]
pub(crate) struct Jar {
    /// The page whose request the cookies are for.
    pub(crate) url: Url,
    cookies: CookieStore,
}

impl Jar {
    /// A jar with the cookies of a `Cookie` field, which this host set for all of its paths.
    pub(crate) fn of(field: &str) -> Jar {
        let mut jar = Jar::default();
        let pairs = field.split("; ").filter(|pair| !pair.is_empty());
        jar.receive(pairs.map(|pair| format!("{pair}; Path=/")));
        jar
    }

    /// Takes in the `Set-Cookie` fields of a response.
    #[track_caller]
    pub(crate) fn receive(&mut self, fields: impl IntoIterator<Item = impl AsRef<str>>) {
        for field in fields {
            let field = field.as_ref();
            let pair = pair_of(field);
            assert!(pair.len() <= 4096, "browsers drop {} bytes", pair.len());
            match self.cookies.parse(field, &self.url) {
                // A field may expire a cookie that is not there. A cookie for another domain is dropped.
                Ok(_) | Err(CookieError::Expired | CookieError::DomainMismatch) => {}
                Err(error) => panic!("{error}: {field}"),
            }
        }
    }

    /// `name=value` of every cookie for this page, in the order of the names.
    pub(crate) fn pairs(&self) -> Vec<String> {
        let mut values: Vec<_> = self.cookies.get_request_values(&self.url).collect();
        values.sort();
        let pairs = values.iter();
        pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    }

    /// The value of the `Cookie` field.
    pub(crate) fn field(&self) -> String {
        self.pairs().join("; ")
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let name_of = |pair: String| pair.split('=').next().unwrap().to_owned();
        self.pairs().into_iter().map(name_of).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pairs().is_empty()
    }
}

impl Default for Jar {
    fn default() -> Self {
        Jar {
            url: "https://www.example.com/shop/basket".parse().unwrap(),
            cookies: CookieStore::default(),
        }
    }
}

/// `name=value` of a `Set-Cookie` field.
pub(crate) fn pair_of(set_cookie: &str) -> &str {
    set_cookie.split(';').next().unwrap_or_default()
}

pub(crate) struct Browser<T = Map> {
    pub(crate) site: SessionCookie<T>,
    pub(crate) jar: Jar,
    /// The `Set-Cookie` fields of the last response.
    pub(crate) sent: Vec<String>,
    /// Seconds after the tests begin.
    pub(crate) now: u64,
}

impl<T: Payload> Browser<T> {
    pub(crate) fn visit<R>(&mut self, page: impl FnOnce(&Session<T>) -> R) -> R {
        self.visit_with(self.jar.pairs(), page)
    }

    /// The request has these `Cookie` fields instead of those of the jar.
    pub(crate) fn visit_with<R>(
        &mut self,
        fields: impl IntoIterator<Item = impl AsRef<[u8]>>,
        page: impl FnOnce(&Session<T>) -> R,
    ) -> R {
        let session = self.site.load(fields, at(self.now));
        let result = page(&session);
        self.sent = self.site.save(&session).unwrap().into_iter().collect();
        self.jar.receive(&self.sent);
        result
    }
}

impl<T> Browser<T> {
    /// The token of a session in one cookie.
    #[track_caller]
    pub(crate) fn token(&self) -> String {
        let field = self.jar.field();
        field.split_once('=').expect("a session").1.to_owned()
    }

    /// The fields of the last response that set a cookie.
    pub(crate) fn set(&self) -> Vec<&str> {
        let fields = self.sent.iter().map(String::as_str);
        fields.filter(|field| !field.contains(EXPIRED)).collect()
    }

    /// The names of the cookies that the last response expired.
    pub(crate) fn expired(&self) -> Vec<&str> {
        let expired = self.sent.iter().filter(|field| field.contains(EXPIRED));
        let names = expired.map(|field| field.split_once("=; Path=").expect("no value").0);
        names.collect()
    }
}

impl<T> From<SessionCookie<T>> for Browser<T> {
    fn from(site: SessionCookie<T>) -> Self {
        Browser {
            site,
            jar: Jar::default(),
            sent: Vec::new(),
            now: 0,
        }
    }
}

impl<T: Payload> From<SessionCookieBuilder<T>> for Browser<T> {
    #[track_caller]
    fn from(site: SessionCookieBuilder<T>) -> Self {
        Browser::from(site.build().unwrap())
    }
}

impl<T> Clone for Browser<T> {
    fn clone(&self) -> Self {
        Browser {
            site: self.site.clone(),
            jar: self.jar.clone(),
            sent: self.sent.clone(),
            now: self.now,
        }
    }
}

const EXPIRED: &str = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
