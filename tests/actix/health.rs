//! The keys in use, as the response of a handler.

use actix_web::web;

use super::{
    ask,
    common::{at, cookie},
};

#[test]
fn a_handler_returns_the_keys_as_a_text_that_no_cache_stores() {
    let cookie = cookie();
    let keys = cookie.keys_in_use(at(0));
    let health = move || {
        let keys = cookie.keys_in_use(at(0));
        async { keys }
    };
    let answer = ask(|app| _ = app.route("/", web::get().to(health)), &[]);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let kind = &answer.headers()["content-type"];
    assert_eq!(kind, "text/plain; charset=utf-8");
    assert_eq!(*answer.body(), keys.to_string());
}
