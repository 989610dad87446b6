//! Refuses requests for other host names and cross-site requests.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{HOST, ORIGIN},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{errors::Failed, site::Site};

/// Admits to `/api` only requests for this machine's own names, because another site's name can point here too
/// (DNS rebinding), and refuses those that a browser says it sends for another site.
pub(crate) async fn admit(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let refuse = |sentence| Failed::new(StatusCode::FORBIDDEN, sentence).into_response();
    if !is_this_machine(request.headers(), site.port()) {
        refuse("the host is not localhost, 127.0.0.1 or [::1] with the port of this server")
    } else if is_cross_site(request.headers()) {
        refuse("the request comes from another site")
    } else {
        next.run(request).await
    }
}

fn is_this_machine(headers: &HeaderMap, port: u16) -> bool {
    let Some(host) = the_host(headers) else {
        return false;
    };
    let name = host.strip_suffix(&format!(":{port}"));
    // Browsers leave out the default port.
    let name = name.or((port == 80).then_some(host));
    let names = ["localhost", "127.0.0.1", "[::1]"];
    name.is_some_and(|name| names.iter().any(|own| own.eq_ignore_ascii_case(name)))
}

/// Judges by the headers that browsers add. Other programs need none of them.
fn is_cross_site(headers: &HeaderMap) -> bool {
    let is_own_site = |site: &HeaderValue| site == "same-origin" || site == "none";
    let host = the_host(headers).unwrap_or_default();
    let is_own_origin = |origin: &HeaderValue| {
        let origin = origin.to_str().ok();
        let host_of_origin = origin.and_then(|origin| origin.strip_prefix("http://"));
        host_of_origin.is_some_and(|origin| origin.eq_ignore_ascii_case(host))
    };
    !headers.get_all("sec-fetch-site").iter().all(is_own_site)
        || !headers.get_all(ORIGIN).iter().all(is_own_origin)
}

/// The one `Host`, or `None` if there is none or there are several.
fn the_host(headers: &HeaderMap) -> Option<&str> {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok(),
        _ => None,
    }
}
