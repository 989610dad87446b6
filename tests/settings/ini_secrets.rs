//! Secrets in ini files stand in no error.

use hardtack::SessionSettings;

use super::{key, secrets::check_hidden};

#[test]
fn no_error_of_an_ini_file_shows_a_key() {
    let key = key();
    for line in [
        format!("session.secret = {key}"),
        format!("session.key = {key}"),
        format!("session.{key}"),
        format!("session.keys = {key} x=1"),
    ] {
        let settings = SessionSettings::from_ini(&line, "session.");
        check_hidden(&key, settings.and_then(SessionSettings::build).unwrap_err());
    }
}

#[test]
fn a_secret_of_an_earlier_system_is_not_shown() {
    let text = "session.secret = itsaseekreet\nsession.validate_key = hunter2";
    let error = SessionSettings::from_ini(text, "session.").unwrap_err();
    assert!(!format!("{error:?}").contains("itsaseekreet"));
    assert!(!format!("{error}").contains("hunter2"));
}
