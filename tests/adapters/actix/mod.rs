//! The layer and the guard as middleware of actix-web. The vectors, `tests/sessions/rules` and `tests/adapters/csrf_guard` pass through
//! them too; here is what actix-web does in its own way.

mod failures;
mod handles;
mod layers;

use crate::common;
use crate::common::words;

use actix_web::{App, dev::ServiceResponse, test, web};
use hardtack::web::Failure;
use http::{Request, Response};

use common::{
    actix::{request_of, response_of},
    block_on,
};

/// What `configure` serves, asked once for `GET /` with these fields.
pub(crate) fn ask(
    configure: impl FnOnce(&mut web::ServiceConfig),
    fields: &[(&str, &str)],
) -> Response<String> {
    let request = fields
        .iter()
        .fold(Request::get("/"), |request, (name, value)| {
            request.header(*name, *value)
        });
    send(configure, request.body(String::new()).unwrap())
}

/// The response to `request`, with the words of [`words`].
pub(crate) fn send(
    configure: impl FnOnce(&mut web::ServiceConfig),
    request: Request<String>,
) -> Response<String> {
    block_on(async {
        let app = test::init_service(App::new().configure(configure)).await;
        let response: ServiceResponse<_> =
            test::call_service(&app, request_of(request).to_request()).await;
        let failure = response.response().extensions().get::<Failure>().cloned();
        let answer = response_of(response).await;
        answer.map(|body| words(body, failure.as_ref()))
    })
}
