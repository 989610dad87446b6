//! Several domains, each of which shares sessions among its subdomains.

use axum::{
    Router,
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use hardtack::{ConfigError, KeyRing, SessionCookie, SessionLayer, web::host_of};
use std::{collections::HashMap, sync::Arc};
use tower::ServiceExt;

/// The pages of a domain and its subdomains.
fn site(domain: &str, pages: Router, keys: &KeyRing) -> Result<Router, ConfigError> {
    let cookie = SessionCookie::encrypted(keys.clone())
        .name("__Secure-session")
        .domain(domain);
    Ok(pages.layer(SessionLayer::new(cookie.build()?)))
}

/// `sites`: by their domains.
fn by_domain(sites: HashMap<&'static str, Router>) -> Router {
    let sites = Arc::new(sites);
    Router::new().fallback(async move |request: Request| -> Response {
        let (head, body) = request.into_parts();
        let host = host_of(&head).unwrap_or_default();
        let host = host.split(':').next().unwrap_or(""); // without the port
        let is_of = |domain: &str| {
            let rest = host.strip_suffix(domain);
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        match sites.iter().find(|(domain, _)| is_of(domain)) {
            Some((_, site)) => site
                .clone()
                .oneshot(Request::from_parts(head, body))
                .await
                .into_response(),
            None => (StatusCode::MISDIRECTED_REQUEST, "no site of ours").into_response(),
        }
    })
}

// Its test.

use axum::routing::get;
use hardtack::Session;

use super::send;
use crate::common::ring;

#[test]
fn each_of_several_domains_sets_and_deletes_a_cookie_of_its_own() {
    let pages = || {
        Router::new()
            .route(
                "/in",
                get(async |session: Session| session.insert("user", 7)),
            )
            .route(
                "/out",
                get(async |session: Session| session.invalidate().map(drop)),
            )
    };
    let domains = ["example.com", "example.org"];
    let sites = domains.map(|domain| (domain, site(domain, pages(), &ring()).unwrap()));
    let app = by_domain(sites.into());
    let ask = |host: &str, path: &str, cookie: &str| {
        let request = http::Request::get(path).header("host", host);
        send(&app, request.header("cookie", cookie), "")
    };
    let set_by = |answer: http::Response<String>| {
        answer.headers()["set-cookie"].to_str().unwrap().to_owned()
    };
    for (host, domain) in [
        ("example.com", domains[0]),
        ("shop.example.com:8443", domains[0]),
        ("WWW.example.org", domains[1]),
    ] {
        let set = set_by(ask(host, "/in", ""));
        let (pair, attributes) = set.split_once(';').unwrap();
        assert!(attributes.contains(&format!("; Domain={domain};")), "{set}");
        let dropped = set_by(ask(host, "/out", pair));
        assert!(
            dropped.contains(&format!("; Domain={domain};")) && dropped.contains("; Max-Age=0"),
            "{dropped}"
        );
    }
    for host in ["example.net", "notexample.com", "example.com.evil.net", ""] {
        assert_eq!(ask(host, "/in", "").status(), 421, "{host}");
    }
    // As over HTTP/2.
    let absolute = http::Request::get("https://shop.example.org:8443/in");
    assert!(set_by(send(&app, absolute, "")).contains("; Domain=example.org;"));
}
