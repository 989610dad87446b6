//! The settings files of Beaker, Pylons and Pyramid.

use super::{
    SessionSettings, any_builder,
    entries::Names,
    error::SettingsError,
    table::SETTINGS,
    value::{Refusal, Value},
};
use crate::carrier::SessionCookieBuilder;

impl SessionSettings {
    /// Reads the options of Beaker, Pylons or Pyramid from an ini file: the lines that begin with
    /// `prefix`, which is `beaker.session.` or `session.`, in any section.
    ///
    /// An option keeps its meaning or is refused, but is never ignored: the error names every refused option and the
    /// reason. `docs/settings.md` lists the options. The settings of this crate may appear under the same prefix;
    /// `keys_env` takes the place of passwords. An option that is left out has the default of this crate, not of the
    /// earlier system.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::EncryptionKey;
    /// use hardtack::{SessionCookie, SessionSettings};
    ///
    /// let ini = "
    ///     [app:main]
    ///     beaker.session.type = cookie
    ///     beaker.session.key = wiki
    ///     beaker.session.cookie_domain = .example.com
    ///     beaker.session.timeout = 1200
    ///     beaker.session.secure = true
    /// ";
    /// let settings = SessionSettings::from_ini(ini, "beaker.session.")?;
    /// # let keys = EncryptionKey::generate()?;
    /// let cookie = settings.apply_to(SessionCookie::encrypted(keys))?.build()?;
    /// assert_eq!(cookie.name().as_str(), "wiki");
    ///
    /// let ini = "session.secret = itsaseekreet\nsession.httponly = false";
    /// let error = SessionSettings::from_ini(ini, "session.").unwrap_err();
    /// assert!(error.settings().eq(["session.secret", "session.httponly"]));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`SettingsError`] if an option is refused, or no line begins with `prefix`.
    pub fn from_ini(text: &str, prefix: &str) -> Result<SessionSettings, SettingsError> {
        let mut settings = SessionSettings {
            names: Names::Ini(prefix.to_owned()),
            ..SessionSettings::default()
        };
        let options = options(text, prefix);
        if options.is_empty() {
            settings.refuse(
                prefix,
                "begins no line of the file; give the prefix of the options",
            );
        }
        for (option, value) in options {
            let shown = format!("{prefix}{option}");
            match convert(&option, Value::Text(value)) {
                Ok(Some((name, value))) => settings.take(name, &shown, value),
                Ok(None) => {}
                Err(refusal) => settings.refuse(&shown, &refusal),
            }
        }
        settings.check_times(prefix);
        settings.checked()
    }

    /// Refuses times that conflict, in Beaker or here.
    fn check_times(&mut self, prefix: &str) {
        let is_given_as = |name, option: &str| {
            let entry = self.entries.get(name);
            entry.is_some_and(|entry| entry.shown == format!("{prefix}{option}"))
        };
        if is_given_as("refresh_after", UNSAVED) && is_given_as("idle_timeout", "timeout") {
            self.refuse(&format!("{prefix}{UNSAVED}"), UNSAVED_WITH_TIMEOUT);
        }
        let builder = any_builder().and_then(|builder| self.apply(builder).ok());
        for error in builder
            .iter()
            .flat_map(SessionCookieBuilder::lifetime_mistakes)
        {
            let problem = self.mistake(&error);
            self.problems.push(problem);
        }
    }
}

/// The setting that corresponds to an option, and its value. `None`: the option restates its only possible value.
fn convert(option: &str, value: Value) -> Result<Option<(&str, Value)>, Refusal> {
    if value.is_empty() {
        return Ok(Some((option, value)));
    }
    if let Some(why) = reason(&REFUSED, option) {
        return Err(why.into());
    }
    if let Some(why) = reason(&ALWAYS_TRUE, option) {
        return match value.flag() {
            Ok(true) => Ok(None),
            _ => Err(why.into()),
        };
    }
    let value = match option {
        "type" => {
            return match value.word(&[("cookie", ())]) {
                Some(()) => Ok(None),
                None => Err(OTHER_TYPE.into()),
            };
        }
        "cookie_domain" | "domain" => {
            let domain = value.text()?;
            Value::Text(domain.strip_prefix('.').unwrap_or(&domain).to_owned())
        }
        "timeout" => Value::Integer(seconds(value)?),
        "reissue_time" => match seconds(value)? {
            0 => Value::Text("always".to_owned()),
            span => Value::Integer(span),
        },
        UNSAVED => match value.flag()? {
            true => return Ok(None),
            false => Value::Text("on-change".to_owned()),
        },
        _ => value,
    };
    let setting = SETTINGS
        .iter()
        .find(|setting| setting.in_ini.contains(&option));
    Ok(Some((
        setting.map_or(option, |setting| setting.name),
        value,
    )))
}

fn reason(table: &[(&[&str], &'static str)], option: &str) -> Option<&'static str> {
    let found = table.iter().find(|(options, _)| options.contains(&option));
    found.map(|(_, why)| *why)
}

fn seconds(value: Value) -> Result<u64, Refusal> {
    let text = value.text()?;
    text.trim().parse().map_err(|_| NO_SECONDS.into())
}

/// The options after `prefix` and their values, by the rules of Python's `configparser`: a line that is indented
/// deeper than its option continues the value.
fn options(text: &str, prefix: &str) -> Vec<(String, String)> {
    let mut options: Vec<(String, String)> = Vec::new();
    // The indent of the current option, and whether it has the prefix.
    let mut current = None;
    for line in text.trim_start_matches('\u{feff}').lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        if let Some((of_option, has_prefix)) = current
            && indent > of_option
        {
            if has_prefix && let Some((_, value)) = options.last_mut() {
                value.push('\n');
                value.push_str(trimmed);
            }
            continue;
        }
        if trimmed.starts_with('[') {
            current = None;
            continue;
        }
        let (name, value) = trimmed.split_once(['=', ':']).unwrap_or((trimmed, ""));
        let option = name.trim_end().strip_prefix(prefix);
        if let Some(option) = option {
            options.push((option.to_owned(), value.trim().to_owned()));
        }
        current = Some((indent, option.is_some()));
    }
    options
}

const UNSAVED: &str = "save_accessed_time";

/// Options without a counterpart here.
const REFUSED: [(&[&str], &str); 6] = [
    (
        &["secret", "encrypt_key", "validate_key"],
        "is a password, and sessions are sealed with a key; make one with `EncryptionKey::generate`, put it \
         into an environment variable, and write `keys_env` with that variable's name in its place",
    ),
    (&["max_age"], EXPIRES),
    (
        &["data_serializer", "serializer"],
        "has no counterpart, because a session is MessagePack or a type of the program; leave it out",
    ),
    (
        &["crypto_type", "encrypt_nonce_bits", "hashalg"],
        "has no counterpart, because each key names its algorithm; leave it out",
    ),
    (
        &["salt"],
        "has no counterpart, because a session opens under its cookie's name alone; leave it out, or \
         write `context`",
    ),
    (
        &["data_dir", "lock_dir", "url"],
        "has no counterpart, because nothing is stored; leave it out",
    ),
];

/// Options that cannot be turned off.
const ALWAYS_TRUE: [(&[&str], &str); 4] = [
    (
        &["auto"],
        "cannot be turned off, because a change is saved without `save`; leave it out, and call `discard` \
         for changes that are not to be saved",
    ),
    (
        &["invalidate_corrupt"],
        "cannot be turned off, because a cookie that does not open is a new session and not an error; leave \
         it out",
    ),
    (
        &["use_cookies"],
        "cannot be turned off in a file; leave it out, and let the program build a \
         `SessionHeader` or a `SessionToken`",
    ),
    (&["cookie_expires"], EXPIRES),
];

const EXPIRES: &str = "has no counterpart, because a cookie ends with the browser's session unless the \
    program calls `remember_for`; leave it out, and write `remember_up_to` with the longest time, or \
    `absolute_timeout` for a deadline";
const OTHER_TYPE: &str = "is not `cookie`, and sessions are kept nowhere else; leave it out";
const NO_SECONDS: &str = "must be a number of seconds; for another form write `idle_timeout` or \
    `refresh_after` in its place";
const UNSAVED_WITH_TIMEOUT: &str = "is false, and `idle_timeout` needs the time of each visit; leave it out, \
    or write `refresh_after = on-change` in its place where visitors may be signed out who only read";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_on_the_reference_page() {
        let page = include_str!("../../docs/settings.md");
        let (_, section) = page.split_once("## From Beaker").unwrap();
        let tables = REFUSED.iter().chain(&ALWAYS_TRUE);
        let others = tables.flat_map(|(options, _)| options.iter());
        let settings = SETTINGS.iter().flat_map(|setting| setting.in_ini);
        for option in others.chain(settings) {
            assert!(section.contains(&format!("`{option}`")), "{option}");
        }
    }
}
