use std::{cell::RefCell, collections::BTreeMap};

use hardtack_jar::Jar;
use reqwest::{
    Method,
    blocking::{Body, Client, RequestBuilder},
    header::{CONTENT_TYPE, COOKIE, HeaderMap},
    redirect::Policy,
};
use serde_json::Value;

use crate::Server;

/// A client that keeps the cookies of one host. It follows no redirect.
#[derive(Clone, Debug)]
pub struct Browser {
    client: Client,
    /// For the page that was asked for last.
    jar: RefCell<Jar>,
}

impl Browser {
    /// Starts without cookies.
    #[must_use]
    pub fn new() -> Browser {
        // A connection for each request: the server may be another one, restarted on the same port.
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .pool_max_idle_per_host(0);
        let mut jar = Jar::default();
        jar.url = "http://127.0.0.1/".parse().unwrap();
        Browser {
            client: client.build().unwrap(),
            jar: RefCell::new(jar),
        }
    }

    /// Returns another browser with a copy of the cookies.
    #[must_use]
    pub fn copy(&self) -> Browser {
        self.clone()
    }

    /// Sends a request with this body, and keeps the cookies of the response.
    pub fn send(
        &self,
        server: &Server,
        method: Method,
        path: &str,
        content_type: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let request = self.request(server.base(), method, path);
        self.ask(request.header(CONTENT_TYPE, content_type).body(body))
    }

    /// Begins a request with the cookies.
    pub fn request(&self, base: &str, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{base}{path}");
        self.jar.borrow_mut().url = url.parse().unwrap();
        let request = self.client.request(method, url);
        let field = self.cookie_field();
        match field.is_empty() {
            true => request,
            false => request.header(COOKIE, field),
        }
    }

    /// Sends a request, and keeps the cookies of the response.
    pub fn ask(&self, request: RequestBuilder) -> Answer {
        let response = request
            .send()
            .unwrap_or_else(|error| panic!("no answer: {error:?}"));
        let answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().unwrap(),
        };
        self.jar.borrow_mut().receive(answer.set_cookies());
        answer
    }

    /// Returns the value of the next request's `Cookie` field.
    #[must_use]
    pub fn cookie_field(&self) -> String {
        self.jar.borrow().field()
    }

    /// Returns the names and values of the cookies.
    #[must_use]
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.jar.borrow().cookies()
    }

    /// Adds a cookie, or replaces its value.
    pub fn set(&self, name: &str, value: &str) {
        self.jar.borrow_mut().set(name, value);
    }
}

impl Default for Browser {
    fn default() -> Browser {
        Browser::new()
    }
}

/// A response.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// All fields of the head.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Answer {
    /// Returns the values of the `Set-Cookie` fields.
    #[must_use]
    pub fn set_cookies(&self) -> Vec<&str> {
        let fields = self.headers.get_all("set-cookie").iter();
        fields.map(|field| field.to_str().unwrap()).collect()
    }

    /// Returns the value of a field, of several the first.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Returns the body, which has to be JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"));
        serde_json::from_str(&self.text).unwrap()
    }

    /// Returns whether the body has this text.
    #[must_use]
    pub fn has(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    /// Returns the values of a field, joined by commas.
    #[must_use]
    pub fn field(&self, name: &str) -> String {
        let fields = self.headers.get_all(name).iter();
        let values = fields.map(|field| field.to_str().unwrap());
        values.collect::<Vec<_>>().join(", ")
    }
}
