//! The same in actix-web.

use actix_web::{App, rt::System, test, web};
use axum::{
    body::Body,
    http::{HeaderValue, Request, Response, StatusCode},
};
use hardtack::{companion::CompanionLayer, csrf::CsrfGuard};

use super::{
    browser::{Browser, Carry},
    handlers::{count, home, sign_in, sign_out},
    site::Site,
};

#[test]
fn a_session_is_bound_refreshed_and_ended() {
    let site = Site::new().in_actix();
    let mut browser = Browser::bound(&site);
    let mut thief = browser.thief_of_session();
    assert_eq!(thief.get(&site, "/"), "nobody 0 Stale");

    site.wait(600);
    assert_eq!(browser.get(&site, "/"), "nobody 0 Stale");
    assert_eq!(
        browser.ask(&site, Carry::CrossSite, &[]).status(),
        StatusCode::FORBIDDEN
    );
    let refreshed = browser.refresh(&site, Carry::CrossSite);
    assert_eq!(refreshed.status(), StatusCode::OK);
    assert_eq!(refreshed.headers()["cache-control"], "no-store");
    assert_eq!(browser.post(&site, "/count"), "ada 1 Bound");

    browser.post(&site, "/sign-out");
    browser.refresh(&site, Carry::CrossSite);
    assert!(browser.device.is_none());
}

/// The guard would refuse a request of another site.
#[test]
fn a_browser_refreshes_after_a_link_from_another_site() {
    let site = Site::new().in_actix();
    let mut browser = Browser::bound(&site);
    let another = [("sec-fetch-site", "cross-site")];
    let challenged = browser.ask(&site, Carry::CrossSite, &another);
    assert!(
        challenged
            .headers()
            .contains_key("secure-session-challenge")
    );
    let refused = browser.send(&site, "POST", "/count", Carry::CrossSite, &another);
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert!(!refused.headers().contains_key("secure-session-challenge"));
}

/// Sends a request to the site in actix-web, whose types for heads are others.
pub(crate) fn send(layer: CompanionLayer, request: &Request<Body>) -> Response<String> {
    let app = App::new()
        .route("/", web::get().to(home))
        .route("/sign-in", web::post().to(sign_in))
        .route("/count", web::post().to(count))
        .route("/sign-out", web::post().to(sign_out))
        .wrap(CsrfGuard::new().origin_check_only())
        .wrap(layer);
    let method = request.method().as_str().parse().unwrap();
    let mut sent = test::TestRequest::with_uri(request.uri().path()).method(method);
    for (name, value) in request.headers() {
        sent = sent.append_header((name.as_str(), value.to_str().unwrap()));
    }
    System::new().block_on(async {
        let app = test::init_service(app).await;
        let answer = test::call_service(&app, sent.to_request()).await;
        let mut response = Response::builder().status(answer.status().as_u16());
        for (name, value) in answer.headers() {
            let mut copy = HeaderValue::from_str(value.to_str().unwrap()).unwrap();
            copy.set_sensitive(value.is_sensitive());
            response = response.header(name.as_str(), copy);
        }
        let body = test::read_body(answer).await;
        response
            .body(String::from_utf8(body.to_vec()).unwrap())
            .unwrap()
    })
}
