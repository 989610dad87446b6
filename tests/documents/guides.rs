//! Promises of docs/guides.md that no other test shows.

use crate::common;

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
    middleware::{Next, from_fn, map_response},
    response::{IntoResponse, Response},
    routing::post,
};
use common::{at, block_on, cookie, sealed};
use hardtack::{
    Session, SessionError, SessionLayer,
    csrf::CsrfGuard,
    web::{Failure, local_path},
};
use serde_json::json;
use tower::ServiceExt;

/// A page that names who is signed in.
async fn named(session: Session, request: Request<Body>, next: Next) -> Response {
    let response = next.run(request).await;
    Failure::with_page(response, |_| {
        let user = session.get::<String>("user").ok().flatten();
        Body::from(format!("Sorry, {}.", user.as_deref().unwrap_or("stranger"))).into_response()
    })
}

#[test]
fn a_page_between_guard_and_layer_shows_who_is_signed_in() {
    let add = async |session: Session| session.insert("cart", "x".repeat(3_000));
    let app = Router::new()
        .route("/cart", post(add))
        .layer(CsrfGuard::new().origin_check_only())
        .layer(from_fn(named))
        .layer(SessionLayer::new(cookie()).clock(at(0)));
    let ada = sealed(&cookie(), at(0), |session| {
        session.insert("user", "ada").unwrap();
    });
    let answer = |field: &str, site| {
        let request = Request::post("/cart").header("sec-fetch-site", site);
        let request = request.header("cookie", field).body(Body::empty());
        let response = block_on(app.clone().oneshot(request.unwrap())).unwrap();
        assert_eq!(response.headers()["vary"], "Cookie");
        assert!(!response.headers().contains_key("set-cookie"));
        let status = response.status().as_u16();
        (
            status,
            block_on(to_bytes(response.into_body(), 100)).unwrap(),
        )
    };
    // The session is full, and the guard refuses.
    assert_eq!(answer(&ada, "same-origin"), (413, "Sorry, ada.".into()));
    assert_eq!(answer(&ada, "cross-site"), (403, "Sorry, ada.".into()));
    assert_eq!(answer("", "cross-site"), (403, "Sorry, stranger.".into()));
}

#[test]
fn an_api_tells_in_json_what_failed() {
    let add = async |session: Session| session.insert("cart", "x".repeat(3_000));
    let in_json = async |response: Response| {
        Failure::with_page(response, |failure| {
            let is_full = matches!(failure, Failure::Session(SessionError::TooLarge(_)));
            let error = if is_full { "full" } else { "csrf" };
            Json(json!({ "error": error })).into_response()
        })
    };
    let app = Router::new()
        .route("/cart", post(add))
        .route("/lost", post(async || StatusCode::NOT_FOUND))
        .layer(CsrfGuard::new())
        .layer(SessionLayer::new(cookie()).clock(at(0)))
        .layer(map_response(in_json));
    let mut token = String::new();
    let ada = sealed(&cookie(), at(0), |session| {
        token = session.csrf_token().unwrap();
    });
    for (path, token, status, told) in [
        ("/cart", "", 403, r#"{"error":"csrf"}"#),
        ("/cart", &*token, 413, r#"{"error":"full"}"#),
        ("/lost", &*token, 404, ""),
    ] {
        let request = Request::post(path).header("cookie", &ada);
        let request = request.header("x-csrf-token", token).body(Body::empty());
        let response = block_on(app.clone().oneshot(request.unwrap())).unwrap();
        assert_eq!(response.status(), status);
        let is_json = response.headers().contains_key("content-type");
        assert_eq!(is_json, !told.is_empty());
        assert_eq!(block_on(to_bytes(response.into_body(), 100)).unwrap(), told);
    }
}

#[test]
fn a_webhook_needs_no_token_and_has_no_session() {
    let pages = Router::new()
        .route("/transfer", post(async || "done"))
        .layer(CsrfGuard::new())
        .layer(SessionLayer::new(cookie()));
    let app = pages.merge(Router::new().route("/hooks/payment", post(async || "signed?")));
    for (path, status) in [("/hooks/payment", 200), ("/transfer", 403)] {
        let request = Request::post(path).body(Body::empty()).unwrap();
        let response = block_on(app.clone().oneshot(request)).unwrap();
        assert_eq!(response.status(), status, "{path}");
        for field in ["set-cookie", "vary"] {
            assert!(!response.headers().contains_key(field), "{path} {field}");
        }
    }
}

#[test]
fn a_local_path_stays_on_the_site() {
    for own in [
        "/",
        "/account",
        "/account?tab=2#top",
        "/cart?from=//example.com",
        "/a/..",
        "/%2F%2Fexample.com",
        "/a%0d%0ab",
    ] {
        assert_eq!(local_path(own), Some(own));
    }
    for other in [
        "",
        "account",
        "https://example.com/",
        "//example.com",
        "///example.com",
        "/\\example.com",
        "\\\\example.com",
        "/\t/example.com",
        "/\n/example.com",
        "/.//example.com",
        "/%2e//example.com",
        "/a/..//example.com",
        "javascript:alert(1)",
        " /a",
        "?//example.com",
        "/\u{2044}example.com",
    ] {
        assert_eq!(local_path(other), None, "{other:?}");
    }
}

/// Of every address of four pieces a browser makes one of the site, also of what it has made of it.
#[test]
fn no_address_of_such_pieces_leads_away() {
    let pieces = [
        "/",
        "\\",
        ".",
        "..",
        "%2e",
        "%2f",
        "%5c",
        "\t",
        "\n",
        " ",
        "@",
        ":",
        "?",
        "#",
        "a",
        "example.com",
        "http:",
        "\u{ff0f}",
        "\0",
    ];
    let site = url::Url::parse("https://shop.test/sign-in").unwrap();
    let mut kept = 0;
    for n in 0..pieces.len().pow(4) {
        let piece = |place| pieces[n / pieces.len().pow(place) % pieces.len()];
        let text = format!("/{}{}{}{}", piece(0), piece(1), piece(2), piece(3));
        let Some(path) = local_path(&text) else {
            continue;
        };
        let to = site.join(path).unwrap();
        assert_eq!(to.origin(), site.origin(), "{text:?}");
        let again = &to[url::Position::BeforePath..];
        assert_eq!(
            site.join(again).unwrap().origin(),
            site.origin(),
            "{text:?}"
        );
        kept += 1;
    }
    assert!(kept > 10_000, "{kept}");
}
