//! Several operations in one request.

use serde_json::json;

use crate::demo::start;

#[test]
fn a_batch_is_one_request() {
    let browser = start("");
    let answer = browser.post(
        "/api/batch",
        json!([
            { "do": "put", "key": "a", "value": 1 },
            { "do": "get", "key": "a" },
            { "do": "get", "key": "none" },
            { "do": "push", "key": "a", "value": 2 },
            { "do": "put", "key": "big", "value": "x".repeat(3000) },
            { "do": "push", "key": "list", "value": null },
            { "do": "delete", "key": "a" },
            { "do": "renew-id" },
            { "do": "renew" },
            { "do": "discard" },
            { "do": "save" },
        ]),
    );
    let results = answer.json();
    let ok = json!({ "ok": true });
    assert_eq!(results[0], ok);
    assert_eq!(results[1], json!({ "value": 1 }));
    assert_eq!(results[2], json!({ "value": null }));
    assert!(results[3]["error"].is_string());
    assert!(results[4]["error"].is_string());
    assert_eq!(results[4]["allowed"], 3072);
    assert!(results[4]["needed"].is_number());
    for i in 5..=10 {
        assert_eq!(results[i], ok, "{i}");
    }
    assert_eq!(answer.set_cookies().len(), 1);
    assert_eq!(browser.session()["data"], json!({ "list": [null] }));

    let ending = json!([
        { "do": "clear" },
        { "do": "invalidate" },
        { "do": "put", "key": "b", "value": 2 },
    ]);
    assert_eq!(browser.post("/api/batch", ending).status, 200);
    assert_eq!(browser.session()["data"], json!({ "b": 2 }));
}

#[test]
fn a_batch_with_an_unknown_operation_does_nothing() {
    let browser = start("");
    let put = json!({ "do": "put", "key": "a", "value": 1 });
    let unknown = [
        json!([put, { "do": "explode" }]),
        json!([put, { "key": "a" }]),
        json!([put, { "do": "put", "key": "a" }]),
        json!(put),
    ];
    for batch in unknown {
        let answer = browser.post("/api/batch", batch);
        assert_eq!(answer.status, 400);
        assert!(answer.json()["error"].is_string());
        assert!(answer.set_cookies().is_empty());
    }
}

#[test]
fn a_batch_leaves_pops_and_goes_on() {
    let browser = start("--remember-up-to 500");
    let batch = json!([
        { "do": "flash", "queue": "", "message": "a" },
        { "do": "flash", "message": "a", "allow_duplicate": false },
        { "do": "flash", "message": "x".repeat(3000) },
        { "do": "pop" },
        { "do": "id" },
        { "do": "csrf" },
        { "do": "remember", "seconds": 100 },
        { "do": "forget" },
        { "do": "limit", "seconds": 100 },
    ]);
    let results = browser.post("/api/batch", batch).json();
    let ok = json!({ "ok": true });
    for i in [0, 1, 6, 7, 8] {
        assert_eq!(results[i], ok, "{i}");
    }
    assert_eq!(results[2]["allowed"], 3072);
    assert_eq!(results[3], json!({ "messages": ["a"] }));
    assert_eq!(results[4]["id"], browser.session()["id"]);
    let token = json!({ "token": results[5]["token"] });
    let answer = browser.post("/api/csrf", token).json();
    assert_eq!(answer, json!({ "valid": true }));
}
