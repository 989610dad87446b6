//! A client with a cookie jar.

use std::sync::Arc;

use reqwest::{
    Method, Url,
    blocking::{Client, RequestBuilder},
    cookie::{CookieStore, Jar},
    header::HeaderMap,
    redirect::Policy,
};
use serde_json::Value;

use crate::demo::Demo;

pub(crate) struct Browser {
    client: Client,
    jar: Arc<Jar>,
}

impl Browser {
    pub(crate) fn new() -> Browser {
        Browser::with(Arc::default(), Policy::default())
    }

    fn with(jar: Arc<Jar>, redirects: Policy) -> Browser {
        let client = Client::builder()
            .cookie_provider(Arc::clone(&jar))
            .redirect(redirects)
            .no_proxy();
        Browser {
            client: client.build().unwrap(),
            jar,
        }
    }

    /// The same browser, which shows redirects instead of following them.
    pub(crate) fn in_steps(self) -> Browser {
        Browser::with(self.jar, Policy::none())
    }

    /// A browser that signed in by the demo's form.
    pub(crate) fn signed_in(demo: &Demo, name: &str) -> Browser {
        let browser = Browser::new();
        let form = browser.get(demo, "/");
        assert!(form.text.contains(r#"method="post" action="/sign-in""#));
        assert!(form.text.contains(r#"name="name""#));
        let home = browser.submit(demo, "/sign-in", &[("name", name)]);
        assert_eq!(home.status, 200);
        browser
    }

    pub(crate) fn get(&self, demo: &Demo, path: &str) -> Answer {
        self.send(self.request(demo, Method::GET, path))
    }

    /// Counts one more, by the form.
    pub(crate) fn count(&self, demo: &Demo) -> Answer {
        self.submit(demo, "/count", &[])
    }

    /// Posts a form with a token of this session, and follows the redirect.
    pub(crate) fn submit(&self, demo: &Demo, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.get(demo, "/").csrf_token();
        self.submit_with(demo, path, &token, fields)
    }

    /// Posts a form with this token.
    pub(crate) fn submit_with(
        &self,
        demo: &Demo,
        path: &str,
        token: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let mut fields = fields.to_vec();
        fields.push(("csrf_token", token));
        self.send(self.request(demo, Method::POST, path).form(&fields))
    }

    pub(crate) fn put(&self, demo: &Demo, path: &str, body: Value) -> Answer {
        self.send(self.request(demo, Method::PUT, path).json(&body))
    }

    pub(crate) fn post(&self, demo: &Demo, path: &str, body: Value) -> Answer {
        self.send(self.request(demo, Method::POST, path).json(&body))
    }

    pub(crate) fn delete(&self, demo: &Demo, path: &str) -> Answer {
        self.send(self.request(demo, Method::DELETE, path))
    }

    /// The response of `/api/session`.
    pub(crate) fn session(&self, demo: &Demo) -> Value {
        self.get(demo, "/api/session").json()
    }

    pub(crate) fn request(&self, demo: &Demo, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", demo.base))
    }

    pub(crate) fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().unwrap();
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().unwrap(),
        }
    }

    /// The value of a cookie in the jar.
    pub(crate) fn cookie(&self, demo: &Demo, name: &str) -> Option<String> {
        let pairs = self.jar.cookies(&url(demo))?;
        let mut pairs = pairs.to_str().unwrap().split("; ");
        pairs.find_map(|pair| Some(pair.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
    }

    /// The session's token in the jar.
    pub(crate) fn token(&self, demo: &Demo) -> Option<String> {
        self.cookie(demo, SESSION)
    }

    pub(crate) fn set_token(&self, demo: &Demo, token: &str) {
        let field = format!("{SESSION}={token}; Path=/; Secure");
        self.jar.add_cookie_str(&field, &url(demo));
    }
}

fn url(demo: &Demo) -> Url {
    demo.base.parse().unwrap()
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
    headers: HeaderMap,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"));
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn set_cookies(&self) -> Vec<&str> {
        let fields = self.headers.get_all("set-cookie").iter();
        fields.map(|field| field.to_str().unwrap()).collect()
    }

    /// The token of the first form of a page.
    pub(crate) fn csrf_token(&self) -> String {
        let mut tokens = self.csrf_tokens();
        tokens.remove(0)
    }

    /// The tokens of all forms of a page.
    pub(crate) fn csrf_tokens(&self) -> Vec<String> {
        let fields = self.text.split(r#"name="csrf_token" value=""#).skip(1);
        let tokens = fields.map(|rest| rest.split('"').next().unwrap().to_owned());
        tokens.collect()
    }

    /// What a page says once, of the session or of a form.
    pub(crate) fn messages(&self) -> Vec<&str> {
        let messages = self.text.split(r#"role="status">"#).skip(1);
        let texts = messages.map(|rest| rest.trim_start_matches("<span>"));
        texts.map(|rest| rest.split('<').next().unwrap()).collect()
    }

    /// The number of visits that a page shows.
    pub(crate) fn visits(&self) -> Option<u32> {
        let (_, rest) = self.text.split_once(r#"id="visits">"#)?;
        rest.split_once('<')?.0.parse().ok()
    }
}

const SESSION: &str = "__Host-session";
