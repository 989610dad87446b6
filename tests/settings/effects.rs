//! The effect of each setting, seen from outside: by a visitor, a cache, or another instance.

use std::{collections::BTreeSet, env, process::Command};

use hardtack::{EncryptionKey, Session, SessionCookie, SigningKey};

use super::{
    browser::Browser, cookie, documented, field, fields, folder::Folder, key, times, toml,
};

/// A setting, settings without it and with it, and whether its effect is seen under settings.
struct Effect<'a> {
    of: &'static str,
    without: &'a str,
    with: &'a str,
    is_seen: &'a dyn Fn(&str) -> bool,
}

fn visitor(site: SessionCookie) -> Browser {
    let mut browser = Browser::from(site);
    browser.visit(|session| session.insert("user", 42).unwrap());
    browser
}

/// A session of these settings, when it is visited at each of these seconds, has ended at the last.
fn has_ended(settings: &str, seconds: &[u64]) -> bool {
    let mut browser = visitor(cookie(toml(settings)));
    let visits = seconds.iter().map(|&second| {
        browser.now = second;
        browser.visit(Session::is_new)
    });
    visits.last().unwrap()
}

/// The cookie of these settings opens a session of that one.
fn opens(settings: &str, of: &str) -> bool {
    let mut browser = visitor(toml(of).build().unwrap());
    browser.site = toml(settings).build().unwrap();
    !browser.visit(Session::is_new)
}

/// The answer to a public page, with this status, that changes a session.
fn answer(settings: &str, status: u16) -> http::HeaderMap {
    let cookie = cookie(toml(settings));
    let session = cookie.load([""], times::at(0));
    session.insert("user", 42).unwrap();
    let mut fields = http::HeaderMap::new();
    fields.insert("cache-control", "public".parse().unwrap());
    let status = http::StatusCode::from_u16(status).unwrap();
    cookie.save_to(&session, status, &mut fields).unwrap();
    fields
}

/// A `fetch()` that reads a session is answered with its cookie.
fn is_refreshed_for_a_script(settings: &str) -> bool {
    let cookie = cookie(toml(settings));
    let pair = cookie.cookie_for(times::at(0), |session| session.insert("user", 42));
    let mut request = http::HeaderMap::new();
    request.insert("cookie", pair.unwrap().parse().unwrap());
    request.insert("sec-fetch-mode", "cors".parse().unwrap());
    let session = cookie.load_from(&request, times::at(60));
    assert!(!session.is_new());
    let mut fields = http::HeaderMap::new();
    let saved = cookie.save_to(&session, http::StatusCode::OK, &mut fields);
    saved.unwrap();
    fields.contains_key("set-cookie")
}

fn has_attribute(settings: &str, attribute: &str) -> bool {
    let (_, attributes) = field(toml(settings));
    attributes.split("; ").any(|found| found == attribute)
}

/// The number of different lengths that sessions of 100 to 105 bytes have.
fn lengths(settings: &str) -> usize {
    let cookie = cookie(toml(settings));
    let len = |size: usize| {
        let pair = cookie.cookie_for(times::at(0), |session| {
            session.insert("text", "x".repeat(size))
        });
        pair.unwrap().len()
    };
    (100..106).map(len).collect::<BTreeSet<_>>().len()
}

#[test]
fn every_setting_has_an_effect() {
    let (one, other) = (key(), key());
    let of_one = format!("keys = '{one}'");
    let of_other = format!("keys = '{other}'");
    let signing = SigningKey::generate().unwrap().expose_secret();
    let signed = format!("mode = 'unencrypted-but-signed'\nkeys = '{}'", *signing);
    let (_folder, path) = Folder::with("keys", &one);
    let in_file = format!("keys_file = {path:?}");
    let watched = format!("{in_file}\nwatch_keys = '10s'");
    let from_file = format!("keys_from = [{{file = {path:?}}}]");
    let opens_one = |settings: &str| opens(settings, &of_one);
    let leaves_alone = |settings: &str| {
        let token = visitor(toml(&of_other).build().unwrap()).token();
        let pair = format!("__Host-session={token}");
        let session = cookie(toml(settings)).load([pair], times::at(0));
        session.insert("user", 42).is_err()
    };
    let parts_from_one = |settings: &str| {
        let is_named_alike = field(toml(settings)).0 == "__Host-session";
        is_named_alike && !opens(&format!("{settings}\n{of_one}"), &of_one)
    };
    let effects = [
        effect("mode", &of_one, &signed, &|settings| {
            visitor(toml(settings).build().unwrap())
                .token()
                .starts_with('s')
        }),
        effect("keys", &of_other, &of_one, &opens_one),
        effect("keys_file", &of_other, &in_file, &opens_one),
        effect("keys_from", &of_other, &from_file, &opens_one),
        // A file that is watched has to end with a line feed.
        effect("watch_keys", &in_file, &watched, &|settings| {
            toml(settings).build().is_err()
        }),
        effect("keys_env", "NO_SUCH_KEYS", VARIABLE, &reads_variable),
        effect("name", "", "name = 'login'", &|settings| {
            field(toml(settings)).0 == "login"
        }),
        effect("path", "", "path = '/app'", &|settings| {
            has_attribute(settings, "Path=/app")
        }),
        effect("domain", "", "domain = 'example.com'", &|settings| {
            has_attribute(settings, "Domain=example.com")
        }),
        effect("same_site", "", "same_site = 'strict'", &|settings| {
            has_attribute(settings, "SameSite=Strict")
        }),
        effect("partitioned", "", "partitioned = true", &|settings| {
            has_attribute(settings, "Partitioned")
        }),
        effect("idle_timeout", "", "idle_timeout = '10m'", &|settings| {
            has_ended(settings, &[600])
        }),
        effect(
            "absolute_timeout",
            "",
            "absolute_timeout = '20m'",
            &|settings| has_ended(settings, &[600, 1200]),
        ),
        effect(
            "remember_up_to",
            "",
            "remember_up_to = '30d'",
            &|settings| {
                let mut browser = visitor(cookie(toml(settings)));
                let duration = times::seconds(86_400);
                browser.visit(|session| session.remember_for(duration).is_ok())
                    && browser.sent[0].ends_with("; Max-Age=86400")
            },
        ),
        effect(
            "remembered_idle_timeout",
            "remember_up_to = '30d'",
            "remember_up_to = '30d'\nremembered_idle_timeout = '7d'",
            &|settings| {
                let mut browser = visitor(cookie(toml(settings)));
                let month = times::seconds(30 * 86_400);
                browser.visit(|session| session.remember_for(month).unwrap());
                browser.now = 7 * 86_400;
                browser.visit(Session::is_new)
            },
        ),
        effect("persistent", "", "persistent = true", &|settings| {
            visitor(cookie(toml(settings))).sent[0].ends_with("; Max-Age=1800")
        }),
        effect(
            "refresh_after",
            "",
            "refresh_after = 'always'",
            &|settings| {
                let mut browser = visitor(cookie(toml(settings)));
                browser.now = 1;
                browser.visit(|session| session.contains_key("user"));
                !browser.sent.is_empty()
            },
        ),
        effect("clock_skew", "", "clock_skew = '3m'", &|settings| {
            let mut browser = Browser::from(cookie(toml(settings)));
            browser.now = 120;
            browser.visit(|session| session.insert("user", 42).unwrap());
            browser.now = 0;
            !browser.visit(Session::is_new)
        }),
        // The tests begin at 2027-01-15T08:00:00Z.
        effect(
            "not_before",
            "",
            "not_before = '2027-01-15T08:00:01Z'",
            &|settings| has_ended(settings, &[1]),
        ),
        effect("size", "", "size = 'browser'", &|settings| {
            let mut browser = Browser::from(cookie(toml(settings)));
            browser.visit(Session::remaining_bytes) == 2939
        }),
        effect(
            "refresh_navigations_only",
            "refresh_after = 'always'",
            "refresh_after = 'always'\nrefresh_navigations_only = true",
            &|settings| !is_refreshed_for_a_script(settings),
        ),
        effect("padding", "", "padding = 'padme'", &|settings| {
            lengths(settings) < 3
        }),
        effect("application", "", "application = 'shop'", &parts_from_one),
        effect("context", "", "context = {stage = 'live'}", &parts_from_one),
        effect(
            "formerly",
            "name = 'session'",
            "name = 'session'\nformerly = [{path = '/app'}]",
            &|settings| fields(toml(settings))[0].starts_with("session=; Path=/app;"),
        ),
        effect(
            "save_on_server_error",
            "",
            "save_on_server_error = true",
            &|settings| answer(settings, 500).contains_key("set-cookie"),
        ),
        effect(
            "keep_unknown_keys",
            "",
            "keep_unknown_keys = true",
            &leaves_alone,
        ),
        effect(
            "danger_allow_http",
            "",
            "danger_allow_http = true",
            &|settings| !has_attribute(settings, "Secure"),
        ),
        effect(
            "danger_allow_shared_caching",
            "",
            "danger_allow_shared_caching = true",
            &|settings| answer(settings, 200)["cache-control"] == "public",
        ),
        // Their one value is what every cookie has.
        effect("secure", "secure = false", "secure = true", &|settings| {
            toml(settings).check().is_ok() && has_attribute(settings, "Secure")
        }),
        effect(
            "httponly",
            "httponly = false",
            "httponly = true",
            &|settings| toml(settings).check().is_ok() && has_attribute(settings, "HttpOnly"),
        ),
    ];
    for Effect {
        of,
        without,
        with,
        is_seen,
    } in &effects
    {
        assert!(!is_seen(without), "{of} has an effect without being set");
        assert!(is_seen(with), "{of} has no effect");
    }
    let tested: BTreeSet<_> = effects.iter().map(|effect| effect.of).collect();
    assert_eq!(tested, documented());
}

fn effect<'a>(
    of: &'static str,
    without: &'a str,
    with: &'a str,
    is_seen: &'a dyn Fn(&str) -> bool,
) -> Effect<'a> {
    Effect {
        of,
        without,
        with,
        is_seen,
    }
}

/// A program whose setting `keys_env` is this finds its keys. A variable is set for a process only.
fn reads_variable(name: &str) -> bool {
    let key = EncryptionKey::generate().unwrap();
    let program = Command::new(env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "settings::effects::a_program_finds_its_keys",
        ])
        .env(VARIABLE, &*key.expose_secret())
        .env("HARDTACK_TEST_NAME", name)
        .env("HARDTACK_TEST_ID", key.id().to_string())
        .output();
    program.unwrap().status.success()
}

#[test]
#[ignore = "a process of its own, which `every_setting_has_an_effect` starts"]
fn a_program_finds_its_keys() {
    let settings = format!("keys_env = '{}'", env::var("HARDTACK_TEST_NAME").unwrap());
    let cookie = toml(&settings).build().unwrap();
    let seals = cookie.keys_in_use(times::at(0)).seals;
    assert_eq!(seals.to_string(), env::var("HARDTACK_TEST_ID").unwrap());
}

const VARIABLE: &str = "HARDTACK_TEST_KEYS";
