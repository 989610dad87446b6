use ureq::{
    Agent, Body, Error,
    http::{self, HeaderName, HeaderValue, Method, Response, header::CONTENT_TYPE},
};

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
