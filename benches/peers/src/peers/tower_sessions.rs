//! tower-sessions-cookie-store, private. It checks that a session is not expired.

use std::convert::Infallible;

use futures_util::FutureExt;
use http::{Request, Response};
use serde::Serialize;
use tower::{Layer as _, service_fn};
use tower_sessions_cookie_store::{CookieSessionManagerLayer, Key, Session};

use super::{
    FAILURE,
    cells::{Call, Handler, Layer, add_layer, called, page, status_of},
    look,
};
use crate::{
    measure::Bench,
    workloads::{ENTRY, Entries, Workload},
};

pub(super) fn add(bench: &mut Bench) {
    add_layer::<TowerSessions>(bench, "tower-sessions-cookie-store, private");
}

struct TowerSessions(Key);

impl Layer for TowerSessions {
    type Response = Response<()>;

    fn new() -> TowerSessions {
        TowerSessions(Key::generate())
    }

    fn service<T: Workload>(&self, handler: Handler, field: &str) -> Call<Response<()>> {
        let service = service_fn(move |request| answer::<T>(handler, request));
        if handler == Handler::Alone {
            return called(service, field);
        }
        let layer = CookieSessionManagerLayer::private(self.0.clone());
        called(layer.layer(service), field)
    }
}

async fn answer<T: Workload>(
    handler: Handler,
    request: Request<()>,
) -> Result<Response<()>, Infallible> {
    let mut response = page();
    if matches!(handler, Handler::Alone | Handler::Untouched) {
        return Ok(response);
    }
    let session = request
        .extensions()
        .get::<Session>()
        .expect(FAILURE)
        .clone();
    match handler {
        Handler::Alone | Handler::Untouched => {}
        Handler::Read => look(&session.get::<T>(ENTRY).await.expect(FAILURE)),
        Handler::Check => {
            let value = session.get::<T>(ENTRY).await.expect(FAILURE);
            *response.status_mut() = status_of(value.as_ref());
        }
        Handler::Write => {
            let value = session.get::<T>(ENTRY).await.expect(FAILURE);
            let mut value = value.expect(FAILURE);
            value.change();
            session.insert(ENTRY, value).await.expect(FAILURE);
        }
        Handler::Begin => T::sample().store(&session),
    }
    Ok(response)
}

impl Entries for Session {
    fn put(&self, name: &str, value: &impl Serialize) {
        let inserted = self.insert(name, value).now_or_never();
        inserted.expect("nothing waits").expect(FAILURE);
    }
}
