//! The API for scripts, one test for each topic.

use hardtack_scenarios::Method;
use serde_json::{Value, json};

use crate::demo::{encryption_key, start, start_with};

#[test]
fn looking_creates_() {
    let browser = start("");
    let answer = browser.get("/api/session");
    assert!(answer.set_cookies().is_empty());
    let session = answer.json();
    assert!(session["remaining_bytes"].as_u64().unwrap() > 2000);
    let expected = json!({
        "new": true, "id": null, "created_at": null, "last_active_at": null, "expires_at": null,
        "persistent": false, "outcome": "absent", "reason": null, "key_id": null,
        "mode": "encrypted", "remaining_bytes": session["remaining_bytes"], "data": {},
    });
    assert_eq!(session, expected);
    let keys = browser.get("/api/keys-of-data").json();
    assert_eq!(keys, json!({ "keys": [], "len": 0 }));
}

#[test]
fn untouched_is_untouched() {
    let browser = start("--renew-after always").signed_in("Ada");
    let answer = browser.get("/api/untouched");
    assert_eq!((answer.status, answer.json()), (200, json!({})));
    assert!(answer.set_cookies().is_empty());
    assert_eq!(answer.header("vary"), None);
    assert_eq!(answer.header("cache-control"), None);
}

#[test]
fn values_are_put_read_and_deleted() {
    let browser = start("");
    let values = [
        json!(null),
        json!(true),
        json!(-7),
        json!(u64::MAX),
        json!(1.5),
        json!("Grüße <&>"),
        json!([1, [2, {}]]),
        json!({ "b": 1, "a": { "c": null } }),
    ];
    for value in values {
        assert_eq!(browser.put("/api/data/key", value.clone()).status, 204);
        let answer = browser.get("/api/data/key");
        assert_eq!(
            (answer.status, answer.json()),
            (200, json!({ "value": value }))
        );
    }
    assert_eq!(browser.delete("/api/data/key").status, 204);
    assert_eq!(browser.get("/api/data/key").status, 404);
    assert_eq!(browser.token(), None);
}

#[test]
fn a_key_is_a_segment_of_the_path_decoded() {
    let browser = start("");
    browser.put("/api/data/a%2Fb%20c%C3%A9", 1);
    let keys = browser.get("/api/keys-of-data").json();
    assert_eq!(keys, json!({ "keys": ["a/b cé"], "len": 1 }));
    let answer = browser.get("/api/data/%FF");
    assert_eq!(answer.status, 400);
    assert!(answer.json()["error"].is_string());
}

#[test]
fn a_list_grows_in_place() {
    let browser = start("");
    for entry in [json!(1), json!("two"), json!([3])] {
        assert_eq!(browser.post("/api/data/list/push", entry).status, 204);
    }
    let list = browser.get("/api/data/list").json();
    assert_eq!(list, json!({ "value": [1, "two", [3]] }));
    browser.put("/api/data/text", json!("x"));
    let answer = browser.post("/api/data/text/push", 1);
    assert_eq!(answer.status, 409);
    assert!(answer.json()["error"].is_string());
}

#[test]
fn a_body_need_not_say_that_it_is_json() {
    let browser = start("");
    let request = browser.request(Method::PUT, "/api/data/a").body("[1]");
    assert_eq!(browser.send(request).status, 204);
    for bad in ["", "{", "nothing"] {
        let request = browser.request(Method::PUT, "/api/data/a").body(bad);
        let answer = browser.send(request);
        assert_eq!(answer.status, 400);
        assert!(answer.json()["error"].is_string());
    }
}

#[test]
fn what_does_not_fit_is_refused_to_the_byte() {
    let browser = start("");
    let room = browser.session()["remaining_bytes"].as_u64().unwrap() as usize;
    // The map's header, the key `k` with its header, and the header of a text of this length.
    let overhead = 1 + 2 + 3;
    let text = |len: usize| json!("x".repeat(len));
    let answer = browser.put("/api/data/k", text(room - overhead + 1));
    assert_eq!(answer.status, 413);
    let error = answer.json();
    assert_eq!(error["allowed"], 3072);
    assert!(error["needed"].as_u64().unwrap() > 3072);
    assert!(error["error"].is_string());
    assert!(answer.set_cookies().is_empty());

    let answer = browser.put("/api/data/k", text(room - overhead));
    assert_eq!(answer.status, 204);
    assert!(answer.set_cookies()[0].len() <= 3072);
    let session = browser.session();
    assert_eq!(session["remaining_bytes"], 0);
    // A longer age and a new id still fit.
    assert_eq!(browser.post("/api/renew", ()).status, 204);

    let answer = browser.post("/api/data/list/push", 1);
    assert_eq!(answer.status, 413);
    assert!(answer.json()["needed"].is_number());
}

#[test]
fn a_profile_for_browsers_allows_more() {
    let browser = start("--size browser");
    let answer = browser.put("/api/data/k", "x".repeat(9000));
    assert_eq!(answer.json()["allowed"], 4096);
    assert_eq!(browser.put("/api/data/k", "x".repeat(2500)).status, 204);
    // A megabyte gets the same answer.
    let answer = browser.put("/api/data/k", "x".repeat(4 << 20));
    assert_eq!(
        (answer.status, &answer.json()["allowed"]),
        (413, &json!(4096))
    );
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    let browser = start("");
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let put = |depth| {
        let request = browser.request(Method::PUT, "/api/data/a");
        browser.send(request.body(nested(depth))).status
    };
    assert_eq!(put(63), 204);
    assert_eq!(put(64), 400);
    assert_eq!(put(100_000), 400);
}

#[test]
fn ids_are_made_kept_and_changed() {
    let browser = start("--clock 1800000000");
    let first = browser.post("/api/id", ()).json()["id"].clone();
    assert_eq!(first.as_str().unwrap().len(), 16);
    assert_eq!(browser.post("/api/id", ()).json()["id"], first);
    browser.put("/api/clock", json!({ "now": 1_800_000_100 }));

    assert_eq!(browser.post("/api/renew-id", ()).status, 204);
    let second = browser.session();
    assert_ne!(second["id"], first);
    assert_eq!(second["created_at"], 1_800_000_000);

    assert_eq!(browser.post("/api/renew", ()).status, 204);
    let third = browser.session();
    assert_ne!(third["id"], second["id"]);
    assert_eq!(third["created_at"], 1_800_000_100);
}

#[test]
fn a_session_is_ended() {
    let browser = start("");
    let answer = browser.post("/api/invalidate", ());
    assert_eq!(answer.json(), json!({ "id": null }));
    assert!(answer.set_cookies().is_empty());

    let id = browser.post("/api/id", ()).json()["id"].clone();
    let answer = browser.post("/api/invalidate", ());
    assert_eq!(answer.json()["id"], id);
    assert!(answer.set_cookies()[0].starts_with("__Host-session=; "));
    assert_eq!(browser.token(), None);

    browser.put("/api/data/a", 1);
    assert_eq!(browser.post("/api/clear", ()).status, 204);
    assert_eq!(browser.token(), None);
}

#[test]
fn saving_and_discarding_are_taken_at_their_word() {
    let browser = start("");
    browser.put("/api/data/a", 1);
    let written = |path: &str| {
        let answer = browser.post(path, ());
        assert_eq!(answer.status, 204);
        answer.set_cookies().len()
    };
    assert_eq!(written("/api/save"), 1);
    assert_eq!(written("/api/discard"), 0);
    let same = browser.put("/api/data/a", 1);
    assert!(same.set_cookies().is_empty());
}

#[test]
fn every_reason_has_its_name_and_the_key_that_the_token_names() {
    let browser = start_with(&encryption_key(), "");
    browser.put("/api/data/a", 1);
    let (token, key_id) = (
        browser.token().unwrap(),
        browser.session()["key_id"].clone(),
    );
    let check = |token: &str, reason: &str, key_id: &Value| {
        browser.set_token(token);
        let session = browser.session();
        assert_eq!(session["outcome"], "rejected");
        assert_eq!(
            (&session["reason"], &session["key_id"]),
            (&json!(reason), key_id)
        );
        assert_eq!(
            (&session["new"], &session["data"]),
            (&json!(true), &json!({}))
        );
    };
    check("~", "Encoding", &json!(null));
    check("AAAA", "TooShort", &json!(null));
    check(&"A".repeat(80), "UnknownFormat", &json!(null));
    let (begin, end) = token.split_at(40);
    let changed = if end.starts_with('A') { "B" } else { "A" };
    check(&format!("{begin}{changed}{}", &end[1..]), "Auth", &key_id);
}

#[test]
fn the_other_mode_is_named() {
    let browser = start("--mode unencrypted-but-signed");
    assert_eq!(browser.session()["mode"], "unencrypted-but-signed");
    browser.put("/api/data/a", json!("to be read"));
    assert_eq!(browser.session()["data"], json!({ "a": "to be read" }));
}

#[test]
fn what_does_not_exist_is_an_error_in_json() {
    let browser = start("");
    let answer = browser.get("/api/nowhere");
    assert_eq!(answer.status, 404);
    assert!(answer.json()["error"].is_string());
    let answer = browser.delete("/api/session");
    assert_eq!(answer.status, 405);
    assert!(answer.json()["error"].is_string());
}
