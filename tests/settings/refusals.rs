//! Refused settings, and their sentences.

use hardtack::{EncryptionKey, SessionCookie, SessionSettings};

use super::{key, refused, toml};

/// This one setting is refused by name, and the sentence says this.
#[track_caller]
fn check(name: &str, value: &str, says: &str) {
    let (names, sentence) = refused(toml(&format!("{name} = {value}")).check());
    assert_eq!(names, [name]);
    assert!(sentence.starts_with(&format!("`{name}` ")), "{sentence}");
    assert!(sentence.contains(says), "{sentence}");
}

#[test]
fn an_insecure_cookie_needs_its_name() {
    check("secure", "false", "set `danger_allow_http`");
    check("secure", "'maybe'", "leave it out");
}

#[test]
fn a_cookie_that_scripts_can_read_is_refused() {
    check("httponly", "false", "every script in the page");
    check("http_only", "'false'", "every script in the page");
}

#[test]
fn secure_and_not_secure_at_once_is_refused() {
    let (names, sentence) = refused(toml("secure = true\ndanger_allow_http = true").check());
    assert_eq!(names, ["secure"]);
    assert!(sentence.contains("the opposite of `danger_allow_http`"));
}

#[test]
fn an_unknown_setting_is_refused_by_name_and_those_that_may_be_meant_are_named() {
    check("idel_timeout", "'15m'", "did you mean `idle_timeout`?");
    check("Name", "'login'", "did you mean `name`?");
    check("allow_http", "true", "`danger_allow_http`");
    check("remember", "'30d'", "did you mean `remember_up_to`?");
    check(
        "timeout",
        "'15m'",
        "did you mean `idle_timeout`, `absolute_timeout` or `remembered_idle_timeout`?",
    );
    check("no_such", "1", "docs/settings.md has all of them");
}

#[test]
fn a_setting_of_the_wrong_kind_is_refused() {
    check("name", "7", "must be a string in quotes");
    check("mode", "'signed'", "`unencrypted-but-signed`");
    check("same_site", "'loose'", "`strict`");
    check("size", "4096", "`browser`");
    check("partitioned", "'perhaps'", "must be `true` or `false`");
    check("danger_allow_http", "2", "must be `true` or `false`");
    check("refresh_after", "'sometimes'", "`on-change`");
    check("context", "'stage'", "`label=value, label=value`");
    check("context", "{stage = 7}", "table of strings");
    check("context", "[['stage']]", "pairs");
    check("formerly", "[{name = 'old'}]", "partitioned = true");
    check("formerly", "[{}]", "path = ");
    check("formerly", "'old'", "`path=/app ");
    check("formerly", "'path=/a domain= path=/b'", "has a name twice");
}

#[test]
fn a_time_is_in_quotes_and_in_utc() {
    for value in [
        "2026-12-15T00:00:00Z",
        "1800000000",
        "'tomorrow'",
        "'2026-12-15'",
        "'2026-12-15T00:00:00.5Z'",
        "'2026-12-15 00:00:00Z'",
    ] {
        check(
            "not_before",
            value,
            "like `2026-12-15T00:00:00Z`, as a string in quotes",
        );
    }
}

#[test]
fn a_duration_is_in_whole_seconds_and_lower_case() {
    // `M` would be a month where a minute is meant.
    for value in [
        "'soon'", "'-5m'", "'+5'", "-5", "1.5", "'1.5'", "true", "'500ms'", "'30M'", "[]",
    ] {
        check(
            "idle_timeout",
            value,
            "must be `off` or `false`, or a duration",
        );
        check("absolute_timeout", value, "must be a duration");
    }
    check("absolute_timeout", "'off'", "must be a duration");
}

#[test]
fn an_empty_setting_is_refused() {
    for name in [
        "name",
        "domain",
        "not_before",
        "keys",
        "idle_timeout",
        "secure",
    ] {
        check(name, "' '", "is empty; give it a value or leave it out");
    }
    let settings: hardtack::SessionSettings = serde_json::from_str(r#"{"path": null}"#).unwrap();
    assert_eq!(refused(settings.check()).0, ["path"]);
}

#[test]
fn a_setting_that_is_given_twice_is_refused() {
    let json = r#"{"name": "a", "name": "b"}"#;
    let settings: hardtack::SessionSettings = serde_json::from_str(json).unwrap();
    let (names, sentence) = refused(settings.check());
    assert_eq!(names, ["name"]);
    assert!(sentence.contains("given twice"));
}

#[test]
fn everything_that_is_refused_is_named_at_once() {
    let text = "secure = false\nhttponly = false\nname = 7\nsize = 'huge'\ntimeout = 5";
    let settings = toml(text);
    let (mut names, sentence) = refused(settings.clone().into_builder());
    names.sort();
    assert_eq!(names, ["httponly", "name", "secure", "size", "timeout"]);
    assert!(sentence.starts_with("5 are refused:\n  `"), "{sentence}");
    assert_eq!(sentence.lines().count(), 6);
    let shown = format!("{:?}", settings.build().unwrap_err());
    assert_eq!(shown, format!("session settings: {sentence}"));
}

#[test]
fn a_ring_that_is_none_is_named_with_everything_else() {
    for (text, expected) in [
        ("keys = 'invalid'\nname = 'a;b'", ["keys", "name"]),
        (
            "keys = 'invalid'\nsame_site = 'loose'",
            ["keys", "same_site"],
        ),
        (
            "keys_env = 'HARDTACK_NO_SUCH'\ncolour = 'red'",
            ["colour", "keys_env"],
        ),
    ] {
        let (mut names, _) = refused(toml(text).build().map(drop));
        names.sort();
        assert_eq!(names, expected, "{text}");
    }
    let text = "keys = 'invalid'\nsame_site = 'loose'";
    let (mut names, _) = refused(toml(text).into_builder().map(drop));
    names.sort();
    assert_eq!(names, ["keys", "same_site"]);
    // Without a source, or with a mode that was not understood, nothing is known about the keys.
    let text = format!("keys = '{}'\nmode = 'signed'", key());
    assert_eq!(refused(toml(&text).build().map(drop)).0, ["mode"]);
    assert_eq!(
        refused(toml("colour = 'red'").build().map(drop)).0,
        ["colour"]
    );
}

#[cfg(feature = "toml")]
#[test]
fn a_ring_that_is_none_is_told_with_the_mistakes_of_its_table() {
    let from_table = |text: &str| SessionSettings::from_toml(text, "s");
    for text in [
        "name = 'a;b'",
        "same_site = 'loose'",
        "idle_timeout = 'soon'",
    ] {
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
        ("idle_timeout", "idle_timeout = true"),
        ("clock_skew", "clock_skew = -1"),
        ("watch_keys", "watch_keys = 'often'"),
        ("keys_env", "keys_env = 'a b'"),
        ("mode", "mode = 'signed'"),
        ("secure", "secure = false"),
        ("secure", "secure = true\ndanger_allow_http = true"),
        ("colour", "colour = 'red'"),
        ("name", "name = ' '"),
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

#[test]
fn a_label_of_the_context_stands_once_in_a_table() {
    // JSON hands on what stands twice; a list of pairs may say so.
    let json = |context| format!(r#"{{"keys_env": "K", "context": {context}}}"#);
    let twice = json(r#"{"stage": "live", "tenant": "a", "stage": "test"}"#);
    let settings: SessionSettings = serde_json::from_str(&twice).unwrap();
    let (names, sentence) = refused(settings.check());
    assert_eq!(names, ["context"]);
    assert!(sentence.contains("has a name twice"), "{sentence}");
    let list = json(r#"[["stage", "live"], ["stage", "test"]]"#);
    let settings: SessionSettings = serde_json::from_str(&list).unwrap();
    settings.check().unwrap();
}

#[test]
fn what_does_not_go_together_is_told_at_once_with_what_is_wrong_with_the_keys() {
    let text = format!(
        "name = '__Host-a'\npath = '/app'\nidle_timeout = '7d'\ncontext = [['{0}', 'live']]\napplication = '{0}'",
        "x".repeat(256)
    );
    for (keys, says) in [
        ("", "there are no keys"),
        ("keys_env = 'NO_SUCH_KEYS'", "NO_SUCH_KEYS is not set"),
        ("keys = 'hunter2'", "`keys`: key ring"),
    ] {
        let (_, sentence) = refused(toml(&format!("{text}\n{keys}")).build());
        assert!(sentence.starts_with("5 are refused:\n"), "{sentence}");
        for says in [
            "leave out `path`",
            "set `absolute_timeout`",
            "`context` has",
            "`application`",
            says,
        ] {
            assert!(sentence.contains(says), "{says}: {sentence}");
        }
    }
    // What is not understood may be why the rest does not go together.
    let (names, sentence) = refused(toml("name = '__Host-a'\npath = 7").build());
    assert_eq!(names, ["path"]);
    assert!(!sentence.contains("leave out `path`"), "{sentence}");
}

#[test]
fn what_is_wrong_by_itself_is_told_with_what_is_not_understood() {
    let text = "same_site = 'invalid'\nname = 'a{b'\npath = 'x'\ndomain = '.example.com'\nclock_skew = '10m'\n\
                idle_timeout = 0\napplication = ''\nidel_timeout = 9";
    let (mut names, sentence) = refused(toml(text).check());
    names.sort_unstable();
    let expected = "application clock_skew domain idel_timeout idle_timeout name path same_site";
    assert_eq!(names, expected.split(' ').collect::<Vec<_>>(), "{sentence}");
    // A conflict may be that of a setting that is not understood.
    let (names, _) =
        refused(toml("same_site = 'invalid'\nname = '__Host-a'\npath = '/app'").check());
    assert_eq!(names, ["same_site"]);
    let (names, _) = refused(toml("name = 'a;b'\nidle_timeout = '7d'").check());
    assert_eq!(names, ["name"]);
}

#[test]
fn every_attribute_and_lifetime_that_does_not_fit_is_told_at_once() {
    let text = "name = '__Host-a'\npath = '/app'\ndomain = 'example.com'\nidle_timeout = '7d'\n\
                clock_skew = '10m'\nrefresh_after = '6days'\nremember_up_to = 0\nkeys = 'hunter2'";
    let (_, sentence) = refused(toml(text).build());
    for says in [
        "leave out `path`",
        "leave out `domain`",
        "set `absolute_timeout`",
        "`clock_skew` is longer",
        "`refresh_after` is longer",
        "`remember_up_to` is out of range",
        "`keys`: key ring",
    ] {
        assert!(sentence.contains(says), "{says}: {sentence}");
    }
    assert!(sentence.starts_with("7 are refused:\n"), "{sentence}");
    // One mistake, one sentence.
    let (_, sentence) =
        refused(toml("absolute_timeout = 0\nidle_timeout = 0\nkeys_env = 'NO'").build());
    assert!(sentence.starts_with("3 are refused:\n"), "{sentence}");
    // A name that cannot be read hides nothing else.
    let (_, sentence) = refused(toml("name = 'a b'\npath = 'app'\nkeys_env = 'NO'").build());
    assert!(sentence.starts_with("3 are refused:\n"), "{sentence}");
}

#[test]
fn what_is_no_table_is_refused() {
    for json in ["7", "[]", "\"name\"", "null"] {
        let settings: hardtack::SessionSettings = serde_json::from_str(json).unwrap();
        let (_, sentence) = refused(settings.build());
        assert_eq!(sentence, "the settings are not a table of names and values");
    }
}

#[test]
fn settings_that_do_not_go_together_are_refused_when_the_cookie_is_built() {
    let key = key();
    for (text, says) in [
        ("name = 'a b'", "`name` contains"),
        ("name = '__Host-a'\npath = '/app'", "leave out `path`"),
        ("domain = '.example.com'", "without a leading dot"),
        (
            "same_site = 'none'\ndanger_allow_http = true",
            "leave out `danger_allow_http` or choose another `same_site`",
        ),
        (
            "refresh_after = '20m'",
            "`refresh_after` is longer than half of `idle_timeout`",
        ),
        ("absolute_timeout = 0", "`absolute_timeout` is out of range"),
        ("idle_timeout = 0", "at most 136 years, or turn it off"),
        ("remember_up_to = 0", "`remember_up_to` is out of range"),
        ("clock_skew = '301s'", "`clock_skew` is longer"),
        ("clock_skew = '10m'", "`clock_skew` is longer"),
        ("idle_timeout = '7d'", "set `absolute_timeout` to at least"),
        ("formerly = {path = '/'}", "`formerly`"),
    ] {
        let (_, sentence) = refused(toml(&format!("{text}\nkeys = '{key}'")).build());
        assert!(sentence.contains(says), "{sentence}");
    }
}

#[test]
fn a_domain_that_is_an_address_is_refused() {
    // Browsers ignore a cookie with such a domain.
    for domain in ["127.0.0.1", "10.0.0.1", "203.0.113.7", "::1", "[::1]"] {
        let settings = toml(&format!("domain = '{domain}'\nkeys = '{}'", key()));
        let (_, sentence) = refused(settings.build());
        assert!(
            sentence.starts_with("`domain` is not a host name"),
            "{sentence}"
        );
    }
    let settings = toml(&format!("domain = '1.example'\nkeys = '{}'", key()));
    assert!(settings.build().is_ok());
}
