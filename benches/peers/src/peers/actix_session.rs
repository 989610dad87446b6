//! actix-session with its cookie store, private.

use std::future::ready;

use actix_http::Request;
use actix_session::{Session, SessionExt, SessionMiddleware, storage::CookieSessionStore};
use actix_web::{
    App, Error, HttpRequest, HttpResponse,
    body::MessageBody,
    cookie::Key,
    dev::{Service, ServiceResponse},
    http::{
        StatusCode,
        header::{COOKIE, HeaderValue, SET_COOKIE},
    },
    test::init_service,
    web,
};
use futures_util::FutureExt;
use serde::Serialize;

use super::{
    FAILURE,
    cells::{Answer, Call, Handler, Layer, PAGE_TYPE, add_layer, status_of},
    look,
};
use crate::{
    measure::Bench,
    workloads::{ENTRY, Entries, Workload},
};

pub(super) fn add(bench: &mut Bench) {
    add_layer::<Actix>(bench, "actix-session, private");
}

struct Actix(Key);

impl Layer for Actix {
    type Response = ServiceResponse;

    fn new() -> Actix {
        Actix(Key::generate())
    }

    fn service<T: Workload>(&self, handler: Handler, field: &str) -> Call<ServiceResponse> {
        let answer = move |request: HttpRequest| ready(answer::<T>(handler, &request));
        let route = web::get().to(answer);
        if handler == Handler::Alone {
            let app = init_service(App::new().route("/", route)).now_or_never();
            return called(app.expect("nothing waits"), field);
        }
        let session = SessionMiddleware::new(CookieSessionStore::default(), self.0.clone());
        let app = init_service(App::new().wrap(session).route("/", route)).now_or_never();
        called(app.expect("nothing waits"), field)
    }
}

impl Answer for ServiceResponse {
    fn is_ok(&self) -> bool {
        self.status() == StatusCode::OK
    }

    fn set_cookie(&self) -> Option<String> {
        let field = self.headers().get(SET_COOKIE)?;
        Some(field.to_str().expect("it is ASCII").to_owned())
    }
}

fn answer<T: Workload>(handler: Handler, request: &HttpRequest) -> HttpResponse {
    let session = || request.get_session();
    let value = |session: &Session| session.get::<T>(ENTRY).expect(FAILURE);
    match handler {
        Handler::Alone | Handler::Untouched => {}
        Handler::Read => look(&value(&session())),
        Handler::Check => {
            let status = status_of(value(&session()).as_ref()).as_u16();
            return page(status.try_into().expect(FAILURE));
        }
        Handler::Write => {
            let session = session();
            let mut value = value(&session).expect(FAILURE);
            value.change();
            session.insert(ENTRY, value).expect(FAILURE);
        }
        Handler::Begin => T::sample().store(&session()),
    }
    page(StatusCode::OK)
}

fn page(status: StatusCode) -> HttpResponse {
    HttpResponse::build(status).content_type(PAGE_TYPE).finish()
}

fn called<S, B>(service: S, field: &str) -> Call<ServiceResponse>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    let field = HeaderValue::from_str(field).expect("cookies are visible ASCII");
    Box::new(move || {
        let mut request = Request::new();
        request.headers_mut().insert(COOKIE, field.clone());
        let response = service.call(request).now_or_never();
        let response = response.expect("nothing waits").expect(FAILURE);
        response.map_into_boxed_body()
    })
}

impl Entries for Session {
    fn put(&self, name: &str, value: &impl Serialize) {
        self.insert(name, value).expect(FAILURE);
    }
}
