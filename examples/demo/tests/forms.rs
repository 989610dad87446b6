//! The forms of the lab, as a visitor uses them.

use std::thread;

use hardtack_scenarios::{Client, Method, Server, Site, answers_the_table};
use serde_json::json;

use crate::demo::{Page, Visitor, encryption_key, start, start_with};

#[test]
fn the_demo_answers_the_table() {
    answers_the_table(Site::Demo, |ring| {
        let demo = start_with(ring, "");
        Server::at(demo.base().to_owned(), demo)
    });
}

#[test]
fn visitors_at_the_same_time_do_not_mix_and_instances_share_sessions() {
    let keys = encryption_key();
    let demos = [start_with(&keys, ""), start_with(&keys, "")];
    let bases = [0, 1].map(|demo: usize| demos[demo].base().to_owned());
    thread::scope(|scope| {
        for name in ["Ada", "Grace"] {
            let bases = &bases;
            scope.spawn(move || {
                let demos = [0, 1].map(|demo| Visitor(Client::of_url(&bases[demo])));
                let mut browser = demos[0].clone().signed_in(name);
                for visit in 1..=20 {
                    browser = browser.at(&demos[visit % 2]);
                    let page = browser.submit("/count", &[]);
                    assert!(page.has(&format!("Hello, {name}")));
                    assert!(page.has(&format!(r#"id="visits">{visit}<"#)));
                }
            });
        }
    });
}

#[test]
fn keys_that_are_rotated_at_the_same_time_all_open() {
    let browser = start("");
    let base = browser.base();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(move || {
                let visitor = Visitor(Client::of_url(base));
                for _ in 0..10 {
                    visitor.submit("/keys/rotate", &[]);
                }
            });
        }
    });
    let keys = browser.get("/api/keys").json();
    assert_eq!(keys["accepts"].as_array().unwrap().len(), 21);
}

#[test]
fn a_form_that_is_wrong_says_so_and_changes_nothing() {
    let browser = start("");
    let check = |path: &str, field: &str, value: &str, told: &str| {
        let page = browser.submit(path, &[(field, value)]);
        assert!(page.has(told), "{path} {value}: {:?}", page.messages());
        assert!(page.has(r#"aria-invalid="true""#) && page.has(r#"role="alert""#));
        assert!(!browser.get("/").has("aria-invalid"), "it is said once");
        assert_eq!(browser.session()["data"], json!({}));
    };
    for name in ["", "  ", &"x".repeat(61)] {
        check("/sign-in", "name", name, "1 to 60 characters");
    }
    for bytes in ["", "0", "many", "-1", "20001", "99999999999999999999"] {
        check("/data", "bytes", bytes, "from 1 to 20,000");
    }
    for message in ["", "  "] {
        check("/flash", "message", message, "Please write a message.");
    }
    let too_large = "bytes of 3072. Nothing is lost";
    check("/data", "bytes", "3000", too_large);
    check("/flash", "message", &"x".repeat(3_000), too_large);
}

#[test]
fn a_session_without_room_for_the_message_is_signed_in_all_the_same() {
    let browser = start("");
    browser.put("/api/data/name", "x".repeat(60));
    browser.put("/api/data/visits", 0);
    let room = browser.session()["remaining_bytes"].as_u64().unwrap() as usize;
    browser.put("/api/data/k", "x".repeat(room - 10));
    browser.signed_in("Ada");
}

#[test]
fn a_message_that_was_left_waits_for_a_page_that_shows_it() {
    let browser = start("");
    browser.post("/api/flash", json!({ "message": "<b>\"hi\"" }));
    assert!(browser.get("/about").messages().is_empty());
    assert_eq!(browser.get("/").messages(), ["&#60;b&#62;&#34;hi&#34;"]);
    let left = browser.get("/api/flash").json();
    assert_eq!(left, json!({ "messages": [] }));
}

#[test]
fn nobody_is_remembered_without_the_box() {
    let the_box = r#"<input type="checkbox" name="remember">"#;
    let check =
        |browser: &Visitor, fields: &[(&str, &str)], is_shown: bool, is_remembered: bool| {
            assert_eq!(browser.get("/").has(the_box), is_shown);
            assert!(browser.submit("/sign-in", fields).has("Hello, Ada"));
            assert_eq!(browser.session()["persistent"], is_remembered);
            browser.submit("/sign-out", &[]);
            assert_eq!(browser.session()["persistent"], false);
        };
    let ticked = [("name", "Ada"), ("remember", "on")];
    let browser = start("");
    check(&browser, &ticked, false, false);
    // The visitor allows it, and forbids it again.
    for _ in 0..2 {
        browser.submit("/server", &[("card", "remember")]);
    }
    check(&browser, &ticked, false, false);
    // A flag is not switched off.
    let allowed = start("--remember-up-to 30days");
    allowed.submit("/server", &[("card", "remember")]);
    check(&allowed, &ticked[..1], true, false);
    check(&allowed, &ticked, true, true);
}

#[test]
fn a_form_without_a_valid_token_does_nothing() {
    let browser = start("").signed_in("Ada");
    let foreign = browser.stranger().get("/").csrf_tokens().remove(0);
    let own = browser.get("/").csrf_tokens().remove(0);
    let first = if own.starts_with('A') { "B" } else { "A" };
    let changed = format!("{first}{}", &own[1..]);
    let forms = "sign-in sign-out count data data/remove flash language theme flip rename copy replay undo \
                 revoke large keys/rotate keys/retire clock server";
    let fields =
        "name=Eve bytes=10 message=hello language=de theme=dark byte=7 seconds=600 card=split";
    let fields: Vec<_> = fields
        .split(' ')
        .flat_map(|field| field.split_once('='))
        .collect();
    let keys = browser.get("/api/keys").text;
    for form in forms.split_whitespace() {
        let path = format!("/{form}");
        for bad in ["", &foreign, &changed] {
            let page = browser.submit_with(&path, bad, &fields);
            assert_eq!(page.status, 403, "{path} {bad}");
            assert!(page.has("<h1>Error 403</h1>"));
            assert!(page.set_cookies().is_empty());
        }
        assert_eq!(browser.form(&path, &fields).status, 403, "{path}");
        let page = browser.post(&path, json!({}));
        assert!(page.status == 403 && page.has("no CSRF token"), "{path}");
    }
    let page = browser.get("/");
    assert!(page.has("Hello, Ada"));
    assert!(page.messages().is_empty());
    assert_eq!(browser.get("/api/keys").text, keys);
}

/// A client without cookies, like Safari with the `Secure` cookies of a server on localhost.
#[test]
fn a_browser_that_keeps_no_cookie_is_told_so() {
    let browser = start("");
    let told = "No session cookie came with this form";
    let token = browser.stranger().get("/").csrf_tokens().remove(0);
    let page = browser.stranger().submit_with("/sign-in", &token, &[]);
    assert_eq!(page.status, 403);
    assert!(page.has(told) && page.has("--insecure"));
    let keeping = browser.stranger();
    keeping.get("/");
    let page = keeping.submit_with("/sign-in", &token, &[]);
    assert_eq!(page.status, 403);
    assert!(!page.has(told));
}

#[test]
fn every_form_has_a_token_of_its_own_that_is_valid_until_the_sign_in() {
    let browser = start("");
    let page = browser.get("/");
    let mut tokens = page.csrf_tokens();
    let forms = page.text.matches("<form").count();
    assert!(forms > 10);
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), forms);
    for language in ["de", "en"] {
        let page = browser.submit_with("/language", &tokens[0], &[("language", language)]);
        assert_eq!(page.status, 200);
    }
    browser.submit("/sign-in", &[("name", "Ada")]);
    let page = browser.submit_with("/sign-out", &tokens[0], &[]);
    assert_eq!(page.status, 403);
    assert!(page.has("<p class=\"lead\">Please load the page again."));
    assert!(!page.has("&#60;") && !page.has("&lt;"), "{}", page.text);
}

#[test]
fn what_takes_up_the_space_adds_up() {
    for (flags, lengths) in [
        ("", &[0, 1, 2, 1_000][..]),
        ("--size split:4", &[0, 4_000, 9_000]),
    ] {
        let browser = start(flags).signed_in("Ada");
        for length in lengths {
            browser.put("/api/data/large", "x".repeat(*length));
            let page = browser.get("/").text;
            let (_, room) = page.split_once("What takes up the space").unwrap();
            let (room, _) = room.split_once("</table>").unwrap();
            let (_, allowed) = room.split_once("of at most ").unwrap();
            let allowed: usize = allowed.split(' ').next().unwrap().parse().unwrap();
            let parts = room.split("<td>").skip(1);
            let parts = parts.map(|part| part.split('<').next().unwrap().parse::<usize>().unwrap());
            assert_eq!(parts.sum::<usize>(), allowed, "{flags} {length}");
        }
    }
}

#[test]
fn a_form_that_was_wrong_keeps_what_was_typed() {
    let browser = start("").signed_in("Ada");
    for typed in ["3000", "0"] {
        let page = browser.submit("/data", &[("bytes", typed)]);
        assert!(page.has(&format!("value=\"{typed}\"")), "{}", page.text);
        assert!(browser.get("/").has("value=\"900\""));
    }
}

#[test]
fn a_form_on_another_site_does_nothing() {
    let browser = start("").signed_in("Ada");
    let token = browser.get("/").csrf_tokens().remove(0);
    let send = |name: &str, value: &str| {
        let form = browser.request(Method::POST, "/sign-out");
        browser.send(form.header(name, value).form(&[("csrf_token", &token)]))
    };
    for (name, value) in [("origin", "null"), ("sec-fetch-site", "cross-site")] {
        let page = send(name, value);
        assert_eq!(page.status, 403, "{value}");
        assert!(page.set_cookies().is_empty());
    }
    let link = browser.with(Method::GET, "/", "sec-fetch-site", "cross-site");
    assert!(link.has("Hello, Ada"));
    assert!(send("origin", browser.base()).has("Sign in"));
}

#[test]
fn a_flip_keeps_the_good_cookie_and_the_copy_of_the_visitor() {
    let browser = start("").signed_in("Ada");
    for byte in ["50", "51"] {
        let page = browser.submit("/flip", &[("byte", byte)]);
        assert!(page.has("<strong>Refused: Auth.</strong>"));
        // The session for the forms of this page is another one, so there is nothing to click on.
        assert!(!page.has(r#"type="image""#));
    }
    assert!(browser.submit("/undo", &[]).has("Hello, Ada"));
    for place in ["300", "99999", "18446744073709551615", "-1"] {
        let page = browser.submit("/flip", &[("at.x", "5"), ("at.y", place)]);
        assert!(page.has("There is no such byte"), "{place}");
    }
    let page = browser.get("/");
    assert!(page.has("Hello, Ada") && !page.has(r#"id="copied""#));

    // A visitor who plays with the cookie of another user meanwhile.
    let copied = "The copy opens.</strong> It belongs to Ada.";
    assert!(browser.submit("/copy", &[]).has(copied));
    browser.submit("/sign-out", &[]);
    let browser = browser.signed_in("Bea");
    for (form, fields, back) in [
        ("/flip", [("byte", "50")], [("seconds", "")]),
        ("/clock", [("seconds", "600")], [("seconds", "0")]),
    ] {
        assert!(browser.submit(form, &fields).has(copied), "{form}");
        let page = browser.submit("/undo", &back);
        assert!(page.has("Hello, Bea") && page.has(copied), "{form}");
    }
    assert!(browser.submit("/replay", &[]).has("Hello, Ada"));
}

#[test]
fn a_bit_is_flipped_in_several_cookies_too() {
    let browser = start("--size split:2").signed_in("Ada");
    browser.put("/api/data/large", "x".repeat(4_000));
    let page = browser.submit("/flip", &[("byte", "3900")]);
    assert!(page.has("Refused: Auth.") && page.has("cookies: 1"));
    assert!(browser.submit("/undo", &[]).has("Hello, Ada"));
}

#[test]
fn every_forged_cookie_is_refused() {
    for (flags, bits) in [("--mode unencrypted-but-signed", 8), ("--size split:4", 1)] {
        let browser = start(flags).signed_in("Ada");
        if bits == 1 {
            browser.put("/api/data/large", "x".repeat(4_000));
        }
        let answer = browser.get("/?forge=yes");
        let (before, _) = answer.text.split_once(" forgeries in ").unwrap();
        let tried: usize = before.rsplit('>').next().unwrap().parse().unwrap();
        let cookies = browser.browser().cookies().into_iter();
        let sent = cookies.filter(|(name, _)| name.starts_with("__Host-session"));
        let sent = sent.map(|(_, value)| value.trim_start_matches("2.").len());
        assert_eq!(tried, sent.sum::<usize>() * 3 / 4 * bits, "{flags}");
        assert!(answer.has("each one bit away from your cookie: 0 opened."));
        let after = browser.get("/");
        assert!(after.has("Hello, Ada"), "the session is as it was");
    }
}

/// A proxy with 4,096 bytes for a response's head answers 502 to a longer one.
#[test]
fn no_form_of_the_lab_answers_with_two_full_sessions() {
    let browser = start("").signed_in("Ada");
    let room = browser.session()["remaining_bytes"].as_u64().unwrap();
    browser.put("/api/data/k", "x".repeat(room as usize - 6));
    let mut sent = Vec::new();
    for form in [
        "/flip byte=50",
        "/undo ",
        "/copy ",
        "/replay ",
        "/clock seconds=60",
    ] {
        let token = browser.get("/").csrf_tokens().remove(0);
        let (path, field) = form.split_once(' ').unwrap();
        let mut path = path.to_owned();
        // A form is sent again until it leads to a page.
        while !path.contains('#') {
            let form = browser.request(Method::POST, &path);
            let form = form.header("content-type", "application/x-www-form-urlencoded");
            let form = form.body(format!("{field}&csrf_token={token}"));
            let answer = browser.browser().ask(form);
            let head = answer.headers.iter();
            let lens = head.map(|(name, value)| name.as_str().len() + value.len() + 4);
            sent.push(lens.sum::<usize>());
            path = answer.field("location");
        }
    }
    assert!(sent.iter().all(|bytes| *bytes < 4_000), "{sent:?}");
    assert!(sent.len() > 4, "a flip takes two: {sent:?}");
}
