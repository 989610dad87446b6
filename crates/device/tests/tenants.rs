//! Devices of an application whose hosts are tenants, and of two cookies of one ring.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::http::{Request, StatusCode, header::SET_COOKIE};
use hardtack::Context;
use hardtack_device::DeviceBound;

use super::{
    browser::{Browser, Carry},
    site::Site,
};

const ACME: &str = "acme.test";
const GLOBEX: &str = "globex.test";

#[test]
fn a_session_of_a_tenant_is_bound_in_the_response_to_its_registration() {
    let site = Site::new().with_tenants();
    let mut browser = Browser::at(ACME);
    browser.post(&site, "/sign-in");
    let response = browser.try_register(&site, Carry::All);
    assert_eq!(response.headers().get_all(SET_COOKIE).iter().count(), 2);
    assert_eq!(browser.thief_of_session().get(&site, "/"), "nobody 0 Stale");
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
}

/// Whatever tells the tenant: the layer, and the endpoints of devices around it.
#[test]
fn a_device_is_bound_and_refreshed_in_the_tenant_of_its_pages() {
    let acme = Context::new([("tenant", "acme")]).unwrap();
    for site in [
        Site::new().of_tenant(&acme),
        Site::new().in_actix().of_tenant(&acme),
        Site::new().with_tenant_in_extensions(),
    ] {
        let mut browser = Browser::bound(&site);
        assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
        site.wait(600);
        assert_eq!(browser.refresh(&site, Carry::All).status(), StatusCode::OK);
        assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
    }
}

#[test]
fn the_tenant_of_a_request_is_asked_for_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let site = Site::new().counting_contexts(&asked);
    let mut browser = Browser::at(ACME);
    assert_eq!(browser.get(&site, "/"), "nobody 0 Unbound");
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn a_device_belongs_to_the_tenant_of_its_session() {
    let site = Site::new().with_tenants();
    let mut browser = Browser::at(ACME).signed_in(&site);
    site.wait(600);
    browser.host = Some(GLOBEX);
    let elsewhere = browser.ask(&site, Carry::All, &[]);
    assert_eq!(elsewhere.status(), StatusCode::NOT_FOUND);
    browser.host = Some(ACME);
    assert_eq!(browser.refresh(&site, Carry::All).status(), StatusCode::OK);
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
}

#[test]
fn a_cookie_in_the_context_of_a_tenant_answers_its_devices_alone() {
    let site = Site::new().with_tenants();
    let browser = Browser::at(ACME).signed_in(&site);
    let request = Request::post("/.session/refresh")
        .header("sec-secure-session-id", &browser.device.unwrap().id)
        .header("cookie", browser.jar.field());
    let (request, ()) = request.body(()).unwrap().into_parts();
    let of = |host| {
        let context = Context::new([("host", host)]).unwrap();
        site.cookie.in_context(context)
    };
    for (cookie, expected) in [
        // The browser is asked for a proof.
        (of(ACME), StatusCode::FORBIDDEN),
        (of(GLOBEX), StatusCode::NOT_FOUND),
        (site.cookie.clone(), StatusCode::NOT_FOUND),
    ] {
        let answer = cookie.respond(&request, site.clock()).unwrap();
        assert_eq!(answer.status(), expected);
    }
}

#[test]
fn an_offer_of_one_tenant_registers_nothing_at_another() {
    let site = Site::new().with_tenants();
    let mut browser = Browser::at(ACME);
    browser.post(&site, "/sign-in");
    browser.host = Some(GLOBEX);
    let refused = browser.try_register(&site, Carry::CrossSite);
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
}

#[test]
fn a_refresh_beside_another_session_of_the_tenant_ends_the_device() {
    let site = Site::new().with_tenants();
    let mut browser = Browser::at(ACME).signed_in(&site);
    let others = Browser::at(GLOBEX).signed_in(&site);
    // A session of another tenant does not open, so it says nothing.
    let own = browser.jar.cookies()["__Host-session"].clone();
    let of_other = others.jar.cookies()["__Host-session"].clone();
    browser.jar.set("__Host-session", of_other);
    assert_eq!(browser.refresh(&site, Carry::All).status(), StatusCode::OK);
    assert!(browser.device.is_some());
    browser.jar.set("__Host-session", own);
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");

    browser.jar.retain(|name| name != "__Host-session");
    browser.post(&site, "/count");
    browser.refresh(&site, Carry::All);
    assert!(browser.device.is_none());
}

#[test]
fn the_devices_of_another_cookie_of_the_ring_are_others() {
    let site = Site::new();
    let other = Site::under(site.keys.clone(), DeviceBound::at("/.session"), |cookie| {
        cookie.name("__Host-other")
    });
    let mut browser = Browser::bound(&site);
    assert_eq!(
        browser.ask(&other, Carry::All, &[]).status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        browser.ask(&site, Carry::All, &[]).status(),
        StatusCode::FORBIDDEN
    );
    browser.post(&site, "/sign-in");
    let refused = browser.try_register(&other, Carry::All);
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
}
