//! The playground answers only to this machine.

use hardtack_scenarios::Method;

use crate::demo::start;

#[test]
fn only_this_machine_s_names_are_answered() {
    let browser = start("");
    let (_, port) = browser.base().rsplit_once(':').unwrap();
    let check = |host: &str, expected| {
        let answer = browser.with(Method::GET, "/api/session", "host", host);
        assert_eq!(answer.status, expected, "{host}");
        assert_eq!(answer.json()["error"].is_string(), expected != 200);
    };
    for name in ["127.0.0.1", "localhost", "LocalHost", "[::1]"] {
        check(&format!("{name}:{port}"), 200);
        check(&format!("{name}:1"), 403);
        check(name, 403);
    }
    for name in [
        "evil.test",
        "127.0.0.1.evil.test",
        "::1",
        "localhost.",
        "0.0.0.0",
        "",
    ] {
        check(&format!("{name}:{port}"), 403);
    }
}

#[test]
fn what_a_browser_sends_for_another_site_is_refused() {
    let browser = start("");
    let base = browser.base();
    let check = |name: &str, value: &str, expected| {
        let answer = browser.with(Method::POST, "/api/renew", name, value);
        assert_eq!(answer.status, expected, "{name}: {value}");
        assert_eq!(answer.set_cookies().len(), usize::from(expected == 204));
        assert_eq!(answer.has("error"), expected != 204);
    };
    check("sec-fetch-site", "same-origin", 204);
    check("sec-fetch-site", "none", 204);
    check("sec-fetch-site", "same-site", 403);
    check("sec-fetch-site", "cross-site", 403);
    check("origin", "http://evil.test", 403);
    check("origin", "null", 403);
    check("origin", &base.replace("http", "https"), 403);
    check("origin", "http://127.0.0.1:1", 403);
    check("origin", &format!("{}.evil.test", base), 403);
    check("origin", base, 204);
}
