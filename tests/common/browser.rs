//! A browser that visits one site through `load` and `save`, and its cookies.

use hardtack::{
    Session, SessionCookie,
    carrier::SessionCookieBuilder,
    session::{Map, Payload},
};
pub(crate) use hardtack_jar::{Jar, pair_of};

use super::times::at;

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
        let fields = fields.into_iter().map(|field| field.as_ref().to_vec());
        let session = self.begin(fields.collect());
        let result = page(&session);
        self.end(&session);
        result
    }

    fn begin(&self, fields: Vec<Vec<u8>>) -> Session<T> {
        self.site.load(fields, at(self.now))
    }

    fn end(&mut self, session: &Session<T>) {
        self.sent = self.site.save(session).unwrap().into_iter().collect();
        self.jar.receive(&self.sent);
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
