//! poem's session in a private cookie.

use futures_util::FutureExt;
use http::{StatusCode, header::COOKIE};
use poem::{
    Endpoint, EndpointExt, IntoResponse, Request, Response,
    endpoint::make_sync,
    session::{CookieConfig, CookieSession, Session},
    web::cookie::CookieKey,
};

use super::{
    ENTRY, FAILURE,
    cells::{PAGE_TYPE, add_layer},
    fields::header_value,
    look, random,
    traits::{Answer, Call, Handler, Layer, set_cookie_of, status_of},
};
use crate::{measure::Bench, workloads::Workload};

pub(super) fn add(bench: &mut Bench) {
    add_layer(bench, "poem `CookieSession`, private", || Poem(random()));
}

struct Poem([u8; 64]);

impl Layer for Poem {
    type Response = Response;

    fn service<T: Workload>(&self, handler: Handler, field: &str) -> Call<Response> {
        let endpoint = make_sync(move |request: Request| answer::<T>(handler, &request));
        if handler == Handler::Alone {
            return called(endpoint, field);
        }
        let config = CookieConfig::private(CookieKey::from(&self.0));
        called(endpoint.with(CookieSession::new(config)), field)
    }
}

impl Answer for Response {
    fn is_ok(&self) -> bool {
        self.is_success()
    }

    fn set_cookie(&self) -> Option<String> {
        set_cookie_of(self.headers())
    }
}

fn answer<T: Workload>(handler: Handler, request: &Request) -> Response {
    let session = || request.extensions().get::<Session>().expect(FAILURE);
    match handler {
        Handler::Alone | Handler::Untouched => {}
        Handler::Read => look(&session().get::<T>(ENTRY)),
        Handler::Check => return page(status_of(session().get::<T>(ENTRY).as_ref())),
        Handler::Write => {
            let mut value = session().get::<T>(ENTRY).expect(FAILURE);
            value.change();
            session().set(ENTRY, value);
        }
        Handler::Begin => session().set(ENTRY, T::sample()),
    }
    page(StatusCode::OK)
}

fn page(status: StatusCode) -> Response {
    status.with_content_type(PAGE_TYPE).into_response()
}

fn called<E>(endpoint: E, field: &str) -> Call<Response>
where
    E: Endpoint + 'static,
    E::Output: poem::IntoResponse,
{
    let field = header_value(field);
    let endpoint = endpoint.map_to_response();
    Box::new(move || {
        let mut request = Request::default();
        request.headers_mut().insert(COOKIE, field.clone());
        let response = endpoint.call(request).now_or_never();
        response.expect("nothing waits").expect(FAILURE)
    })
}
