//! The layer and the guard as middleware of actix-web. `tests/rules` and `tests/csrf_guard` make every visit through
//! them too; here is what actix-web does in its own way.

#![cfg(all(feature = "actix", feature = "axum"))]
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../common/mod.rs"]
mod common;
mod failures;
mod forms;
mod handles;
mod layers;

use actix_web::{App, dev::ServiceResponse, test, web};
use http::{Request, Response};

use common::{
    actix::{request_of, response_of},
    block_on,
};

/// What `configure` serves, asked once for `GET /` with these fields.
pub(crate) fn ask(
    configure: impl FnOnce(&mut web::ServiceConfig) + Clone,
    fields: &[(&str, &str)],
) -> Response<String> {
    let request = fields
        .iter()
        .fold(Request::get("/"), |request, (name, value)| {
            request.header(*name, *value)
        });
    send(configure, request.body(String::new()).unwrap())
}

/// The response to `request`.
pub(crate) fn send(
    configure: impl FnOnce(&mut web::ServiceConfig) + Clone,
    request: Request<String>,
) -> Response<String> {
    block_on(async {
        let app = test::init_service(App::new().configure(configure)).await;
        let response: ServiceResponse<_> =
            test::call_service(&app, request_of(request).to_request()).await;
        response_of(response).await
    })
}
