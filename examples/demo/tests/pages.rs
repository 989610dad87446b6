//! The pages, as a visitor sees them.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack_scenarios::Method;
use serde_json::json;

use crate::demo::{Page, Visitor, start};

#[test]
fn the_first_view_of_the_lab_gives_the_session_its_id() {
    let browser = start("");
    for path in ["/about", "/about?lang=de", "/style.css", "/nowhere"] {
        browser.get(path);
        assert_eq!(browser.token(), None, "{path}");
    }
    // It leads back with the cookie, so that there is one to show.
    assert!(browser.get("/").has("<strong>Opened.</strong>"));
    assert!(browser.get("/").set_cookies().is_empty());
    let without_cookies = browser.stranger().get("/?first=yes");
    assert!(without_cookies.has("No cookie has arrived."));
    let session = browser.session();
    assert!(session["id"].is_string());
    assert_eq!(session["data"], json!({}));
}

#[test]
fn the_first_line_says_what_to_do_next() {
    let browser = start("");
    browser.get("/");
    let lead = r#"<p class="lead">Sign in below, and then click a square of the picture."#;
    assert!(browser.get("/").has(lead));
    let lead = r#"<p class="lead">Click a square of the picture: one bit of your cookie changes"#;
    assert!(browser.signed_in("Ada").get("/").has(lead));
}

#[test]
fn the_lab_tells_why_a_token_was_refused() {
    let browser = start("").signed_in("Ada");
    let token = browser.token().unwrap();
    let changed = format!("{}AAAA", &token[..token.len() - 4]);
    for (bad, verdict) in [
        ("", "TooShort"),
        ("no token!", "Encoding"),
        (&"A".repeat(90), "UnknownFormat"),
        (&format!("eA{}", "A".repeat(88)), "UnknownKey"),
        (&changed, "Auth"),
    ] {
        let stranger = browser.stranger();
        stranger.set_token(bad);
        let page = stranger.get("/");
        let verdict = format!("<strong>Refused: {verdict}.</strong>");
        assert!(page.status == 200 && page.has(&verdict), "{bad}");
        // The new session has an id, for the forms.
        assert_eq!(page.set_cookies().len(), 1);
    }
    assert!(browser.get("/").has("Hello, Ada"));
}

#[test]
fn the_language_is_that_of_every_page_and_outlives_the_session() {
    let browser = start("");
    let page = browser.get("/nowhere");
    assert!(page.has(r#"<html lang="en""#) && page.has("There is no such page."));
    let page = browser.get("/nowhere?lang=de");
    assert!(page.has("<h1>Fehler 404</h1>") && page.has("Diese Seite gibt es nicht."));
    let old = browser.get("/").csrf_tokens().remove(0);
    browser.submit("/sign-in", &[("name", "Ada")]);
    let page = browser.submit("/language", &[("language", "de")]);
    assert!(page.has("Hallo, Ada") && page.has(r#"href="/about?lang=de""#));
    assert!(browser.get("/nowhere").has("Diese Seite gibt es nicht."));
    let page = browser.get("/sign-in");
    assert!(page.status == 405 && page.has("Diese Adresse ist für ein Formular."));
    let page = browser.submit_with("/count", &old, &[]);
    assert!(page.has("Bitte laden Sie die Seite neu."));
    let page = browser.submit("/flip", &[("byte", "50")]);
    assert!(page.has("Abgelehnt: Auth."));
    assert!(browser.submit("/sign-out", &[]).has(r#"<html lang="de""#));
    let about = browser.stranger().get("/about?lang=de");
    assert!(about.has(r#"<html lang="de""#));
}

#[test]
fn without_a_choice_the_browser_has_its_language() {
    let browser = start("");
    browser.get("/");
    let check = |accepted: &str, language: &str| {
        let page = browser.with(Method::GET, "/", "accept-language", accepted);
        let html = format!(r#"<html lang="{language}""#);
        assert!(page.has(&html), "{accepted}");
    };
    check("de-CH,de;q=0.9,en;q=0.8", "de");
    check("fr, de;q=0.5", "de");
    check("fr", "en");
    check("", "en");
    browser.submit("/language", &[("language", "en")]);
    check("de", "en");
}

/// The bytes of a cookie.
fn bytes(browser: &Visitor, name: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD
        .decode(browser.cookie(name).unwrap())
        .unwrap()
}

#[test]
fn a_page_shows_the_cookie_as_it_arrived() {
    let browser = start("--clock 1800000000").signed_in("Ada");
    let len = bytes(&browser, "__Host-session").len();
    let session = browser.session();
    let page = browser.get("/").text;
    for part in [1, 4, 24, len - 45, 16] {
        assert!(page.contains(&format!("</th><td>{part}</td>")), "{part}");
    }
    let sent = "__Host-session=".len() + browser.token().unwrap().len();
    assert!(page.contains(&format!(
        "of at most 3072 bytes in Set-Cookie; each request sends {sent} bytes; cookies: 1."
    )));
    for key in ["id", "key_id"] {
        let value = session[key].as_str().unwrap();
        let fact = format!("&#34;{key}&#34;: &#34;{value}&#34;");
        assert!(page.contains(&fact), "{key}");
    }
    // Both deadlines.
    for time in ["2027-01-15T08:30:00Z", "2027-01-15T20:00:00Z"] {
        let time = format!(r#"<time datetime="{time}">"#);
        assert!(page.contains(&time), "{time}");
    }
}

#[test]
fn a_page_shows_what_takes_the_room_in_several_cookies() {
    let browser = start("--size split:4 --padding padme").signed_in("Ada");
    browser.put("/api/data/a%3Cb%3E", "x".repeat(6_000));
    browser.get("/");
    let page = browser.get("/").text;
    let name = |number: usize| ["__Host-session", "__Host-session.1", "__Host-session.2"][number];
    let values = [0, 1, 2].map(|number| browser.cookie(name(number)).unwrap());
    // Three bytes of the token are four of its text. The first cookie begins with `3.`.
    let token = values.iter().map(String::len).sum::<usize>() - 2;
    assert!(page.contains(&format!("</th><td>{}</td>", token * 3 / 4 - 45)));
    let sent = [0, 1, 2].map(|number| name(number).len() + 1 + values[number].len());
    let sent = sent.iter().sum::<usize>() + 2 * "; ".len();
    assert!(page.contains(&format!(
        "of at most 16384 bytes in Set-Cookie; each request sends {sent} bytes; cookies: 3."
    )));
    let key = "a&#60;b&#62;</code></th><td>8011</td>";
    assert!(page.contains(key) && page.contains("padding</th>"));
    // A way in which the cookie was set before adds nothing.
    let browser = start("--name session --formerly path=/shop").signed_in("Ada");
    let sent = "session=".len() + browser.cookie("session").unwrap().len();
    assert!(browser.get("/").has(&format!("sends {sent} bytes")));
}

#[test]
fn the_signed_cookie_can_be_read_and_the_encrypted_one_cannot() {
    let holds =
        |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|at| at == text.as_bytes());
    let browser = start("").signed_in("Augusta");
    browser.submit("/theme", &[("theme", "dark")]);
    assert!(browser.get("/theme.css").has("dark"));
    assert!(holds(&bytes(&browser, "__Host-session-display"), "theme"));
    assert!(!holds(&bytes(&browser, "__Host-session"), "Augusta"));
    let page = browser.get("/").text;
    assert!(page.contains("&#34;theme&#34;: &#34;dark&#34;"));
    assert_eq!(page.matches("Unencrypted but signed").count(), 1);

    let browser = start("--mode unencrypted-but-signed").signed_in("Augusta");
    assert!(holds(&bytes(&browser, "__Host-session"), "Augusta"));
    let page = browser.get("/").text;
    assert!(!page.contains("nonce") && page.contains("everybody can read it"));
}

#[test]
fn the_theme_is_in_a_second_cookie_that_scripts_do_not_get() {
    let browser = start("").signed_in("Ada");
    browser.submit("/theme", &[("theme", "light")]);
    let saved = browser.post("/api/save", ());
    assert_eq!(saved.set_cookies().len(), 1);
    assert!(saved.set_cookies()[0].starts_with("__Host-session="));
    assert!(browser.cookie("__Host-session-display").is_some());
    // The default needs none.
    browser.submit("/theme", &[("theme", "system")]);
    assert_eq!(browser.cookie("__Host-session-display"), None);
    // Its name follows that of the first.
    let browser = start("--insecure --name app").signed_in("Ada");
    let page = browser.submit("/theme", &[("theme", "dark")]);
    assert!(page.has("<code>app-display</code>") && page.has("Hello, Ada"));
}

#[test]
fn a_name_is_text_and_nothing_in_a_session_breaks_a_page() {
    let browser = start("").signed_in(r#"<script>"Tom" & 'Jerry'"#);
    let page = browser.get("/").text;
    assert!(!page.contains("<script"));
    assert!(page.contains("&#60;script&#62;&#34;Tom&#34; &#38; &#39;Jerry&#39;"));
    for key in ["name", "visits"] {
        browser.put(&format!("/api/data/{key}"), json!([1, "<b>"]));
    }
    assert_eq!(browser.get("/").status, 200);
}

#[test]
fn pages_refuse_to_be_framed_and_to_run_scripts() {
    let page = start("").get("/");
    let policy = page.header("content-security-policy").unwrap();
    for part in ["default-src", "frame-ancestors", "base-uri"] {
        assert!(policy.contains(&format!("{part} 'none'")), "{policy}");
    }
    assert!(policy.contains("form-action 'self'"), "{policy}");
}

#[test]
fn the_pages_keep_their_cookie_where_scripts_use_a_header() {
    let browser = start("--header x-session").signed_in("Ada");
    assert_eq!(browser.session()["outcome"], "absent");
}
