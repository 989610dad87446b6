//! The layer and the guard as middleware of actix-web. The vectors, `tests/sessions/rules` and `tests/adapters/csrf_guard` pass through
//! them too; here is what actix-web does in its own way.

mod failures;
mod handles;
mod layers;

use crate::common;

use actix_web::web;
use http::{Request, Response};

use super::drivers::through_actix;

/// What `configure` serves, asked once for `GET /` with these fields.
fn ask(
    configure: impl FnOnce(&mut web::ServiceConfig),
    fields: &[(&str, &str)],
) -> Response<String> {
    let request = fields
        .iter()
        .fold(Request::get("/"), |request, (name, value)| {
            request.header(*name, *value)
        });
    through_actix(configure, request.body(String::new()).unwrap())
}
