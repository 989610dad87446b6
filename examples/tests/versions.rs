//! The example `versions`: instances of both deployments, which a visitor meets in any order.

use hardtack_scenarios::{Client, Method, Server, example, fresh_key};

#[test]
fn no_visitor_notices_a_rollout() {
    let ring = fresh_key();
    let instance = |version: &str| {
        let mut command = example("versions");
        let command = command.args(["0", version]).env("SESSION_KEYS", &ring);
        Client::of(Server::spawn(command))
    };
    let [old, new] = ["old", "new"].map(instance);
    // Each turn: the instance that signs in, and those that the visitor meets afterwards.
    for (first, then) in [(&old, [&new, &old, &new]), (&new, [&old, &new, &old])] {
        let mut browser = first.stranger();
        assert_eq!(browser.form("/sign-in", &[("user", "ada")]).status, 200);
        for (visits, instance) in then.into_iter().enumerate() {
            browser = browser.at(instance);
            let page = browser.get("/");
            let (shown, token) = page.text.trim().split_once('\n').unwrap();
            assert_eq!(shown, format!("ada, {visits} visits"));
            assert_eq!(browser.form("/visit", &[("csrf_token", token)]).status, 200);
        }
    }
}

#[test]
fn another_site_signs_nobody_in() {
    let browser = Client::of(Server::spawn(example("versions").arg("0")));
    let form = browser.request(Method::POST, "/sign-in");
    let form = form.form(&[("user", "mallory")]);
    let answer = browser.send(form.header("sec-fetch-site", "cross-site"));
    assert_eq!(answer.status, 403);
}
