//! The application's settings file in commands.

use std::time::Duration;

use hardtack::SessionCookie;

use crate::desk::{Desk, PROGRAM, at};

const TOML: &str = "port = 80\n[session]\nname = '__Host-shop'\nidle_timeout = '20m'\nremember_up_to = '30d'\n\
    context = {stage = 'live'}\nkeys_env = 'SHOP_KEYS'\n";
const JSON: &str = r#"{"remember_up_to": "30d", "keys_file": "/run/secrets/session"}"#;
const MONTH: Duration = Duration::from_secs(30 * 86_400);

#[test]
fn a_rotation_accepts_the_old_key_for_as_long_as_the_settings_remember() {
    for (file, text) in [("shop.toml", TOML), ("shop.json", JSON)] {
        let (desk, _) = Desk::with_ring();
        desk.write(file, text);
        let told = desk.done(&format!("ring rotate keys --after 15m --settings {file}"));
        assert!(!told.contains("assumed"), "{told}");
        let remembering = SessionCookie::encrypted(desk.ring()).remember_up_to(MONTH);
        assert!(remembering.build().is_ok());
        let told = desk.done(&format!("ring check keys --settings {file}"));
        assert!(
            told.starts_with("good for sessions of up to 30d 1m, "),
            "{told}"
        );
    }
}

#[test]
fn settings_may_be_in_yaml_in_several_files_and_in_the_environment() {
    let (desk, _) = Desk::with_ring();
    desk.write(
        "base.yaml",
        "port: 80\nsession:\n  absolute_timeout: 8h\n  keys_file: a\n",
    );
    desk.write(
        "live.yml",
        "session: { remember_up_to: 30d, keys: hunter2 }\n",
    );
    desk.done("ring rotate keys --after 15m --lifetime 40d");
    let longest = |options: &str| {
        let words = format!("ring check keys --json {options}");
        let mut command = desk.command(PROGRAM, words.split_whitespace());
        let variables = [
            ("SITE__REMEMBER_UP_TO", "60d"),
            ("OTHER__ABSOLUTE_TIMEOUT", "2h"),
        ];
        let told = desk.ran(command.envs(variables).output().unwrap()).out;
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        told["lifetime"].as_u64().unwrap() / 3_600
    };
    assert_eq!(longest("--settings base.yaml"), 8);
    assert_eq!(longest("--settings base.yaml --settings live.yml"), 720);
    assert_eq!(
        longest("--settings base.yaml --settings live.yml --settings-env SITE__"),
        1_440
    );
    assert_eq!(longest("--settings base.yaml --settings-env OTHER__"), 2);
    assert_eq!(longest("--settings-env OTHER__ --settings base.yaml"), 2);
}

#[test]
fn a_ring_that_the_application_would_refuse_is_not_good() {
    let (desk, old) = Desk::with_ring();
    desk.write("shop.toml", TOML);
    let told = desk.done("ring rotate keys --after 15m");
    assert!(told.contains("\nassumed: no session lives longer than 12h; "));
    assert_eq!(desk.run("ring check keys").code, Some(0));
    let ran = desk.run("ring check keys --settings shop.toml");
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.starts_with("not good for sessions of up to 30d, "));
    let refused = desk.refused(
        1,
        &format!("ring retire keys {old} --at +1d --settings shop.toml"),
    );
    assert!(
        refused.contains("may live until 2027-03-31T06:18:00Z"),
        "{refused}"
    );
    // Without settings the assumption is shown.
    let told = desk.done(&format!("ring retire keys {old} --at +1d"));
    assert!(told.contains("\nassumed: "), "{told}");
    let told = desk.done(&format!(
        "ring retire keys {old} --at +40d --settings shop.toml"
    ));
    assert!(!told.contains("assumed: "), "{told}");
    assert_eq!(
        desk.run("ring check keys --settings shop.toml").code,
        Some(0)
    );
}

#[test]
fn a_lifetime_beyond_every_moment_is_refused() {
    let (desk, _) = Desk::with_ring();
    desk.done("ring rotate keys --after 15m");
    desk.write("shop.toml", "absolute_timeout = '18446744073709551615'");
    let refused = desk.refused(2, "ring check keys --settings shop.toml");
    assert!(refused.contains("after the year 9999"), "{refused}");
}

#[test]
fn a_cookie_of_another_name_opens_under_its_own() {
    let (desk, _) = Desk::with_ring();
    desk.write("shop.toml", "name = '__Host-shop'\n");
    let cookie = SessionCookie::encrypted(desk.ring()).name("__Host-admin");
    let pair = cookie
        .build()
        .unwrap()
        .cookie_for(at(0), |session| session.insert("user", 42))
        .unwrap();
    let options = "--keys keys --settings shop.toml";
    desk.done(&format!("inspect {pair} {options}"));
    let (name, token) = pair.split_once('=').unwrap();
    desk.done(&format!("inspect {token} --name {name} {options}"));
    let ran = desk.run(&format!("inspect {token} {options}"));
    assert!(ran.out.contains("opens        no: Auth"), "{}", ran.out);
}

#[test]
fn a_session_is_shown_as_the_application_of_these_settings_sees_it() {
    let (desk, _) = Desk::with_ring();
    desk.write("shop.toml", TOML);
    let cookie = SessionCookie::encrypted(desk.ring())
        .name("__Host-shop")
        .context("stage", "live")
        .remember_up_to(MONTH)
        .build()
        .unwrap();
    let plain = cookie
        .cookie_for(at(0), |session| session.insert("user", 42))
        .unwrap();
    let remembered = cookie
        .cookie_for(at(0), |session| {
            session.remember_for(2 * MONTH)?;
            session.insert("user", 42)
        })
        .unwrap();
    let inspect = |pair: &str, options: &str| {
        let pair = format!("theme=dark; {pair}");
        let words = ["inspect", &*pair, "--keys", "keys"].into_iter();
        desk.run_with(words.chain(options.split_whitespace()))
    };
    let settings = "--settings shop.toml";
    let ran = inspect(&plain, settings);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.starts_with("cookie       __Host-shop\n"));
    assert!(ran.out.contains("\nexpires      2027-03-01T06:20:00Z\n"));
    let ran = inspect(&remembered, settings);
    assert!(
        ran.out
            .contains("\npersistent   yes, until 2027-03-31T06:00:00Z\n"),
        "{}",
        ran.out
    );
    // An option takes the place of a setting.
    let ran = inspect(&plain, "--settings shop.toml --idle-timeout 10m");
    assert!(ran.out.contains("\nexpires      2027-03-01T06:10:00Z\n"));
    // Without settings the rest has to be said, or is missing.
    assert_eq!(inspect(&remembered, "--name __Host-shop").code, Some(1));
    let ran = inspect(&remembered, "--name __Host-shop --context stage=live");
    assert!(
        ran.out.contains(
            "\npersistent   yes, but it ends like any other because there is no remember_up_to; give"
        ),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("\nexpires      2027-03-01T06:30:00Z\n"));
}

#[test]
fn a_mistake_is_that_of_the_file_or_that_of_an_option() {
    let (desk, _) = Desk::with_ring();
    desk.write("late.toml", "idle_timeout = '7d'");
    let refused = desk.refused(3, "inspect eA --keys keys --settings late.toml");
    assert!(
        refused.starts_with(
            "cannot apply late.toml to this ring: session settings: `idle_timeout` is longer"
        ),
        "{refused}"
    );
    desk.write("here.toml", "name = 'a'");
    let refused = desk.refused(
        3,
        "inspect eA --keys keys --settings late.toml --settings here.toml",
    );
    assert!(
        refused.starts_with("cannot apply late.toml, here.toml to this ring: "),
        "{refused}"
    );
    let refused = desk.refused(2, "inspect eA --keys keys --idle-timeout 7d");
    assert!(
        refused.starts_with("`--idle-timeout` is longer than `--absolute-timeout`"),
        "{refused}"
    );
}

#[test]
fn settings_that_are_none_are_refused_without_what_stands_in_them() {
    let (desk, _) = Desk::with_ring();
    let key = desk.done("keygen");
    let key = key.trim_end();
    for (file, text, says) in [
        (
            "a.toml",
            format!("name = 'a'\nkeys = {key}"),
            "line 2 is not TOML, the format of every file that is not named `.json`, `.yaml` or `.yml`",
        ),
        (
            "a.ini",
            format!("[app:main]\nsession.secret = {key}"),
            "line 1 is not TOML",
        ),
        (
            "a.toml",
            "[server]\nport = 3000".to_owned(),
            "there is no table `session`; session settings: `server` is not a setting",
        ),
        (
            "a.json",
            r#"{"sessions": {}}"#.to_owned(),
            "there is no table `session`; session settings: `sessions` is not a setting",
        ),
        (
            "a.toml",
            "# to do\n".to_owned(),
            "there is neither a table `session` nor a setting",
        ),
        (
            "a.json",
            "{}".to_owned(),
            "there is neither a table `session` nor a setting",
        ),
        (
            "a.json",
            format!("{{\n\n\"keys\": {key}}}"),
            "line 3 is not JSON",
        ),
        ("a.json", format!("[\"{key}\"]"), "not a table"),
        ("a.yaml", format!("name: a\nkeys: [{key}\n"), "is not YAML"),
        (
            "a.yaml",
            "session:\n  absolute_timeout: 1h\n  absolute_timeout: 30d\n".to_owned(),
            "gives a name twice",
        ),
        (
            "a.yaml",
            "session: {name: a}\nsession: {name: b}\n".to_owned(),
            "gives a name twice",
        ),
        ("a.yaml", "session: 7\n".to_owned(), "not a table"),
        (
            "a.yaml",
            "session: {name: a}\n---\nsession: {name: b}\n".to_owned(),
            "several documents",
        ),
        (
            "a.yml",
            "server:\n  port: 3000\n".to_owned(),
            "there is no table `session`; session settings: `server` is not a setting",
        ),
        (
            "a.toml",
            format!("[session]\nname = '{key}'"),
            "`name` holds a key",
        ),
        (
            "a.toml",
            "[session]\nidle_timeout = 'soon'".to_owned(),
            "`idle_timeout`",
        ),
        ("a.toml", "session = 7".to_owned(), "not a table"),
        (
            "a.json",
            r#"{"session": {"absolute_timeout": "1h", "absolute_timeout": "30days"}}"#.to_owned(),
            "`absolute_timeout` is given twice",
        ),
        (
            "a.json",
            r#"{"session": {}, "session": {"absolute_timeout": "30days"}}"#.to_owned(),
            "`session` is given twice",
        ),
    ] {
        desk.write(file, text);
        for line in [
            "ring check keys",
            "ring rotate keys --after 15m",
            "inspect eA --keys keys",
        ] {
            let ran = desk.run(&format!("{line} --settings {file}"));
            assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
            assert!(
                ran.err.contains(&format!("cannot read {file}: ")),
                "{}",
                ran.err
            );
            assert!(ran.err.contains(says), "{}", ran.err);
            assert!(!ran.err.contains(&key[24..]), "{}", ran.err);
        }
    }
    desk.write("default.toml", "[session]\n");
    desk.done("ring check keys --settings default.toml");
    let refused = desk.refused(3, "ring check keys --settings missing.toml");
    assert!(
        refused.starts_with("cannot read missing.toml: "),
        "{refused}"
    );
    let refused = desk.refused(2, "ring check keys --settings default.toml --lifetime 1h");
    assert!(refused.contains("cannot be used with"), "{refused}");
    let refused = desk.refused(2, "inspect eA --settings default.toml");
    assert!(refused.contains("--keys"), "{refused}");
}
