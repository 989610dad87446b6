#[path = "../openid.rs"]
#[allow(dead_code, reason = "most tests run it as a process")]
mod example;

use axum::{
    body::{Body, to_bytes},
    middleware::map_response,
    response::Response,
};
use hardtack_scenarios::{Client, Method, Server};
use serde_json::Value;
use tokio::{net::TcpListener, runtime::Runtime};

use crate::start;

#[test]
fn a_visitor_signs_in_by_way_of_the_provider_and_comes_back_to_the_page() {
    let browser = start("openid");
    assert!(browser.get("/").has("Sign in"));
    assert!(
        browser
            .get("/sign-in?next=%2F%3Ffrom%3Dprovider")
            .has("Hello ada")
    );
    assert!(browser.form("/sign-out", &[]).has("Sign in"));
    let [back, away] = ["/?from=provider", "//evil.example"].map(|next| {
        let answer = answer_to(&browser, next);
        let callback = browser.request(Method::GET, &format!("/callback?{answer}"));
        browser.browser().ask(callback).field("location")
    });
    assert_eq!((&*back, &*away), ("/?from=provider", "/"));
}

#[test]
fn an_answer_that_another_browser_asked_for_is_not_taken() {
    let victim = start("openid");
    let attacker = victim.stranger();
    let answer = format!("/callback?{}", answer_to(&attacker, "/"));
    // Without a sign-in of its own, and with one under way.
    assert_eq!(victim.get(&answer).status, 403);
    let own = answer_to(&victim, "/");
    assert_eq!(victim.get(&answer).status, 403);
    assert!(victim.get("/").has("Sign in"));
    assert!(victim.get(&format!("/callback?{own}")).has("Hello ada"));
}

#[test]
fn an_answer_is_taken_once_and_none_with_another_code() {
    let browser = start("openid");
    let before = browser.copy();
    let answer = format!("/callback?{}", answer_to(&browser, "/"));
    let copy = browser.copy();
    assert!(browser.get(&answer).has("Hello ada"));
    browser.form("/sign-out", &[]);
    assert_eq!(browser.get(&answer).status, 403);
    // The provider takes each code once, so a copy of the cookie does not help.
    for other in [before, copy] {
        assert_eq!(other.get(&answer).status, 403);
    }

    let other = answer_to(&browser.stranger(), "/");
    let own = answer_to(&browser, "/");
    let (code, _) = other.split_once('&').unwrap();
    let (_, state) = own.split_once('&').unwrap();
    assert_eq!(
        browser.get(&format!("/callback?{code}&{state}")).status,
        403
    );
}

#[test]
fn each_of_three_tabs_may_begin_a_sign_in_and_all_are_signed_in_by_the_first_that_ends_it() {
    let browser = start("openid");
    let tabs = ["/?1", "/?2", "/?3", "/?4"].map(|next| answer_to(&browser, next));
    let [dropped, later, first, other] = tabs.map(|answer| format!("/callback?{answer}"));
    assert_eq!(browser.get(&dropped).status, 403);
    for answer in [&first, &later, &other, &dropped] {
        assert!(browser.get(answer).has("Hello ada"));
    }
    // An answer that a signed-in visitor did not ask for signs nobody else in.
    let strangers = format!("/callback?{}", answer_to(&browser.stranger(), "/"));
    assert!(browser.get(&strangers).has("Hello ada"));
}

#[test]
fn an_answer_in_a_form_is_taken_although_it_comes_without_a_cookie() {
    let browser = start("openid");
    let fields = answer_to(&browser, "/");
    let stranger = browser.stranger();
    let form = stranger.request(Method::POST, "/callback/form");
    let form = form
        .header("origin", "https://provider.example")
        .header("sec-fetch-site", "cross-site");
    let redirect = stranger.browser().ask(form.body(fields));
    assert_eq!(
        (redirect.status, redirect.header("set-cookie")),
        (303, None)
    );
    assert!(browser.get(&redirect.field("location")).has("Hello ada"));
}

/// Changes the signature of an identity on its way from the provider.
async fn forge(response: Response) -> Response {
    let (head, body) = response.into_parts();
    let body = to_bytes(body, 10_000).await.unwrap();
    let mut tokens: Value = serde_json::from_slice(&body).unwrap_or_default();
    let Some(Value::String(identity)) = tokens.get_mut("id_token") else {
        return Response::from_parts(head, Body::from(body));
    };
    let (signed, signature) = identity.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { "B" } else { "A" };
    *identity = format!("{signed}.{other}{}", &signature[1..]);
    let length = tokens.to_string().len(); // as before: axum has set the header
    assert_eq!(length, body.len());
    Response::from_parts(head, Body::from(tokens.to_string()))
}

#[test]
fn an_identity_counts_that_a_key_of_the_provider_has_signed() {
    let runtime = Runtime::new().unwrap();
    let answers = [false, true].map(|is_forged| {
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let mut app = example::app(&origin).unwrap();
        if is_forged {
            app = app.layer(map_response(forge));
        }
        let server = runtime.spawn(async { axum::serve(listener, app).await });
        let browser = Client::of(Server::at(origin, server));
        let answer = browser.get(&format!("/callback?{}", answer_to(&browser, "/")));
        (answer.status, browser.get("/").has("Hello ada"))
    });
    assert_eq!(answers, [(200, true), (403, false)]);
}

/// Begins a sign-in in this browser. Returns the provider's answer, `code=…&state=…`.
fn answer_to(browser: &Client, next: &str) -> String {
    let begin = browser.request(Method::GET, &format!("/sign-in?next={next}"));
    let ask = browser
        .browser()
        .ask(begin)
        .field("location")
        .replace(browser.base(), "");
    let answer = browser
        .browser()
        .ask(browser.request(Method::GET, &ask))
        .field("location");
    answer.split_once('?').unwrap().1.to_owned()
}
