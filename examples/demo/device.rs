//! The endpoints of sessions that are bound to a device (`--device-bound`), without a layer.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use hardtack::session::DeviceBinding;

use crate::site::Site;

pub(crate) async fn answer(State(site): State<Arc<Site>>, request: Request) -> Response {
    let (request, _) = request.into_parts();
    let cookie = &site.session.cookie;
    match cookie.answer_device(&request, site.clock.for_sessions()) {
        Some(response) => response.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

pub(crate) const fn name_of(binding: DeviceBinding) -> &'static str {
    match binding {
        DeviceBinding::Bound => "bound",
        DeviceBinding::Stale => "stale",
        _ => "unbound",
    }
}
