//! Tokens in the fields of forms.

use actix_web::web::{self, Json};
use hardtack::{
    SessionLayer,
    csrf::{CsrfCheck, CsrfGuard, CsrfRefusal, GuardedForm},
};
use http::Request;
use serde::Deserialize;

use super::{
    common::{at, cookie, sealed},
    send,
};

async fn of_json(Json(amount): Json<Amount>) -> String {
    format!("sent {}", amount.amount)
}

async fn of_form(GuardedForm(amount): GuardedForm<Amount>) -> String {
    format!("sent {}", amount.amount)
}

#[derive(Deserialize)]
struct Amount {
    amount: u32,
}

async fn of_button(_: GuardedForm) -> &'static str {
    "signed out"
}

/// The body is the token.
async fn by_hand(check: CsrfCheck, body: String) -> Result<&'static str, CsrfRefusal> {
    check.verify(&body).map(|()| "checked")
}

fn routes(app: &mut web::ServiceConfig, guard: Option<CsrfGuard>) {
    let scope = web::scope("")
        .route("/form", web::route().to(of_form))
        .route("/json", web::route().to(of_json))
        .route("/button", web::route().to(of_button))
        .route("/hand", web::route().to(by_hand))
        .route("/plain", web::route().to(|| async move { "sent unread" }));
    let layer = SessionLayer::new(cookie()).clock(at(1));
    match guard {
        Some(guard) => app.service(scope.wrap(guard).wrap(layer)),
        None => app.service(scope.wrap(layer)),
    };
}

/// Asserts the status of the answer to a visitor's request, and returns its text.
#[track_caller]
fn check(
    method: &str,
    path: &str,
    kind: &str,
    header: Option<&str>,
    body: &str,
    status: u16,
) -> String {
    let guard = CsrfGuard::new().tokens_in_forms();
    let (pair, token) = visitor();
    let fill = |text: &str| text.replace("TOKEN", &token);
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("cookie", pair)
        .header("sec-fetch-site", "same-origin");
    if !kind.is_empty() {
        request = request.header("content-type", kind);
    }
    if let Some(header) = header {
        request = request.header("x-csrf-token", fill(header));
    }
    let request = request.body(fill(body)).unwrap();
    let answer = send(move |app| routes(app, Some(guard)), request);
    assert_eq!(
        answer.status(),
        status,
        "{method} {path} {body}: {}",
        answer.body()
    );
    answer.into_body()
}

fn visitor() -> (String, String) {
    let mut token = String::new();
    let pair = sealed(&cookie(), at(0), |session| {
        token = session.csrf_token().unwrap();
    });
    (pair, token)
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

#[test]
fn the_field_of_a_form_is_checked_by_its_extractor() {
    let of_form = |body: &str, status| check("POST", "/form", FORM, None, body, status);
    assert_eq!(of_form("csrf_token=TOKEN&amount=7", 200), "sent 7");
    of_form("csrf_token=junk&amount=7", 403);
    of_form("amount=7", 403);
    let body = check("POST", "/button", FORM, None, "csrf_token=TOKEN", 200);
    assert_eq!(body, "signed out");
    check("POST", "/button", FORM, None, "", 403);
}

#[test]
fn a_handler_that_reads_the_body_itself_asks_the_check() {
    assert_eq!(check("POST", "/hand", FORM, None, "TOKEN", 200), "checked");
    check("POST", "/hand", FORM, None, "junk", 403);
    check("GET", "/hand", FORM, None, "TOKEN", 403);
}

#[test]
fn a_guarded_form_refuses_what_is_none() {
    check("POST", "/form", JSON, Some("TOKEN"), "{}", 415);
    check(
        "POST",
        "/form",
        FORM,
        None,
        "csrf_token=TOKEN&amount=many",
        422,
    );
}

#[test]
fn a_request_without_content_is_an_empty_form() {
    let body = check("POST", "/button", "", Some("TOKEN"), "", 200);
    assert_eq!(body, "signed out");
    check("POST", "/button", "", None, "", 403);
    check("POST", "/button", "", Some("TOKEN"), "amount=7", 415);
    check("POST", "/form", "", Some("TOKEN"), "", 422);
}

#[test]
fn a_token_in_the_header_is_enough_and_json_needs_one() {
    check("POST", "/form", FORM, Some("TOKEN"), "amount=7", 200);
    check(
        "POST",
        "/form",
        FORM,
        Some("junk"),
        "csrf_token=TOKEN&amount=7",
        403,
    );
    let json = r#"{"csrf_token":"TOKEN","amount":7}"#;
    check("POST", "/json", JSON, Some("TOKEN"), json, 200);
    check("POST", "/json", JSON, None, json, 403);
}

#[test]
fn a_form_that_no_guard_asked_for_a_token_is_refused() {
    let body = check("GET", "/form", FORM, None, "csrf_token=TOKEN&amount=7", 403);
    assert!(body.contains("send the form by POST"), "{body}");
}

#[test]
fn a_guard_may_name_another_field() {
    let (pair, token) = visitor();
    let ask = |field: &str| {
        let request = Request::post("/form").header("cookie", &pair);
        let request = request.header("content-type", FORM);
        let body = format!("{field}={token}&amount=7");
        let guard = CsrfGuard::new()
            .tokens_in_forms()
            .form_field("authenticity_token");
        send(
            move |app| routes(app, Some(guard)),
            request.body(body).unwrap(),
        )
    };
    assert_eq!(ask("authenticity_token").body(), "sent 7");
    assert_eq!(ask("csrf_token").status(), 403);
}

#[test]
fn the_page_for_an_old_form_leads_to_the_page_of_the_form() {
    let (pair, _) = visitor();
    for (path, body) in [("/form", "csrf_token=junk&amount=7"), ("/hand", "junk")] {
        let request = Request::post(path)
            .header("cookie", &pair)
            .header("host", "example.com")
            .header("referer", "https://example.com/transfer?to=7&by=8")
            .header("content-type", FORM);
        let request = request.body(body.to_owned()).unwrap();
        let guard = CsrfGuard::new().tokens_in_forms();
        let answer = send(move |app| routes(app, Some(guard)), request);
        let link = r#"<a href="https://example.com/transfer?to=7&amp;by=8">"#;
        assert!(answer.body().contains(link), "{}", answer.body());
    }
}

#[test]
fn an_extractor_without_a_guard_says_what_is_missing() {
    let request = Request::post("/form").header("content-type", FORM);
    let request = request.body("csrf_token=x&amount=7".to_owned()).unwrap();
    let answer = send(|app| routes(app, None), request);
    assert_eq!(answer.status(), 500);
    assert!(
        answer
            .body()
            .contains("`CsrfGuard::new().tokens_in_forms()`")
    );
}

#[test]
fn a_check_that_is_left_to_a_form_nobody_reads_costs_no_field() {
    let (pair, _) = visitor();
    let request = Request::post("/plain")
        .header("cookie", pair)
        .header("content-type", FORM);
    let request = request.body("amount=7".to_owned()).unwrap();
    let guard = CsrfGuard::new().tokens_in_forms();
    let answer = send(|app| routes(app, Some(guard)), request);
    assert_eq!(answer.body(), "sent unread");
    for name in ["vary", "cache-control", "set-cookie"] {
        assert!(!answer.headers().contains_key(name), "{name}");
    }
}
