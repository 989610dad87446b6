//! Reads settings files of Beaker, Pylons and Pyramid.

mod given;

use hardtack::{ConfigError, SessionSettings};

use self::given::{
    Given, OptionRule, Options,
    Rule::{self, AtMost, Else, Is},
    settle,
};

/// Reads the options of Beaker, Pylons or Pyramid from an ini file. Options are the lines in any section that begin
/// with `prefix`, such as `beaker.session.` or `session.`.
///
/// Each option keeps its meaning or is refused, and the error names every refused option with the reason. No option is
/// ignored. `docs/ini.md` lists the options. Settings of hardtack may have the same prefix; `keys_env` replaces
/// passwords. An option that is left out has hardtack's default, not the default of the earlier system, unless another
/// option decides it.
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
/// Returns a [`ConfigError`] if an option is refused, if durations conflict, or if no line begins with `prefix`. If
/// `prefix` is one that Beaker reads, other lines must not begin with another one.
///
/// # Security
///
/// Neither the error nor `Debug` of the settings shows a key or a password, even if a missing line break has put it
/// into the value of another option. `text` is not overwritten.
pub fn settings_from_ini(text: &str, prefix: &str) -> Result<SessionSettings, ConfigError> {
    let Options { options, problem } = Options::read(text, prefix);
    let mut rules = Vec::new();
    for given in &options {
        match meaning(given) {
            Ok(meant) => rules.extend(meant.into_iter().map(|rule| (given.option, Ok(rule)))),
            Err(reason) => rules.push((given.option, Err(reason))),
        }
    }
    rules.extend(refused_together(&options, &rules));
    rules.extend(problem.map(|problem| ("", Err(problem))));
    SessionSettings::from_translated(prefix, settle(&rules))
}

type Meaning<'a> = Result<Vec<Rule<'a>>, &'static str>;

/// Returns the meaning of an option, which is empty if the option restates its only possible value.
fn meaning<'a>(given: &'a Given<'_>) -> Meaning<'a> {
    let (option, value) = (given.option, &*given.value);
    let rules = match OPTIONS.iter().find(|(names, _)| names.contains(&option)) {
        Some((_, meaning)) if !value.trim().is_empty() => meaning(value)?,
        _ => vec![Is(option, value)],
    };
    given.problem.map_or(Ok(rules), Err)
}

/// Returns the options that are refused because of other options, or because others are missing.
fn refused_together(options: &[Given<'_>], rules: &[OptionRule<'_>]) -> Vec<OptionRule<'static>> {
    let accepted = rules
        .iter()
        .filter_map(|(option, rule)| Some((*option, (*rule).ok()?)));
    let any = |is_it: &dyn Fn(&str, Rule<'_>) -> bool| {
        accepted.clone().any(|(option, rule)| is_it(option, rule))
    };
    let is = |setting| any(&|_, rule| matches!(rule, Is(name, _) if name == setting));
    let limits = |given| any(&|option, rule| option == given && matches!(rule, AtMost(..)));
    let is_endless = any(&|option, rule| option == EXPIRES && matches!(rule, Else(_, "off")));
    let is_unsaved = any(&|option, rule| option == SAVED && matches!(rule, Is(..)));
    let has_timeout = options.iter().any(|given| given.option == "timeout");
    let is_in_cookie = options
        .iter()
        .any(|given| given.option == "type" && is_cookie(&given.value));
    let is_timed = has_timeout || limits(EXPIRES) || limits(MAX_AGE);
    let refused = [
        (EXPIRES, limits(EXPIRES) && !is_in_cookie, OF_A_STORE),
        (EXPIRES, is_endless && !is("absolute_timeout"), ENDLESS),
        (
            MAX_AGE,
            limits(MAX_AGE) && !is("idle_timeout"),
            MAX_AGE_ALONE,
        ),
        (SAVED, is_unsaved && is_timed, UNSAVED),
    ];
    refused
        .into_iter()
        .filter(|(_, is_refused, _)| *is_refused)
        .map(|(option, _, reason)| (option, Err(reason)))
        .collect()
}

/// Reads a flag as Beaker does.
fn flag(value: &str) -> Result<bool, &'static str> {
    match &*value.trim().to_ascii_lowercase() {
        "true" | "yes" | "on" | "y" | "t" | "1" => Ok(true),
        "false" | "no" | "off" | "n" | "f" | "0" => Ok(false),
        _ => Err("must be `true` or `false`"),
    }
}

/// Reads an option that is always on. `why` refuses any other value.
fn only_true(value: &str, why: &'static str) -> Meaning<'static> {
    match flag(value) {
        Ok(true) => Ok(Vec::new()),
        _ => Err(why),
    }
}

/// Returns the meaning of an option that stands for this setting.
fn is<'a>(setting: &'static str, value: &'a str) -> Meaning<'a> {
    Ok(vec![Is(setting, value)])
}

fn is_cookie(of_type: &str) -> bool {
    of_type.trim().eq_ignore_ascii_case("cookie")
}

/// Reads `cookie_expires` as Beaker does.
fn cookie_expires(value: &str) -> Meaning<'_> {
    match flag(value) {
        Ok(true) => is("persistent", "false"),
        Ok(false) => Ok(vec![
            Is("persistent", "true"),
            Else("idle_timeout", "off"),
            VISITS,
        ]),
        Err(_) => max_age(value).map_err(|_| "must be `true`, `false` or a number of seconds"),
    }
}

/// Reads the lifetime of a cookie that is sent again with each visit, so that it ends this long after the last visit.
fn max_age(value: &str) -> Meaning<'_> {
    let is_number = value.trim().bytes().all(|byte| byte.is_ascii_digit());
    let rules = || {
        vec![
            Is("persistent", "true"),
            AtMost("idle_timeout", value),
            VISITS,
        ]
    };
    is_number.then(rules).ok_or("must be a number of seconds")
}

/// Beaker and Pyramid write the time of each visit by default.
const VISITS: Rule<'_> = Else("refresh_after", "always");

type OptionRow = (&'static [&'static str], for<'a> fn(&'a str) -> Meaning<'a>);

/// Options whose names or values differ from those of a setting, or that have no setting. All others are settings under
/// their own name.
#[rustfmt::skip] // The names of an option, and what becomes of it.
const OPTIONS: &[OptionRow] = &[
    (&["key", "cookie_name"], |value| is("name", value)),
    (&["cookie_path"], |value| is("path", value)),
    (&["cookie_domain", "domain"], |value| is("domain", value.strip_prefix('.').unwrap_or(value))),
    (&["samesite"], |value| is("same_site", value)),
    (&["timeout"], |value| Ok(vec![Is("idle_timeout", value), VISITS])),
    (&["reissue_time"], |value| is("refresh_after", value)),
    (&[SAVED], |value| Ok(if flag(value)? {
        vec![VISITS]
    } else {
        vec![Is("refresh_after", "on-change"), Else("idle_timeout", "off")]
    })),
    (&["set_on_exception", "cookie_on_exception"], |value| is("save_on_server_error", value)),
    (&["type"], |value| is_cookie(value).then(Vec::new).ok_or(
        "is not `cookie`, and sessions are kept nowhere else; leave it out",
    )),
    (&["auto"], |value| only_true(value,
        "cannot be turned off, because a change is saved without `save`; leave it out, and call `discard` \
         for changes that are not to be saved")),
    (&["invalidate_corrupt"], |value| only_true(value,
        "cannot be turned off, because a cookie that does not open is a new session and not an error; \
         leave it out")),
    (&["use_cookies"], |value| only_true(value,
        "cannot be turned off in a file; leave it out, and let the program build a `SessionHeader`")),
    (&[EXPIRES], cookie_expires),
    (&[MAX_AGE], max_age),
    (&["secret", "encrypt_key", "validate_key"], |_| Err(
        "is a password, and sessions are sealed with a key; make one with `EncryptionKey::generate`, put it \
         into an environment variable, and write {keys_env} with that variable's name in its place")),
    (&["data_serializer", "serializer"], |_| Err(
        "has no counterpart, because a session is MessagePack or a type of the program; leave it out")),
    (&["crypto_type", "encrypt_nonce_bits", "hashalg"], |_| Err(
        "has no counterpart, because each key names its algorithm; leave it out")),
    (&["salt"], |_| Err(
        "has no counterpart, because a session opens under its cookie's name alone; leave it out, or \
         write {context}")),
    (&["data_dir", "lock_dir", "url", "sa.url", "table_name", "memcache_module"], |_| Err(
        "has no counterpart, because nothing is stored; leave it out")),
    (&["constant_csrf_token"], |_| Err(
        "has no counterpart, because each token for a form differs; leave it out")),
];

const EXPIRES: &str = "cookie_expires";
const MAX_AGE: &str = "max_age";
const SAVED: &str = "save_accessed_time";

const OF_A_STORE: &str = "counts from the sign-in where sessions are in a store; write `type = cookie` if they are in \
    the cookie, else {absolute_timeout} with this number and {persistent} with `true` in its place";
const ENDLESS: &str = "is false, so its cookie has no end; write {absolute_timeout}, too, with the longest time that \
    a session may live";
const MAX_AGE_ALONE: &str = "does not keep a session beyond its `timeout`, which is 1200 seconds in Pyramid by \
    default; write `timeout`, too";
const UNSAVED: &str = "is false, and {idle_timeout} needs the time of each visit; leave it out, or write \
    {refresh_after} with `on-change` in its place where visitors may be signed out who only read";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_on_the_reference_page() {
        let page = include_str!("../../docs/ini.md");
        for option in OPTIONS.iter().flat_map(|(names, _)| *names) {
            assert!(page.contains(&format!("`{option}`")), "{option}");
        }
    }
}
