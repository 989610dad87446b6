//! Settings in environment variables.

use std::ffi::OsString;

use hardtack::{ConfigError, SessionSettings};
use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    cases::cases,
    field, key, refused,
    rows::ROWS,
    times::at,
    together::{OF_KEYS, builder},
    toml,
};

fn variables<const N: usize>(pairs: [(&str, &str); N]) -> Result<SessionSettings, ConfigError> {
    SessionSettings::from_variables("SESSION_", pairs)
}

#[test]
fn every_setting_is_a_variable() {
    let variable = |name: &str, text: &str| {
        let name = format!("SESSION_{}", name.to_uppercase());
        variables([(&*name, text)]).unwrap()
    };
    for row in ROWS {
        let new = builder();
        let applied = variable(row.name, row.text()).apply_to(new.clone());
        let expected = (row.calls)(new);
        assert_eq!(format!("{:?}", applied.unwrap()), format!("{expected:?}"));
    }
    for (name, value) in OF_KEYS {
        let settings = variable(name, value.trim_matches('\''));
        let of_file = toml(&format!("{name} = {value}"));
        assert_eq!(format!("{settings:?}"), format!("{of_file:?}"));
    }
}

#[test]
fn variables_of_others_do_not_count() {
    let settings = variables([
        ("SECURE", "false"),
        ("SESSION", "x"),
        ("MY_SESSION_PATH", "/a"),
    ]);
    let (name, attributes) = field(settings.unwrap());
    assert_eq!(name, "__Host-session");
    assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax");
}

#[test]
fn an_unknown_variable_of_the_prefix_is_refused_by_name() {
    let (names, _) = refused(variables([
        ("SESSION_SECURE", "false"),
        ("SESSION_TIMEOUT", "30m"),
        ("SESSION_", "x"),
        ("SESSION_PATH", ""),
    ]));
    assert_eq!(
        names,
        [
            "SESSION_SECURE",
            "SESSION_TIMEOUT",
            "SESSION_",
            "SESSION_PATH"
        ]
    );
}

#[test]
fn a_sentence_about_variables_names_them_as_they_are_called() {
    for (variables, says) in [
        (
            &[("SESSION_IDEL_TIMEOUT", "15m")][..],
            "did you mean `SESSION_IDLE_TIMEOUT`?",
        ),
        (
            &[("SESSION_TIMEOUT", "15m")],
            "`SESSION_IDLE_TIMEOUT`, `SESSION_ABSOLUTE_TIMEOUT` or `SESSION_REMEMBERED_IDLE_TIMEOUT`",
        ),
        (&[("SESSION_SECURE", "no")], "`SESSION_DANGER_ALLOW_HTTP`"),
        (
            &[
                ("SESSION_SECURE", "yes"),
                ("SESSION_DANGER_ALLOW_HTTP", "on"),
            ],
            "`SESSION_SECURE` is the opposite of `SESSION_DANGER_ALLOW_HTTP`",
        ),
        (
            &[("SESSION_NAME", "__Host-a"), ("SESSION_PATH", "/app")],
            "leave out `SESSION_PATH`",
        ),
        (&[("SESSION_DOMAIN", ".a.example")], "`SESSION_DOMAIN` "),
        (&[("SESSION_NAME", "a b")], "`SESSION_NAME` contains"),
        (&[("SESSION_KEYS", "hunter2")], "`SESSION_KEYS`: "),
        (
            &[("SESSION_IDLE_TIMEOUT", "7d")],
            "`SESSION_IDLE_TIMEOUT` is longer than `SESSION_ABSOLUTE_TIMEOUT`",
        ),
        (&[("SESSION_FORMERLY", "path=/")], "`SESSION_FORMERLY` "),
        (&[("SESSION_PATH", "/app"), ("SESSION_path", "/")], "twice"),
        (&[], "give `SESSION_KEYS_ENV` with"),
    ] {
        let settings = SessionSettings::from_variables("SESSION_", variables.iter().copied());
        let error = match settings {
            Ok(settings) => settings.build().unwrap_err(),
            Err(error) => error,
        };
        let sentence = error.to_string();
        assert!(sentence.contains(says), "{sentence}");
        for name in ["idle_timeout", "danger_allow_http", "`path`", "`keys_env`"] {
            assert!(!sentence.contains(name), "{sentence}");
        }
    }
}

#[test]
fn what_a_desktop_sets_does_not_count() {
    assert!(variables([("SESSION_MANAGER", "local/host:@/tmp/.ICE-unix/1")]).is_ok());
    let other = SessionSettings::from_variables("APP_", [("APP_SESSION_MANAGER", "x")]);
    assert_eq!(refused(other).0, ["APP_SESSION_MANAGER"]);
}

#[test]
fn what_kubernetes_sets_for_a_service_does_not_count() {
    // Of the services `app-session` and `app-session-cache`.
    let of_services = |service: &str| {
        [
            ("SERVICE_HOST", "10.0.0.11"),
            ("SERVICE_PORT", "6379"),
            ("SERVICE_PORT_HTTP_ADMIN", "80"),
            ("PORT", "tcp://10.0.0.11:6379"),
            ("PORT_6379_TCP", "tcp://10.0.0.11:6379"),
            ("PORT_6379_TCP_PROTO", "tcp"),
            ("PORT_6379_TCP_PORT", "6379"),
            ("PORT_6379_TCP_ADDR", "10.0.0.11"),
            ("PORT_53_UDP_ADDR", "10.0.0.11"),
            ("PORT_9899_SCTP", "sctp://10.0.0.11:9899"),
        ]
        .map(|(name, value)| (format!("APP_SESSION_{service}{name}"), value))
    };
    for service in ["", "CACHE_"] {
        let settings = SessionSettings::from_variables("APP_SESSION_", of_services(service));
        assert!(settings.is_ok(), "{service}");
    }
    for name in ["SERVICE", "SERVICE_NAME", "HOST", "PORTS", "80_TCP_ADDR"] {
        let name = &*format!("APP_SESSION_{name}");
        let other = SessionSettings::from_variables("APP_SESSION_", [(name, "x")]);
        assert_eq!(refused(other).0, [name]);
    }
}

#[cfg(unix)]
#[test]
fn a_value_that_is_not_utf_8_is_refused_by_name() {
    use std::os::unix::ffi::OsStringExt;

    let value = OsString::from_vec(vec![0xff]);
    let variables = [("SESSION_NAME", value.clone()), ("OTHER", value)];
    let (names, sentence) = refused(SessionSettings::from_variables("SESSION_", variables));
    assert_eq!(names, ["SESSION_NAME"]);
    assert!(sentence.contains("not UTF-8"));
}

#[test]
fn other_crates_read_variables_as_maps_of_texts() {
    // As `envy` and `config` hand them over: names in lower case, every value a text.
    let map = [
        ("idle_timeout", "900"),
        ("partitioned", "true"),
        ("secure", "true"),
    ];
    let of_map =
        serde::de::value::MapDeserializer::<_, serde::de::value::Error>::new(map.into_iter());
    let settings: SessionSettings = serde::Deserialize::deserialize(of_map).unwrap();
    let (_, attributes) = field(settings);
    assert!(attributes.ends_with("; Partitioned"), "{attributes}");
}

#[test]
fn the_example_of_the_documentation_builds() {
    let page = include_str!("../../docs/settings.md");
    let (_, after) = page
        .split_once("## In the environment\n\n```text\n")
        .unwrap();
    let (example, _) = after.split_once("```").unwrap();
    let key = key();
    let example = example.replace("hardtack_key_v1_…", &key);
    let variables = example.lines().map(|line| line.split_once('=').unwrap());
    let settings = SessionSettings::from_variables("APP_SESSION_", variables).unwrap();
    let cookie = settings.build().unwrap();
    assert_eq!(cookie.name().as_str(), "__Secure-login");
}

/// The blocks of this language in the documentation.
fn blocks(language: &str) -> impl Iterator<Item = &'static str> {
    let page = include_str!("../../docs/settings.md");
    let blocks = page.split(language).skip(1);
    blocks.map(|block| block.split("```").next().unwrap())
}

#[test]
fn the_files_of_the_documentation_are_understood() {
    let of_toml = blocks("```toml\n").map(|block| {
        let file: ::toml::Table = ::toml::from_str(block).unwrap();
        file["session"].clone().try_into().unwrap()
    });
    let of_json = blocks("```json\n").map(|block| {
        let file: serde_json::Value = serde_json::from_str(block).unwrap();
        serde_json::from_value(file["session"].clone()).unwrap()
    });
    let all: Vec<SessionSettings> = of_toml.chain(of_json).collect();
    assert_eq!(all.len(), 1);
    for mut settings in all {
        settings.take_key_sources().unwrap();
        assert_eq!(field(settings).0, "__Host-login");
    }
}

type Variable = (&'static str, &'static str);

/// Variables with and without mistakes.
fn any_variables() -> impl Strategy<Value = Vec<Variable>> {
    let names = [
        "S_SECURE",
        "S_HTTPONLY",
        "S_HTTP_ONLY",
        "S_SAME_SITE",
        "S_IDLE_TIMEOUT",
        "S_REFRESH_AFTER",
        "S_NAME",
        "S_DOMAIN",
        DANGEROUS,
        "S_SAVE_ON_SERVER_ERROR",
        "S_PARTITIONED",
        "S_Secure",
        "S_ SECURE",
    ];
    let values = [
        "true", "false", "False", "0", "1", "off", "", "none", "lax", "600", "a", "b.c",
    ];
    vec((select(names.to_vec()), select(values.to_vec())), 1..5)
}

/// The fields that a cookie of these settings sends, if there is one.
fn fields_of(variables: &[Variable]) -> Option<Vec<String>> {
    let settings = SessionSettings::from_variables("S_", variables.iter().copied()).ok()?;
    let site = settings.apply_to(builder()).unwrap().build().ok()?;
    let session = site.load(None::<&str>, at(0));
    session.insert("user", 42).unwrap();
    Some(site.save(&session).unwrap().into_iter().collect())
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_cookie_is_secure_unless_the_dangerous_setting_says_otherwise(variables in any_variables()) {
        let is_dangerous = variables.iter().any(|(name, _)| *name == DANGEROUS);
        if let Some(fields) = fields_of(&variables) && !is_dangerous {
            for field in fields {
                prop_assert!(field.contains("; Secure; HttpOnly"), "{variables:?}: {field}");
            }
        }
    }

    #[test]
    fn no_variable_and_no_option_makes_it_panic(text in any::<String>(), prefix in ".{0,3}") {
        let _ = SessionSettings::from_variables(&prefix, [(&*text, &*text)]);
        let translated = [(&*text, Ok((&*text, &*text))), (&*text, Err(&*text))];
        let _ = SessionSettings::from_translated(&prefix, translated);
    }
}

const DANGEROUS: &str = "S_DANGER_ALLOW_HTTP";
