//! Refused settings, and their sentences.

use hardtack::{EncryptionKey, SessionCookie, SessionHeader, SessionSettings, SessionToken};

use super::{key, refused, toml};

/// Name and value of a setting that is refused by itself, and a part of the sentence.
#[rustfmt::skip] // One row a mistake.
const MISTAKES: [(&str, &str, &str); 45] = [
    ("secure", "false", "set `danger_allow_http`"),
    ("secure", "'maybe'", "leave it out"),
    ("idel_timeout", "'15m'", "did you mean `idle_timeout`?"),
    ("allow_http", "true", "`danger_allow_http`"),
    ("timeout", "'15m'", "did you mean `idle_timeout`, `absolute_timeout` or `remembered_idle_timeout`?"),
    ("no_such", "1", "docs/settings.md has all of them"),
    ("name", "7", "must be a string in quotes"),
    ("mode", "'signed'", "`unencrypted-but-signed`"),
    ("same_site", "'loose'", "`strict`"),
    ("size", "4096", "`browser`"),
    ("partitioned", "'perhaps'", "must be `true` or `false`"),
    ("danger_allow_http", "2", "must be `true` or `false`"),
    ("refresh_after", "'sometimes'", "`on-change`"),
    ("context", "'stage'", "`label=value, label=value`"),
    ("context", "{stage = 7}", "table of strings"),
    ("context", "[['stage']]", "pairs"),
    ("formerly", "[{name = 'old'}]", "partitioned = true"),
    ("formerly", "[{}]", "path = "),
    ("formerly", "'old'", "`path=/app "),
    ("formerly", "'path=/a domain= path=/b'", "has a name twice"),
    ("not_before", "2026-12-15T00:00:00Z", A_TIME),
    ("not_before", "1800000000", A_TIME),
    ("not_before", "'tomorrow'", A_TIME),
    ("not_before", "'2026-12-15'", A_TIME),
    ("not_before", "'2026-12-15T00:00:00.5Z'", A_TIME),
    ("not_before", "'2026-12-15 00:00:00Z'", A_TIME),
    ("absolute_timeout", "'off'", "must be a duration"),
    ("watch_keys", "true", "must be a duration"),
    ("watch_keys", "'off'", "must be a duration"),
    ("watch_keys", "'0s'", "must be at least 1s"),
    ("name", "' '", EMPTY),
    ("domain", "' '", EMPTY),
    ("not_before", "' '", EMPTY),
    ("keys", "' '", EMPTY),
    ("idle_timeout", "' '", EMPTY),
    ("secure", "' '", EMPTY),
    ("keys_from", "7", SOURCES),
    ("keys_from", "[]", SOURCES),
    ("keys_from", "[{}]", SOURCES),
    ("keys_from", "'/run/secrets/keys'", SOURCES),
    ("keys_from", "'file='", SOURCES),
    ("keys_from", "['env=A']", SOURCES),
    ("keys_from", "[['url', 'A']]", SOURCES),
    ("keys_from", "{env = 'A', file = '/b'}", SOURCES),
    ("keys_from", "'env=a b'", "not the name of an environment variable"),
];

const A_TIME: &str = "like `2026-12-15T00:00:00Z`, as a string in quotes";
const EMPTY: &str = "is empty; give it a value or leave it out";
const SOURCES: &str = "`env=OLD_KEYS, ";

/// This one setting is refused by name, and the sentence says this.
#[track_caller]
fn check(name: &str, value: &str, says: &str) {
    let (names, sentence) = refused(toml(&format!("{name} = {value}")).check());
    assert_eq!(names, [name]);
    assert!(sentence.starts_with(&format!("`{name}` ")), "{sentence}");
    assert!(sentence.contains(says), "{sentence}");
}

#[test]
fn a_cookie_that_scripts_can_read_is_refused() {
    check("httponly", "false", "every script in the page");
    check("http_only", "'false'", "every script in the page");
}

#[test]
fn a_setting_that_is_not_understood_is_refused_by_name() {
    for (name, value, says) in MISTAKES {
        check(name, value, says);
    }
}

#[test]
fn a_duration_is_in_whole_seconds_and_lower_case() {
    // `M` would be a month where a minute is meant.
    for value in [
        "'soon'", "'-5m'", "'+5'", "-5", "1.5", "'1.5'", "true", "'500ms'", "'30M'", "[]",
    ] {
        let or_off = "must be `off` or `false`, or a duration";
        check("idle_timeout", value, or_off);
        check("absolute_timeout", value, "must be a duration");
    }
}

#[test]
fn what_json_alone_can_say_is_refused_too() {
    for (json, name, says) in [
        (r#"{"path": null}"#, "path", EMPTY),
        (r#"{"name": "a", "name": "b"}"#, "name", "given twice"),
        (
            r#"{"context": {"stage": "live", "stage": "test"}}"#,
            "context",
            "has a name twice",
        ),
    ] {
        let settings: SessionSettings = serde_json::from_str(json).unwrap();
        let (names, sentence) = refused(settings.check());
        assert_eq!(names, [name]);
        assert!(sentence.contains(says), "{sentence}");
    }
    // A list of pairs may have a label twice.
    let list = r#"{"context": [["stage", "live"], ["stage", "test"]]}"#;
    let settings: SessionSettings = serde_json::from_str(list).unwrap();
    settings.check().unwrap();
    for json in ["7", "[]", "\"name\"", "null"] {
        let settings: SessionSettings = serde_json::from_str(json).unwrap();
        let (_, sentence) = refused(settings.build());
        assert_eq!(sentence, "the settings are not a table of names and values");
    }
}

/// Settings, and the names of those that are refused, in order: what is not understood, with what is wrong by itself. The
/// rest may not go together because of what is not understood.
#[rustfmt::skip] // One row a file.
const SEVERAL: [(&str, &[&str]); 11] = [
    ("secure = true\ndanger_allow_http = true", &["secure"]),
    ("secure = false\nname = 7\nsize = 'huge'\ntimeout = 5", &["name", "secure", "size", "timeout"]),
    ("keys = 'invalid'\nname = 'a;b'", &["keys", "name"]),
    ("keys = 'invalid'\nsame_site = 'loose'", &["keys", "same_site"]),
    ("keys_env = 'HARDTACK_NO_SUCH'\ncolour = 'red'", &["colour", "keys_env"]),
    // With a mode that was not understood nothing is known about the keys.
    ("keys_env = 'HARDTACK_NO_SUCH'\nmode = 'signed'", &["mode"]),
    ("name = '__Host-a'\npath = 7\nkeys_env = 'NO'", &["keys_env", "path"]),
    ("same_site = 'loose'\nname = '__Host-a'\npath = '/app'", &["same_site"]),
    ("same_site = 'loose'\nname = 'a{b'\npath = 'x'\ndomain = '.example.com'\nclock_skew = '10m'",
        &["clock_skew", "domain", "name", "path", "same_site"]),
    ("idle_timeout = 0\napplication = ''\nidel_timeout = 9", &["application", "idel_timeout", "idle_timeout"]),
    ("absolute_timeout = 0\nidle_timeout = 0\nkeys_env = 'NO'", &["absolute_timeout", "idle_timeout", "keys_env"]),
];

#[test]
fn everything_that_is_refused_is_named_at_once() {
    for (text, expected) in SEVERAL {
        let (mut names, sentence) = refused(toml(text).build());
        names.sort();
        assert_eq!(names, expected, "{text}: {sentence}");
    }
    let (text, _) = SEVERAL[1];
    let (mut names, sentence) = refused(toml(text).into_builder());
    names.sort();
    assert_eq!(names, SEVERAL[1].1);
    assert!(sentence.starts_with("4 are refused:\n  `"), "{sentence}");
    assert_eq!(sentence.lines().count(), 5);
    let shown = format!("{:?}", toml(text).build().unwrap_err());
    assert!(shown.starts_with("session settings: 4 are refused:\n"));
    let (mut names, _) = refused(toml(SEVERAL[3].0).into_builder());
    names.sort();
    assert_eq!(names, SEVERAL[3].1);
    // By itself, a name is wrong whatever the lifetimes are.
    let (names, _) = refused(toml("name = 'a;b'\nidle_timeout = '7d'").check());
    assert_eq!(names, ["name"]);
}

#[cfg(feature = "toml")]
#[test]
fn a_ring_that_is_none_is_told_with_the_mistakes_of_its_table() {
    let from_table = |text: &str| SessionSettings::from_toml(text, "s");
    for text in ["name = 'a;b'", "idle_timeout = 'soon'"] {
        let text = format!("[s]\nkeys = 'invalid'\n{text}");
        let (names, _) = refused(from_table(&text));
        assert_eq!(names.len(), 2, "{names:?}");
        assert!(names.contains(&"s.keys".to_owned()), "{names:?}");
    }
    // A later layer may replace it.
    assert!(from_table("[s]\nkeys = 'invalid'").is_ok());
}

#[test]
fn whatever_settings_are_asked_for_a_mistake_in_them_comes_first() {
    let keys = format!("keys = '{}'", key());
    for (name, text) in [
        ("remember_up_to", "remember_up_to = 'thirty days'"),
        ("watch_keys", "watch_keys = 'often'"),
        ("keys_env", "keys_env = 'a b'"),
        ("mode", "mode = 'signed'"),
        ("secure", "secure = true\ndanger_allow_http = true"),
        ("colour", "colour = 'red'"),
    ] {
        let settings = || toml(&format!("{keys}\n{text}"));
        let new = || SessionCookie::encrypted(EncryptionKey::generate().unwrap());
        let mut taken = settings();
        for (asked, found) in [
            ("check", settings().check()),
            ("check_without_keys", settings().check_without_keys()),
            ("into_builder", settings().into_builder().map(drop)),
            ("build", settings().build().map(drop)),
            ("apply_to", settings().apply_to(new()).map(drop)),
            ("key_overlap", settings().key_overlap().map(drop)),
            ("take_key_sources", taken.take_key_sources().map(drop)),
            ("what take_key_sources left", taken.check()),
            (
                "an earlier layer",
                settings().overridden_by(toml("")).check(),
            ),
            ("a later layer", toml("").overridden_by(settings()).check()),
        ] {
            assert_eq!(refused(found).0, [name], "{asked}: {text}");
        }
    }
}

/// Settings that are understood, and what is told of each that does not go with another.
#[rustfmt::skip] // One row a file.
const CONFLICTS: [(&str, &[&str]); 16] = [
    ("name = 'a b'", &["`name` contains"]),
    ("name = '__Host-a'\npath = '/app'", &["leave out `path`"]),
    ("domain = '.example.com'", &["without a leading dot"]),
    ("same_site = 'none'\ndanger_allow_http = true", &["leave out `danger_allow_http` or choose another `same_site`"]),
    ("partitioned = true\nsize = 'split:4'", &["leave out `partitioned` or choose a `size` of at most 3 cookies"]),
    ("size = 'split:4'\npartitioned = true\nname = 'a b'", &["`name` contains", "choose a `size`"]),
    ("refresh_after = '20m'", &["`refresh_after` is longer than half of `idle_timeout`"]),
    ("absolute_timeout = 0", &["`absolute_timeout` is 0 seconds; give 1 second to 136 years"]),
    ("idle_timeout = 0", &["`idle_timeout` is 0 seconds; give 1 second to 136 years, or turn it off"]),
    ("idle_timeout = '7d'", &["set `absolute_timeout` to at least"]),
    ("formerly = {path = '/'}", &["`formerly`"]),
    ("domain = '127.0.0.1'", &["`domain` is not a host name"]),
    ("domain = '::1'", &["`domain` is not a host name"]),
    ("domain = '[::1]'", &["`domain` is not a host name"]),
    ("name = 'a b'\npath = 'app'", &["`name`", "`path`"]),
    ("name = '__Host-a'\npath = '/app'\ndomain = 'example.com'\nidle_timeout = '7d'\nclock_skew = '10m'\n\
        refresh_after = '6days'\nremember_up_to = 0\napplication = 'LONG'\ncontext = {LONG = 'live'}", &[
        "leave out `path`", "leave out `domain`", "set `absolute_timeout`", "`clock_skew` is longer",
        "`refresh_after` is longer", "`remember_up_to` is 0 seconds", "`application`", "`context` has",
    ]),
];

#[test]
fn what_does_not_go_together_is_told_at_once_with_what_is_wrong_with_the_keys() {
    let good = format!("keys = '{}'", key());
    for (text, told) in CONFLICTS {
        let text = text.replace("LONG", &"x".repeat(256));
        for (keys, says) in [
            (&*good, None),
            ("", Some("there are no keys")),
            ("keys_env = 'NO_SUCH_KEYS'", Some("NO_SUCH_KEYS is not set")),
            ("keys = 'hunter2'", Some("`keys`: key ring")),
        ] {
            let (_, sentence) = refused(toml(&format!("{text}\n{keys}")).build());
            let told = told.iter().copied().chain(says);
            let count = told.clone().count();
            for says in told {
                assert!(sentence.contains(says), "{says}: {sentence}");
            }
            let several = format!("{count} are refused:\n");
            assert_eq!(sentence.starts_with(&several), count > 1, "{sentence}");
        }
    }
    let settings = toml(&format!("domain = '1.example'\n{good}"));
    assert!(settings.build().is_ok());
}

#[test]
fn a_setting_that_only_a_cookie_has_is_refused_for_a_header_and_a_token() {
    let key = || EncryptionKey::generate().unwrap();
    let header = || SessionHeader::encrypted(key(), "x-session");
    let tokens = || SessionToken::encrypted(key(), "mobile");
    for (name, value) in [
        ("name", "'session'"),
        ("path", "'/app'"),
        ("size", "'browser'"),
        ("refresh_navigations_only", "true"),
        ("danger_allow_http", "false"),
        ("formerly", "[{path = '/app'}]"),
    ] {
        let settings = || toml(&format!("{name} = {value}"));
        let (names, sentence) = refused(settings().apply_to(header()));
        assert_eq!(names, [name]);
        assert!(sentence.contains("is a setting of cookies"), "{sentence}");
        let (names, _) = refused(settings().apply_to(tokens()));
        assert_eq!(names, [name]);
    }
    for name in ["save_on_server_error", "danger_allow_shared_caching"] {
        let settings = toml(&format!("{name} = true"));
        let built = settings.apply_to(tokens());
        let error = built.unwrap().build().unwrap_err();
        assert_eq!(error.settings().next(), Some(name));
        assert!(error.to_string().contains("bare tokens"), "{error}");
    }
}
