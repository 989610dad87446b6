//! The application's settings file in commands.

use std::time::Duration;

use hardtack::SessionCookie;

use crate::desk::{Desk, PROGRAM, at};

const TOML: &str = "port = 80\n[session]\nname = '__Host-shop'\nidle_timeout = '20m'\nremember_up_to = '30d'\n\
    context = {stage = 'live'}\nkeys_env = 'SHOP_KEYS'\n";
const JSON: &str = r#"{"remember_up_to": "30d", "keys_file": "/run/secrets/session"}"#;
const MONTH: Duration = Duration::from_secs(30 * 86_400);

/// Seconds that the ring's keys need to overlap, by `ring check` with these options.
fn overlap(desk: &Desk, options: &str) -> u64 {
    let line = format!("ring check keys --json {options}");
    let mut command = desk.command(&PROGRAM, line.split_whitespace());
    let variables = [
        ("SITE__REMEMBER_UP_TO", "60d"),
        ("OTHER__IDLE_TIMEOUT", "2h"),
    ];
    let told = desk.ran(command.envs(variables).output().unwrap()).out;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    told["overlap"].as_u64().unwrap()
}

#[test]
fn a_rotation_accepts_the_old_key_for_as_long_as_the_settings_remember() {
    for (file, text) in [("shop.toml", TOML), ("shop.json", JSON)] {
        let (desk, _) = Desk::with_ring();
        desk.write(file, text);
        desk.done(&format!("ring rotate keys --after 15m --settings {file}"));
        let until = desk.ring().keys()[0].accept_until;
        assert_eq!(until, Some(at(17 * 60 + 60 + 15 * 60) + MONTH));
        let told = desk.done(&format!("ring check keys --settings {file}"));
        assert!(
            told.starts_with("valid for an overlap of 30d 1m, "),
            "{told}"
        );
    }
}

#[test]
fn keys_overlap_for_as_long_as_a_token_opens_that_is_not_used() {
    let (desk, _) = Desk::with_ring();
    for (settings, seconds) in [
        ("", 31 * 60),
        ("clock_skew = '5m'", 35 * 60),
        ("idle_timeout = 'off'", 12 * 3_600 + 60),
        ("absolute_timeout = '10m'", 11 * 60),
        ("remember_up_to = '30d'", 30 * 86_400 + 60),
        (
            "remember_up_to = '1000d'\nremembered_idle_timeout = '14d'",
            14 * 86_400 + 60,
        ),
    ] {
        desk.write("app.toml", format!("[session]\n{settings}\n"));
        assert_eq!(overlap(&desk, "--settings app.toml"), seconds, "{settings}");
    }
}

#[test]
fn settings_may_be_in_yaml_in_several_files_and_in_the_environment() {
    let (desk, _) = Desk::with_ring();
    desk.write(
        "base.yaml",
        "port: 80\nsession:\n  idle_timeout: 8h\n  clock_skew: 0s\n  keys_file: a\n",
    );
    desk.write(
        "live.yml",
        "session: { remember_up_to: 30d, keys: hunter2 }\n",
    );
    let hours = |options: &str| overlap(&desk, options) / 3_600;
    assert_eq!(hours("--settings base.yaml"), 8);
    assert_eq!(hours("--settings base.yaml --settings live.yml"), 720);
    assert_eq!(
        hours("--settings base.yaml --settings live.yml --settings-env SITE__"),
        1_440
    );
    assert_eq!(hours("--settings base.yaml --settings-env OTHER__"), 2);
    assert_eq!(hours("--settings-env OTHER__ --settings base.yaml"), 2);
}

#[test]
fn a_command_that_is_told_repeats_the_settings() {
    let (desk, old) = Desk::with_ring_for("--lifetime 30m");
    desk.write("a.toml", "[session]\n");
    desk.write("b.toml", "remember_up_to = '30d'\n");
    desk.done("ring rotate keys --after 15m");
    let options = "--settings a.toml --settings b.toml --settings-env DESK__";
    let ran = desk.run(&format!("ring check keys {options}"));
    assert_eq!(ran.code, Some(1));
    let command = format!("ring retire keys {old} --at 2027-03-31T06:18:00Z {options}");
    assert!(
        ran.out.contains(&format!(". Fix: `hardtack {command}`\n")),
        "{}",
        ran.out
    );
    desk.done(&command);
    desk.done("ring check keys");
    assert!(desk.read("keys").starts_with("# overlap=30d1m\n"));
}

#[test]
fn variables_that_are_not_there_are_no_defaults() {
    let (desk, _) = Desk::with_ring();
    let told = desk.refused(2, "ring rotate keys --after 15m --settings-env OTHER_");
    assert!(
        told.contains("no environment variable begins with OTHER_; give"),
        "{told}"
    );
}

#[test]
fn a_lifetime_beyond_every_time_is_refused() {
    let (desk, _) = Desk::with_ring();
    desk.write(
        "shop.toml",
        "idle_timeout = 'off'\nabsolute_timeout = '18446744073709551615'",
    );
    let before = desk.read("keys");
    for line in ["ring check keys", "ring add keys"] {
        let refused = desk.refused(3, &format!("{line} --settings shop.toml"));
        assert!(refused.contains("at most 136 years"), "{refused}");
    }
    assert_eq!(desk.read("keys"), before);
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

/// As in `<(…)`.
#[test]
#[cfg(unix)]
fn settings_may_come_from_a_pipe_which_can_be_read_once() {
    let (desk, _) = Desk::with_ring();
    let settings = "name = '__Host-shop'\nkeys_file = 'keys'\n";
    let cookie = SessionCookie::encrypted(desk.ring()).name("__Host-shop");
    let built = cookie.build().unwrap();
    let pair = built
        .cookie_for(at(0), |session| session.insert("user", 42))
        .unwrap();
    let ran = desk.run_on(settings, &format!("inspect {pair} --settings /dev/stdin"));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
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
    assert!(
        ran.out
            .contains("\nexpires      2027-03-01T06:20:00Z\npersistent")
    );
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
        ran.out
            .contains("\npersistent   no: it was remembered, and there is no remember_up_to; give"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("\nexpires      2027-03-01T06:30:00Z\n"));
    let said = "--name __Host-shop --context stage=live";
    desk.write("kept.toml", "persistent = true");
    let kept = format!("{said} --settings kept.toml");
    for (pair, options, persistent) in [
        (&remembered, settings, true),
        (&remembered, said, false),
        (&plain, settings, false),
        (&plain, &kept, true),
    ] {
        let ran = inspect(pair, &format!("--json {options}"));
        let shown: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(shown["tokens"][0]["persistent"], persistent, "{options}");
    }
}

#[test]
fn a_mistake_is_that_of_the_file_or_that_of_an_option() {
    let (desk, _) = Desk::with_ring();
    desk.write("late.toml", "idle_timeout = '7d'");
    let refused = desk.refused(3, "inspect eA --keys keys --settings late.toml");
    assert!(
        refused.starts_with("cannot apply late.toml to this ring: `idle_timeout` is longer"),
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
    for (options, says) in [
        (
            "--idle-timeout 7d",
            "`--idle-timeout` is longer than `--absolute-timeout`",
        ),
        (
            "--remember-up-to 7d --remembered-idle-timeout 8d",
            "`--remembered-idle-timeout` is longer than `--remember-up-to`",
        ),
        (
            "--remembered-idle-timeout 8d",
            "`--remembered-idle-timeout` needs `--remember-up-to`",
        ),
    ] {
        let refused = desk.refused(2, &format!("inspect eA --keys keys {options}"));
        assert!(refused.starts_with(says), "{refused}");
    }
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
        (
            "a.json",
            format!("[\"{key}\"]"),
            "the file is not an object",
        ),
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
        ("a.yaml", format!("- {key}\n"), "the file is not a table"),
        (
            "a.yaml",
            "- name: a\n".to_owned(),
            "the file is not a table",
        ),
        (
            "a.yaml",
            "# to do\n".to_owned(),
            "there is neither a table `session` nor a setting",
        ),
        (
            "a.yaml",
            "---\n".to_owned(),
            "there is neither a table `session` nor a setting",
        ),
        (
            "a.json",
            "7".to_owned(),
            "or the file is not an object, at line 1",
        ),
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
    // Settings are no ring, which may come from standard input.
    for missing in ["missing.toml", "-"] {
        let refused = desk.refused(3, &format!("ring check keys --settings {missing}"));
        let sentence = format!("cannot read {missing}: ");
        assert!(refused.starts_with(&sentence), "{refused}");
    }
    let refused = desk.refused(2, "ring check keys --settings default.toml --lifetime 1h");
    assert!(refused.contains("cannot be used with"), "{refused}");
}

#[test]
fn yaml_is_nested_as_deep_as_json_at_most() {
    let (desk, _) = Desk::with_ring();
    let blocks = |levels: usize, block: &str| {
        let lines = (0..levels).map(|level| format!("{}{block}\n", " ".repeat(level)));
        format!(
            "session: {{}}\nother:\n{}",
            lines.map(|line| format!(" {line}")).collect::<String>()
        )
    };
    // The table around them is one more.
    for (levels, is_read) in [(126, true), (129, false), (1_000, false)] {
        for block in ["a:", "-"] {
            desk.write("deep.yaml", blocks(levels, block));
            let ran = desk.run("ring check keys --settings deep.yaml");
            if is_read {
                assert_eq!(ran.code, Some(0), "{levels} {block}: {}", ran.err);
                continue;
            }
            assert_eq!(ran.code, Some(3), "{levels} {block}: {}", ran.err);
            let expected = "cannot read deep.yaml: it is nested more than 128 levels deep";
            assert_eq!(ran.sentence(), expected, "{levels} {block}");
        }
    }
    for flow in ["[", "{a: ", "- ", "? "] {
        desk.write(
            "deep.yaml",
            format!("session: {{}}\nother:\n  {}", flow.repeat(20_000)),
        );
        let ran = desk.run("ring check keys --settings deep.yaml");
        assert_eq!(ran.code, Some(3), "{flow}: {}", ran.err);
    }
}

/// Nine levels of them would stand for 400 million values.
#[test]
fn aliases_of_yaml_stand_for_a_limited_number_of_values() {
    let (desk, _) = Desk::with_ring();
    let nested = |level: usize| {
        format!(
            "a{}: &a{level} [{}]\n",
            level,
            vec![format!("*a{}", level - 1); 9].join(", ")
        )
    };
    let levels: String = (1..9).map(nested).collect();
    let laughs = format!("a0: &a0 [x, x, x, x, x, x, x, x, x]\n{levels}session: {{}}\n");
    desk.write("laughs.yaml", laughs);
    let refused = desk.refused(3, "ring check keys --settings laughs.yaml");
    let sentence = "cannot read laughs.yaml: its aliases stand for more than 100000 values";
    assert_eq!(refused, sentence);
    let shared = "live: &live {idle_timeout: 8h, clock_skew: 0s}\ntest: *live\nsession: *live\n";
    desk.write("shared.yaml", shared);
    assert_eq!(overlap(&desk, "--settings shared.yaml"), 8 * 3_600);
}
