//! A shop in memory, and its visitors.

use std::{
    cell::{Cell, RefCell},
    path::Path,
    time::{Duration, SystemTime},
};

use axum::{
    body::Body,
    http::{
        HeaderMap, Method, Request,
        header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE},
    },
};
use hardtack::{EncryptionKey, KeyRing, SessionCookie, keys::SharedKeyRing};
use hardtack_shop::{
    Settings, Shop, router,
    session::{self, Visit},
};
use http_body_util::BodyExt;
use tower::ServiceExt;

pub(crate) struct Site {
    pub(crate) keys: SharedKeyRing,
    shop: Shop,
    cookie: SessionCookie<Visit>,
    now: Cell<SystemTime>,
}

impl Site {
    /// With the settings of the program.
    pub(crate) fn open(keys: KeyRing, database: &str) -> Site {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/shop.toml");
        let settings = Settings::read(Path::new(file)).unwrap();
        let (keys, shop) = (
            SharedKeyRing::from(keys),
            Shop::open(Path::new(database)).unwrap(),
        );
        let interval = settings.check_users_every;
        let cookie = session::cookie(settings.session, keys.clone(), &shop.users, interval);
        let cookie = cookie.unwrap();
        Site {
            keys,
            shop,
            cookie,
            now: Cell::new(SystemTime::now()),
        }
    }

    pub(crate) fn new() -> Site {
        Site::open(EncryptionKey::generate().unwrap().into(), ":memory:")
    }

    pub(crate) fn wait(&self, duration: Duration) {
        self.now.set(self.now.get() + duration);
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser {
            site: self,
            cookie: RefCell::default(),
        }
    }

    /// A browser whose visitor has just created an account.
    pub(crate) async fn user(&self, name: &str) -> Browser<'_> {
        let browser = self.browser();
        let fields = [("name", name), ("password", PASSWORD)];
        let page = browser.submit("/sign-up", "/sign-up", &fields).await;
        assert_eq!(page.location, "/");
        browser
    }
}

#[derive(Clone)]
pub(crate) struct Browser<'a> {
    site: &'a Site,
    /// Of the session.
    pub(crate) cookie: RefCell<Option<String>>,
}

impl Browser<'_> {
    pub(crate) async fn get(&self, path: &str) -> Page {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    /// Loads a page, and sends a form of it.
    pub(crate) async fn submit(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.get(page).await;
        assert!(
            page.text.contains(&format!("action=\"{action}\"")),
            "{}",
            page.text
        );
        let token = [("csrf_token", page.field("csrf_token"))];
        self.post(action, &[&token, fields].concat()).await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::builder().method(Method::POST).uri(path);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(form.into()).unwrap()).await
    }

    pub(crate) async fn sign_in(&self, name: &str, password: &str, more: &[(&str, &str)]) -> Page {
        let fields = [("name", name), ("password", password), ("next", "/")];
        let fields: Vec<_> = fields
            .into_iter()
            .filter(|(name, _)| more.iter().all(|(other, _)| other != name))
            .collect();
        self.submit("/sign-in", "/sign-in", &[&fields, more].concat())
            .await
    }

    /// Returns the name that the pages show.
    pub(crate) async fn name(&self) -> Option<String> {
        let page = self.get("/cart").await;
        let (_, name) = page.text.split_once("Account of ")?;
        name.split('<').next().map(str::to_owned)
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> Page {
        if let Some(cookie) = &*self.cookie.borrow() {
            request
                .headers_mut()
                .insert(COOKIE, cookie.parse().unwrap());
        }
        let site = self.site;
        let router = router(
            site.shop.clone(),
            site.cookie.clone(),
            site.now.get().into(),
        );
        let (head, body) = router.oneshot(request).await.unwrap().into_parts();
        if let Some(field) = head.headers.get(SET_COOKIE) {
            let field = field.to_str().unwrap();
            let cookie = field.split(';').next().unwrap().to_owned();
            *self.cookie.borrow_mut() = (!field.contains("Max-Age=0;")).then_some(cookie);
        }
        let location = head
            .headers
            .get(LOCATION)
            .map_or("", |location| location.to_str().unwrap());
        Page {
            status: head.status.as_u16(),
            location: location.to_owned(),
            text: String::from_utf8(body.collect().await.unwrap().to_bytes().into()).unwrap(),
            headers: head.headers,
        }
    }
}

pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) text: String,
    pub(crate) headers: HeaderMap,
}

impl Page {
    pub(crate) fn has(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    /// Returns the value of the first field of this name.
    pub(crate) fn field(&self, name: &str) -> &str {
        let (_, value) = self
            .text
            .split_once(&format!("name=\"{name}\" value=\""))
            .unwrap();
        value.split('"').next().unwrap()
    }
}

pub(crate) const PASSWORD: &str = "correct horse battery";
