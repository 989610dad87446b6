//! Ini files that become settings.

use hardtack::{EncryptionKey, Session, SessionSettings};
use hardtack_migrate::settings_from_ini;

use super::{browser::Browser, cookie, field, fields, toml};

/// A Pylons application's, after its passwords went.
const BEAKER: &str = "
[DEFAULT]
debug = true

[server:main]
use = egg:Paste#http
host = 127.0.0.1

[app:main]
use = egg:wiki
full_stack = true
cache_dir = %(here)s/data
# Sessions.
beaker.session.type = cookie
beaker.session.key = wiki
beaker.session.cookie_domain = .example.com
beaker.session.cookie_path: /wiki
beaker.session.cookie_expires = true
beaker.session.timeout = 1200
beaker.session.secure = True
beaker.session.httponly = true
beaker.session.samesite = Strict
beaker.session.save_accessed_time = true
beaker.session.auto = true
beaker.session.invalidate_corrupt = true
; The key that came in place of encrypt_key and validate_key.
beaker.session.keys_env = SESSION_KEYS
beaker.cache.type = memory

[loggers]
keys = root
";

const PYRAMID: &str = "
[app:main]
use = egg:tutorial
pyramid.includes =
    pyramid_debugtoolbar
    pyramid_beaker

session.cookie_name = tutorial
session.timeout = 1200
session.reissue_time = 120
session.secure = true
session.httponly = true
session.samesite = Lax
session.set_on_exception = true
";

fn ini(text: &str, prefix: &str) -> SessionSettings {
    settings_from_ini(text, prefix).unwrap()
}

#[track_caller]
fn check(option: &str, same: &str) {
    check_all(&[option], same);
}

#[track_caller]
fn check_all(options: &[&str], same: &str) {
    let lines = options.iter().map(|option| format!("session.{option}\n"));
    let settings = ini(&lines.collect::<String>(), "session.");
    assert_eq!(format!("{settings:?}"), format!("{:?}", toml(same)));
}

#[test]
fn a_beaker_file_is_taken_over() {
    let settings = ini(BEAKER, "beaker.session.");
    let same = "
        name = 'wiki'
        domain = 'example.com'
        path = '/wiki'
        persistent = false
        idle_timeout = '20m'
        refresh_after = 'always'
        secure = true
        httponly = true
        same_site = 'strict'
        keys_env = 'SESSION_KEYS'
    ";
    let shown = format!("{settings:?}").replace("beaker.session.keys_env", "keys_env");
    assert_eq!(shown, format!("{:?}", toml(same)));
    let without_keys = BEAKER.replace("beaker.session.keys_env = SESSION_KEYS", "");
    let (name, attributes) = field(ini(&without_keys, "beaker.session."));
    assert_eq!(name, "wiki");
    assert_eq!(
        attributes,
        "Path=/wiki; Domain=example.com; Secure; HttpOnly; SameSite=Strict"
    );
}

#[test]
fn a_pyramid_file_is_taken_over() {
    let same = "
        name = 'tutorial'
        idle_timeout = '20m'
        refresh_after = '2m'
        secure = true
        httponly = true
        same_site = 'lax'
        save_on_server_error = true
    ";
    assert_eq!(
        format!("{:?}", ini(PYRAMID, "session.")),
        format!("{:?}", toml(same))
    );

    let mut browser = Browser::from(cookie(ini(PYRAMID, "session.")));
    browser.visit(|session| session.insert("user", 42).unwrap());
    browser.now = 120;
    browser.visit(|session| session.contains_key("user"));
    assert_eq!(browser.sent.len(), 1);
    browser.now = 120 + 1200;
    assert!(browser.visit(Session::is_new));
}

#[test]
fn each_option_is_a_setting_here() {
    check("key = wiki", "name = 'wiki'");
    check("cookie_name = wiki", "name = 'wiki'");
    check("cookie_domain = .example.com", "domain = 'example.com'");
    check("domain = .example.com", "domain = 'example.com'");
    check("cookie_domain = example.com", "domain = 'example.com'");
    check("cookie_path = /app", "path = '/app'");
    check("path = /app", "path = '/app'");
    check("cookie_path = /a%%20b/%%(c)s", "path = '/a%20b/%(c)s'");
    check(
        "timeout = 600",
        "idle_timeout = 600\nrefresh_after = 'always'",
    );
    check("reissue_time = 0", "refresh_after = 0");
    check("reissue_time = 60", "refresh_after = 60");
    check("samesite = None", "same_site = 'none'");
    check("save_accessed_time = on", "refresh_after = 'always'");
    check(
        "save_accessed_time = false",
        "idle_timeout = 'off'\nrefresh_after = 'on-change'",
    );
    check("cookie_expires = true", "persistent = false");
    check("set_on_exception = true", "save_on_server_error = true");
    check("set_on_exception = false", "save_on_server_error = false");
    check("cookie_on_exception = on", "save_on_server_error = true");
}

#[test]
fn what_is_so_in_any_case_changes_nothing() {
    for option in [
        "type = cookie",
        "auto = True",
        "invalidate_corrupt = yes",
        "use_cookies = 1",
    ] {
        check(option, "");
    }
}

#[test]
fn the_settings_of_this_crate_may_stand_in_the_same_file() {
    check("absolute_timeout = 8h", "absolute_timeout = '8h'");
    check("idle_timeout = off", "idle_timeout = 'off'");
    check("persistent = true", "persistent = true");
    check(
        "refresh_after = every-request",
        "refresh_after = 'every-request'",
    );
    check_all(
        &["remember_up_to = 365d", "remembered_idle_timeout = 14d"],
        "remember_up_to = '365d'\nremembered_idle_timeout = '14d'",
    );
    check("danger_allow_http = true", "danger_allow_http = true");
    check("context = stage=live", "context = 'stage=live'");
}

#[test]
fn what_is_not_said_has_the_default_of_this_crate() {
    let (name, attributes) = field(ini("session.type = cookie", "session."));
    assert_eq!(name, "__Host-session");
    assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax");
    assert_eq!(fields(ini("session.type = cookie", "session.")).len(), 1);
}

#[test]
fn only_lines_with_the_prefix_count() {
    let text = "secure = false\nshop.session.secure = false\nsession.path = /app";
    assert_eq!(
        format!("{:?}", ini(text, "session.")),
        format!("{:?}", toml("path = '/app'"))
    );
}

#[test]
fn an_indented_line_goes_on_with_the_value_before_it() {
    let keys = [(); 2].map(|()| EncryptionKey::generate().unwrap().expose_secret());
    let text = format!(
        "[a]\nother =\n  session.secure = false\nsession.keys = {}\n    {}",
        *keys[0], *keys[1]
    );
    assert!(ini(&text, "session.").build().is_ok());
}

#[test]
fn a_value_of_several_parts_stands_in_one_line() {
    check("context = a=1, b=2", "context = [['a', '1'], ['b', '2']]");
    check(
        "context = company=Acme Inc",
        "context = [['company', 'Acme Inc']]",
    );
    check(
        "formerly = path=/app domain=example.com, path=/shop",
        "formerly = [{ path = '/app', domain = 'example.com' }, { path = '/shop' }]",
    );
    check("keys_file = C:\\keys.txt", "keys_file = 'C:\\keys.txt'");
    check(
        "not_before = 2027-01-01T00:00:00Z",
        "not_before = '2027-01-01T00:00:00Z'",
    );
}

#[test]
fn a_file_that_is_indented_as_a_whole_is_read_too() {
    let text = "\u{feff}  [a]\r\n  session.path = /app\r\n  session.idle_timeout = 60\r\n";
    let same = toml("path = '/app'\nidle_timeout = 60");
    assert_eq!(format!("{:?}", ini(text, "session.")), format!("{same:?}"));
}

#[test]
fn comments_and_empty_lines_are_no_part_of_a_value() {
    let text = "session.path = /app\n    # session.secure = false\n    ; more\n  \n\nsession.idle_timeout = 60";
    let same = toml("path = '/app'\nidle_timeout = 60");
    assert_eq!(format!("{:?}", ini(text, "session.")), format!("{same:?}"));
}

#[test]
fn a_section_has_no_value_that_its_options_could_continue() {
    let text = "[a]\n  session.path = /app\n[b]\n\tsession.idle_timeout = 60";
    let same = toml("path = '/app'\nidle_timeout = 60");
    assert_eq!(format!("{:?}", ini(text, "session.")), format!("{same:?}"));
    let without_prefix = ini("[a]\npath = /app\nidle_timeout = 60", "");
    assert_eq!(format!("{without_prefix:?}"), format!("{same:?}"));
}
