//! Large sessions, their size, and padding.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack_scenarios::{Answer, Method};
use serde_json::{Value, json};

use crate::demo::{Visitor, start};

fn text(len: usize) -> Value {
    json!("x".repeat(len))
}

/// The names of the cookies that a response expires.
fn dropped(answer: &Answer) -> Vec<String> {
    let fields = answer.set_cookies().into_iter();
    let dropped = fields.filter(|field| field.contains("; Max-Age=0; "));
    dropped
        .map(|field| field.split('=').next().unwrap().to_owned())
        .collect()
}

/// The number of the session's cookies in the jar.
fn cookies(browser: &Visitor) -> usize {
    let names = (0..8).map(|number| match number {
        0 => "__Host-session".to_owned(),
        _ => format!("__Host-session.{number}"),
    });
    let has: Vec<_> = names.map(|name| browser.cookie(&name).is_some()).collect();
    let count = has.iter().filter(|has| **has).count();
    assert!(has[..count].iter().all(|has| *has), "{has:?}");
    count
}

#[test]
fn a_value_of_ten_kilobytes_survives_in_four_cookies() {
    let browser = start("--size split:4");
    let answer = browser.put("/api/data/large", text(10_240));
    assert_eq!(answer.status, 204);
    let fields = answer.set_cookies();
    assert_eq!(fields.len(), 4);
    assert!(fields.iter().all(|field| field.len() <= 4096));
    assert!(fields[0].starts_with("__Host-session=4.e"));
    assert!(fields[3].starts_with("__Host-session.3="));
    assert_eq!(cookies(&browser), 4);

    let large = browser.get("/api/data/large").json();
    assert_eq!(large, json!({ "value": text(10_240) }));
    // It is one session; another request adds to it.
    assert_eq!(browser.put("/api/data/small", 1).status, 204);
    let keys = browser.get("/api/keys-of-data").json();
    assert_eq!(keys, json!({ "keys": ["large", "small"], "len": 2 }));
    assert_eq!(browser.session()["outcome"], "opened");
    assert!(browser.get("/api/session").set_cookies().is_empty());
}

#[test]
fn a_session_that_shrinks_drops_the_cookies_that_it_no_longer_needs() {
    let browser = start("--size split:4");
    browser.put("/api/data/large", text(10_240));
    let answer = browser.put("/api/data/large", text(4_000));
    assert_eq!(dropped(&answer), ["__Host-session.2", "__Host-session.3"]);
    assert_eq!(cookies(&browser), 2);
    let answer = browser.put("/api/data/large", text(10));
    assert_eq!(dropped(&answer), ["__Host-session.1"]);
    assert_eq!(cookies(&browser), 1);
    let answer = browser.put("/api/data/large", text(7_000));
    assert_eq!((dropped(&answer).len(), cookies(&browser)), (0, 3));
    let answer = browser.post("/api/invalidate", ());
    assert_eq!(dropped(&answer).len(), 3);
    assert_eq!(cookies(&browser), 0);
}

#[test]
fn what_does_not_fit_a_profile_is_refused_with_its_numbers() {
    for (size, allowed, characters, advice) in [
        ("anywhere", 3_072, 2_600, "Size::Browser"),
        ("browser", 4_096, 4_500, "Size::Split(2)"),
        ("split:2", 8_192, 8_500, "Size::Split(4)"),
        ("split:3", 12_288, 10_000, "Size::Split(4)"),
        ("split:4", 16_384, 13_000, "on the server"),
    ] {
        let browser = start(&format!("--size {size}"));
        let answer = browser.put("/api/data/k", text(characters));
        assert_eq!(answer.status, 413, "{size}");
        let error = answer.json();
        assert_eq!(error["allowed"], allowed);
        assert!(error["needed"].as_u64().unwrap() > allowed);
        let sentence = error["error"].as_str().unwrap();
        assert!(sentence.contains(advice), "{sentence}");
        assert!(answer.set_cookies().is_empty());

        let room = browser.session()["remaining_bytes"].as_u64().unwrap();
        // The map, the key, and the header of a text of this length.
        let most = room as usize - 6;
        let refused = browser.put("/api/data/k", text(most + 1));
        assert_eq!(
            (refused.status, &refused.json()["allowed"]),
            (413, &json!(allowed))
        );
        assert_eq!(browser.put("/api/data/k", text(most)).status, 204);
        assert_eq!(cookies(&browser), allowed.div_ceil(4_096) as usize);
        assert_eq!(browser.session()["remaining_bytes"], 0);
        assert_eq!(browser.post("/api/renew", ()).status, 204);
    }
}

#[test]
fn a_client_that_loses_a_part_has_a_new_session_and_no_error() {
    let browser = start("--size split:2");
    browser.put("/api/data/k", text(4_000));
    let first = browser.token().unwrap();
    let second = browser.cookie("__Host-session.1").unwrap();
    let [first, second] = [
        format!("__Host-session={first}"),
        format!("__Host-session.1={second}"),
    ];
    let ask = |cookies: &str, path: &str| {
        let stranger = browser.stranger();
        stranger.with(Method::GET, path, "cookie", cookies)
    };
    let session = |cookies: &str| {
        let session = ask(cookies, "/api/session");
        assert_eq!((session.status, session.set_cookies().len()), (200, 0));
        let session = session.json();
        (session["outcome"].clone(), session["reason"].clone())
    };
    let opened = (json!("opened"), json!(null));
    assert_eq!(session(&format!("{second}; a=b; {first}")), opened);
    assert_eq!(session(&first), (json!("rejected"), json!("Incomplete")));
    assert_eq!(session(&second), (json!("absent"), json!(null)));
    let both = format!("{first}; {second}; __Host-session.1=other");
    assert_eq!(session(&both), (json!("rejected"), json!("Duplicate")));
    for cookies in [&first, &second, "__Host-session=2.; __Host-session.1="] {
        assert_eq!(ask(cookies, "/").status, 200);
    }
}

#[test]
fn a_report_says_what_each_key_takes() {
    let browser = start("");
    let empty = json!({
        "entries": {}, "payload": 0, "flash": 0, "padding": 0, "empty": 177, "set_cookie": 177,
        "cookies": 1, "allowed": 3072, "remaining": 2171,
    });
    let answer = browser.get("/api/size");
    assert_eq!(answer.json(), empty);
    assert!(answer.set_cookies().is_empty());

    browser.put("/api/data/user", 42);
    browser.put("/api/data/cart", text(100));
    let flash = json!({ "queue": "", "message": "Saved", "allow_duplicate": true });
    browser.post("/api/flash", flash);
    let report = browser.get("/api/size").json();
    // Four letters and their header, then the value; the map has a header, too.
    let expected = json!({ "cart": 5 + 2 + 100, "user": 5 + 1 });
    assert_eq!(report["entries"], expected);
    assert_eq!(report["payload"], 1 + 107 + 6);
    // A count, and two texts with their lengths.
    assert_eq!(report["flash"], 1 + 1 + 1 + 5);
    assert_eq!(report["remaining"], 2171 - 114 - 8);
    assert_eq!(
        report["set_cookie"],
        73 + ((45 + 33 + 122) * 4u64).div_ceil(3)
    );
}

#[test]
fn a_report_says_what_a_refusal_says() {
    let browser = start("--size split:3 --padding padme");
    browser.put("/api/data/k", text(8_000));
    let report = browser.get("/api/size").json();
    assert_eq!(
        (&report["cookies"], &report["allowed"]),
        (&json!(3), &json!(12_288))
    );
    assert!(report["padding"].as_u64().unwrap() > 0);
    let error = browser.put("/api/data/k", text(9_000)).json();
    assert!(error["needed"].as_u64() > report["set_cookie"].as_u64());
    assert_eq!(error["allowed"], report["allowed"]);
}

#[test]
fn padding_leaves_few_lengths() {
    // The bytes of a token, for values of these lengths.
    let lengths = |flags: &str| {
        let demo = start(flags);
        [49, 50, 53, 57, 58].map(|len| {
            let browser = demo.stranger();
            browser.put("/api/data/name", text(len));
            let token = browser.token().unwrap();
            BASE64_URL_SAFE_NO_PAD.decode(token).unwrap().len()
        })
    };
    // Head, nonce and tag; flags, dates, the map, the key and the header of the text.
    let plain = [49, 50, 53, 57, 58].map(|len| 45 + 14 + len);
    assert_eq!(lengths(""), plain);
    assert_eq!(lengths("--padding none"), plain);
    let padded = [64, 72, 72, 72, 80];
    assert_eq!(lengths("--padding padme"), padded.map(|body| 45 + body));
    let signed = "--padding padme --mode unencrypted-but-signed";
    assert_eq!(lengths(signed), padded.map(|body| 21 + body));
}

#[test]
fn pages_show_what_takes_the_room_in_three_languages() {
    let browser = start("--size split:4 --padding padme").signed_in("Ada");
    browser.put("/api/data/a%3Cb%3E", text(6_000));
    let report = browser.get("/api/size").json();
    for (language, title, padding) in [
        ("en", "What takes the room", "padding"),
        ("de", "Was den Platz braucht", "Auffüllung"),
        ("sv", "Vad som tar plats", "utfyllnad"),
    ] {
        browser.submit("/language", &[("language", language)]);
        let page = browser.get("/").text;
        assert!(page.contains(title));
        let (_, table) = page.split_once(r#"<table id="report">"#).unwrap();
        let (table, _) = table.split_once("</table>").unwrap();
        assert!(table.contains(padding), "{table}");
        let row = |name: &str, bytes: u64| format!("{name}</code></th><td>{bytes}</td>");
        assert!(
            table.contains(&row("a&#60;b&#62;", 5 + 3 + 6_000)),
            "{table}"
        );
        assert!(table.contains(&row("name", 5 + 4)), "{table}");
        assert!(
            table.contains(&format!("<td>{}</td>", report["empty"])),
            "{table}"
        );
        assert!(page.contains("<strong>3</strong>.") && page.contains("<strong>16384</strong>"));
    }
}

#[test]
fn pages_show_a_session_of_several_cookies_as_one() {
    let browser = start("--size split:4").signed_in("Ada");
    browser.put("/api/data/large", text(7_000));
    browser.get("/");
    let value = |name: &str| browser.cookie(name).unwrap();
    let values = ["", ".1", ".2"].map(|part| value(&format!("__Host-session{part}")));
    let [first, second, third] = &values;
    let token = format!("{}{second}{third}", first.strip_prefix("3.").unwrap());
    let page = browser.get("/").text;
    let sealed = BASE64_URL_SAFE_NO_PAD.decode(&token).unwrap().len() - 45;
    assert!(page.contains(&format!("</th><td>{sealed}</td>")));
    let names = "__Host-session=".len() * 3 + 2 * ".1".len();
    let pairs = values.iter().map(String::len).sum::<usize>() + names;
    assert!(page.contains(&format!("sends <strong>{}</strong>", pairs + 2 * 2)));
}
