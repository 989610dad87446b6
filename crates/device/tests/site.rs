//! An application whose sessions are bound, with a clock that is moved by hand.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    http::{Request, Response},
};
use hardtack::{
    Clock, Context, EncryptionKey, KeyRing, SessionCookie, SessionLayer,
    carrier::SessionCookieBuilder, companion::CompanionLayer, keys::SharedKeyRing,
    session::SessionId,
};
use hardtack_device::{BindToDevice, DeviceBound};
use tower::ServiceExt;

use super::block_on;
use super::handlers::router;

pub(crate) struct Site {
    pub(crate) cookie: SessionCookie,
    pub(crate) keys: Keys,
    pub(crate) revoked: Arc<Mutex<Vec<SessionId>>>,
    now: Arc<AtomicU64>,
    app: App,
}

/// The same application, in each framework.
enum App {
    Axum(Router),
    Actix(CompanionLayer),
}

/// Its sessions are revoked by a list.
pub(crate) type Builder = SessionCookieBuilder;

impl Site {
    pub(crate) fn new() -> Site {
        Site::with(DeviceBound::at("/.session"), |cookie| cookie)
    }

    pub(crate) fn with(device: DeviceBound, change: impl FnOnce(Builder) -> Builder) -> Site {
        Site::under(Keys::new(), device, change)
    }

    pub(crate) fn under(
        keys: Keys,
        device: DeviceBound,
        change: impl FnOnce(Builder) -> Builder,
    ) -> Site {
        let revoked = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&revoked);
        let cookie = SessionCookie::encrypted(keys.shared.clone())
            .device_bound(device)
            .absolute_timeout(ABSOLUTE)
            .revoked_if(move |session| {
                let id = session.info().id;
                id.is_some_and(|id| list.lock().unwrap().contains(&id))
            });
        let cookie = change(cookie).build().unwrap();
        let now = Arc::new(AtomicU64::new(START));
        let app = App::Axum(router(CompanionLayer::new(sessions(&cookie, &now))));
        Site {
            cookie,
            keys,
            revoked,
            now,
            app,
        }
    }

    /// The same site, with actix-web before its handlers.
    pub(crate) fn in_actix(self) -> Site {
        Site {
            app: App::Actix(CompanionLayer::new(sessions(&self.cookie, &self.now))),
            ..self
        }
    }

    /// The same site, where each host is a tenant with sessions of its own.
    pub(crate) fn with_tenants(self) -> Site {
        let layer = sessions(&self.cookie, &self.now).context_by_host();
        Site {
            app: App::Axum(router(CompanionLayer::new(layer))),
            ..self
        }
    }

    /// The same site of one tenant, whose cookie alone knows it.
    pub(crate) fn of_tenant(self, tenant: &Context) -> Site {
        let cookie = self.cookie.in_context(tenant.clone());
        let layer = CompanionLayer::new(sessions(&cookie, &self.now));
        let app = match self.app {
            App::Axum(_) => App::Axum(router(layer)),
            App::Actix(_) => App::Actix(layer),
        };
        Site {
            cookie,
            app,
            ..self
        }
    }

    /// The same site, whose tenant an outer layer leaves in the extensions of each request.
    pub(crate) fn with_tenant_in_extensions(self) -> Site {
        #[derive(Clone)]
        struct Tenant(&'static str);

        let layer = sessions(&self.cookie, &self.now).context_by(|request| {
            let Tenant(tenant) = request.extensions.get()?;
            Context::new([("tenant", tenant)]).ok()
        });
        let app = router(CompanionLayer::new(layer)).layer(Extension(Tenant("acme")));
        Site {
            app: App::Axum(app),
            ..self
        }
    }

    /// The same site, which counts the requests whose tenant it is asked for.
    pub(crate) fn counting_contexts(self, asked: &Arc<AtomicUsize>) -> Site {
        let asked = Arc::clone(asked);
        let layer = sessions(&self.cookie, &self.now).context_by(move |_| {
            asked.fetch_add(1, Ordering::Relaxed);
            Context::new([("tenant", "acme")]).ok()
        });
        Site {
            app: App::Axum(router(CompanionLayer::new(layer))),
            ..self
        }
    }

    /// An instance of the same site that does not know the tenant.
    pub(crate) fn of_no_context(&self) -> Site {
        let layer = sessions(&self.cookie, &self.now).context_by(|_| None);
        Site {
            cookie: self.cookie.clone(),
            keys: self.keys.clone(),
            revoked: Arc::clone(&self.revoked),
            now: Arc::clone(&self.now),
            app: App::Axum(router(CompanionLayer::new(layer))),
        }
    }

    /// A clock that shows the time of this site.
    pub(crate) fn clock(&self) -> Clock {
        clock_of(&self.now)
    }

    pub(crate) fn wait(&self, seconds: u64) {
        self.now.fetch_add(seconds, Ordering::Relaxed);
    }

    pub(crate) fn send(&self, request: Request<Body>) -> Response<String> {
        match &self.app {
            App::Axum(router) => send(router.clone(), request),
            App::Actix(layer) => super::actix::send(layer.clone(), &request),
        }
    }
}

fn send(router: Router, request: Request<Body>) -> Response<String> {
    block_on(async {
        let Ok(response) = router.oneshot(request).await;
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Response::from_parts(head, String::from_utf8(body.to_vec()).unwrap())
    })
}

fn sessions(cookie: &SessionCookie, now: &Arc<AtomicU64>) -> SessionLayer {
    SessionLayer::new(cookie.clone()).clock(clock_of(now))
}

fn clock_of(now: &Arc<AtomicU64>) -> Clock {
    let now = Arc::clone(now);
    Clock::from_fn(move || time(now.load(Ordering::Relaxed)))
}

/// A ring that can be replaced, and the texts of its keys, of which the first seals.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) shared: SharedKeyRing,
    texts: Arc<Mutex<Vec<String>>>,
}

impl Keys {
    pub(crate) fn new() -> Keys {
        let text = fresh_key();
        let ring: KeyRing = text.parse().unwrap();
        Keys {
            shared: SharedKeyRing::from(ring),
            texts: Arc::new(Mutex::new(vec![text])),
        }
    }

    /// Adds a key, which seals from now on.
    pub(crate) fn rotate(&self) {
        self.texts.lock().unwrap().insert(0, fresh_key());
        self.replace();
    }

    /// Keeps the last key, but opens nothing with it from this time on, in the form of a ring's text.
    pub(crate) fn retire_old(&self, time: &str) {
        let mut texts = self.texts.lock().unwrap();
        let last = texts.last_mut().unwrap();
        last.push_str(&format!(" accept_until={time}"));
        drop(texts);
        self.replace();
    }

    fn replace(&self) {
        let text = self.texts.lock().unwrap().join("\n");
        let ring: KeyRing = text.parse().unwrap();
        self.shared.replace(ring).unwrap();
    }
}

fn fresh_key() -> String {
    let key = EncryptionKey::generate().unwrap();
    key.expose_secret().to_string()
}

pub(crate) fn time(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

pub(crate) const START: u64 = 1_800_000_000;
pub(crate) const ABSOLUTE: Duration = Duration::from_secs(43_200);
