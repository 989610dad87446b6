use hardtack_scenarios::Method;

use crate::start;

#[test]
fn a_server_function_changes_the_session() {
    let browser = start("server_functions");
    for count in ["2", "4"] {
        assert_eq!(browser.form("/api/count", &[("by", "2")]).text, count);
    }
    // More than the number can be.
    browser.form("/api/count", &[("by", "4294967295")]);
    let most = browser.form("/api/count", &[("by", "2")]);
    assert_eq!((most.status, &*most.text), (200, "4294967295"));
    let stranger = browser.stranger();
    assert_eq!(stranger.form("/api/count", &[("by", "2")]).text, "2");
}

#[test]
fn what_does_not_fit_is_refused_with_a_sentence_for_the_visitor() {
    let browser = start("server_functions");
    let note = |length| browser.form("/api/note", &[("text", &"x".repeat(length))]);
    assert_eq!(note(100).status, 200);
    let refused = note(3000);
    assert_eq!(refused.status, 413);
    assert_eq!(refused.text, "ServerError|This cannot be kept.");
}

#[test]
fn another_site_calls_no_function() {
    let browser = start("server_functions");
    let call = browser
        .request(Method::POST, "/api/count")
        .form(&[("by", "2")]);
    let answer = browser.send(call.header("sec-fetch-site", "cross-site"));
    assert_eq!(answer.status, 403);
}
