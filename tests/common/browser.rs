//! A browser that visits one site through `load` and `save`, without an adapter and so without features.

use hardtack::{Map, Payload, Session, SessionCookie, SessionCookieBuilder};

use crate::moments::at;

/// A browser that knows one site, and a clock that moves when it is told to.
pub(crate) struct Browser<T = Map> {
    pub(crate) site: SessionCookie<T>,
    /// What it sends: `name=value`.
    pub(crate) cookie: Option<String>,
    /// The fields that it got last.
    pub(crate) sent: Vec<String>,
    /// Seconds after the tests begin.
    pub(crate) now: u64,
}

impl<T: Payload> Browser<T> {
    pub(crate) fn visit<R>(&mut self, page: impl FnOnce(&Session<T>) -> R) -> R {
        let session = self.site.load(&self.cookie, at(self.now));
        let result = page(&session);
        self.receive(self.site.save(&session).unwrap());
        result
    }
}

impl<T> Browser<T> {
    /// Takes in the `Set-Cookie` fields of a response.
    pub(crate) fn receive(&mut self, fields: impl IntoIterator<Item = String>) {
        self.sent = fields.into_iter().collect();
        for field in &self.sent {
            let (cookie, attributes) = field.split_once("; ").unwrap();
            let is_kept = !attributes.contains("Max-Age=0");
            self.cookie = is_kept.then(|| cookie.to_owned());
        }
    }
}

impl<T> From<SessionCookie<T>> for Browser<T> {
    fn from(site: SessionCookie<T>) -> Self {
        Browser {
            site,
            cookie: None,
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
            cookie: self.cookie.clone(),
            sent: self.sent.clone(),
            now: self.now,
        }
    }
}
