//! A request that a browser makes for a page. What may pass follows from the page and the site alone.

use arbitrary::Arbitrary;
use http::{HeaderName, HeaderValue, Request};

use super::{FORM_ORIGIN, TRUSTED, Tokens, VISITOR, is_safe, passes, place::Place};

#[derive(Debug, Arbitrary)]
pub struct Visit {
    site: Place,
    page: Page,
    tokens: Tokens,
    method: Sent,
    token: Token,
    content_type: Kind,
    to_form_endpoint: bool,
    /// It sends `Sec-Fetch-Site`, as browsers since 2023 do where the connection can be trusted.
    is_modern: bool,
    is_http_2: bool,
    /// Fields that mean nothing to a guard.
    beside: Vec<(u8, String)>,
}

#[derive(Debug, Arbitrary)]
enum Page {
    OfTheSite,
    OfAnother(Place),
    OfTrusted,
    OfFormOrigin,
    /// A sandboxed frame, or one that hides where it is.
    WithoutOrigin,
    /// The visitor typed the address, or no browser asked.
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Arbitrary)]
enum Sent {
    Get,
    Head,
    Options,
    Post,
    Put,
    Delete,
    Patch,
    WebSocket,
}

#[derive(Clone, Copy, Debug, PartialEq, Arbitrary)]
pub enum Token {
    Right,
    OfAnother,
    Missing,
}

#[derive(Clone, Copy, Debug, PartialEq, Arbitrary)]
pub enum Kind {
    None,
    Json,
    Form,
    Multipart,
}

impl Visit {
    pub fn check(self) {
        let has_passed = passes(self.tokens, self.request());
        assert_eq!(has_passed, self.may_pass(), "{self:?}");
    }

    fn may_pass(&self) -> bool {
        let method = self.method.word();
        let is_upgrade = self.method == Sent::WebSocket;
        if is_safe(method) && !is_upgrade {
            return true;
        }
        if self.is_form_post() {
            return true;
        }
        self.has_right_origin() && (is_upgrade || self.has_right_token())
    }

    /// A sign-in at another site comes back with a form.
    fn is_form_post(&self) -> bool {
        matches!(self.page, Page::OfFormOrigin)
            && self.method == Sent::Post
            && self.to_form_endpoint
            && self.content_type.is_form()
    }

    fn has_right_origin(&self) -> bool {
        match &self.page {
            Page::OfTrusted | Page::None => true,
            Page::OfFormOrigin | Page::WithoutOrigin => false,
            Page::OfTheSite => self.tells_site() || self.site.is_secure(),
            Page::OfAnother(page) if *page == self.site => {
                self.tells_site() || self.site.is_secure()
            }
            // The scheme of the site is unknown. A page of the same host and port over TLS is its own.
            Page::OfAnother(page) => {
                !self.tells_site()
                    && page.is_secure()
                    && page.host == self.site.host
                    && page.is_where(&self.site)
            }
        }
    }

    fn has_right_token(&self) -> bool {
        match self.tokens {
            Tokens::None => true,
            // No form has a body here.
            Tokens::InForms | Tokens::InHeaders => self.token == Token::Right,
        }
    }

    fn tells_site(&self) -> bool {
        self.is_modern && self.site.is_secure()
    }

    fn request(&self) -> Request<String> {
        let path = if self.to_form_endpoint {
            "/signed-in"
        } else {
            "/transfer"
        };
        let mut request = Request::builder().method(self.method.word());
        request = if self.is_http_2 {
            request.uri(format!("{}{path}", self.site.text()))
        } else {
            request.uri(path).header("host", self.site.authority())
        };
        request = request.header("cookie", &VISITOR.cookie);
        if self.tells_site() {
            request = request.header("sec-fetch-site", self.relation());
        }
        if let Some(origin) = self.origin() {
            request = request.header("origin", origin);
        }
        if let Some(token) = self.token.text() {
            request = request.header("x-csrf-token", token);
        }
        if let Some(kind) = self.content_type.text() {
            request = request.header("content-type", kind);
        }
        if self.method == Sent::WebSocket {
            request = request
                .header("connection", "Upgrade")
                .header("upgrade", "websocket");
        }
        for (which, text) in &self.beside {
            let name = BESIDE[usize::from(*which) % BESIDE.len()];
            if let Ok(value) = HeaderValue::from_str(text) {
                request = request.header(HeaderName::from_static(name), value);
            }
        }
        request.body(String::new()).expect("all fields are sound")
    }

    /// Browsers tell it where the method is unsafe, and with every upgrade.
    fn origin(&self) -> Option<String> {
        match &self.page {
            Page::OfTheSite => Some(self.site.text()),
            Page::OfAnother(page) => Some(page.text()),
            Page::OfTrusted => Some(TRUSTED.to_owned()),
            Page::OfFormOrigin => Some(FORM_ORIGIN.to_owned()),
            Page::WithoutOrigin => Some("null".to_owned()),
            Page::None => None,
        }
    }

    fn relation(&self) -> &'static str {
        match &self.page {
            Page::None => "none",
            Page::OfTheSite => "same-origin",
            Page::OfAnother(page) => page.relation_to(&self.site),
            Page::OfTrusted | Page::OfFormOrigin | Page::WithoutOrigin => "cross-site",
        }
    }
}

impl Sent {
    fn word(self) -> &'static str {
        match self {
            Sent::Get | Sent::WebSocket => "GET",
            Sent::Head => "HEAD",
            Sent::Options => "OPTIONS",
            Sent::Post => "POST",
            Sent::Put => "PUT",
            Sent::Delete => "DELETE",
            Sent::Patch => "PATCH",
        }
    }
}

impl Token {
    /// Returns the text that a request has of it.
    pub fn text(self) -> Option<&'static str> {
        match self {
            Token::Right => Some(&VISITOR.token),
            Token::OfAnother => Some(&VISITOR.token_of_another),
            Token::Missing => None,
        }
    }
}

impl Kind {
    pub fn is_form(self) -> bool {
        matches!(self, Kind::Form | Kind::Multipart)
    }

    pub fn text(self) -> Option<&'static str> {
        match self {
            Kind::None => None,
            Kind::Json => Some("application/json"),
            Kind::Form => Some(FORM),
            Kind::Multipart => Some(MULTIPART),
        }
    }
}

const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";
const MULTIPART: &str = "Multipart/Form-Data; boundary=x";
const BESIDE: [&str; 6] = [
    "x-forwarded-host",
    "forwarded",
    "referer",
    "sec-fetch-mode",
    "user-agent",
    "x-requested-with",
];
