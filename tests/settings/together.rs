//! A program and its settings together, and settings in layers: what holds of each setting.

use std::time::UNIX_EPOCH;

use hardtack::{
    EncryptionKey, KeyRing, SessionCookie, SessionHeader, SessionSettings, SessionToken,
    SigningKey,
    carrier::SessionCookieBuilder,
    keys::{Mode, SharedKeyRing},
};

use super::{key, refused, rows::ROWS, toml};

/// No session began earlier, and JavaScript shows it so, too.
#[test]
fn a_not_before_that_no_session_is_older_than_is_shown_as_the_first_second_of_2026() {
    for (given, shown) in [
        ("2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:01Z", "2026-01-01T00:00:01Z"),
    ] {
        let settings = toml(&format!("keys = '{}'\nnot_before = '{given}'", key()));
        let cookie: SessionCookie = settings.build().unwrap();
        let keys = cookie.keys_in_use(UNIX_EPOCH).to_string();
        assert!(keys.contains(&format!("not_before {shown}\n")), "{keys}");
    }
}

/// A setting with two values, and the builder's calls for the second one.
pub(super) struct Row {
    pub(super) name: &'static str,
    other: &'static str,
    value: &'static str,
    pub(super) calls: fn(SessionCookieBuilder) -> SessionCookieBuilder,
}

pub(super) const fn row(
    name: &'static str,
    other: &'static str,
    value: &'static str,
    calls: fn(SessionCookieBuilder) -> SessionCookieBuilder,
) -> Row {
    Row {
        name,
        other,
        value,
        calls,
    }
}

/// Settings whose one value is what every cookie has.
const OF_ONE_VALUE: [&str; 2] = ["httponly", "secure"];

/// Settings of the keys, which a program may have of its own.
pub(super) const OF_KEYS: [(&str, &str); 6] = [
    ("mode", "'unencrypted-but-signed'"),
    ("keys", "'hunter2'"),
    ("keys_env", "'NO_SUCH_KEYS'"),
    ("keys_file", "'/no/such/file'"),
    ("keys_from", "'env=NO_SUCH_KEYS'"),
    ("watch_keys", "10"),
];

impl Row {
    /// A variable has the text without TOML's quotes.
    pub(super) fn text(&self) -> &str {
        self.value.trim_matches('\'')
    }

    fn settings(&self) -> SessionSettings {
        toml(&format!("{} = {}", self.name, self.value))
    }

    /// The other value of every setting that may stand beside this one, without this one if `is_left_out`.
    fn others(&self, is_left_out: bool) -> SessionSettings {
        let beside = |row: &&Row| match row.name {
            name if name == self.name => !is_left_out,
            "secure" => self.name != "danger_allow_http",
            _ => true,
        };
        let lines = ROWS.iter().filter(beside);
        let lines = lines.map(|row| format!("{} = {}\n", row.name, row.other));
        toml(&lines.collect::<String>())
    }
}

pub(super) fn builder() -> SessionCookieBuilder {
    SessionCookie::encrypted(EncryptionKey::generate().unwrap())
}

/// A setting replaces what the program says, and adds to what it lists: a context and former attributes.
#[test]
fn a_setting_does_what_the_method_of_its_name_does_whatever_the_program_says() {
    for row in ROWS {
        let apply = |builder| row.settings().apply_to(builder).unwrap();
        let check = |found: SessionCookieBuilder, expected: SessionCookieBuilder| {
            assert_eq!(
                format!("{found:?}"),
                format!("{expected:?}"),
                "{}",
                row.name
            );
        };
        let others = |builder| row.others(false).apply_to(builder).unwrap();
        let new = builder();
        let called = (row.calls)(new.clone());
        let is_shown = format!("{called:?}") != format!("{new:?}");
        assert_eq!(is_shown, !OF_ONE_VALUE.contains(&row.name), "{}", row.name);
        check(apply(new.clone()), called);
        // What the program says before, and after.
        let before = others(new.clone());
        check(apply(before.clone()), (row.calls)(before));
        check(others(apply(new.clone())), others((row.calls)(new)));
    }
}

#[test]
fn a_flag_that_is_off_in_the_settings_is_off_whatever_the_program_says() {
    let check = |settings: &str, on: fn(SessionCookieBuilder) -> SessionCookieBuilder| {
        let new = builder();
        let applied = toml(settings).apply_to(on(new.clone())).unwrap();
        assert_eq!(format!("{applied:?}"), format!("{new:?}"), "{settings}");
    };
    for row in ROWS.iter().filter(|row| row.other == "false") {
        check(&format!("{} = false", row.name), row.calls);
    }
    check("secure = true", |b| b.danger_allow_http(true));
}

#[test]
fn a_context_of_the_settings_is_added_in_headers_and_tokens_too() {
    let (key, settings) = (key(), toml("context = {b = 'b'}"));
    let ring = || SharedKeyRing::from(key.parse::<KeyRing>().unwrap());
    let header = SessionHeader::encrypted(ring(), "x-session").context("a", "a");
    let applied = settings.clone().apply_to(header.clone()).unwrap();
    assert_eq!(
        format!("{applied:?}"),
        format!("{:?}", header.context("b", "b"))
    );
    let token = SessionToken::encrypted(ring(), "mobile").context("a", "a");
    let applied = settings.apply_to(token.clone()).unwrap();
    assert_eq!(
        format!("{applied:?}"),
        format!("{:?}", token.context("b", "b"))
    );
}

#[test]
fn a_setting_of_a_later_layer_replaces_that_one_and_no_other() {
    for row in ROWS {
        let new = builder();
        let expected = row.others(true).apply_to(new.clone()).unwrap();
        let expected = format!("{:?}", (row.calls)(expected));
        let later = row.others(false).overridden_by(row.settings());
        let earlier = row.settings().overridden_by(row.others(true));
        for settings in [later, earlier] {
            let built = settings.apply_to(new.clone()).unwrap();
            assert_eq!(format!("{built:?}"), expected, "{}", row.name);
        }
    }
}

#[test]
fn settings_of_the_keys_are_refused_where_the_program_has_some() {
    for (name, value) in OF_KEYS {
        let settings = toml(&format!("{name} = {value}"));
        let (names, sentence) = refused(settings.apply_to(builder()));
        assert_eq!(names, [name]);
        let says = match name {
            "mode" => "does not match the program's keys",
            _ => "the program has its own keys",
        };
        assert!(sentence.contains(says), "{sentence}");
    }
    assert!(toml("mode = 'encrypted'").apply_to(builder()).is_ok());
}

#[test]
fn the_mode_of_one_layer_holds_for_the_keys_of_another() {
    let signing = SigningKey::generate().unwrap().expose_secret();
    let keys = toml(&format!("keys = '{}'", *signing));
    let mode = || toml("mode = 'unencrypted-but-signed'");
    for settings in [
        mode().overridden_by(keys.clone()),
        keys.clone().overridden_by(mode()),
    ] {
        assert_eq!(settings.build().unwrap().mode(), Mode::UnencryptedButSigned);
    }
}

/// A file that is watched has to end with a line feed, which shows here who watches one.
#[test]
fn the_keys_of_one_layer_are_watched_as_another_says() {
    let (_folder, path) = super::folder::Folder::with("keys", key());
    let watch = || toml("watch_keys = '10s'");
    for source in [
        format!("keys_file = {path:?}"),
        format!("keys_from = [{{file = {path:?}}}]"),
    ] {
        let source = toml(&source);
        assert!(source.clone().build().is_ok());
        for settings in [
            watch().overridden_by(source.clone()),
            source.clone().overridden_by(watch()),
            toml(&format!("watch_keys = '10s'\nkeys = '{}'", key())).overridden_by(source),
        ] {
            let (_, sentence) = refused(settings.build());
            assert!(sentence.contains("line feed"), "{sentence}");
        }
    }
}

#[test]
fn a_later_layer_replaces_what_its_settings_cannot_stand_beside() {
    let (_folder, path) = super::folder::Folder::with("keys", format!("{}\n", key()));
    let base = || {
        toml(&format!(
            "keys_file = {path:?}\nwatch_keys = '10s'\nsecure = true"
        ))
    };
    assert!(base().build().is_ok());
    let later = toml(&format!("keys = '{}'", key()));
    assert!(base().overridden_by(later).build().is_ok());
    let local = || toml("danger_allow_http = true");
    let cookie = base().overridden_by(local()).build().unwrap();
    assert_eq!(cookie.name().as_str(), "session");
    let cookie = base()
        .overridden_by(local())
        .overridden_by(toml("secure = true"));
    assert_eq!(cookie.build().unwrap().name().as_str(), "__Host-session");
}

#[test]
fn settings_are_checked_together_where_their_keys_are_not() {
    let layer = toml("keys_env = 'NO_SUCH_KEYS'\nidle_timeout = '8h'\nname = '__Host-a'");
    assert!(layer.check_without_keys().is_ok());
    // Each conflict is told, and each layer is good by itself.
    let later = toml("absolute_timeout = '1h'\npath = '/app'");
    assert!(later.check_without_keys().is_ok());
    let settings = layer.overridden_by(later);
    assert!(settings.check().is_ok());
    let (names, sentence) = refused(settings.check_without_keys());
    assert_eq!(names, ["idle_timeout"]);
    assert!(sentence.contains("leave out `path`"), "{sentence}");
    assert!(!sentence.contains("NO_SUCH_KEYS"), "{sentence}");
    // A setting that is not understood comes first.
    let (names, _) = refused(
        settings
            .overridden_by(toml("size = 1"))
            .check_without_keys(),
    );
    assert_eq!(names, ["size"]);
}

#[test]
fn what_any_layer_has_wrong_is_told() {
    let settings =
        toml("idel_timeout = 5\nsize = 'huge'").overridden_by(toml("size = 'browser'\nname = 7"));
    let (names, _) = refused(settings.check());
    assert_eq!(names, ["idel_timeout", "size", "name"]);
}
