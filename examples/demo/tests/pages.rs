//! The pages, used as by a visitor.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use hardtack_scenarios::Method;

use crate::demo::{Page, start};

#[test]
fn the_first_view_of_a_page_with_a_form_gives_the_session_its_id() {
    let browser = start("");
    for path in ["/about", "/style.css", "/nowhere"] {
        browser.get(path);
        assert_eq!(browser.token(), None, "{path}");
    }
    // It leads back with the cookie, so that there is one to show.
    let page = browser.get("/");
    assert!(page.has("<strong>Opened.</strong>"));
    assert!(browser.get("/").set_cookies().is_empty());
    let without_cookies = browser.stranger();
    let page = without_cookies.get("/?first=yes");
    assert!(page.has("No cookie has arrived yet."));
    let session = browser.session();
    assert!(session["id"].is_string());
    assert_eq!(session["data"], serde_json::json!({}));
}

#[test]
fn a_changed_token_is_a_new_session() {
    let browser = start("").signed_in("Ada");
    let token = browser.token().unwrap();
    let changed = if token.ends_with('A') { "Q" } else { "A" };
    let changed = format!("{}{changed}", &token[..token.len() - 1]);
    browser.set_token(&changed);
    assert!(browser.get("/api/session").set_cookies().is_empty());
    let page = browser.get("/");
    assert_eq!(page.status, 200);
    assert!(page.has("Sign in"));
    // With the right token the session opens again.
    browser.set_token(&token);
    assert!(browser.get("/").has("Hello, Ada"));
}

#[test]
fn the_lab_tells_why_a_token_was_refused() {
    let demo = start("");
    let check = |token: &str, verdict: &str| {
        let browser = demo.stranger();
        browser.set_token(token);
        let page = browser.get("/");
        assert!(
            page.text
                .contains(&format!("<strong>Refused: {verdict}.</strong>")),
            "{token}"
        );
        // The new session has an id, for the forms.
        assert_eq!(page.set_cookies().len(), 1);
    };
    check("", "TooShort");
    check("no token!", "Encoding");
    check(&"A".repeat(90), "UnknownFormat");
    check(&format!("eA{}", "A".repeat(88)), "UnknownKey");
}

#[test]
fn the_language_switches_the_whole_page_and_outlives_signing_in() {
    let browser = start("");
    assert!(browser.get("/").has(r#"<html lang="en""#));
    let page = browser.submit("/language", &[("language", "de")]);
    assert!(page.has(r#"<html lang="de""#));
    assert!(page.has("<h1>Eine Sitzung in einem Cookie</h1>"));
    let page = browser.submit("/sign-in", &[("name", "Ada")]);
    assert!(page.has("Hallo, Ada"));
    let page = browser.submit("/language", &[("language", "sv")]);
    assert!(page.has("Hej, Ada"));
    assert!(page.has(r#"href="/about?lang=sv""#));
    let page = browser.submit("/flip", &[("byte", "50")]);
    assert!(
        page.has("Avvisad: Auth."),
        "a refused session takes no language away"
    );
}

#[test]
fn the_about_page_and_the_style_do_not_touch_the_session() {
    let browser = start("--renew-after always").signed_in("Ada");
    for path in ["/about", "/about?lang=sv", "/style.css", "/nowhere"] {
        let page = browser.get(path);
        assert!(page.set_cookies().is_empty(), "{path}");
        assert_eq!(page.header("vary"), None, "{path}");
        assert_eq!(page.header("cache-control"), None, "{path}");
    }
    let page = browser.get("/about?lang=sv").text;
    assert!(page.contains(r#"<html lang="sv""#));
}

#[test]
fn a_page_shows_the_cookie_as_it_arrived() {
    let browser = start("--clock 1800000000");
    browser.submit("/sign-in", &[("name", "Ada")]);
    let token = browser.token().unwrap();
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(&token).unwrap();
    let session = browser.session();
    let page = browser.get("/").text;
    for part in [1, 4, 24, bytes.len() - 45, 16] {
        assert!(page.contains(&format!("</th><td>{part}</td>")), "{part}");
    }
    let sent = format!("__Host-session={token}").len();
    assert!(page.contains(&format!("sends <strong>{sent}</strong>")));
    assert!(page.contains("<strong>3072</strong>"));
    assert!(page.contains(session["id"].as_str().unwrap()));
    assert!(page.contains(session["key_id"].as_str().unwrap()));
    // Both deadlines of the timeline.
    for moment in ["2027-01-15T08:30:00Z", "2027-01-15T20:00:00Z"] {
        assert!(
            page.contains(&format!(r#"<time datetime="{moment}">"#)),
            "{moment}"
        );
    }
}

#[test]
fn the_signed_cookie_can_be_read_and_the_encrypted_one_cannot() {
    let browser = start("").signed_in("Augusta Ada King");
    browser.submit("/theme", &[("theme", "dark")]);
    assert!(browser.get("/theme.css").has("dark"));
    let bytes = |name| {
        let token = browser.cookie(name).unwrap();
        BASE64_URL_SAFE_NO_PAD.decode(token).unwrap()
    };
    let holds =
        |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|at| at == text.as_bytes());
    assert!(holds(&bytes("__Host-display"), "theme"));
    assert!(!holds(&bytes("__Host-session"), "Augusta"));
    let page = browser.get("/").text;
    assert!(page.contains("&#34;theme&#34;: &#34;dark&#34;"));
    assert_eq!(page.matches("Unencrypted but signed").count(), 1);
}

#[test]
fn with_the_mode_that_signs_both_cookies_can_be_read() {
    let browser = start("--mode unencrypted-but-signed").signed_in("Augusta");
    let page = browser.get("/").text;
    assert!(!page.contains("Nonce"));
    assert!(page.contains("Augusta"));
    assert!(browser.token().unwrap().starts_with('s'));
}

#[test]
fn the_theme_of_the_system_needs_no_cookie() {
    let browser = start("");
    browser.submit("/theme", &[("theme", "light")]);
    assert!(browser.cookie("__Host-display").is_some());
    browser.submit("/theme", &[("theme", "system")]);
    assert_eq!(browser.cookie("__Host-display"), None);
}

#[test]
fn the_second_cookie_is_not_there_for_scripts() {
    let browser = start("").signed_in("Ada");
    browser.submit("/theme", &[("theme", "dark")]);
    let answer = browser.post("/api/save", ());
    assert_eq!(answer.set_cookies().len(), 1);
    assert!(answer.set_cookies()[0].starts_with("__Host-session="));
}

#[test]
fn what_a_script_put_into_the_session_breaks_no_page() {
    let browser = start("").signed_in("Ada");
    for key in ["name", "visits"] {
        browser.put(&format!("/api/data/{key}"), serde_json::json!([1, "<b>"]));
    }
    assert_eq!(browser.get("/").status, 200);
}

#[test]
fn pages_refuse_to_be_framed_and_to_run_scripts() {
    let page = start("").get("/");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
}

#[test]
fn a_form_on_another_site_does_nothing() {
    let browser = start("").signed_in("Ada");
    let claims = [
        ("origin", "http://evil.test"),
        ("sec-fetch-site", "cross-site"),
        ("origin", "null"),
    ];
    for (name, value) in claims {
        let form = browser.request(Method::POST, "/sign-out");
        let page = browser.send(form.header(name, value));
        assert_eq!(page.status, 403);
        assert!(page.set_cookies().is_empty());
    }
    let link = browser.request(Method::GET, "/");
    assert_eq!(
        browser
            .send(link.header("sec-fetch-site", "cross-site"))
            .status,
        200
    );
    let token = browser.get("/").csrf_token();
    let own = browser
        .request(Method::POST, "/sign-out")
        .header("origin", browser.base())
        .header("sec-fetch-site", "same-origin");
    let page = browser.send(own.form(&[("csrf_token", token)]));
    assert_eq!(page.status, 200);
    assert!(page.has("Sign in"));
}

#[test]
fn an_address_that_is_for_a_form_says_so() {
    let page = start("").get("/sign-in");
    assert_eq!(page.status, 405);
    assert!(page.has("<h1>Method Not Allowed</h1>"));
}

#[test]
fn the_second_cookie_never_has_the_name_of_the_first() {
    let browser = start("--insecure --name display").signed_in("Ada");
    let page = browser.submit("/theme", &[("theme", "dark")]);
    assert!(page.has("<code>display2</code>"));
    assert!(browser.cookie("display2").is_some());
    assert!(browser.get("/").has("Hello, Ada"));
}

#[test]
fn the_limit_on_a_page_is_that_of_the_size_profile() {
    let browser = start("--size browser").signed_in("Ada");
    assert!(browser.get("/").text.contains("<strong>4096</strong>"));
}

#[test]
fn without_a_choice_the_browser_has_its_language() {
    let browser = start("");
    browser.get("/");
    let of = |accepted: &str| {
        let page = browser
            .with(Method::GET, "/", "accept-language", accepted)
            .text;
        let (_, rest) = page.split_once(r#"<html lang=""#).unwrap();
        rest[..2].to_owned()
    };
    assert_eq!(of("sv-SE,sv;q=0.9,en;q=0.8"), "sv");
    assert_eq!(of("fr, de;q=0.5"), "de");
    assert_eq!(of("fr"), "en");
    assert_eq!(of(""), "en");
    browser.submit("/language", &[("language", "en")]);
    assert_eq!(of("sv"), "en");
}

#[test]
fn a_number_of_bytes_that_is_none_is_told_at_its_form() {
    let browser = start("");
    let before = browser.session();
    for bytes in ["", "0", "many", "-1", "20001", "99999999999999999999"] {
        let page = browser.submit("/data", &[("bytes", bytes)]);
        assert_eq!(page.status, 422, "{bytes}");
        assert!(page.has("from 1 to 20,000"), "{bytes}");
    }
    assert_eq!(browser.session()["data"], before["data"]);
}

#[test]
fn a_place_outside_of_the_picture_is_no_byte() {
    let browser = start("").signed_in("Ada");
    for place in ["300", "99999", "18446744073709551615"] {
        let page = browser.submit("/flip", &[("at.x", "5"), ("at.y", place)]);
        assert_eq!(page.status, 200, "{place}");
        assert!(page.has("There is no such byte"), "{place}");
    }
    assert!(browser.get("/").has("Hello, Ada"));
}

#[test]
fn a_second_flip_keeps_the_copy_of_the_good_cookie() {
    let browser = start("").signed_in("Ada");
    for byte in ["50", "51"] {
        let page = browser.submit("/flip", &[("byte", byte)]);
        assert!(page.has("<strong>Refused: Auth.</strong>"));
        // The session for the forms of this page is another one, so there is nothing to click on.
        assert!(!page.has(r#"type="image""#));
    }
    let page = browser.submit("/replay", &[]);
    assert!(page.has("Hello, Ada"));
}

#[test]
fn an_empty_message_is_told_at_its_form() {
    let browser = start("");
    for message in ["", "  "] {
        let page = browser.submit("/flash", &[("message", message)]);
        assert_eq!(page.status, 422);
        assert!(page.has("Please write a message."));
    }
    assert!(browser.get("/").messages().is_empty());
}

#[test]
fn the_guard_of_the_purse_says_that_it_held() {
    let browser = start("");
    let check = |path: &str, sentence: &str| {
        let request = browser.request(Method::POST, path);
        let page = browser.send(request.header("sec-fetch-site", "cross-site"));
        assert_eq!(page.status, 403);
        assert!(page.has(sentence), "{}", page.text);
    };
    check("/purse/guarded", "no coin was taken");
    check("/purse/guarded?lang=de", "keine Münze wurde genommen");
}

#[test]
fn every_forged_cookie_is_refused() {
    for (flags, bits) in [
        ("", 8),
        ("--mode unencrypted-but-signed", 8),
        ("--size split:4", 1),
    ] {
        let browser = start(flags).signed_in("Ada");
        if bits == 1 {
            browser.put("/api/data/large", "x".repeat(4_000));
        }
        let answer = browser.get("/?forge=yes");
        let (before, _) = answer.text.split_once(" forgeries in ").unwrap();
        let tried: usize = before.rsplit('>').next().unwrap().parse().unwrap();
        let cookies = browser.browser().cookies();
        let sent = cookies
            .iter()
            .filter(|(name, _)| name.starts_with("__Host-session"));
        let characters: usize = sent
            .map(|(_, value)| value.trim_start_matches("2.").len())
            .sum();
        assert_eq!(tried, characters * 3 / 4 * bits, "{flags}");
        assert!(answer.has("each one bit away from your cookie: 0 opened."));
        assert!(
            browser.get("/").has("Hello, Ada"),
            "the session is as it was"
        );
    }
}

/// A proxy with 4,096 bytes for a response's head answers 502 to a longer one.
#[test]
fn no_form_of_the_lab_answers_with_two_full_sessions() {
    let browser = start("").signed_in("Ada");
    let room = browser.session()["remaining_bytes"].as_u64().unwrap();
    browser.put("/api/data/k", "x".repeat(room as usize - 6));
    let mut sent = Vec::new();
    for (path, field) in [
        ("/flip", "byte=50"),
        ("/replay", ""),
        ("/copy", ""),
        ("/clock", "seconds=60"),
    ] {
        let token = browser.get("/").csrf_token();
        let mut path = path.to_owned();
        // A form is sent again until it leads to a page.
        while !path.contains('#') {
            let form = browser.request(Method::POST, &path);
            let form = form.header("content-type", "application/x-www-form-urlencoded");
            let answer = browser
                .browser()
                .ask(form.body(format!("{field}&csrf_token={token}")));
            let fields = answer.headers.iter();
            let head = fields.map(|(name, value)| name.as_str().len() + value.len() + 4);
            sent.push(head.sum::<usize>());
            path = answer.field("location");
        }
    }
    assert!(sent.iter().all(|bytes| *bytes < 4_000), "{sent:?}");
    assert!(sent.len() > 4, "a flip takes two: {sent:?}");
}
