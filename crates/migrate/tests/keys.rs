//! The keys of old cookies: several for one cookie, keys of another kind, and their `Debug`.
//!
//! Jars of cookie-rs: what is in them, and how their values travel.

use hardtack::{
    migrate::OldCookie,
    session::{Outcome, Reason},
};
use hardtack_migrate::{JarKey, JarValue};
use serde_json::{Value, json};

use super::{
    DAY, builder,
    cookies::{Cookie, Keys},
    made::{cookie, cookie_of, in_jar, not_migrated, outcome, signed_jar},
    saved, start,
};

#[test]
fn of_two_keys_of_one_cookie_the_right_one_opens_it() {
    let old = Cookie::of("actix private");
    let wrong = Keys {
        first_byte: 1,
        ..Keys::RIGHT
    };
    let range = old.made_at()..old.made_at() + DAY;
    let cookie = builder()
        .migrate_from(old.old_with(wrong), range.clone())
        .migrate_from(old.old(), range)
        .build()
        .unwrap();
    let session = cookie.load([old.field()], old.made_at());
    assert_eq!(session.outcome(), Outcome::Migrated);
    assert_eq!(saved(&cookie, &session).len(), 2);
}

#[test]
fn a_private_jar_opens_nothing_that_is_only_signed() {
    for private in Cookie::all() {
        let Some(jar) = private.format.strip_suffix(" private") else {
            continue;
        };
        let signed = Cookie::of(&format!("{jar} signed"));
        let range = signed.made_at() - DAY..signed.made_at() + DAY;
        let site = builder()
            .migrate_from(private.old(), range)
            .build()
            .unwrap();
        let outcome = site.load([signed.field()], signed.made_at()).outcome();
        let is_refused = matches!(outcome, Outcome::NotMigrated { .. });
        assert!(is_refused, "{jar}: {outcome}");
    }
}

#[test]
fn short_keys_are_errors() {
    let error = JarKey::new(&[7; 63]).unwrap_err();
    assert_eq!(error.to_string(), "key has 63 bytes, expected at least 64");
    assert_eq!(format!("{error:?}"), error.to_string());
    let error = JarKey::derive_from(&[7; 31]).unwrap_err().to_string();
    assert_eq!(error, "key has 31 bytes, expected at least 32");
}

#[test]
fn a_reader_shows_the_same_whatever_its_keys_are() {
    let others = Keys {
        first_byte: 7,
        secret: "hunter2",
        validate_key: "hunter3",
        encrypt_key: "hunter4",
    };
    for old in Cookie::all() {
        let [shown, other] = [Keys::RIGHT, others].map(|keys| (old.facts().read)(&old, keys).1);
        assert_eq!(shown, other, "{}", old.format);
    }
}

/// What a session of actix-session with this state becomes.
#[track_caller]
fn check_actix(state: &str, expected: Result<Value, Reason>) {
    let cookie = cookie_of(signed_jar(JarValue::ActixSession));
    let session = cookie.load([format!("old={}", in_jar(state))], start());
    match expected {
        Ok(expected) => {
            assert_eq!(session.outcome(), Outcome::Migrated, "{state}");
            assert_eq!(session.deserialize::<Value>().unwrap(), expected, "{state}");
        }
        Err(reason) => assert_eq!(session.outcome(), not_migrated(reason), "{state}"),
    }
}

#[test]
fn the_states_that_actix_session_reads_are_read() {
    let content = json!({ "k": "value", "n": 1 });
    check_actix(r#"{"k":"\"value\"","n":"1"}"#, Ok(content.clone()));
    check_actix(
        r#"{"v":1,"state":{"k":"value","n":1}}"#,
        Ok(content.clone()),
    );
    check_actix(r#"{"k":"value","n":1}"#, Ok(content));
    // An entry may have such a name.
    check_actix(
        r#"{"v":"1","state":"{}"}"#,
        Ok(json!({ "v": 1, "state": {} })),
    );
    check_actix(
        r#"{"v":1,"state":[2]}"#,
        Ok(json!({ "v": 1, "state": [2] })),
    );
    check_actix(
        r#"{"v":"1","state":{}}"#,
        Ok(json!({ "v": "1", "state": {} })),
    );
}

#[test]
fn a_state_of_actix_session_that_it_does_not_read_is_refused() {
    for state in [
        // One value that is not JSON.
        r#"{"k":"\"value\"","role":"admin"}"#,
        r#"{"k":"\"value\"","role":""}"#,
        r#"{"v":2,"state":{"k":"value"}}"#,
        r#"{"v":0,"state":{"k":"value"}}"#,
        r#"{"v":257,"state":{"k":"value"}}"#,
        r#"{"v":-1,"state":{"k":"value"}}"#,
        r#"{"v":1.0,"state":{"k":"value"}}"#,
        r#"["value"]"#,
        "null",
        "",
    ] {
        check_actix(state, Err(Reason::Payload));
    }
}

#[test]
fn a_text_is_what_it_was_with_percent_signs_and_quotes() {
    let cookie = cookie_of(signed_jar(JarValue::Text("user")));
    for text in [
        "%41", "100%", "%", "%%41", "%C3%A4", "a\"b", "\"", "\"ada\"", "'ada'", "a=b", "",
    ] {
        let plain = in_jar(text);
        let encoded: String = plain.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for field in [
            format!("old={plain}"),
            format!("old={encoded}"),
            format!("old=\"{encoded}\""),
        ] {
            let session = cookie.load([&field], start());
            assert_eq!(
                session.get::<String>("user").unwrap().as_deref(),
                Some(text),
                "{field}"
            );
        }
    }
}

/// As an application that puts pairs of its own into a text.
#[test]
fn a_text_of_another_encoding_is_decoded_by_the_application() {
    let old = OldCookie::new("old", signed_jar(JarValue::Text("pairs")));
    let cookie = cookie(old.convert(|entries| {
        let pairs = entries.get("pairs")?.as_str()?;
        let pair = |pair: &str| {
            let (key, value) = pair.split_once('=')?;
            Some((key.to_owned(), value.into()))
        };
        pairs.split('&').map(pair).collect()
    }));
    let session = cookie.load([format!("old={}", in_jar("user=ada&role=admin"))], start());
    let expected = json!({ "user": "ada", "role": "admin" });
    assert_eq!(session.deserialize::<Value>().unwrap(), expected);
    let refused = not_migrated(Reason::Revoked);
    assert_eq!(outcome(&cookie, &in_jar("user")), refused);
}
