#[path = "../openid.rs"]
#[allow(dead_code, reason = "most tests run it as a process")]
mod example;

use std::thread;

use axum::{
    body::{Body, to_bytes},
    middleware::map_response,
    response::Response,
};
use hardtack_scenarios::{Answer, Client, Method, Request, Server};
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
    // Without a sign-in of its own, and with one under way, which begins again.
    let refused = victim.get(&answer);
    assert_eq!(refused.status, 403);
    assert!(refused.has(r#"<a href="/sign-in">"#));
    let own = answer_to(&victim, "/");
    let again = ask(&victim, &answer);
    assert!(again.field("location").contains("/authorize?"));
    assert_eq!(again.header("set-cookie"), None);
    assert!(victim.get("/").has("Sign in"));
    assert!(victim.get(&format!("/callback?{own}")).has("Hello ada"));
    // A signed-in visitor stays who it is.
    assert_eq!(ask(&victim, &answer).header("set-cookie"), None);
}

#[test]
fn an_answer_is_taken_once_and_none_with_another_code() {
    let browser = start("openid");
    let before = browser.copy();
    let answer = format!("/callback?{}", answer_to(&browser, "/"));
    let copy = browser.copy();
    assert!(browser.get(&answer).has("Hello ada"));
    browser.form("/sign-out", &[]);
    // The provider takes each code once, so a copy of the cookie does not help.
    for other in [&browser, &before, &copy] {
        assert_eq!(ask(other, &answer).header("set-cookie"), None);
        assert!(other.get("/").has("Sign in"));
    }

    let other = answer_to(&browser.stranger(), "/");
    let own = answer_to(&browser, "/");
    let (code, _) = other.split_once('&').unwrap();
    let (_, state) = own.split_once('&').unwrap();
    for answer in [format!("{code}&{state}"), state.to_owned()] {
        let refused = ask(&browser, &format!("/callback?{answer}"));
        assert_eq!(refused.header("set-cookie"), None);
    }
    assert_eq!(browser.get(&format!("/callback?{state}")).status, 403);
}

/// As behind a service worker with navigation preload, which leaves the callback alone.
#[test]
fn an_answer_that_comes_twice_leaves_the_visitor_signed_in() {
    for _ in 0..6 {
        let browser = start("openid");
        let answer = format!("/callback?{}", answer_to(&browser, "/?page"));
        // One after the other, both with the cookie of before.
        let before = browser.copy();
        assert_eq!(ask(&browser, &answer).field("location"), "/?page");
        let second = ask(&before, &answer);
        assert_eq!(second.header("set-cookie"), None);
        // The browser shows the page of the second.
        let again = second.field("location").replace(browser.base(), "");
        assert!(arrive(&browser, &again).has("Hello ada"));

        // At once.
        browser.form("/sign-out", &[]);
        let answer = format!("/callback?{}", answer_to(&browser, "/?page"));
        let twins = [(); 2].map(|()| browser.request(Method::GET, &answer));
        let twins = twins.map(|request| thread::spawn(|| request.send().unwrap()));
        let twins = twins.map(|twin| twin.join().unwrap());
        let fields = twins.map(|twin| twin.headers().get("set-cookie").cloned());
        let written: Vec<_> = fields.into_iter().flatten().collect();
        assert_eq!(written.len(), 1, "{written:?}");
    }
}

/// They begin a session each, of which the browser keeps the last.
#[test]
fn tabs_that_open_together_come_to_their_own_pages() {
    let browser = start("openid");
    let tabs = ["/?1", "/?2", "/?3", "/?4", "/?5"].map(|page| {
        let tab = browser.stranger();
        (page, answer_to(&tab, page), tab)
    });
    let (.., browser) = &tabs[4];
    for (page, answer, _) in &tabs[..4] {
        let mut answer = ask(browser, &format!("/callback?{answer}"));
        for _ in 0..8 {
            let address = answer.field("location").replace(browser.base(), "");
            if address.starts_with("/?") {
                break;
            }
            answer = ask(browser, &address);
        }
        assert_eq!(&answer.field("location"), page);
    }
    assert!(browser.get("/").has("Hello ada"));
}

#[test]
fn a_site_that_never_gets_its_cookie_back_does_not_begin_again_and_again() {
    let browser = start("openid");
    let mut answer = format!("/callback?{}", answer_to(&browser.stranger(), "/"));
    let statuses = [(); 4].map(|()| {
        let other = browser.stranger();
        answer_to(&other, "/");
        let refused = ask(&other, &answer);
        let address = refused.field("location").replace(browser.base(), "");
        if refused.status == 303 {
            answer = ask(&other, &address).field("location");
            answer = answer.replace(browser.base(), "");
        }
        refused.status
    });
    assert_eq!(statuses, [303, 303, 303, 403]);
}

#[test]
fn an_answer_in_a_form_is_posted_again_by_a_page_of_the_site_and_is_in_no_address() {
    let browser = start("openid");
    let answer = answer_to(&browser, "/?page");
    let (code, state) = answer.split_once('&').unwrap();
    let stranger = browser.stranger();
    let form = stranger.request(Method::POST, "/callback/form");
    let form = form
        .header("origin", "https://provider.example")
        .header("sec-fetch-site", "cross-site");
    let assertion = "<\"&+/=".repeat(3_000);
    let fields = [
        ("code", &code[5..]),
        ("state", &state[6..]),
        ("SAMLResponse", &assertion),
    ];
    let page = stranger.browser().ask(form.form(&fields));
    assert_eq!((page.status, page.header("set-cookie")), (200, None));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    for (name, value) in fields {
        let [name, value] = [name, value].map(|text| {
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            text.replace('"', "&quot;")
        });
        assert!(page.has(&format!(r#"name="{name}" value="{value}""#)));
    }
    let answer = browser.browser().ask(post(&browser, &fields));
    assert_eq!(answer.field("location"), "/?page");
    assert!(browser.get("/").has("Hello ada"));
}

/// Asks without following redirects. From the second attempt on, posts the answer, as the page does.
fn ask(browser: &Client, path: &str) -> Answer {
    let answer = browser.browser().ask(browser.request(Method::GET, path));
    match form_in(browser, &answer) {
        Some(form) => browser.browser().ask(form),
        None => answer,
    }
}

/// Follows redirects, and posts the answers of pages that do.
fn arrive(browser: &Client, path: &str) -> Answer {
    let mut answer = browser.get(path);
    while let Some(form) = form_in(browser, &answer) {
        answer = browser.send(form);
    }
    answer
}

/// The form of a page that posts the provider's answer.
fn form_in(browser: &Client, page: &Answer) -> Option<Request> {
    if !page.has(r#"action="/callback""#) {
        return None;
    }
    let kept = ["cache-control", "set-cookie"].map(|name| page.header(name));
    assert_eq!(kept, [Some("no-store"), None]);
    let fields = ["code", "state"].map(|name| (name, page.value_of(name)));
    Some(post(browser, &fields))
}

/// A form of the site's own page.
fn post(browser: &Client, fields: &[(&str, &str)]) -> Request {
    let form = browser.request(Method::POST, "/callback").form(fields);
    let form = form.header("origin", browser.base());
    form.header("sec-fetch-site", "same-origin")
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
        let answer = arrive(&browser, &format!("/callback?{}", answer_to(&browser, "/")));
        (answer.status, browser.get("/").has("Hello ada"))
    });
    assert_eq!(answers, [(200, true), (403, false)]);
}

/// Begins a sign-in in this browser. Returns the provider's answer, `code=…&state=…`.
fn answer_to(browser: &Client, next: &str) -> String {
    let provider = ask(browser, &format!("/sign-in?next={next}")).field("location");
    let answer = ask(browser, &provider.replace(browser.base(), "")).field("location");
    answer.split_once('?').unwrap().1.to_owned()
}
