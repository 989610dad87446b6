use std::{fmt, mem};

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
        ConfigError::about(setting, Sentence::about(setting, " ", reason.into()))
    }

    /// `error` is a whole sentence, which does not name the setting.
    pub(crate) fn of(setting: &'static str, error: impl fmt::Display) -> ConfigError {
        ConfigError::about(
            setting,
            Sentence::about(setting, ": ", error.to_string().into()),
        )
    }

    /// `error` is of a cookie that `setting` describes, so its subject is no setting of the session's own cookie.
    pub(crate) fn within(setting: &'static str, error: &ConfigError) -> ConfigError {
        let mistake = error.sentence.clone();
        let mistake = match error.setting {
            Some(_) => mistake.with_plain_subject(),
            None => mistake,
        };
        ConfigError::about(setting, Sentence::about(setting, ": ", mistake))
    }

    /// `sentence` says itself which setting is wrong.
    pub(crate) fn about(setting: &'static str, sentence: impl Into<Sentence>) -> ConfigError {
        ConfigError {
            setting: Some(setting),
            ..ConfigError::general(sentence)
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

/// A sentence with a place for the name of each setting, which a method, a file and a variable spell differently: text
/// and names, by turns.
#[derive(Clone)]
pub(crate) struct Sentence(Vec<String>);

impl Sentence {
    /// Reads words of a program, in which the name of a setting is in braces: ``"needs {remember_up_to}; set both"``.
    pub(crate) fn of(words: &str) -> Sentence {
        let is_of_name = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        let is_name = |name: &str| !name.is_empty() && name.bytes().all(is_of_name);
        let mut pieces = words.split('{');
        let mut text = pieces.next().unwrap_or_default().to_owned();
        let mut turns = Vec::new();
        for piece in pieces {
            if let Some((name, rest)) = piece.split_once('}')
                && is_name(name)
            {
                turns.extend([mem::replace(&mut text, rest.to_owned()), name.to_owned()]);
            } else {
                text.push('{');
                text.push_str(piece);
            }
        }
        turns.push(text);
        Sentence(turns)
    }

    fn about(setting: &str, link: &str, rest: Sentence) -> Sentence {
        let mut rest = rest.0.into_iter();
        let text = link.to_owned() + &rest.next().unwrap_or_default();
        let turns = [String::new(), setting.to_owned(), text];
        Sentence(turns.into_iter().chain(rest).collect())
    }

    /// Returns the same sentence, in which the name that it begins with is text.
    fn with_plain_subject(mut self) -> Sentence {
        let subject: String = self.0.drain(..self.0.len().min(3)).collect();
        self.0.insert(0, subject);
        self
    }

    /// Returns the sentence with the name that `name` has for each setting.
    pub(crate) fn naming(&self, name: impl Fn(&str) -> String) -> String {
        let turns = self.0.iter().enumerate();
        let pieces = turns.map(|(turn, piece)| match turn % 2 {
            0 => piece.clone(),
            _ => format!("`{}`", name(piece)),
        });
        pieces.collect()
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
        Sentence(vec![text])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shout(sentence: impl Into<Sentence>) -> String {
        sentence.into().naming(str::to_uppercase)
    }

    #[test]
    fn a_name_in_braces_is_written_as_its_reader_knows_it() {
        for (words, told) in [
            ("{name}", "`NAME`"),
            (
                "set {path} or {idle_timeout}, too",
                "set `PATH` or `IDLE_TIMEOUT`, too",
            ),
            (
                "a table like `{ path = \"/\" }`, or {formerly}",
                "a table like `{ path = \"/\" }`, or `FORMERLY`",
            ),
            (
                "{open {name} {Name} {} {a b} }",
                "{open `NAME` {Name} {} {a b} }",
            ),
            ("`name`", "`name`"),
            ("", ""),
        ] {
            assert_eq!(shout(words), told);
        }
    }

    #[test]
    fn text_of_a_user_has_no_names() {
        assert_eq!(shout("{name} and `name`".to_owned()), "{name} and `name`");
        let error = ConfigError::of("name", "{path}");
        assert_eq!(error.naming(str::to_uppercase), "`NAME`: {path}");
        assert_eq!(error.to_string(), "`name`: {path}");
    }

    #[test]
    fn the_subject_of_another_cookie_is_no_setting() {
        let error = ConfigError::new("path", "is not allowed with {domain}");
        let error = ConfigError::within("formerly", &error);
        let told = "`FORMERLY`: path is not allowed with `DOMAIN`";
        assert_eq!(error.naming(str::to_uppercase), told);
    }
}
