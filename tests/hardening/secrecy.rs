//! `Debug` and error messages never show a key, a token or content, and a token shows content only if it is signed.

use std::{
    error::Error,
    fmt::Debug,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack::{
    Context, EncryptionKey, KeyRing, SessionCookie, SessionData, SessionHeader, SessionToken,
    SigningKey,
    carrier::TokenChange,
    cookie::CookieName,
    keys::{self, RingKey, SharedKeyRing},
    packages::TokenInfo,
    session::SessionId,
};
use serde::{Deserialize, Serialize};

const SECRET: &str = "hunter2";

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

/// Fails if `value` shows eight characters or bytes in a row of a key's secret, or anything of `hidden`, as text or as
/// the numbers of its bytes.
#[track_caller]
fn check(value: &dyn Debug, hidden: &[&str]) {
    for shown in [format!("{value:?}"), format!("{value:#?}")] {
        assert_ne!(shown, "", "a value that shows nothing helps nobody");
        // The numbers of an alternate form stand in lines of their own.
        let words: Vec<_> = shown.split_whitespace().collect();
        let in_a_line = words.join(" ");
        for hidden in hidden {
            // Prefix and type of a key are no secret.
            let key = hidden.strip_prefix("hardtack_key_v1_xaes_");
            let key = key.or(hidden.strip_prefix("hardtack_key_v1_sign_"));
            let text = key.unwrap_or(hidden);
            let bytes = key.map(|key| BASE64_URL_SAFE_NO_PAD.decode(key).unwrap());
            for secret in [text.as_bytes()].into_iter().chain(bytes.as_deref()) {
                let length = secret.len().min(8);
                let is_shown = |part: &[u8]| {
                    let numbers: Vec<_> = part.iter().map(u8::to_string).collect();
                    in_a_line.contains(&numbers.join(", "))
                        || str::from_utf8(part).is_ok_and(|part| shown.contains(part))
                };
                assert!(!secret.windows(length).any(is_shown), "{shown}");
            }
        }
    }
}

#[test]
#[should_panic(expected = "104, 117, 110")]
fn content_that_is_shown_as_numbers_is_found() {
    check(&SECRET.as_bytes(), &[SECRET]);
}

#[test]
fn keys_and_everything_built_with_them_show_no_secret() {
    let text = EncryptionKey::generate().unwrap().expose_secret();
    let key = || text.parse::<EncryptionKey>().unwrap();
    let ring = KeyRing::from(key());
    let shared = SharedKeyRing::from(ring.clone());
    let builder = SessionCookie::encrypted(shared.clone());
    let cookie = builder.clone().build().unwrap();
    let tokens = SessionToken::encrypted(shared.clone(), "mobile");
    let tokens = tokens.build().unwrap();
    let header = SessionHeader::encrypted(shared.clone(), "x-session");
    let header = header.build().unwrap();
    let values: [&dyn Debug; 8] = [
        &key(),
        &RingKey::from(key()),
        &ring,
        &shared,
        &builder,
        &cookie,
        &tokens,
        &header,
    ];
    for value in values {
        check(value, &[&text]);
    }
    let text = SigningKey::generate().unwrap().expose_secret();
    check(&text.parse::<SigningKey>().unwrap(), &[&text]);
}

#[test]
fn a_builder_shows_which_functions_it_has() {
    let builder = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let builder = builder.revoked_if(|_| false);
    let shown = format!("{builder:?}");
    for hook in ["revoked_if: true", "validate: false", "on_outcome: false"] {
        assert!(shown.contains(hook), "{shown}");
    }
}

#[test]
fn an_error_about_a_key_shows_nothing_of_it() {
    let text = EncryptionKey::generate().unwrap().expose_secret();
    let mut changed = text.to_string();
    changed.truncate(68);
    for wrong in [
        changed.as_str(),
        &format!("{}x", *text),
        &format!("x{}", *text),
    ] {
        check(&wrong.parse::<EncryptionKey>().unwrap_err(), &[&text]);
        check(&wrong.parse::<KeyRing>().unwrap_err(), &[&text]);
    }
    check(&text.parse::<SigningKey>().unwrap_err(), &[&text]);
}

/// Text that is no ring, with a key of which something has split off a part, or has put it in the place of something else.
#[test]
fn an_error_about_a_ring_shows_no_part_of_a_key_wherever_it_stands() {
    let [key, other] = [(); 2].map(|()| EncryptionKey::generate().unwrap().expose_secret());
    let key = key.as_str();
    let mut texts = Vec::new();
    let parts = [
        " ", "\t", "\n", "\r", "\r\n", ",", ", ", "=", "#", " #", "\u{a0}", "\u{b}", "\\\n",
    ];
    for between in parts {
        for at in (1..key.len()).step_by(3) {
            let (first, second) = key.split_at(at);
            texts.push(format!("{first}{between}{second}"));
        }
    }
    // Also a part of it, which nothing could know for one.
    for part in [key, &key[..40], &key[30..]] {
        for place in ["seal_from=", "accept_until=", "sealfrom=", "=", "#", ""] {
            texts.push(format!("{} {place}{part}", *other));
            texts.push(format!("{}\t{place}{part}", *other));
            texts.push(format!("{},{place}{part}x", *other));
        }
    }
    for before in [
        "not_before=",
        "not_before=2026-12-15T00:00:00Z ",
        "seal_from=",
        "keys=",
        "x ",
    ] {
        texts.push(format!("{before}{key}"));
        texts.push(format!("{}\n{before}{key}", *other));
    }
    for text in texts {
        check(&text.parse::<KeyRing>().unwrap_err(), &[key, &other]);
    }
}

#[test]
fn a_key_in_other_text_is_hidden_with_its_word_and_nothing_else_is() {
    let encrypting = EncryptionKey::generate().unwrap().expose_secret();
    let signing = SigningKey::generate().unwrap().expose_secret();
    for key in [encrypting, signing] {
        let (key, bare) = (key.as_str(), &key["hardtack_key_v1_xaes_".len()..]);
        let changed = key.replace("_v1_", "_v1_x");
        for (text, redacted) in [
            (key.to_owned(), "hardtack_key_v1_…"),
            (bare.to_owned(), "…"),
            (
                format!("{key},{bare}\n{key}"),
                "hardtack_key_v1_…,…\nhardtack_key_v1_…",
            ),
            (format!("no `{bare}`."), "no `…`."),
            (format!("--x_{bare}-x é"), "… é"),
            (format!("a={}", &key[..40]), "a=hardtack_key_v1_…"),
            (format!("x{changed}x"), "xhardtack_key_v1_…"),
            (format!("{key}{key}"), "hardtack_key_v1_…"),
            // A prefix behind it shows no key that has lost its own.
            (format!("{bare}{key}"), "…"),
        ] {
            assert_eq!(keys::redact(&text), redacted);
        }
    }
}

/// A key as it may be pasted: whole, or without the beginning of its text; and one of a later version, of which only the
/// beginning is known.
fn pasted(key: &str) -> [String; 3] {
    let secret = &key["hardtack_key_v1_xaes_".len()..];
    let backwards: String = secret.chars().rev().collect();
    let later = format!("hardtack_key_v2_{backwards}");
    [key.to_owned(), secret.to_owned(), later]
}

#[test]
fn a_key_in_place_of_a_header_is_not_shown() {
    let text = EncryptionKey::generate().unwrap().expose_secret();
    for pasted in pasted(&text) {
        let name = format!("x {pasted}");
        let key = text.parse::<EncryptionKey>().unwrap();
        let error = SessionHeader::encrypted(key, name).build().unwrap_err();
        check(&error, &[&text, &pasted[pasted.len() - 48..]]);
        assert!(error.to_string().contains("name: a key;"), "{error}");
    }
}

#[test]
fn a_key_in_place_of_a_setting_that_is_sent_or_logged_is_refused() {
    let text = EncryptionKey::generate().unwrap().expose_secret();
    for pasted in pasted(&text) {
        let pasted = &*pasted;
        let key = || text.parse::<EncryptionKey>().unwrap();
        let cookie = || SessionCookie::encrypted(key());
        for error in [
            cookie().name(pasted).build().unwrap_err(),
            cookie().path(format!("/{pasted}")).build().unwrap_err(),
            cookie().application(pasted).build().unwrap_err(),
            cookie().context("tenant", pasted).build().unwrap_err(),
            SessionToken::encrypted(key(), pasted).build().unwrap_err(),
            SessionHeader::encrypted(key(), &*text).build().unwrap_err(),
        ] {
            check(&error, &[&text, &pasted[pasted.len() - 48..]]);
            let told = error.to_string();
            assert!(
                told.contains("holds a key, which belongs in `keys` alone"),
                "{told}"
            );
        }
    }
}

#[cfg(feature = "tower")]
#[test]
fn a_key_in_place_of_an_origin_is_not_shown() {
    let trust = |origin: &str| {
        let guard = || hardtack::csrf::CsrfGuard::new();
        let errors = [
            guard().trust_origin(origin).unwrap_err(),
            guard().trust_form_post(origin, "/").unwrap_err(),
        ];
        errors.map(|error| error.to_string())
    };
    let text = EncryptionKey::generate().unwrap().expose_secret();
    for pasted in pasted(&text) {
        for error in trust(&pasted) {
            check(&error, &[&text, &pasted[pasted.len() - 48..]]);
            assert!(error.ends_with("found a key"), "{error}");
        }
    }
    for error in trust("app.example") {
        assert!(error.ends_with(r#"found "app.example""#), "{error}");
    }
}

#[test]
fn a_text_without_a_key_stays_as_it_is() {
    let random = "Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB3";
    for text in [
        "",
        " é\n\t",
        "/run/hardtack_key_ring",
        random,
        &random.repeat(9),
    ] {
        assert_eq!(keys::redact(text), text);
    }
}

#[test]
fn a_session_and_what_is_sent_of_it_show_neither_content_nor_token() {
    let key = EncryptionKey::generate().unwrap();
    let builder = SessionCookie::encrypted(key);
    let cookie = builder.clone().build().unwrap();
    let session = cookie.load(None::<&str>, now());
    session.insert("password", SECRET).unwrap();
    session.flash("", SECRET).unwrap();
    check(&session, &[SECRET]);
    let fields = cookie.save(&session).unwrap();
    let token = fields
        .iter()
        .next()
        .unwrap()
        .split(['=', ';'])
        .nth(1)
        .unwrap();
    check(&fields, &[SECRET, token]);

    let tokens = SessionToken::encrypted(EncryptionKey::generate().unwrap(), "mobile");
    let tokens = tokens.build().unwrap();
    let session = tokens.load(None::<&str>, now());
    session.insert("password", SECRET).unwrap();
    let change = tokens.save(&session).unwrap();
    let TokenChange::Store(token) = &change else {
        panic!("{change:?}");
    };
    check(&change, &[SECRET, token]);
}

/// A panic in the function would count as revoked.
#[test]
fn a_session_that_may_be_revoked_shows_no_content_to_the_function() {
    #[derive(Default, Serialize, Deserialize, PartialEq)]
    struct Login {
        password: String,
    }

    impl SessionData for Login {
        const LABEL: &str = "login";
        const SCHEMA: u32 = 1;
    }

    let builder = || SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let cookie = builder().revoked_if(|session| {
        check(session, &[SECRET, "password"]);
        session.get::<String>("password").unwrap().as_deref() != Some(SECRET)
    });
    let cookie = cookie.build().unwrap();
    let field = cookie.cookie_for(now(), |session| session.insert("password", SECRET));
    assert!(!cookie.load([field.unwrap()], now()).is_new());

    let cookie = builder().typed::<Login>().revoked_if(|session| {
        check(session, &[SECRET]);
        session.value().is_none_or(|login| login.password != SECRET)
    });
    let cookie = cookie.build().unwrap();
    let password = SECRET.to_owned();
    let field = cookie.cookie_for(now(), |session| session.replace(Login { password }));
    assert!(!cookie.load([field.unwrap()], now()).is_new());
}

/// Whether the bytes of a token show the key and the value of an entry.
fn shows_content(cookie: &SessionCookie) -> [bool; 2] {
    let pair = cookie.cookie_for(now(), |session| session.insert("password", SECRET));
    let pair = pair.unwrap();
    let (_, token) = pair.split_once('=').unwrap();
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).unwrap();
    let shows = |text: &str| {
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    ["password", SECRET].map(shows)
}

#[test]
fn an_encrypted_session_shows_nothing_of_its_content() {
    for key in [
        EncryptionKey::generate(),
        EncryptionKey::generate_xchacha20(),
    ] {
        let cookie = SessionCookie::encrypted(key.unwrap()).build().unwrap();
        assert_eq!(shows_content(&cookie), [false, false]);
    }
}

#[test]
fn a_signed_session_can_be_read_by_anybody() {
    let key = SigningKey::generate().unwrap();
    let cookie = SessionCookie::unencrypted_but_signed(key).build().unwrap();
    assert_eq!(shows_content(&cookie), [true, true]);
}

#[test]
fn the_debug_form_of_an_error_is_its_message() {
    #[track_caller]
    fn check(error: impl Error) {
        assert_eq!(format!("{error:?}"), error.to_string());
        assert_ne!(error.to_string(), "");
    }
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    check(cookie.clone().path("app").build().unwrap_err());
    let cookie = cookie.build().unwrap();
    check(cookie.cookie_for(now(), |_| Ok(())).unwrap_err());
    let session = cookie.load(None::<&str>, UNIX_EPOCH);
    session.insert("user", 42).unwrap();
    check(session.get::<String>("user").unwrap_err());
    check(cookie.save(&session).unwrap_err());
    check("log in".parse::<CookieName>().unwrap_err());
    check("0".parse::<SessionId>().unwrap_err());
    check("0".parse::<EncryptionKey>().unwrap_err());
    check(KeyRing::from_env("NO_SUCH_KEYS").unwrap_err());
    check(Context::new([("x".repeat(256), "")]).unwrap_err());
}

#[test]
fn an_error_about_a_value_shows_nothing_of_it() {
    let key = EncryptionKey::generate().unwrap();
    let cookie = SessionCookie::encrypted(key).build().unwrap();
    let session = cookie.load(None::<&str>, now());
    session.insert("password", SECRET).unwrap();
    let wrong = session.get::<u32>("password").unwrap_err();
    check(&wrong, &[SECRET]);
    let sentence = r#"the value under "password" does not fit the type `u32`; "#.to_owned()
        + "read it as what was stored, and store a value of another type under another key";
    assert_eq!(wrong.to_string(), sentence);
    assert_eq!(wrong.key(), Some("password"));
    let all = session.deserialize::<Vec<u8>>().unwrap_err();
    check(&all, &[SECRET]);
    let sentence = "the dictionary does not fit the type `alloc::vec::Vec<u8>`";
    assert_eq!(all.to_string(), sentence);
    assert_eq!(all.key(), None);
    check(
        &session.insert("large", SECRET.repeat(1000)).unwrap_err(),
        &[SECRET],
    );
}

#[test]
fn what_is_looked_at_shows_no_content() {
    let key = EncryptionKey::generate().unwrap();
    let text = key.expose_secret();
    let ring = KeyRing::from(key);
    let cookie = SessionCookie::encrypted(ring.clone()).build().unwrap();
    let pair = cookie.cookie_for(now(), |session| session.insert("password", SECRET));
    let token = cookie.name().tokens_in([pair.unwrap()]).remove(0).unwrap();
    let token = str::from_utf8(&token).unwrap();
    let content = cookie.inspect(token, now()).unwrap();
    assert!(
        content
            .payload
            .windows(SECRET.len())
            .any(|part| part == SECRET.as_bytes())
    );
    check(&content, &[SECRET, "password", token]);
    check(&TokenInfo::from_token(token).unwrap(), &[token]);
    check(&ring.keys(), &[&text]);
}
