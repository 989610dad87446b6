use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use hardtack_jar::Jar;
use serde_json::Value;
use ureq::{
    Agent,
    http::{self, HeaderMap, Method},
};

use crate::{Request, Server, connection};

/// A client that keeps the cookies of one host. It follows no redirect.
#[derive(Clone, Debug)]
pub struct Browser {
    agent: Agent,
    /// For the page that was asked for last.
    jar: RefCell<Jar>,
}

impl Browser {
    /// Starts without cookies.
    #[must_use]
    pub fn new() -> Browser {
        // A connection for each request: the server may be another one, restarted on the same port.
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_idle_connections_per_host(0)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(LONGEST_ANSWER));
        let mut jar = Jar::default();
        jar.url = "http://127.0.0.1/".parse().unwrap();
        Browser {
            agent: connection::agent(config.build()),
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
        body: impl Into<Vec<u8>>,
    ) -> Answer {
        let request = self.request(server.base(), method, path);
        self.ask(request.body_of(content_type, body))
    }

    /// Begins a request with the cookies.
    pub fn request(&self, base: &str, method: Method, path: &str) -> Request {
        let mut jar = self.jar.borrow_mut();
        jar.url = format!("{base}{path}").parse().unwrap();
        let request = http::Request::builder().method(method);
        let request = request.uri(jar.url.as_str()).body(Vec::new());
        let request = Request {
            agent: self.agent.clone(),
            request: request.unwrap(),
        };
        match jar.field() {
            field if field.is_empty() => request,
            field => request.header("cookie", &field),
        }
    }

    /// Sends a request, and keeps the cookies of the response.
    pub fn ask(&self, request: Request) -> Answer {
        let response = request
            .send()
            .unwrap_or_else(|error| panic!("no answer: {error:?}"));
        let (head, mut body) = response.into_parts();
        let answer = Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            text: body.read_to_string().unwrap(),
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

    /// Returns the value of the first field of this name in a form.
    #[must_use]
    pub fn value_of(&self, name: &str) -> &str {
        let field = format!("name=\"{name}\" value=\"");
        let (_, value) = self.text.split_once(&field).unwrap();
        value.split('"').next().unwrap()
    }

    /// Returns the values of a field, joined by commas.
    #[must_use]
    pub fn field(&self, name: &str) -> String {
        let fields = self.headers.get_all(name).iter();
        let values = fields.map(|field| field.to_str().unwrap());
        values.collect::<Vec<_>>().join(", ")
    }
}

const LONGEST_ANSWER: Duration = Duration::from_secs(30);
