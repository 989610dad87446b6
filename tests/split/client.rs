//! A client that keeps cookies as RFC 6265 says, and visits one site through `load` and `save`.

use cookie_store::{CookieError, CookieStore};
use hardtack::{Map, Payload, Session, SessionCookie, SessionCookieBuilder};
use url::Url;

use crate::moments::at;

pub(crate) struct Client<T = Map> {
    pub(crate) site: SessionCookie<T>,
    pub(crate) url: Url,
    pub(crate) jar: CookieStore,
    /// The fields that it got last.
    pub(crate) sent: Vec<String>,
    /// Seconds after the tests begin.
    pub(crate) now: u64,
}

impl<T: Payload> Client<T> {
    pub(crate) fn visit<R>(&mut self, page: impl FnOnce(&Session<T>) -> R) -> R {
        self.visit_with(self.pairs(), page)
    }

    /// The request has these `Cookie` fields instead of what the jar says.
    pub(crate) fn visit_with<R>(
        &mut self,
        fields: impl IntoIterator<Item = impl AsRef<[u8]>>,
        page: impl FnOnce(&Session<T>) -> R,
    ) -> R {
        let session = self.site.load(fields, at(self.now));
        let result = page(&session);
        let fields = self.site.save(&session).unwrap();
        self.receive(fields);
        result
    }
}

impl<T> Client<T> {
    /// Takes in the `Set-Cookie` fields of a response.
    pub(crate) fn receive(&mut self, fields: impl IntoIterator<Item = String>) {
        self.sent = fields.into_iter().collect();
        for field in &self.sent {
            let pair = field.split(';').next().unwrap();
            assert!(pair.len() <= 4096, "browsers drop {} bytes", pair.len());
            match self.jar.parse(field, &self.url) {
                // It tells to drop what is not there.
                Ok(_) | Err(CookieError::Expired) => {}
                Err(error) => panic!("{error}: {field}"),
            }
        }
    }

    /// `name=value` of every cookie that is sent to the site, in the order of the names.
    pub(crate) fn pairs(&self) -> Vec<String> {
        let mut values: Vec<_> = self.jar.get_request_values(&self.url).collect();
        values.sort();
        let pairs = values.iter();
        pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    }

    /// Their names.
    pub(crate) fn names(&self) -> Vec<String> {
        let name_of = |pair: String| pair.split('=').next().unwrap().to_owned();
        self.pairs().into_iter().map(name_of).collect()
    }

    /// Those of the last response that set a cookie.
    pub(crate) fn set(&self) -> Vec<&str> {
        let is_set = |field: &&String| !field.contains(GONE);
        self.sent
            .iter()
            .filter(is_set)
            .map(String::as_str)
            .collect()
    }

    /// The names of the cookies that the last response dropped.
    pub(crate) fn dropped(&self) -> Vec<&str> {
        let dropped = self.sent.iter().filter(|field| field.contains(GONE));
        dropped
            .map(|field| {
                let (name, rest) = field.split_once('=').unwrap();
                assert!(rest.starts_with("; Path="), "{field}");
                name
            })
            .collect()
    }
}

impl<T> From<SessionCookie<T>> for Client<T> {
    fn from(site: SessionCookie<T>) -> Self {
        Client {
            site,
            url: "https://www.example.com/shop/basket".parse().unwrap(),
            jar: CookieStore::default(),
            sent: Vec::new(),
            now: 0,
        }
    }
}

impl<T: Payload> From<SessionCookieBuilder<T>> for Client<T> {
    #[track_caller]
    fn from(site: SessionCookieBuilder<T>) -> Self {
        Client::from(site.build().unwrap())
    }
}

impl<T> Clone for Client<T> {
    fn clone(&self) -> Self {
        Client {
            site: self.site.clone(),
            url: self.url.clone(),
            jar: self.jar.clone(),
            sent: self.sent.clone(),
            now: self.now,
        }
    }
}

const GONE: &str = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
