//! Old cookies that have another path than the program says.

use std::convert::Infallible;

use axum::{Router, body::Body, routing::get};
use hardtack::{Session, SessionLayer, migrate::OldCookie};
use http::{Request, Response, header::COOKIE};
use tower::{Layer, ServiceExt, service_fn};

use super::{DAY, builder, readers::Fixed, start};
use crate::common::{Jar, block_on, set_cookies};

fn layer() -> SessionLayer {
    let old = OldCookie::new("old", Fixed("ada"));
    let cookie = builder().migrate_from(old, start()..start() + DAY);
    SessionLayer::new(cookie.build().unwrap()).clock(start())
}

/// Visits a page, and returns its user and the `Set-Cookie` fields of its response.
fn visit(
    layer: &SessionLayer,
    jar: &mut Jar,
    path: &str,
    page: fn(&Session),
) -> (Option<String>, Vec<String>) {
    jar.url.set_path(path);
    let service = service_fn(async |request: Request<()>| {
        let session: &Session = request.extensions().get().unwrap();
        let user = session.get("user").unwrap();
        page(session);
        Ok::<_, Infallible>(Response::new(user))
    });
    let request = Request::get(path).header(COOKIE, jar.field());
    let Ok(response) = block_on(layer.layer(service).oneshot(request.body(()).unwrap()));
    let fields: Vec<_> = set_cookies(response.headers())
        .into_iter()
        .map(str::to_owned)
        .collect();
    jar.receive(&fields);
    (response.into_body(), fields)
}

fn read(_: &Session) {}

fn sign_out(session: &Session) {
    session.invalidate().unwrap();
}

#[test]
fn a_sign_out_holds_wherever_the_old_program_had_set_its_cookie() {
    for path in ["/", "/app", "/app/", "/app/shop", "/app/shop/basket"] {
        let (layer, mut jar) = (layer(), Jar::default());
        jar.url.set_path("/app/shop/basket");
        jar.receive([format!("old=x; Path={path}")]);
        let mut user = |path, page| visit(&layer, &mut jar, path, page).0;
        let ada = Some("ada".to_owned());
        assert_eq!(user("/app/shop/basket", read), ada, "{path}");
        assert_eq!(user("/app/shop/basket", read), ada, "{path}");
        assert_eq!(user("/sign-out", sign_out), ada, "{path}");
        assert_eq!(user("/app/shop/basket", read), None, "{path}");
        // In a frame of another site, at the page that the old cookie comes to.
        for sign_out in [sign_out as fn(&Session), sign_out_with_message] {
            jar = Jar::default();
            jar.url.set_path("/app/shop/basket");
            jar.receive([format!("old=x; Path={path}")]);
            jar.is_framed = true;
            let user = visit(&layer, &mut jar, "/app/shop/basket", sign_out).0;
            assert_eq!(
                (user, jar.value("old")),
                (Some("ada".to_owned()), None),
                "{path}"
            );
        }
    }
}

fn sign_out_with_message(session: &Session) {
    sign_out(session);
    session.flash("info", "Bye.").unwrap();
}

#[test]
fn of_two_old_cookies_each_is_dropped_at_the_path_it_has() {
    let [first, second] = ["first", "second"].map(|name| OldCookie::new(name, Fixed("ada")));
    let range = start()..start() + DAY;
    let builder = builder().migrate_from(first, range.clone());
    let cookie = builder.migrate_from(second, range).build().unwrap();
    let layer = SessionLayer::new(cookie).clock(start());
    for (first, second) in [
        ("/app", "/app"),
        ("/app", "/app/shop"),
        ("/app/shop", "/app"),
    ] {
        let mut jar = Jar::default();
        jar.url.set_path("/app/shop");
        jar.receive([
            format!("first=x; Path={first}"),
            format!("second=x; Path={second}"),
        ]);
        visit(&layer, &mut jar, "/app/shop", sign_out);
        assert_eq!(jar.field(), "", "{first} {second}");
    }
}

#[test]
fn a_router_inside_another_one_knows_the_whole_path() {
    let page = async |session: Session| session.invalidate().map(drop);
    let inner = Router::new().route("/shop", get(page)).layer(layer());
    let site = Router::new().nest("/app", inner);
    let request = Request::get("/app/shop").header(COOKIE, "old=x");
    let Ok(response) = block_on(site.oneshot(request.body(Body::empty()).unwrap()));
    let fields = set_cookies(response.headers());
    assert!(fields[2].starts_with("old=; Path=/app;"), "{fields:?}");
}

#[test]
fn a_cookie_of_another_program_is_left_alone() {
    let (layer, mut jar) = (layer(), Jar::default());
    jar.url.set_path("/admin/");
    jar.receive(["old=x; Path=/admin/"]);
    jar.url.set_path("/app/");
    jar.receive(["old=x; Path=/app/"]);
    let (user, fields) = visit(&layer, &mut jar, "/app/", read);
    assert_eq!((user.as_deref(), fields.len()), (Some("ada"), 4));
    // A response that drops no session, and one to a request without the old cookie, add nothing.
    assert_eq!(visit(&layer, &mut jar, "/app/", read).1.len(), 0);
    assert_eq!(visit(&layer, &mut jar, "/app/", sign_out).1.len(), 2);
    jar.url.set_path("/admin/");
    assert_eq!(jar.field(), "old=x");
}

#[test]
fn the_path_of_a_request_adds_no_attribute() {
    let paths = ["/a;Domain=example.com/b", "/a,b", "/ä"];
    // Earlier versions of `http` refuse the last one themselves.
    let is_taken = |path: &&str| path.parse::<http::Uri>().is_ok();
    for path in paths.into_iter().filter(is_taken) {
        let (layer, mut jar) = (layer(), Jar::default());
        jar.set("old", "x");
        let (_, fields) = visit(&layer, &mut jar, path, sign_out);
        assert_eq!(fields.len(), 2, "{fields:?}");
    }
    // However deep it is.
    let (layer, mut jar) = (layer(), Jar::default());
    jar.set("old", "x");
    let (_, fields) = visit(&layer, &mut jar, &"/a".repeat(1_000), sign_out);
    assert_eq!(fields.len(), 8);
}
