//! Settings of several layers, the later over the earlier.

use std::time::Duration;

use hardtack::SessionSettings;

use super::{key, refused, toml};

fn with_keys() -> SessionSettings {
    toml(&format!("keys = '{}'", key()))
}

#[test]
fn a_later_layer_replaces_what_it_names_and_leaves_the_rest() {
    let base = toml("path = '/shop'\nabsolute_timeout = '8h'\nremember_up_to = '10h'");
    let settings = base.overridden_by(toml("path = '/'\nremember_up_to = '30d'"));
    let month = Duration::from_secs(30 * 86_400);
    assert_eq!(
        settings.key_overlap().unwrap(),
        month + Duration::from_secs(60)
    );
    let cookie = settings.overridden_by(with_keys()).build().unwrap();
    // That of the path `/`.
    assert_eq!(cookie.name().as_str(), "__Host-session");
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
fn a_later_source_of_keys_takes_the_place_of_any_other() {
    let base = toml("keys_file = '/no/such/file'\nname = 'a'");
    let cookie = base.clone().overridden_by(with_keys()).build().unwrap();
    assert_eq!(cookie.name().as_str(), "a");
    let (names, _) = refused(with_keys().overridden_by(base).build());
    assert_eq!(names, ["keys_file"]);
}

#[test]
fn what_any_layer_has_wrong_is_told() {
    let settings =
        toml("idel_timeout = 5\nsize = 'huge'").overridden_by(toml("size = 'browser'\nname = 7"));
    let (names, _) = refused(settings.check());
    assert_eq!(names, ["idel_timeout", "size", "name"]);
}
