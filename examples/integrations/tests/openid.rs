use hardtack_scenarios::{Client, Method};

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
