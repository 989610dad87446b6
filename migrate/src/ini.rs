//! Settings files of Beaker, Pylons and Pyramid.

use hardtack::{SessionSettings, settings::SettingsError};

/// Reads the options of Beaker, Pylons or Pyramid from an ini file: the lines that begin with
/// `prefix`, which is `beaker.session.` or `session.`, in any section.
///
/// Each option keeps its meaning or is refused; none is ignored: the error names every refused option and the reason.
/// `docs/ini.md` lists the options. The settings of hardtack may appear under the same prefix; `keys_env` takes the
/// place of passwords. An option that is left out has the default of hardtack, not of the earlier system.
///
/// # Examples
///
/// ```
/// # use hardtack::EncryptionKey;
/// use hardtack::SessionCookie;
/// use hardtack_migrate::settings_from_ini;
///
/// let ini = "
///     [app:main]
///     beaker.session.type = cookie
///     beaker.session.key = wiki
///     beaker.session.cookie_domain = .example.com
///     beaker.session.timeout = 1200
///     beaker.session.secure = true
/// ";
/// let settings = settings_from_ini(ini, "beaker.session.")?;
/// # let keys = EncryptionKey::generate()?;
/// let cookie = settings.apply_to(SessionCookie::encrypted(keys))?.build()?;
/// assert_eq!(cookie.name().as_str(), "wiki");
///
/// let ini = "session.secret = itsaseekreet\nsession.httponly = false";
/// let error = settings_from_ini(ini, "session.").unwrap_err();
/// assert!(error.settings().eq(["session.secret", "session.httponly"]));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// Returns a [`SettingsError`] if an option is refused, or no line begins with `prefix`.
///
/// # Security
///
/// Neither the error nor `Debug` of the settings shows a key or a password. `text` is not overwritten.
pub fn settings_from_ini(text: &str, prefix: &str) -> Result<SessionSettings, SettingsError> {
    let options = options(text, prefix);
    let translated = options.iter().filter_map(|given| {
        let translated = translate(given).transpose()?;
        Some((given.option, translated))
    });
    let mut translated: Vec<_> = translated.collect();
    if is_unsaved_with_timeout(&translated) {
        translated.push((UNSAVED, Err(UNSAVED_WITH_TIMEOUT)));
    }
    if options.is_empty() {
        translated.push(("", Err(NO_OPTION)));
    }
    SessionSettings::from_translated(prefix, translated)
}

/// An option of the file.
struct Given<'a> {
    /// Its name without the prefix.
    option: &'a str,
    value: String,
    /// Reason to refuse any value but one that has a reason of its own.
    problem: Option<&'static str>,
}

impl Given<'_> {
    fn new(option: &str, value: String) -> Given<'_> {
        // What follows a space may be a value whose `=` is missing, such as a password, and is not shown.
        let word = option.split_whitespace().next().unwrap_or_default();
        if word.len() < option.len() {
            return Given {
                option: word,
                value: String::new(),
                problem: Some(NO_SEPARATOR),
            };
        }
        if value.replace("%%", "").contains('%') {
            return Given {
                option,
                value,
                problem: Some(INTERPOLATED),
            };
        }
        Given {
            option,
            value: value.replace("%%", "%"),
            problem: None,
        }
    }
}

/// Returns the options after `prefix` and their values, by the rules of Python's `configparser`: a line that is
/// indented deeper than its option continues the value.
fn options<'a>(text: &'a str, prefix: &str) -> Vec<Given<'a>> {
    // Indents, names and values. No line is deeper than the head of a section, which has no value.
    let mut options: Vec<(usize, &str, String)> = Vec::new();
    for line in text.trim_start_matches('\u{feff}').lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        match options.last_mut() {
            Some((of_option, _, value)) if indent > *of_option => {
                value.push('\n');
                value.push_str(trimmed);
            }
            _ if trimmed.starts_with('[') => options.push((usize::MAX, "", String::new())),
            _ => {
                let (name, value) = trimmed.split_once(['=', ':']).unwrap_or((trimmed, ""));
                options.push((indent, name.trim_end(), value.trim().to_owned()));
            }
        }
    }
    options.retain(|(indent, ..)| *indent < usize::MAX);
    let options = options.into_iter();
    options
        .filter_map(|(_, name, value)| Some(Given::new(name.strip_prefix(prefix)?, value)))
        .collect()
}

/// An option, and the setting and the value that stand for it, or the reason why there are none.
type Translated<'a> = (&'a str, Result<(&'a str, &'a str), &'a str>);

/// Returns `None` in place of a setting if the option restates its only possible value.
fn translate<'a>(given: &'a Given<'_>) -> Result<Option<(&'a str, &'a str)>, &'a str> {
    let (option, value) = (given.option, &*given.value);
    let translated = match OPTIONS.iter().find(|(names, _)| names.contains(&option)) {
        Some((_, meaning)) if !value.trim().is_empty() => meaning(value)?,
        _ => Some((option, value)),
    };
    given.problem.map_or(Ok(translated), Err)
}

/// Beaker refuses them together, too.
fn is_unsaved_with_timeout(translated: &[Translated<'_>]) -> bool {
    let given_by = |setting| {
        let gives = |(_, given): &&Translated<'_>| given.is_ok_and(|(name, _)| name == setting);
        translated.iter().find(gives).map(|(option, _)| *option)
    };
    given_by("refresh_after") == Some(UNSAVED) && given_by("idle_timeout") == Some("timeout")
}

/// Reads a flag as Beaker does.
fn flag(value: &str) -> Result<bool, &'static str> {
    match &*value.trim().to_ascii_lowercase() {
        "true" | "yes" | "on" | "y" | "t" | "1" => Ok(true),
        "false" | "no" | "off" | "n" | "f" | "0" => Ok(false),
        _ => Err("must be `true` or `false`"),
    }
}

/// An option that is always on. `why` refuses any other value.
fn only_true(value: &str, why: &'static str) -> Meaning<'static> {
    match flag(value) {
        Ok(true) => Ok(None),
        _ => Err(why),
    }
}

type Meaning<'a> = Result<Option<(&'static str, &'a str)>, &'static str>;
type OptionRow = (&'static [&'static str], for<'a> fn(&'a str) -> Meaning<'a>);

/// Options with another name or other values than the setting. All others are settings under their own name.
#[rustfmt::skip] // The names of an option, and what becomes of it.
const OPTIONS: &[OptionRow] = &[
    (&["key", "cookie_name"], |value| Ok(Some(("name", value)))),
    (&["cookie_path"], |value| Ok(Some(("path", value)))),
    (&["cookie_domain", "domain"], |value| Ok(Some(("domain", value.strip_prefix('.').unwrap_or(value))))),
    (&["samesite"], |value| Ok(Some(("same_site", value)))),
    (&["timeout"], |value| Ok(Some(("idle_timeout", value)))),
    (&["reissue_time"], |value| Ok(Some(("refresh_after", value)))),
    (&[UNSAVED], |value| Ok((!flag(value)?).then_some(("refresh_after", "on-change")))),
    (&["set_on_exception", "cookie_on_exception"], |value| Ok(Some(("save_on_server_error", value)))),
    (&["type"], |value| match value.trim().eq_ignore_ascii_case("cookie") {
        true => Ok(None),
        false => Err("is not `cookie`, and sessions are kept nowhere else; leave it out"),
    }),
    (&["auto"], |value| only_true(value,
        "cannot be turned off, because a change is saved without `save`; leave it out, and call `discard` \
         for changes that are not to be saved")),
    (&["invalidate_corrupt"], |value| only_true(value,
        "cannot be turned off, because a cookie that does not open is a new session and not an error; \
         leave it out")),
    (&["use_cookies"], |value| only_true(value,
        "cannot be turned off in a file; leave it out, and let the program build a `SessionHeader` \
         or a `SessionToken`")),
    (&["cookie_expires"], |value| only_true(value, EXPIRES)),
    (&["max_age"], |_| Err(EXPIRES)),
    (&["secret", "encrypt_key", "validate_key"], |_| Err(
        "is a password, and sessions are sealed with a key; make one with `EncryptionKey::generate`, put it \
         into an environment variable, and write `keys_env` with that variable's name in its place")),
    (&["data_serializer", "serializer"], |_| Err(
        "has no counterpart, because a session is MessagePack or a type of the program; leave it out")),
    (&["crypto_type", "encrypt_nonce_bits", "hashalg"], |_| Err(
        "has no counterpart, because each key names its algorithm; leave it out")),
    (&["salt"], |_| Err(
        "has no counterpart, because a session opens under its cookie's name alone; leave it out, or \
         write `context`")),
    (&["data_dir", "lock_dir", "url"], |_| Err(
        "has no counterpart, because nothing is stored; leave it out")),
];

const EXPIRES: &str = "has no counterpart, because a cookie ends with the browser's session unless the \
    program calls `remember_for`; leave it out, and write `remember_up_to` with the longest time, or \
    `absolute_timeout` for a deadline";
const NO_SEPARATOR: &str = "has no `=` after its name; write one before its value";
const INTERPOLATED: &str = "has a `%` that Python's `configparser` would replace; write the value itself, and \
    `%%` for a percent sign";
const NO_OPTION: &str = "begins no line of the file; give the prefix of the options";
const UNSAVED: &str = "save_accessed_time";
const UNSAVED_WITH_TIMEOUT: &str = "is false, and `idle_timeout` needs the time of each visit; leave it out, \
    or write `refresh_after = on-change` in its place where visitors may be signed out who only read";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_on_the_reference_page() {
        let page = include_str!("../docs/ini.md");
        for option in OPTIONS.iter().flat_map(|(names, _)| *names) {
            assert!(page.contains(&format!("`{option}`")), "{option}");
        }
    }
}
