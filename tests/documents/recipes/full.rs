//! Own pages for failed requests, such as one that a full session has refused.

use axum::{
    Router,
    http::StatusCode,
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::post,
};
use hardtack::{Session, SessionCookie, SessionError, SessionLayer, web::Failure};

fn app(cookie: SessionCookie) -> Router {
    Router::new()
        .route("/cart", post(add))
        .layer(SessionLayer::new(cookie))
        .layer(map_response(page)) // added last, so that it sees every failure
}

async fn add(session: Session, item: String) -> Result<&'static str, SessionError> {
    session.update("cart", |cart: &mut Vec<String>| cart.push(item))?;
    Ok("It is in your cart.")
}

async fn page(response: Response) -> Response {
    Failure::with_page(response, |failure| match failure {
        Failure::Session(SessionError::TooLarge(_)) => {
            (StatusCode::CONFLICT, "Your cart is full.").into_response()
        }
        Failure::Csrf(_) => "Please load the page again.".into_response(),
        _ => "Sorry, that is our fault.".into_response(),
    })
}

// Its test.

use http::Request;

use super::{field, send};
use crate::common::cookie as cookie_of_tests;

#[test]
fn a_full_cart_has_a_page_of_its_own_and_stays_as_it_was() {
    let app = app(cookie_of_tests());
    let add = |session: &str, length| {
        let request = Request::post("/cart").header("cookie", session);
        send(&app, request, &"x".repeat(length))
    };
    let begun = add("a=b", 1_000);
    assert_eq!(
        (begun.status().as_u16(), &**begun.body()),
        (200, "It is in your cart.")
    );
    let session = field(&begun).unwrap();
    let full = add(&session, 2_000);
    assert_eq!(
        (full.status().as_u16(), &**full.body()),
        (409, "Your cart is full.")
    );
    assert_eq!(field(&full), None);
    // The next one fits.
    assert_eq!(add(&session, 1_000).status(), 200);
}
