//! One cookie, described in several formats.

use hardtack::{
    EncryptionKey, SessionCookie, SessionSettings, SessionToken, SigningKey, carrier::TokenChange,
};
use serde::Deserialize;

use super::{field, key, refused, times::at, toml};

const TOML: &str = r#"
    name = "__Secure-login"
    domain = "example.com"
    same_site = "strict"
    idle_timeout = "15m"
    absolute_timeout = 28800
    context = [["stage", "live"]]
    formerly = [{ path = "/app" }]
"#;
const JSON: &str = include_str!("cookie.json");

#[test]
fn toml_and_json_say_the_same() {
    let of_toml = toml(TOML);
    let of_json: SessionSettings = serde_json::from_str(JSON).unwrap();
    assert_eq!(format!("{of_json:?}"), format!("{of_toml:?}"));
    let (name, attributes) = field(of_json);
    assert_eq!(name, "__Secure-login");
    assert_eq!(
        attributes,
        "Path=/; Domain=example.com; Secure; HttpOnly; SameSite=Strict"
    );
}

#[test]
fn settings_are_one_part_of_a_larger_file() {
    #[derive(Deserialize)]
    struct Site {
        port: u16,
        session: SessionSettings,
    }
    let file = format!("port = 80\n[session]\nname = 'login'\nkeys = '{}'", key());
    let site: Site = ::toml::from_str(&file).unwrap();
    assert_eq!(site.port, 80);
    assert_eq!(site.session.build().unwrap().name().as_str(), "login");
}

#[test]
fn flattened_settings_miss_nothing_either() {
    #[derive(Deserialize)]
    struct Site {
        port: u16,
        #[serde(flatten)]
        session: SessionSettings,
    }
    let site: Site = serde_json::from_str(r#"{"port": 80, "secure": false}"#).unwrap();
    assert_eq!(site.port, 80);
    assert_eq!(refused(site.session.check()).0, ["secure"]);
}

#[test]
fn the_mode_decides_which_keys_are_expected() {
    let signing = SigningKey::generate().unwrap().expose_secret();
    let settings = format!("mode = 'unencrypted-but-signed'\nkeys = '{}'", *signing);
    let cookie = toml(&settings).build().unwrap();
    assert_eq!(cookie.mode().to_string(), "unencrypted-but-signed");

    let (names, sentence) = refused(toml(&format!("keys = '{}'", *signing)).build());
    assert_eq!(names, ["keys"]);
    assert!(sentence.contains("does not encrypt"), "{sentence}");
}

#[test]
fn a_mode_that_is_not_that_of_the_programs_keys_is_refused() {
    let signed = SessionCookie::unencrypted_but_signed(SigningKey::generate().unwrap());
    let (names, _) = refused(toml("mode = 'encrypted'").apply_to(signed.clone()));
    assert_eq!(names, ["mode"]);
    assert!(toml("").apply_to(signed).is_ok());
}

#[test]
fn settings_go_into_the_builder_of_a_header_or_a_token() {
    let common = "idle_timeout = '5m'\napplication = 'shop'\n";
    let header = SessionToken::encrypted(EncryptionKey::generate().unwrap()).header("x-session");
    let settings = toml(&format!(
        "{common}save_on_server_error = true\nkeep_unknown_keys = true"
    ));
    let header = settings.apply_to(header).unwrap().build().unwrap();
    let tokens = SessionToken::encrypted(EncryptionKey::generate().unwrap()).purpose("mobile");
    let tokens = toml(common).apply_to(tokens).unwrap().build().unwrap();

    let session = header.load([""; 0], at(0));
    session.insert("user", 42).unwrap();
    let TokenChange::Store(token) = header.save(&session).unwrap() else {
        panic!("it is written")
    };
    assert!(!header.load([&token], at(299)).is_new());
    assert!(header.load([&token], at(300)).is_new());
    assert!(tokens.load(Some(&token), at(0)).is_new());
}

#[test]
fn a_setting_that_only_a_cookie_has_is_refused_for_a_header_and_a_token() {
    for (setting, name) in [
        ("name = 'session'", "name"),
        ("path = '/app'", "path"),
        ("size = 'browser'", "size"),
        (
            "refresh_navigations_only = true",
            "refresh_navigations_only",
        ),
        ("danger_allow_http = false", "danger_allow_http"),
        ("formerly = [{path = '/app'}]", "formerly"),
    ] {
        let header =
            SessionToken::encrypted(EncryptionKey::generate().unwrap()).header("x-session");
        let (names, sentence) = refused(toml(setting).apply_to(header));
        assert_eq!(names, [name]);
        assert!(sentence.contains("is a setting of cookies"), "{sentence}");
        let tokens = SessionToken::encrypted(EncryptionKey::generate().unwrap()).purpose("mobile");
        assert_eq!(refused(toml(setting).apply_to(tokens)).0, [name]);
    }
    for name in ["save_on_server_error", "danger_allow_shared_caching"] {
        let settings = toml(&format!("{name} = true"));
        let tokens = SessionToken::encrypted(EncryptionKey::generate().unwrap()).purpose("mobile");
        let error = settings.apply_to(tokens).unwrap().build().unwrap_err();
        assert_eq!(error.settings().next(), Some(name));
        assert!(error.to_string().contains("bare tokens"), "{error}");
    }
}
