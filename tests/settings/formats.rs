//! One cookie, described in several formats.

use hardtack::{EncryptionKey, SessionHeader, SessionSettings, SessionToken, carrier::TokenChange};
use serde::Deserialize;

use super::{field, refused, times::at, toml};

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
fn settings_go_into_the_builder_of_a_header_or_a_token() {
    let common = "idle_timeout = '5m'\napplication = 'shop'\n";
    let header = SessionHeader::encrypted(EncryptionKey::generate().unwrap(), "x-session");
    let settings = toml(&format!(
        "{common}save_on_server_error = true\nkeep_unknown_keys = true"
    ));
    let header = settings.apply_to(header).unwrap().build().unwrap();
    let tokens = SessionToken::encrypted(EncryptionKey::generate().unwrap(), "mobile");
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
