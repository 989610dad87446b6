//! The settings files of Beaker, Pylons and Pyramid.

use super::{
    SessionSettings,
    error::SettingsError,
    value::{Refusal, Value},
};
use crate::{
    carrier::{DEFAULT_ABSOLUTE, DEFAULT_IDLE},
    state::RefreshAfter,
};

impl SessionSettings {
    /// Reads the options of Beaker, Pylons or Pyramid from an ini file: the lines that begin with
    /// `prefix`, which is `beaker.session.` or `session.`, in any section.
    ///
    /// What an option meant is kept or refused, never dropped: the error names every refused one and says
    /// why. The settings of this crate may stand under the same prefix; `keys_env` takes the place of the
    /// passwords. What is not said has the default of this crate, not of the earlier system.
    ///
    /// | Option | Here |
    /// |---|---|
    /// | `key`, `cookie_name` | `name` |
    /// | `cookie_domain`, `domain` | `domain`, without a leading dot |
    /// | `cookie_path`, `path` | `path` |
    /// | `timeout` | `idle_timeout`, in seconds; more than 12 hours need an `absolute_timeout` as long |
    /// | `reissue_time` | `refresh_after`: `0` is `always`, else a span in seconds, at most half of `timeout` |
    /// | `samesite` | `same_site` |
    /// | `secure`, `httponly` | `true` is so in any case; `false` is refused |
    /// | `save_accessed_time` | `true` is the default; `false` is `refresh_after = on-change`, as in Beaker the time is saved with a change then. With `timeout` it is refused, as by Beaker |
    /// | `set_on_exception`, `cookie_on_exception` | `save_on_server_error` |
    /// | `type` | `cookie` is so in any case; others are refused |
    /// | `auto` | `true` is so in any case; `false` is refused, since a change needs no `save` |
    /// | `invalidate_corrupt` | `true` is so in any case; `false` is refused, since no cookie makes a request fail |
    /// | `use_cookies` | `true` is so in any case; `false` is refused, there is [`SessionHeader`](crate::SessionHeader) |
    /// | `cookie_expires` | `true` is so in any case; others are refused, there are `remember_up_to` and [`remember_for`](crate::Session::remember_for) |
    /// | `max_age` | refused likewise |
    /// | `secret`, `encrypt_key`, `validate_key` | refused: they are passwords, and here are keys |
    /// | `data_serializer`, `serializer` | refused: sessions are MessagePack, or a type of yours |
    /// | `crypto_type`, `encrypt_nonce_bits`, `hashalg` | refused: the key says the algorithm |
    /// | `salt` | refused: the cookie's name has that part, and `context` |
    /// | `data_dir`, `lock_dir`, `url`, and all others | refused: nothing is stored |
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
    /// [`SettingsError`], which names every option that is refused; or if no line begins with `prefix`.
    pub fn from_ini(text: &str, prefix: &str) -> Result<SessionSettings, SettingsError> {
        let mut settings = SessionSettings::default();
        let (mut timeout, mut unsaved, mut reissue) = (None, None, None);
        let options = options(text, prefix);
        if options.is_empty() {
            settings.refuse(
                prefix,
                "begins no line, give the prefix that the options have",
            );
        }
        for (option, value) in options {
            let shown = format!("{prefix}{option}");
            match &*option {
                "timeout" => timeout = Some(shown.clone()),
                "reissue_time" => reissue = Some(shown.clone()),
                "save_accessed_time" => unsaved = Some(shown.clone()),
                _ => {}
            }
            match here(&option, Value::Text(value)) {
                Ok(Some((name, value))) => settings.take(name, &shown, value),
                Ok(None) => {}
                Err(refusal) => settings.refuse(&shown, refusal),
            }
        }
        if let Some(shown) = &timeout
            && let Some(Some(idle)) = settings.idle_timeout
            && idle > settings.absolute_timeout.unwrap_or(DEFAULT_ABSOLUTE)
        {
            settings.refuse(shown, LONG_TIMEOUT);
        }
        if let (Some(_), Some(shown), Some(RefreshAfter::OnChange)) =
            (timeout, unsaved, settings.refresh_after)
        {
            settings.refuse(&shown, UNSAVED_WITH_TIMEOUT);
        }
        if let (Some(shown), Some(RefreshAfter::Span(span))) = (reissue, settings.refresh_after) {
            let idle = settings.idle_timeout.unwrap_or(Some(DEFAULT_IDLE));
            if idle.is_some_and(|idle| span > idle / 2) {
                settings.refuse(&shown, LATE_REISSUE);
            }
        }
        settings.checked()
    }
}

/// What an option is here: a setting and its value, or nothing, where it says what is so in any case.
fn here(option: &str, value: Value) -> Result<Option<(&str, Value)>, Refusal> {
    if value.is_empty() {
        return Ok(Some((option, value)));
    }
    let true_or = |value: Value, refusal| match value.flag() {
        Ok(true) => Ok(None),
        _ => Err(refusal),
    };
    Ok(Some(match option {
        "key" | "cookie_name" => ("name", value),
        "cookie_domain" | "domain" => {
            let domain = value.text()?;
            let domain = domain.strip_prefix('.').unwrap_or(&domain);
            ("domain", Value::Text(domain.to_owned()))
        }
        "cookie_path" => ("path", value),
        "samesite" => ("same_site", value),
        "timeout" => ("idle_timeout", Value::Integer(seconds(value)?)),
        "reissue_time" => match seconds(value)? {
            0 => ("refresh_after", Value::Text("always".to_owned())),
            span => ("refresh_after", Value::Integer(span)),
        },
        "save_accessed_time" => {
            if value.flag()? {
                return Ok(None);
            }
            ("refresh_after", Value::Text("on-change".to_owned()))
        }
        "set_on_exception" | "cookie_on_exception" => ("save_on_server_error", value),
        "type" => {
            let () = value.choice(&[("cookie", ())], OTHER_TYPE)?;
            return Ok(None);
        }
        "auto" => return true_or(value, NOT_AUTO),
        "invalidate_corrupt" => return true_or(value, NOT_INVALIDATED),
        "use_cookies" => return true_or(value, NO_COOKIES),
        "cookie_expires" => return true_or(value, EXPIRES),
        "max_age" => return Err(EXPIRES),
        "secret" | "encrypt_key" | "validate_key" => return Err(PASSWORD),
        "data_serializer" | "serializer" => return Err(SERIALIZER),
        "crypto_type" | "encrypt_nonce_bits" | "hashalg" => return Err(ALGORITHM),
        "salt" => return Err(SALT),
        "data_dir" | "lock_dir" | "url" => return Err(STORE),
        _ => (option, value),
    }))
}

fn seconds(value: Value) -> Result<u64, Refusal> {
    let text = value.text()?;
    text.trim().parse().map_err(|_| NO_SECONDS)
}

/// The options after `prefix` and their values, as Python's `configparser` takes a file apart: a line that
/// is indented deeper than its option goes on with its value.
fn options(text: &str, prefix: &str) -> Vec<(String, String)> {
    let mut options: Vec<(String, String)> = Vec::new();
    // The indent of the option that goes on, and whether it is one of ours.
    let mut current = None;
    for line in text.trim_start_matches('\u{feff}').lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        if let Some((of_option, is_ours)) = current
            && indent > of_option
        {
            if is_ours && let Some((_, value)) = options.last_mut() {
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

const NO_SECONDS: Refusal =
    "is no number of seconds, give one, or write `idle_timeout` or `refresh_after` in its place";
const UNSAVED_WITH_TIMEOUT: Refusal = "is false, and a `timeout` needs the time of each visit; leave \
    it out, or write `refresh_after = on-change` in its place where visitors may be signed out who only read";
const LONG_TIMEOUT: Refusal = "is longer than `absolute_timeout` (12 hours where it is not written), which \
    ends every session before; write `absolute_timeout` with at least the same span, such as `7d`, or a \
    shorter one here";
const LATE_REISSUE: Refusal = "is longer than half of `timeout` (or of 30 minutes without one), so \
    active visitors would be signed out; choose at most half";
const OTHER_TYPE: Refusal = "is not `cookie`, and sessions are kept nowhere else; leave it out";
const NOT_AUTO: Refusal = "cannot be turned off, since a change is saved without `save`; leave it out, and call `discard` for what is not to be saved";
const NOT_INVALIDATED: Refusal = "cannot be turned off, since a cookie that does not open is a new session and no error; leave it out";
const NO_COOKIES: Refusal = "cannot be turned off in a file; leave it out, and let the program build a `SessionHeader` or a `SessionToken`";
const EXPIRES: Refusal = "has nothing like it, since a cookie ends with the browser's session unless \
    the program calls `remember_for`; leave it out, and write `remember_up_to` with the longest time, or \
    `absolute_timeout` for a deadline";
const PASSWORD: Refusal = "is a password, and sessions are sealed with a key; make one with \
    `EncryptionKey::generate`, put it into an environment variable, and write `keys_env` with that \
    variable's name in its place";
const SERIALIZER: Refusal =
    "has nothing like it, since a session is MessagePack or a type of the program; leave it out";
const ALGORITHM: Refusal = "has nothing like it, since each key says its algorithm; leave it out";
const SALT: Refusal = "has nothing like it, since a session opens under its cookie's name alone; leave it out, or write `context`";
const STORE: Refusal = "has nothing like it, since nothing is stored; leave it out";
