use std::rc::Rc;

use serde_json::Value;
use ureq::{
    Agent, Body, Error,
    http::{self, HeaderName, HeaderValue, Method, Response, header::CONTENT_TYPE},
};

use crate::{Answer, Browser, Server};

/// A browser at a server. It follows redirects, and keeps the server alive.
#[derive(Clone, Debug)]
pub struct Client {
    browser: Browser,
    base: String,
    _server: Option<Rc<Server>>,
}

impl Client {
    /// Starts without cookies.
    #[must_use]
    pub fn of(server: Server) -> Client {
        Client {
            browser: Browser::new(),
            base: server.base().to_owned(),
            _server: Some(Rc::new(server)),
        }
    }

    /// Starts without cookies at the server of a URL such as `http://127.0.0.1:3000`, which others keep alive.
    #[must_use]
    pub fn of_url(base: &str) -> Client {
        Client {
            browser: Browser::new(),
            base: base.to_owned(),
            _server: None,
        }
    }

    /// Returns a client of the same server without cookies.
    #[must_use]
    pub fn stranger(&self) -> Client {
        Client {
            browser: Browser::new(),
            ..self.clone()
        }
    }

    /// Returns a client of the same server with a copy of the cookies.
    #[must_use]
    pub fn copy(&self) -> Client {
        self.clone()
    }

    /// Goes on at the server of another client, with its own cookies.
    #[must_use]
    pub fn at(self, other: &Client) -> Client {
        Client {
            browser: self.browser,
            ..other.clone()
        }
    }

    /// Returns the URL of the server without a path.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Returns the browser, for its cookies.
    #[must_use]
    pub fn browser(&self) -> &Browser {
        &self.browser
    }

    /// Begins a request with the cookies.
    pub fn request(&self, method: Method, path: &str) -> Request {
        self.browser.request(&self.base, method, path)
    }

    /// Sends a request, and follows redirects: a form is sent again where the status says so.
    pub fn send(&self, request: Request) -> Answer {
        let again = request.clone();
        let answer = self.browser.ask(request);
        let location = answer.field("location").replace(&*self.base, "");
        match answer.status {
            307 => {
                let (head, body) = again.request.into_parts();
                let kind = head.headers["content-type"].to_str().unwrap();
                let again = self.request(Method::POST, &location);
                self.send(again.body_of(kind, body))
            }
            303 => self.get(&location),
            _ => answer,
        }
    }

    /// Gets a page.
    pub fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path))
    }

    /// Posts JSON.
    pub fn post(&self, path: &str, body: impl Into<Value>) -> Answer {
        self.json(Method::POST, path, &body.into())
    }

    /// Puts JSON.
    pub fn put(&self, path: &str, body: impl Into<Value>) -> Answer {
        self.json(Method::PUT, path, &body.into())
    }

    fn json(&self, method: Method, path: &str, body: &Value) -> Answer {
        let request = self.request(method, path);
        self.send(request.body_of("application/json", body.to_string()))
    }

    /// Deletes.
    pub fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path))
    }

    /// Sends a request with another field in its head.
    pub fn with(&self, method: Method, path: &str, name: &str, value: &str) -> Answer {
        self.send(self.request(method, path).header(name, value))
    }

    /// Posts a form.
    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.request(Method::POST, path).form(fields))
    }
}

/// A request that is not sent yet.
#[derive(Clone, Debug)]
pub struct Request {
    pub(crate) agent: Agent,
    pub(crate) request: http::Request<Vec<u8>>,
}

impl Request {
    /// Adds a field to the head.
    ///
    /// # Panics
    ///
    /// Panics if no field has such a name or value.
    #[must_use = "it is not sent"]
    pub fn header(mut self, name: &str, value: &str) -> Request {
        let name: HeaderName = name.parse().unwrap();
        let value = HeaderValue::from_str(value).unwrap();
        self.request.headers_mut().append(name, value);
        self
    }

    /// Sets the body.
    #[must_use = "it is not sent"]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Request {
        *self.request.body_mut() = body.into();
        self
    }

    /// Sets the body, and its type.
    #[must_use = "it is not sent"]
    pub fn body_of(self, content_type: &str, body: impl Into<Vec<u8>>) -> Request {
        self.header(CONTENT_TYPE.as_str(), content_type).body(body)
    }

    /// Sets a form as the body.
    #[must_use = "it is not sent"]
    pub fn form(self, fields: &[(&str, &str)]) -> Request {
        let mut form = form_urlencoded::Serializer::new(String::new());
        let form = form.extend_pairs(fields).finish();
        self.body_of("application/x-www-form-urlencoded", form)
    }

    /// Sends the request, and leaves the body of the response to be read.
    ///
    /// # Errors
    ///
    /// An [`Error`] if no response comes.
    pub fn send(self) -> Result<Response<Body>, Error> {
        let (head, body) = self.request.into_parts();
        // As a browser, which says nothing of an empty body where none is expected.
        if body.is_empty() && ![Method::POST, Method::PUT].contains(&head.method) {
            return self.agent.run(http::Request::from_parts(head, ()));
        }
        self.agent.run(http::Request::from_parts(head, body))
    }
}
