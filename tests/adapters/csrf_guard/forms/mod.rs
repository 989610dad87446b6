//! Tokens in the fields of forms, in axum and in actix-web.

#[cfg(feature = "actix")]
mod actix;
mod axum;
mod table;

use hardtack::{SessionLayer, csrf::CsrfGuard};
use http::{Method, Request, Response, StatusCode};
use serde::Deserialize;

use super::{
    common::{at, cookie},
    visitor_of,
};

/// A type that knows nothing of tokens, and no other field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Amount {
    amount: u32,
}

/// The same of JSON, which no guard takes a token out of.
#[derive(Deserialize)]
struct Transfer {
    amount: u32,
}

#[derive(Deserialize)]
struct Note {
    text: String,
}

/// A program with these guards, the innermost first.
type Ask = fn(&[CsrfGuard], Request<String>) -> Response<String>;

const FRAMEWORKS: &[Ask] = &[
    axum::ask,
    #[cfg(feature = "actix")]
    actix::ask,
];

fn layer() -> SessionLayer {
    SessionLayer::new(cookie()).clock(at(1))
}

fn in_forms() -> CsrfGuard {
    CsrfGuard::new().tokens_in_forms()
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// A visitor's request.
fn sent_to(path: &str, pair: &str, kind: &str, header: Option<&str>) -> http::request::Builder {
    let mut request = Request::post(path)
        .header("cookie", pair)
        .header("sec-fetch-site", "same-origin");
    if !kind.is_empty() {
        request = request.header("content-type", kind);
    }
    if let Some(token) = header {
        request = request.header("x-csrf-token", token);
    }
    request
}

/// Returns what each framework answers.
#[track_caller]
fn answer(guards: &[CsrfGuard], request: &Request<String>) -> Response<String> {
    let mut answers = FRAMEWORKS.iter().map(|ask| ask(guards, request.clone()));
    let first = answers.next().unwrap();
    for answer in answers {
        assert_eq!(answer.status(), first.status(), "{}", answer.body());
        let has_own_words = [
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            StatusCode::UNPROCESSABLE_ENTITY,
        ];
        if !has_own_words.contains(&answer.status()) && request.method() != Method::HEAD {
            assert_eq!(answer.body(), first.body());
        }
    }
    first
}

/// Status and text of the answer to a visitor's request.
#[track_caller]
fn ask(
    guards: &[CsrfGuard],
    pair: &str,
    path: &str,
    kind: &str,
    header: Option<&str>,
    body: String,
) -> (StatusCode, String) {
    let request = sent_to(path, pair, kind, header).body(body).unwrap();
    let answer = answer(guards, &request);
    (answer.status(), answer.into_body())
}

fn form(token: &str) -> String {
    format!("csrf_token={token}&amount=7")
}

fn json(token: &str) -> String {
    format!(r#"{{"csrf_token":"{token}","amount":7}}"#)
}

#[test]
fn a_guarded_form_comes_without_its_token() {
    let (pair, token) = visitor_of(&cookie());
    let (_, other) = visitor_of(&cookie());
    let guards = [in_forms()];
    for (field, expected) in [(&*token, 200), (&*other, 403), ("junk", 403), ("", 403)] {
        for kind in [FORM, "application/x-www-form-urlencoded; charset=utf-8"] {
            let (status, body) = ask(&guards, &pair, "/form", kind, None, form(field));
            assert_eq!(status, expected, "{field} {kind}: {body}");
            assert_eq!(body == "sent 7", expected == 200, "{body}");
            assert!(field.is_empty() || !body.contains(field), "{body}");
        }
    }
    // A form without the field, also where the rest is wrong.
    for body in ["amount=7", "amount=many"] {
        assert_eq!(
            ask(&guards, &pair, "/form", FORM, None, body.to_owned()).0,
            403
        );
    }
}

#[test]
fn a_form_of_a_token_alone_needs_no_type_of_its_own() {
    let (pair, token) = visitor_of(&cookie());
    let guards = [in_forms()];
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
        let answer = ask(&guards, &pair, "/button", FORM, None, body.clone());
        assert_eq!(answer.0, status, "{body}: {}", answer.1);
        assert_eq!(answer.1 == "signed out", status == 200, "{body}");
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
        let guards = [named("authenticity_token")];
        ask(&guards, &pair, "/form", FORM, kind, body).0
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
    let guards = [named("inner"), named("outer")];
    for (body, status) in [
        (format!("inner={token}&outer={token}&amount=7"), 200),
        (format!("inner={token}&amount=7"), 403),
        (format!("outer={token}&amount=7"), 403),
        (format!("inner=junk&outer={token}&amount=7"), 403),
    ] {
        assert_eq!(ask(&guards, &pair, "/form", FORM, None, body).0, status);
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
        let answer = answer(&[guard], &request.body(form("junk")).unwrap());
        assert_eq!(answer.status(), 403);
        let (_, link) = answer.body().split_once("<a href=\"").unwrap();
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
        // Each character that ends an attribute is enough.
        Some("https://example.com/\"onmouseover=\"x"),
        Some("https://example.com/'x"),
        Some("https://example.com/<x"),
        Some("https://example.com/>x"),
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
    let (pair, token) = visitor_of(&cookie());
    let guards = [in_forms()];
    for (sent, text) in [
        ("a+b%26c%3D%C3%A9", "a b&c=é"),
        ("", ""),
        ("csrf_token%3Dx", "csrf_token=x"),
    ] {
        let body = format!("text={sent}&csrf_token={token}");
        assert_eq!(ask(&guards, &pair, "/note", FORM, None, body).1, text);
    }
}

#[test]
fn a_guarded_form_takes_forms_alone() {
    let (pair, token) = visitor_of(&cookie());
    let guards = [in_forms()];
    for (kind, status) in [
        (JSON, 415),
        ("multipart/form-data; boundary=x", 415),
        (FORM, 200),
    ] {
        let answer = ask(&guards, &pair, "/form", kind, Some(&token), form("")).0;
        assert_eq!(answer, status, "{kind}");
    }
}

/// As a script sends it by `fetch(…, {method: "POST", headers: {"x-csrf-token": …}})`.
#[test]
fn a_request_without_content_is_an_empty_form() {
    let (pair, token) = visitor_of(&cookie());
    let guards = [in_forms()];
    for (path, token, body, status) in [
        ("/button", Some(&*token), "", 200),
        ("/button", Some(&token), "amount=7", 415),
        ("/button", Some("junk"), "", 403),
        ("/button", Some(""), "", 403),
        ("/button", None, "", 403),
        ("/form", Some(&token), "", 422),
    ] {
        let answer = ask(&guards, &pair, path, "", token, body.to_owned());
        assert_eq!(answer.0, status, "{path} {token:?} {body:?}");
    }
}

#[test]
fn a_header_is_as_good_as_a_field_and_a_wrong_one_is_refused_at_once() {
    let (pair, token) = visitor_of(&cookie());
    let guards = [in_forms()];
    for field in ["", "junk", &token] {
        assert_eq!(
            ask(&guards, &pair, "/form", FORM, Some(&token), form(field)).0,
            200
        );
        assert_eq!(
            ask(&guards, &pair, "/json", JSON, Some(&token), json(field)).0,
            200
        );
        // Before any handler, so that one without an extractor is guarded too.
        for path in ["/form", "/plain"] {
            let (status, text) = ask(&guards, &pair, path, FORM, Some("junk"), form(field));
            assert_eq!(status, 403, "{path}");
            assert!(text.contains("is not of this session"), "{path}: {text}");
        }
    }
}

#[test]
fn only_forms_may_have_their_token_inside() {
    let (pair, token) = visitor_of(&cookie());
    let guards = [in_forms()];
    for kind in [
        JSON,
        "text/plain",
        "",
        "application/x-www-form-urlencoded2",
        "multipart/mixed",
    ] {
        let (status, body) = ask(&guards, &pair, "/json", kind, None, json(&token));
        assert_eq!(status, 403, "{kind}: {body}");
        assert!(body.contains("no CSRF token"), "{body}");
    }
}

#[test]
fn a_form_without_a_token_is_not_said_to_have_a_wrong_one() {
    let (pair, token) = visitor_of(&cookie());
    let ask = |body: &str| ask(&[in_forms()], &pair, "/form", FORM, None, body.to_owned());
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
fn a_handler_that_takes_no_form_is_guarded_all_the_same() {
    let (pair, token) = visitor_of(&cookie());
    let request = |field| sent_to("/plain", &pair, FORM, None).body(form(field));
    let unread = answer(&[in_forms()], &request(&token).unwrap());
    assert_eq!(
        (unread.status().as_u16(), &**unread.body()),
        (200, "sent unread")
    );
    for guard in [in_forms(), CsrfGuard::new()] {
        assert_eq!(answer(&[guard], &request("junk").unwrap()).status(), 403);
    }
}

#[test]
fn without_the_option_the_header_is_needed_and_the_field_is_not() {
    let (pair, token) = visitor_of(&cookie());
    let guards = [CsrfGuard::new()];
    assert_eq!(
        ask(&guards, &pair, "/form", FORM, None, form(&token)).0,
        403
    );
    assert_eq!(
        ask(&guards, &pair, "/form", FORM, Some(&token), form("")).0,
        200
    );
}

#[test]
fn a_guard_that_asks_for_no_token_is_no_guard_of_a_form() {
    let (pair, token) = visitor_of(&cookie());
    let guards = [CsrfGuard::new().origin_check_only()];
    for field in ["", "junk", &token] {
        let (status, body) = ask(&guards, &pair, "/form", FORM, None, form(field));
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
        for (field, expected) in [(&*token, 200), ("junk", 403), ("", 403)] {
            let (status, body) = ask(&guards, &pair, "/form", FORM, None, form(field));
            assert_eq!(status, expected, "{field}: {body}");
        }
        let of_header = ask(&guards, &pair, "/form", FORM, Some(&token), form("")).0;
        assert_eq!(of_header, 200);
    }
}

#[test]
fn a_form_of_the_wrong_shape_is_refused_with_422() {
    let (pair, token) = visitor_of(&cookie());
    for fields in ["amount=many", "", "amount=7&amount=8"] {
        let body = format!("csrf_token={token}&{fields}");
        let (status, body) = ask(&[in_forms()], &pair, "/form", FORM, None, body);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    }
}

#[test]
fn without_a_guard_the_answer_says_how_to_add_one() {
    let (pair, token) = visitor_of(&cookie());
    let (status, body) = ask(&[], &pair, "/form", FORM, None, form(&token));
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(
        body.contains("CsrfGuard::new().tokens_in_forms()"),
        "{body}"
    );
}

#[test]
fn a_form_that_is_sent_by_get_is_refused_whatever_its_token() {
    let (pair, token) = visitor_of(&cookie());
    for (method, field, upgrade) in [
        ("GET", "junk", ""),
        ("GET", "", ""),
        ("GET", &*token, ""),
        ("HEAD", &*token, ""),
        ("OPTIONS", &*token, ""),
        ("GET", &*token, "websocket"),
    ] {
        let body = form(field);
        let request = sent_to(&format!("/form?{body}"), &pair, FORM, None).method(method);
        let request = request.header("upgrade", upgrade).body(body).unwrap();
        let answer = answer(&[in_forms()], &request);
        assert_eq!(answer.status(), 403, "{method} {field}");
        let says = "send the form by POST";
        assert!(answer.body().contains(says) || method == "HEAD", "{method}");
    }
}
