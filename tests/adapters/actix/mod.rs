//! The layer and the guard as middleware of actix-web. The vectors, `tests/sessions/rules` and `tests/adapters/csrf_guard` pass through
//! them too; here is what actix-web does in its own way.

mod failures;
mod handles;
mod layers;

use crate::common;

use actix_web::{FromRequest, Handler, Responder, web};
use hardtack::SessionLayer;
use http::{Request, Response};

use super::drivers::through_actix;
use common::{at, cookie};

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

fn layer() -> SessionLayer {
    SessionLayer::new(cookie()).clock(at(0))
}

/// What `handler` answers inside the layer.
fn ask_inside<F, Args>(handler: F, fields: &[(&str, &str)]) -> Response<String>
where
    F: Handler<Args>,
    F::Output: Responder + 'static,
    Args: FromRequest + 'static,
{
    let scope = web::scope("").wrap(layer());
    let scope = scope.route("/", web::get().to(handler));
    ask(|app| _ = app.service(scope), fields)
}
