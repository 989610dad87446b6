use std::fmt;

use super::debug_by_display;

/// An error from the builder of sessions: a setting is wrong, or settings conflict.
///
/// The message says what was found and what to do. It shows no key.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, SessionCookie};
/// use std::time::Duration;
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .idle_timeout(Duration::from_millis(500))
///     .build();
/// let error = cookie.unwrap_err();
/// assert_eq!(error.setting(), Some("idle_timeout"));
/// assert!(error.to_string().starts_with("`idle_timeout` is out of range: 500ms;"));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ConfigError {
    setting: Option<&'static str>,
    sentence: Sentence,
}

impl ConfigError {
    /// `reason` continues after the name: ``"is empty, …"``.
    pub(crate) fn new(setting: &'static str, reason: impl Into<Sentence>) -> ConfigError {
        ConfigError {
            setting: Some(setting),
            sentence: Sentence::about(setting, " ", reason.into()),
        }
    }

    /// `error` is a whole sentence, which does not name the setting.
    pub(crate) fn of(setting: &'static str, error: impl fmt::Display) -> ConfigError {
        ConfigError {
            setting: Some(setting),
            sentence: Sentence::about(setting, ": ", error.to_string().into()),
        }
    }

    /// `error` is of a cookie that `setting` describes, so its subject is no setting of the session's own cookie.
    pub(crate) fn within(setting: &'static str, error: &ConfigError) -> ConfigError {
        let mut mistake = error.sentence.clone();
        if let (Some(_), Some(subject)) = (error.setting, mistake.0.first_mut()) {
            subject.is_name = false;
        }
        ConfigError {
            setting: Some(setting),
            sentence: Sentence::about(setting, ": ", mistake),
        }
    }

    /// `sentence` says itself which setting is wrong.
    pub(crate) fn about(setting: &'static str, sentence: impl fmt::Display) -> ConfigError {
        ConfigError {
            setting: Some(setting),
            sentence: sentence.to_string().into(),
        }
    }

    /// For a conflict of several settings.
    pub(crate) fn general(sentence: impl Into<Sentence>) -> ConfigError {
        ConfigError {
            setting: None,
            sentence: sentence.into(),
        }
    }

    /// Returns the name of the setting that is wrong, which is the name of its method or parameter, such as
    /// `idle_timeout`, `name` or `keys`. Returns `None` if several settings conflict.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie};
    ///
    /// let builder = SessionCookie::encrypted(EncryptionKey::generate()?);
    /// let error = builder.clone().name("log in").build().unwrap_err();
    /// assert_eq!(error.setting(), Some("name"));
    ///
    /// let error = builder.name("__Host-login").path("/app").build().unwrap_err();
    /// assert_eq!(error.setting(), None);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn setting(&self) -> Option<&'static str> {
        self.setting
    }

    /// Returns the sentence with the name that `name` has for each setting. For hardtack-cli, whose options set them.
    #[doc(hidden)]
    #[must_use]
    pub fn naming(&self, name: impl Fn(&str) -> String) -> String {
        self.sentence.naming(name)
    }
}

debug_by_display!(ConfigError);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.naming(str::to_owned))
    }
}

// No `source`: the sentence contains that of its cause, and no cause has a source.
impl std::error::Error for ConfigError {}

/// A sentence with a place for the name of each setting, which a method, a file and a variable spell differently.
#[derive(Clone)]
pub(crate) struct Sentence(Vec<Part>);

#[derive(Clone)]
struct Part {
    text: String,
    is_name: bool,
}

impl Sentence {
    /// Reads words of a program, in which the name of a setting is in braces: ``"needs {remember_up_to}; set both"``.
    pub(crate) fn of(words: &str) -> Sentence {
        let is_name = |name: &str| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        };
        let mut pieces = words.split('{');
        let mut parts = vec![Part::text(pieces.next().unwrap_or_default())];
        for piece in pieces {
            match piece.split_once('}').filter(|(name, _)| is_name(name)) {
                Some((name, text)) => parts.extend([Part::name(name), Part::text(text)]),
                None => parts.extend([Part::text("{"), Part::text(piece)]),
            }
        }
        Sentence(parts)
    }

    fn about(setting: &str, link: &str, rest: Sentence) -> Sentence {
        let mut parts = vec![Part::name(setting), Part::text(link)];
        parts.extend(rest.0);
        Sentence(parts)
    }

    /// Returns the sentence with the name that `name` has for each setting.
    pub(crate) fn naming(&self, name: impl Fn(&str) -> String) -> String {
        let parts = self.0.iter().map(|part| match part.is_name {
            true => format!("`{}`", name(&part.text)),
            false => part.text.clone(),
        });
        parts.collect()
    }
}

impl Part {
    fn text(text: &str) -> Part {
        Part {
            text: text.to_owned(),
            is_name: false,
        }
    }

    fn name(name: &str) -> Part {
        Part {
            is_name: true,
            ..Part::text(name)
        }
    }
}

/// For a constant, which may have names in braces.
impl From<&'static str> for Sentence {
    fn from(words: &'static str) -> Sentence {
        Sentence::of(words)
    }
}

/// For text that a user may have chosen, so that it has no names.
impl From<String> for Sentence {
    fn from(text: String) -> Sentence {
        Sentence(vec![Part {
            text,
            is_name: false,
        }])
    }
}
