//! Options of ini files that are refused.

use hardtack_migrate::settings_from_ini;

use super::refused;

/// This option is refused by its whole name, and the sentence says this.
#[track_caller]
fn check(line: &str, says: &str) {
    let result = settings_from_ini(&format!("beaker.session.{line}"), "beaker.session.");
    let (names, sentence) = refused(result);
    let (option, _) = line.split_once(" =").unwrap();
    assert_eq!(names, [format!("beaker.session.{option}")]);
    assert!(sentence.contains(says), "{sentence}");
}

#[test]
fn nothing_is_weakened_silently() {
    check("secure = false", "set `beaker.session.danger_allow_http`");
    check("secure = ", "is empty");
    check("httponly = False", "every script in the page");
    check("auto = false", "`discard`");
    check(
        "invalidate_corrupt = false",
        "a new session and not an error",
    );
    check("use_cookies = false", "`SessionHeader`");
}

#[test]
fn passwords_are_refused_and_a_key_is_asked_for() {
    for option in ["secret", "encrypt_key", "validate_key"] {
        check(
            &format!("{option} = itsaseekreet"),
            "make one with `EncryptionKey::generate`",
        );
        check(
            &format!("{option} = itsaseekreet"),
            "write `beaker.session.keys_env`",
        );
    }
}

#[test]
fn what_has_no_meaning_here_is_refused_with_its_reason() {
    check("type = memcached", "kept nowhere else");
    check("type = file", "kept nowhere else");
    check("data_dir = %(here)s/data", "nothing is stored");
    check("lock_dir = /tmp", "nothing is stored");
    check("url = 127.0.0.1:11211", "nothing is stored");
    check("sa.url = postgres://u:p@h/db", "nothing is stored");
    check("table_name = beaker", "nothing is stored");
    check("memcache_module = pylibmc", "nothing is stored");
    check(
        "constant_csrf_token = true",
        "each token for a form differs",
    );
    check("data_serializer = json", "MessagePack");
    check("serializer = x", "MessagePack");
    check("crypto_type = cryptography", "each key names its algorithm");
    check("hashalg = sha512", "each key names its algorithm");
    check("encrypt_nonce_bits = 48", "each key names its algorithm");
    check("salt = pyramid.session.", "`beaker.session.context`");
    check("namespace_class = x", "is not a setting");
    check("Secure = true", "did you mean `beaker.session.secure`?");
}

#[test]
fn a_timeout_that_no_session_reaches_is_refused() {
    check(
        "timeout = 604800",
        "set `beaker.session.absolute_timeout` to at least the same",
    );
    check("timeout = 43201", "the default is 12h");
    let ini = |text| settings_from_ini(text, "session.");
    assert!(ini("session.timeout = 43200").is_ok());
    assert!(ini("session.timeout = 604800\nsession.absolute_timeout = 7d").is_ok());
    assert!(ini("session.timeout = 604801\nsession.absolute_timeout = 7d").is_err());
}

#[test]
fn times_are_whole_seconds_as_they_were() {
    for value in ["None", "-1", "1.5", "true"] {
        check(&format!("timeout = {value}"), "or a number of seconds");
        check(&format!("reissue_time = {value}"), "or a number of seconds");
    }
}

#[test]
fn an_option_that_does_not_go_with_another_is_refused() {
    for (text, name) in [
        (
            "session.timeout = 600\nsession.save_accessed_time = false",
            "session.save_accessed_time",
        ),
        (
            "session.timeout = 600\nsession.reissue_time = 301",
            "session.reissue_time",
        ),
        ("session.reissue_time = 901", "session.reissue_time"),
        (
            "session.key = a\nsession.cookie_name = b",
            "session.cookie_name",
        ),
        (
            "session.path = /a\n[other]\nsession.path = /b",
            "session.path",
        ),
        (
            "session.reissue_time = 5\nsession.save_accessed_time = no",
            "session.save_accessed_time",
        ),
        (
            "session.secure = true\nsession.danger_allow_http = true",
            "session.secure",
        ),
    ] {
        assert_eq!(refused(settings_from_ini(text, "session.")).0, [name]);
    }
}

#[test]
fn a_line_without_a_separator_is_refused_by_its_first_word() {
    for line in [
        "secret itsaseekreet",
        "secret itsa=seekreet",
        "secret itsa : seekreet",
    ] {
        let text = format!("session.{line}\nsession.path = /app");
        let (names, sentence) = refused(settings_from_ini(&text, "session."));
        assert_eq!(names, ["session.secret"], "{line}");
        assert!(
            sentence.contains("has no `=` after its name; write one"),
            "{sentence}"
        );
    }
}

#[test]
fn a_value_that_refers_to_another_is_refused() {
    for value in ["/%(app)s", "/a%(here)s", "/%%%(app)s", "/100%", "/%d", "%"] {
        check(
            &format!("cookie_path = {value}"),
            "has a `%` that Python's `configparser` would replace; write the value itself, and `%%` for a percent sign",
        );
    }
    check("type = %(kind)s", "kept nowhere else");
    check("secret = %(password)s", "is a password");
}

#[test]
fn every_refused_option_is_named_at_once() {
    let text = "
[app:main]
beaker.session.type = file
beaker.session.data_dir = %(here)s/data/sessions/data
beaker.session.lock_dir = %(here)s/data/sessions/lock
beaker.session.key = wiki
beaker.session.secret = itsaseekreet
beaker.session.secure = false
beaker.session.timeout = 1200
beaker.session.cookie_expires = false
";
    let (names, sentence) = refused(settings_from_ini(text, "beaker.session."));
    let expected = [
        "type",
        "data_dir",
        "lock_dir",
        "secret",
        "secure",
        "cookie_expires",
    ];
    assert_eq!(
        names,
        expected.map(|option| format!("beaker.session.{option}"))
    );
    for name in names {
        assert!(sentence.contains(&format!("\n  `{name}` ")), "{sentence}");
    }
}

#[test]
fn a_prefix_that_begins_no_line_is_refused() {
    let text = "beaker.session.secure = false";
    let (names, sentence) = refused(settings_from_ini(text, "session."));
    assert_eq!(names, ["session."]);
    assert!(sentence.contains("begins no line"));
}

#[test]
fn an_option_that_paste_deploy_changes_is_refused() {
    for (line, name) in [
        ("set session.timeout = 300", "session.timeout"),
        ("get session.timeout = other", "session.timeout"),
        ("set\tsession.timeout = 300", "session.timeout"),
        ("set  session.secure = true", "session.secure"),
    ] {
        for text in [
            format!("[DEFAULT]\nsession.path = /app\n[app:main]\n{line}"),
            line.to_owned(),
        ] {
            let (names, sentence) = refused(settings_from_ini(&text, "session."));
            assert_eq!(names, [name], "{text}");
            assert!(
                sentence.contains("stands after `set` or `get`"),
                "{sentence}"
            );
        }
    }
    let others = "set debug = true\nsettings session.secure = false\nsession.path = /app";
    assert!(settings_from_ini(others, "session.").is_ok());
}

#[test]
fn options_under_two_prefixes_that_beaker_reads_together_are_refused() {
    let prefixes = ["beaker.session.", "session.", "session_"];
    for prefix in prefixes {
        for other in prefixes.into_iter().filter(|other| *other != prefix) {
            for line in [
                format!("{other}timeout = 300"),
                format!("set {other}timeout = 300"),
            ] {
                let text = format!("[app:main]\n{prefix}key = wiki\n{line}");
                let (names, sentence) = refused(settings_from_ini(&text, prefix));
                assert_eq!(names, [prefix]);
                assert!(
                    sentence.contains("write all options under this one"),
                    "{sentence}"
                );
            }
        }
    }
    let text = "wiki.session.key = wiki\nsession.timeout = 300";
    assert!(settings_from_ini(text, "wiki.session.").is_ok());
}

#[test]
fn a_value_that_goes_on_in_another_line_is_refused() {
    for line in [
        "key = wiki",
        "path = /app",
        "timeout = 600",
        "context = a=1,",
        "keys_file =",
    ] {
        check(&format!("{line}\n  b = 2"), "write it in one line");
    }
    check("secret =\n  itsaseekreet", "is a password");
}

/// Where each option were compared with each, this would take minutes.
#[test]
fn a_file_of_many_lines_is_refused_in_no_time() {
    let many = |line: fn(usize) -> String| (0..10_000).map(line).collect::<String>();
    for (file, expected) in [
        (
            many(|_| "session.timeout = 1200\n".to_owned()),
            "given twice",
        ),
        (many(|_| "session.max_age = 1200\n".to_owned()), "max_age"),
        (many(|n| format!("session.x{n} = 1\n")), "x9999"),
    ] {
        let (names, sentence) = refused(settings_from_ini(&file, "session."));
        assert!(names.len() >= 9_999, "{}", names.len());
        assert!(sentence.contains(expected));
    }
}
