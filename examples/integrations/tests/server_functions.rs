use hardtack_scenarios::Method;

use crate::start;

#[test]
fn a_server_function_changes_the_session() {
    let browser = start("server_functions");
    for count in ["2", "4"] {
        assert_eq!(browser.form("/api/count", &[("by", "2")]).text, count);
    }
    let stranger = browser.stranger();
    assert_eq!(stranger.form("/api/count", &[("by", "2")]).text, "2");
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
