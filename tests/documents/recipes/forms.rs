use axum::{Router, response::Html, routing::get};
use hardtack::{
    Session, SessionCookie, SessionError, SessionLayer,
    csrf::{CsrfGuard, GuardedForm},
};
use serde::Deserialize;

fn app(cookie: SessionCookie) -> Router {
    Router::new()
        .route("/transfer", get(form).post(transfer))
        .layer(CsrfGuard::new().tokens_in_forms())
        .layer(SessionLayer::new(cookie)) // the layer added last runs first, and the guard needs its session
}

async fn form(session: Session) -> Result<Html<String>, SessionError> {
    let token = session.csrf_token()?;
    Ok(Html(format!(
        r#"<form method="post">
<input type="hidden" name="csrf_token" value="{token}">
<input type="number" name="amount"> <button>Transfer</button>
</form>"#
    )))
}

#[derive(Deserialize)]
struct Transfer {
    amount: u32,
}

async fn transfer(GuardedForm(transfer): GuardedForm<Transfer>) -> String {
    format!("{} transferred\n", transfer.amount)
}

// What follows is not in the document.

use http::Request;

use super::{field, send};
use crate::common::cookie as cookie_of_tests;

#[test]
fn a_form_with_its_token_transfers_once_and_without_it_never() {
    let app = app(cookie_of_tests());
    let page = send(&app, Request::get("/transfer"), "");
    let session = field(&page).unwrap();
    let (_, token) = page
        .body()
        .split_once(r#"name="csrf_token" value=""#)
        .unwrap();
    let (token, _) = token.split_once('"').unwrap();
    let post = |session: &str, body: &str| {
        let request = Request::post("/transfer").header("cookie", session);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = send(&app, request, body);
        (answer.status().as_u16(), answer.into_body())
    };
    let good = format!("csrf_token={token}&amount=7");
    assert_eq!(post(&session, &good), (200, "7 transferred\n".to_owned()));
    for body in ["amount=7", "csrf_token=x&amount=7", ""] {
        assert_eq!(post(&session, body).0, 403, "{body}");
    }
    // A visitor without the session, and one who has signed in meanwhile.
    assert_eq!(post("a=b", &good).0, 403);
    let renewed = cookie_of_tests().load([&session], std::time::SystemTime::now());
    renewed.renew().unwrap();
    let renewed = cookie_of_tests().save(&renewed).unwrap();
    let renewed = crate::common::pair_of(renewed.iter().next().unwrap());
    assert_eq!(post(renewed, &good).0, 403);
}
