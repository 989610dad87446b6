use std::future::{Ready, ready};

use actix_web::{
    App, HttpRequest, HttpResponse, dev::ServiceResponse, http::StatusCode, test::init_service,
    web::get,
};
use futures_util::FutureExt;
use hardtack::{Session, SessionLayer};

use super::Keys;
use crate::{
    peers::{
        FAILURE,
        actix_session::{called, page},
        look,
        traits::{Call, Handler, Layer, status_of},
    },
    workloads::Workload,
};

/// With so many of the oldest keys.
pub(super) struct Actix(pub(super) Keys, pub(super) usize);

impl Layer for Actix {
    type Response = ServiceResponse;

    fn service<T: Workload>(&self, handler: Handler, field: &str) -> Call<ServiceResponse> {
        let route = match handler {
            Handler::Alone | Handler::Untouched => {
                get().to(|_: HttpRequest| ready(page(StatusCode::OK)))
            }
            _ => get().to(move |session: Session<T>| answer(handler, &session)),
        };
        if handler == Handler::Alone {
            let app = init_service(App::new().route("/", route)).now_or_never();
            return called(app.expect("nothing waits"), field);
        }
        let cookie = self.0.builder_of::<T>(self.1).build().expect(FAILURE);
        let app = App::new().route("/", route).wrap(SessionLayer::new(cookie));
        called(
            init_service(app).now_or_never().expect("nothing waits"),
            field,
        )
    }

    fn rotated(&self) -> Option<Actix> {
        Some(Actix(self.0.clone(), 8))
    }
}

fn answer<T: Workload>(handler: Handler, session: &Session<T>) -> Ready<HttpResponse> {
    let mut status = http::StatusCode::OK;
    match handler {
        Handler::Alone | Handler::Untouched => {}
        Handler::Read => session.read(look),
        Handler::Check => status = session.read(|value| status_of(Some(value))),
        Handler::Write => session.update(T::change).expect(FAILURE),
        Handler::Begin => session.replace(T::sample()).expect(FAILURE),
    }
    ready(page(status.as_u16().try_into().expect(FAILURE)))
}
