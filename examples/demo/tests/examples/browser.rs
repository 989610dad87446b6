//! A client with a cookie jar, which follows redirects.

use std::sync::Arc;

use reqwest::{
    Url,
    blocking::{Client, RequestBuilder, Response},
    cookie::{CookieStore, Jar},
};

use crate::program::Program;

pub(crate) struct Browser {
    client: Client,
    jar: Arc<Jar>,
    base: Url,
}

impl Browser {
    pub(crate) fn of(program: &Program) -> Browser {
        let jar = Arc::new(Jar::default());
        let client = Client::builder()
            .cookie_provider(Arc::clone(&jar))
            .no_proxy();
        Browser {
            client: client.build().unwrap(),
            jar,
            base: program.base.parse().unwrap(),
        }
    }

    /// Another browser with a copy of the current cookies.
    pub(crate) fn copy(&self, program: &Program) -> Browser {
        let browser = Browser::of(program);
        if let Some(pair) = self.cookie() {
            browser.receive(&pair);
        }
        browser
    }

    /// Adds `name=value` as a cookie of the site.
    pub(crate) fn receive(&self, pair: &str) {
        let field = format!("{pair}; Path=/; Secure");
        self.jar.add_cookie_str(&field, &self.base);
    }

    /// The `Cookie` field of the next request.
    pub(crate) fn cookie(&self) -> Option<String> {
        let pairs = self.jar.cookies(&self.base)?;
        Some(pairs.to_str().unwrap().to_owned())
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        Answer::to(self.asking(path))
    }

    /// Posts a form.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        Answer::to(self.posting(path, fields))
    }

    /// Posts a text.
    pub(crate) fn send(&self, path: &str, text: &'static str) -> Answer {
        let request = self.client.post(self.base.join(path).unwrap());
        Answer::to(request.body(text))
    }

    pub(crate) fn asking(&self, path: &str) -> RequestBuilder {
        self.client.get(self.base.join(path).unwrap())
    }

    pub(crate) fn posting(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.client.post(self.base.join(path).unwrap()).form(fields)
    }
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
    fields: reqwest::header::HeaderMap,
}

impl Answer {
    pub(crate) fn to(request: RequestBuilder) -> Answer {
        Answer::of(request.send().unwrap())
    }

    fn of(response: Response) -> Answer {
        Answer {
            status: response.status().as_u16(),
            fields: response.headers().clone(),
            text: response.text().unwrap(),
        }
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        Some(self.fields.get(name)?.to_str().unwrap())
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.text.contains(text)
    }
}
