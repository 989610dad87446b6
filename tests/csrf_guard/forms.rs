//! Tokens in the fields of forms.

use axum::{
    Form, Json, Router,
    body::{Body, to_bytes},
    extract::Multipart,
    response::{IntoResponse, Response},
    routing::{any, post},
};
use hardtack::{
    Session, SessionData, SessionLayer,
    csrf::{CsrfCheck, CsrfGuard, GuardedForm},
};
use http::{Request, StatusCode};
use serde::{Deserialize, Serialize};
use tower::ServiceExt;

use super::{
    common::{at, block_on, builder_of, cookie},
    visitor_of,
};

#[derive(Deserialize)]
struct Transfer {
    #[serde(default)]
    csrf_token: String,
    amount: u32,
}

async fn of_form(GuardedForm(amount): GuardedForm<Amount>) -> String {
    format!("sent {}", amount.amount)
}

/// A type that knows nothing of tokens, and no other field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Amount {
    amount: u32,
}

/// The token is the first field.
async fn of_upload(check: CsrfCheck, mut form: Multipart) -> Result<String, Response> {
    // It holds the session.
    assert_eq!(format!("{check:?}"), "CsrfCheck(..)");
    let mut sent = None;
    while let Some(field) = form
        .next_field()
        .await
        .map_err(IntoResponse::into_response)?
    {
        let name = field.name().map(str::to_owned);
        let text = field.text().await.map_err(IntoResponse::into_response)?;
        match name.as_deref() {
            Some("csrf_token") => {
                sent = Some(check.verify(&text).map_err(IntoResponse::into_response)?)
            }
            _ if sent.is_none() => check.verify("").map_err(IntoResponse::into_response)?,
            _ => {}
        }
    }
    Ok("uploaded".to_owned())
}

async fn of_json(Json(transfer): Json<Transfer>) -> String {
    format!("sent {}", transfer.amount)
}

async fn by_hand(session: Session, Form(transfer): Form<Transfer>) -> (StatusCode, &'static str) {
    match session.verify_csrf(&transfer.csrf_token) {
        true => (StatusCode::OK, "sent by hand"),
        false => (StatusCode::FORBIDDEN, "refused by hand"),
    }
}

fn routes() -> Router {
    Router::new()
        .route("/form", post(of_form))
        .route("/upload", post(of_upload))
        .route("/json", post(of_json))
        .route("/hand", post(by_hand))
        .route("/plain", post(|| async move { "sent unread" }))
}

fn app(guard: CsrfGuard) -> Router {
    routes()
        .layer(guard)
        .layer(SessionLayer::new(cookie()).clock(at(1)))
}

fn in_forms() -> CsrfGuard {
    CsrfGuard::new().tokens_in_forms()
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// Status and text of the answer to a visitor's request.
fn ask(
    router: &Router,
    pair: &str,
    path: &str,
    kind: &str,
    header: Option<&str>,
    body: String,
) -> (StatusCode, String) {
    let mut request = Request::post(path)
        .header("cookie", pair)
        .header("sec-fetch-site", "same-origin");
    if !kind.is_empty() {
        request = request.header("content-type", kind);
    }
    if let Some(token) = header {
        request = request.header("x-csrf-token", token);
    }
    let request = request.body(Body::from(body)).unwrap();
    let response = block_on(router.clone().oneshot(request)).unwrap();
    let (head, body) = response.into_parts();
    let body = block_on(to_bytes(body, 10_000)).unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    (head.status, super::words(body, head.extensions.get()))
}

fn form(token: &str) -> String {
    format!("csrf_token={token}&amount=7")
}

fn json(token: &str) -> String {
    format!(r#"{{"csrf_token":"{token}","amount":7}}"#)
}

#[test]
fn the_field_of_a_form_is_checked_by_its_extractor() {
    let (pair, token) = visitor_of(&cookie());
    let (_, other) = visitor_of(&cookie());
    let app = app(in_forms());
    for (field, expected) in [(&*token, 200), (&*other, 403), ("junk", 403), ("", 403)] {
        for kind in [FORM, "application/x-www-form-urlencoded; charset=utf-8"] {
            let (status, body) = ask(&app, &pair, "/form", kind, None, form(field));
            assert_eq!(status, expected, "{field} {kind}: {body}");
            assert_eq!(body == "sent 7", expected == 200, "{body}");
            assert!(field.is_empty() || !body.contains(field), "{body}");
        }
        let (status, _) = ask(&app, &pair, "/hand", FORM, None, form(field));
        assert_eq!(status, expected);
    }
    // A form without the field, also where the rest is wrong.
    for body in ["amount=7", "amount=many"] {
        assert_eq!(
            ask(&app, &pair, "/form", FORM, None, body.to_owned()).0,
            403
        );
    }
}

#[test]
fn a_form_of_a_token_alone_needs_no_type_of_its_own() {
    let (pair, token) = visitor_of(&cookie());
    let app = Router::new()
        .route("/form", post(|_: GuardedForm| async move { "signed out" }))
        .layer(in_forms())
        .layer(SessionLayer::new(cookie()).clock(at(1)));
    let field = |token: &str| format!("csrf_token={token}");
    for (body, status) in [
        (field(&token), 200),
        // The button that was pressed.
        (format!("{}&go=1&csrf_tokens=junk", field(&token)), 200),
        (field("junk"), 403),
        (field(""), 403),
        (String::from("go=1"), 403),
        (String::new(), 403),
        // The first field counts.
        (format!("{}&{}", field("junk"), field(&token)), 403),
    ] {
        let answer = ask(&app, &pair, "/form", FORM, None, body.clone());
        assert_eq!(answer.0, status, "{body}: {}", answer.1);
    }
}

/// A guard whose forms have their token in another field.
fn named(field: &str) -> CsrfGuard {
    in_forms().form_field(field)
}

#[test]
fn a_guard_may_name_another_field() {
    let (pair, token) = visitor_of(&cookie());
    let ask = |field: &str, kind: Option<&str>| {
        let body = format!("{field}={token}&amount=7");
        let app = app(named("authenticity_token"));
        ask(&app, &pair, "/form", FORM, kind, body).0
    };
    assert_eq!(ask("authenticity_token", None), 200);
    // It is taken out of the form, with a token in the header too. Any other field is the form's own.
    assert_eq!(ask("authenticity_token", Some(&token)), 200);
    assert_eq!(ask("csrf_token", None), 403);
    assert_eq!(ask("csrf_token", Some(&token)), 422);
}

#[test]
fn each_of_two_guards_has_its_own_field() {
    let (pair, token) = visitor_of(&cookie());
    let layer = SessionLayer::new(cookie()).clock(at(1));
    let app = routes()
        .layer(named("inner"))
        .layer(named("outer"))
        .layer(layer);
    for (body, status) in [
        (format!("inner={token}&outer={token}&amount=7"), 200),
        (format!("inner={token}&amount=7"), 403),
        (format!("outer={token}&amount=7"), 403),
        (format!("inner=junk&outer={token}&amount=7"), 403),
    ] {
        assert_eq!(ask(&app, &pair, "/form", FORM, None, body).0, status);
    }
}

#[test]
fn the_page_for_an_old_form_leads_to_the_page_of_the_form() {
    let (pair, _) = visitor_of(&cookie());
    let link = |guard, referer: Option<&str>| {
        let request = Request::post("/form?step=2")
            .header("cookie", &pair)
            .header("host", "example.com")
            .header("content-type", FORM);
        let request = referer.into_iter().fold(request, |request, referer| {
            request.header("referer", referer)
        });
        let request = request.body(Body::from(form("junk"))).unwrap();
        let response = block_on(app(guard).oneshot(request)).unwrap();
        assert_eq!(response.status(), 403);
        let body = block_on(to_bytes(response.into_body(), 10_000)).unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        let (_, link) = body.split_once("<a href=\"").unwrap();
        link.split_once('"').unwrap().0.to_owned()
    };
    let page = "https://example.com/transfer";
    assert_eq!(link(in_forms(), Some(page)), page);
    let page = "https://EXAMPLE.com:443/a?to=7&by=8";
    let in_html = "https://EXAMPLE.com:443/a?to=7&amp;by=8";
    assert_eq!(link(in_forms(), Some(page)), in_html);
    let page = "http://example.com/in-development";
    assert_eq!(link(in_forms(), Some(page)), page);
    // No page of this site, or none that HTML could link to: the address that the form was sent to.
    for referer in [
        None,
        Some(""),
        Some("/transfer"),
        Some("https://example.com"),
        Some("https://evil.example/transfer"),
        Some("https://example.com.evil.example/"),
        Some("https://example.com@evil.example/"),
        Some("https://example.com/\"><script>"),
        Some("https://example.com/a b"),
        Some("javascript://example.com/%0aalert(1)"),
    ] {
        assert_eq!(link(in_forms(), referer), "", "{referer:?}");
    }
    let behind_proxy = in_forms().trust_origin("https://shop.example").unwrap();
    let page = "https://shop.example/transfer";
    assert_eq!(link(in_forms(), Some(page)), "");
    assert_eq!(link(behind_proxy, Some(page)), page);
}

#[test]
fn fields_are_decoded_as_browsers_encode_them() {
    #[derive(Deserialize)]
    struct Note {
        text: String,
    }
    let (pair, token) = visitor_of(&cookie());
    let app = Router::new()
        .route(
            "/form",
            post(|GuardedForm(note): GuardedForm<Note>| async move { note.text }),
        )
        .layer(in_forms())
        .layer(SessionLayer::new(cookie()).clock(at(1)));
    for (sent, text) in [
        ("a+b%26c%3D%C3%A9", "a b&c=é"),
        ("", ""),
        ("csrf_token%3Dx", "csrf_token=x"),
    ] {
        let body = format!("text={sent}&csrf_token={token}");
        assert_eq!(ask(&app, &pair, "/form", FORM, None, body).1, text);
    }
}

#[test]
fn a_guarded_form_takes_forms_alone() {
    let (pair, token) = visitor_of(&cookie());
    let app = app(in_forms());
    for (kind, status) in [
        (JSON, 415),
        ("multipart/form-data; boundary=x", 415),
        (FORM, 200),
    ] {
        let answer = ask(&app, &pair, "/form", kind, Some(&token), form("")).0;
        assert_eq!(answer, status, "{kind}");
    }
}

/// As a script sends it by `fetch(…, {method: "POST", headers: {"x-csrf-token": …}})`.
#[test]
fn a_request_without_content_is_an_empty_form() {
    let (pair, token) = visitor_of(&cookie());
    let app = Router::new()
        .route(
            "/button",
            post(|_: GuardedForm| async move { "signed out" }),
        )
        .layer(in_forms())
        .layer(SessionLayer::new(cookie()).clock(at(1)));
    for (token, body, status) in [
        (&*token, "", 200),
        (&*token, "amount=7", 415),
        ("junk", "", 403),
        ("", "", 403),
    ] {
        let request = Request::post("/button").header("cookie", &pair);
        let request = request
            .header("x-csrf-token", token)
            .body(Body::from(body))
            .unwrap();
        let response = block_on(app.clone().oneshot(request)).unwrap();
        assert_eq!(response.status(), status, "{token:?} {body:?}");
    }
}

#[test]
fn an_upload_is_refused_before_its_file_is_read() {
    let (pair, token) = visitor_of(&cookie());
    let app = app(in_forms());
    let part = |name: &str, text: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let file = part("file", "content");
    for (first, status) in [
        (part("csrf_token", &token), 200),
        (part("csrf_token", "junk"), 403),
        (String::new(), 403),
    ] {
        let body = format!("{first}{file}--x--\r\n");
        let kind = "multipart/form-data; boundary=x";
        let answer = ask(&app, &pair, "/upload", kind, None, body);
        assert_eq!(answer.0, status, "{}", answer.1);
    }
}

#[test]
fn a_header_is_as_good_as_a_field_and_a_wrong_one_is_refused_at_once() {
    let (pair, token) = visitor_of(&cookie());
    let app = app(in_forms());
    for field in ["", "junk", &token] {
        assert_eq!(
            ask(&app, &pair, "/form", FORM, Some(&token), form(field)).0,
            200
        );
        assert_eq!(
            ask(&app, &pair, "/json", JSON, Some(&token), json(field)).0,
            200
        );
        // Before any handler, so that one without an extractor is guarded too.
        for path in ["/form", "/plain"] {
            let (status, text) = ask(&app, &pair, path, FORM, Some("junk"), form(field));
            assert_eq!(status, 403, "{path}");
            assert!(text.contains("is not of this session"), "{path}: {text}");
        }
    }
}

#[test]
fn only_forms_may_have_their_token_inside() {
    let (pair, token) = visitor_of(&cookie());
    let app = app(in_forms());
    for kind in [
        JSON,
        "text/plain",
        "",
        "application/x-www-form-urlencoded2",
        "multipart/mixed",
    ] {
        let (status, body) = ask(&app, &pair, "/json", kind, None, json(&token));
        assert_eq!(status, 403, "{kind}: {body}");
        assert!(body.contains("no CSRF token"), "{body}");
    }
    // Multipart forms pass to their handlers too.
    let multipart = "multipart/form-data; boundary=x";
    assert_eq!(
        ask(&app, &pair, "/plain", multipart, None, String::new()).0,
        200
    );
}

#[test]
fn a_form_without_a_token_is_not_said_to_have_a_wrong_one() {
    let (pair, token) = visitor_of(&cookie());
    let ask = |body: &str| {
        ask(
            &app(in_forms()),
            &pair,
            "/form",
            FORM,
            None,
            body.to_owned(),
        )
    };
    let flipped = if token.starts_with('A') { "B" } else { "A" };
    let foreign = format!("amount=1&csrf_token={flipped}{}", &token[1..]);
    for (body, sentence) in [
        ("amount=1", "has no CSRF token"),
        ("amount=1&csrf_token=", "has no CSRF token"),
        (&foreign, "or you have signed in or out since"),
    ] {
        let (status, text) = ask(body);
        assert_eq!(status, 403, "{body}");
        assert!(text.contains(sentence), "{body}: {text}");
    }
}

#[test]
fn a_handler_that_checks_no_field_is_guarded_by_the_origin_only() {
    let (pair, _) = visitor_of(&cookie());
    let (status, body) = ask(&app(in_forms()), &pair, "/plain", FORM, None, form("junk"));
    assert_eq!((status.as_u16(), &*body), (200, "sent unread"));
    // By default the guard checks the token itself.
    assert_eq!(
        ask(
            &app(CsrfGuard::new()),
            &pair,
            "/plain",
            FORM,
            None,
            form("junk")
        )
        .0,
        403
    );
}

#[test]
fn without_the_option_the_header_is_needed_and_the_field_is_not() {
    let (pair, token) = visitor_of(&cookie());
    let app = app(CsrfGuard::new());
    assert_eq!(ask(&app, &pair, "/form", FORM, None, form(&token)).0, 403);
    assert_eq!(
        ask(&app, &pair, "/form", FORM, Some(&token), form("")).0,
        200
    );
}

#[test]
fn a_guard_that_asks_for_no_token_is_no_guard_of_a_form() {
    let (pair, token) = visitor_of(&cookie());
    let origin_only = app(CsrfGuard::new().origin_check_only());
    for field in ["", "junk", &token] {
        let (status, body) = ask(&origin_only, &pair, "/form", FORM, None, form(field));
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{body}");
        assert!(body.contains("tokens_in_forms"), "{body}");
    }
}

#[test]
fn a_guard_inside_does_not_cancel_what_one_outside_has_left_to_be_checked() {
    let (pair, token) = visitor_of(&cookie());
    let origin_only = || CsrfGuard::new().origin_check_only();
    for guards in [
        [origin_only(), in_forms()],
        [in_forms(), origin_only()],
        [in_forms(), in_forms()],
    ] {
        let [inner, outer] = guards;
        let layer = SessionLayer::new(cookie()).clock(at(1));
        let app = routes().layer(inner).layer(outer).layer(layer);
        for (field, expected) in [(&*token, 200), ("junk", 403), ("", 403)] {
            let (status, body) = ask(&app, &pair, "/form", FORM, None, form(field));
            assert_eq!(status, expected, "{field}: {body}");
        }
        let of_header = ask(&app, &pair, "/form", FORM, Some(&token), form("")).0;
        assert_eq!(of_header, 200);
    }
}

#[test]
fn a_form_of_the_wrong_shape_is_refused_with_422() {
    let (pair, token) = visitor_of(&cookie());
    for fields in ["amount=many", "", "amount=7&amount=8"] {
        let body = format!("csrf_token={token}&{fields}");
        let (status, body) = ask(&app(in_forms()), &pair, "/form", FORM, None, body);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    }
}

#[test]
fn without_a_guard_the_answer_says_how_to_add_one() {
    let (pair, token) = visitor_of(&cookie());
    let unguarded = routes().layer(SessionLayer::new(cookie()).clock(at(1)));
    let (status, body) = ask(&unguarded, &pair, "/form", FORM, None, form(&token));
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(
        body.contains("CsrfGuard::new().tokens_in_forms()"),
        "{body}"
    );
}

#[test]
fn a_form_that_is_sent_by_get_is_refused_whatever_its_token() {
    let (pair, token) = visitor_of(&cookie());
    let router = Router::new()
        .route("/form", any(of_form))
        .layer(in_forms())
        .layer(SessionLayer::new(cookie()).clock(at(1)));
    for (method, field, upgrade) in [
        ("GET", "junk", ""),
        ("GET", "", ""),
        ("GET", &*token, ""),
        ("HEAD", &*token, ""),
        ("OPTIONS", &*token, ""),
        ("GET", &*token, "websocket"),
    ] {
        let request = Request::builder().method(method);
        let request = request
            .uri(format!("/form?{}", form(field)))
            .header("cookie", &pair)
            .header("sec-fetch-site", "same-origin")
            .header("upgrade", upgrade);
        let request = request.body(Body::empty()).unwrap();
        let response = block_on(router.clone().oneshot(request)).unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{method} {field}");
    }
}

#[test]
fn a_token_has_to_pass_every_guard_though_their_sessions_differ() {
    #[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
    struct Login {
        user: u32,
    }
    impl SessionData for Login {
        const LABEL: &'static str = "login of two guards";
        const SCHEMA: u32 = 1;
    }
    let logins = builder_of::<Login>().name("__Host-login").build().unwrap();
    let (pair, token) = visitor_of(&cookie());
    let mut of_login = String::new();
    let login = logins
        .cookie_for(at(0), |login| {
            of_login = login.csrf_token()?;
            login.replace(Login { user: 1 })
        })
        .unwrap();
    let both = format!("{pair}; {login}");
    let sessions = |app: Router| {
        app.layer(SessionLayer::new(cookie()).clock(at(1)))
            .layer(SessionLayer::new(logins.clone()).clock(at(1)))
    };
    let typed = || CsrfGuard::new().typed::<Login>().tokens_in_forms();
    for app in [
        sessions(routes().layer(in_forms()).layer(typed())),
        sessions(routes().layer(typed()).layer(in_forms())),
    ] {
        for token in [&token, &of_login] {
            let (status, body) = ask(&app, &both, "/form", FORM, None, form(token));
            assert_eq!(status, 403, "{body}");
            let (status, body) = ask(&app, &both, "/form", FORM, Some(token), form(""));
            assert_eq!(status, 403, "in the header: {body}");
        }
    }
    for (guard, token) in [
        (sessions(routes().layer(in_forms())), &token),
        (sessions(routes().layer(typed())), &of_login),
    ] {
        assert_eq!(ask(&guard, &both, "/form", FORM, None, form(token)).0, 200);
    }
}
