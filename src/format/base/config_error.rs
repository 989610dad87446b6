use std::fmt;

use super::debug_by_display;

/// Error from settings that are wrong or conflict, in a builder or from outside the program. One error can list
/// several mistakes; some are found only after the others are corrected.
///
/// The message has a sentence for each mistake, which in most cases says what to do. It shows no key. From settings
/// outside the program, it shows names (of settings, and of the variables and files with the keys), ids and times of
/// keys, durations, numbers and single characters, but no other text from them.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, SessionCookie};
/// use std::time::Duration;
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .idle_timeout(Duration::from_millis(500))
///     .clock_skew(Duration::from_secs(600))
///     .build();
/// let error = cookie.unwrap_err();
/// assert!(error.settings().eq(["idle_timeout", "clock_skew"]));
/// assert!(error.to_string().starts_with("2 settings are refused:\n  `idle_timeout` is 500ms;"));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ConfigError {
    /// First words of a message about settings from outside the program, because it has other settings too.
    subject: &'static str,
    /// Never empty.
    mistakes: Vec<Mistake>,
}

/// A mistake: its setting, if it is about a single one, and a whole sentence.
#[derive(Clone)]
struct Mistake {
    setting: Option<String>,
    sentence: Sentence,
}

impl ConfigError {
    /// Makes an error about `setting`. `reason` continues after its name: ``"is empty, …"``.
    pub(crate) fn new(setting: &'static str, reason: impl Into<Sentence>) -> ConfigError {
        ConfigError::with_sentence(setting, reason.into().after(setting, " "))
    }

    /// Makes an error about `setting`. `error` is a whole sentence that does not name the setting.
    pub(crate) fn with_cause(setting: &'static str, error: impl Into<Sentence>) -> ConfigError {
        ConfigError::with_sentence(setting, error.into().after(setting, ": "))
    }

    /// Makes an error about `setting`. `sentence` needs no subject.
    pub(crate) fn with_sentence(
        setting: impl Into<String>,
        sentence: impl Into<Sentence>,
    ) -> ConfigError {
        ConfigError::single(Some(setting.into()), sentence.into())
    }

    /// Makes an error that is not about a single setting, such as a conflict.
    pub(crate) fn without_setting(sentence: impl Into<Sentence>) -> ConfigError {
        ConfigError::single(None, sentence.into())
    }

    fn single(setting: Option<String>, sentence: Sentence) -> ConfigError {
        ConfigError {
            subject: "",
            mistakes: vec![Mistake { setting, sentence }],
        }
    }

    /// Joins all errors to one, if there are any.
    pub(crate) fn join(errors: impl IntoIterator<Item = ConfigError>) -> Result<(), ConfigError> {
        let all = errors.into_iter().reduce(|mut all, error| {
            all.mistakes.extend(error.mistakes);
            all
        });
        all.map_or(Ok(()), Err)
    }

    /// Returns the same error, whose message begins with `subject`.
    pub(crate) fn with_subject(self, subject: &'static str) -> ConfigError {
        ConfigError { subject, ..self }
    }

    /// Returns the error with each setting's name spelled by `name`, for a source or a command line that spells it
    /// differently.
    #[must_use]
    pub fn with_names(&self, name: impl Fn(&str) -> String) -> ConfigError {
        let mistakes = self.mistakes.iter().map(|mistake| Mistake {
            setting: mistake.setting.as_deref().map(&name),
            sentence: mistake.sentence.spelled(&name).into(),
        });
        ConfigError {
            subject: "",
            mistakes: mistakes.collect(),
        }
    }

    /// Returns `true` if a single setting is wrong by itself.
    pub(crate) fn is_about_one(&self) -> bool {
        let [Mistake { setting, sentence }] = &self.mistakes[..] else {
            return false;
        };
        let mut names = 0;
        sentence.spelled(|_| {
            names += 1;
            String::new()
        });
        setting.is_some() && names == 1
    }

    /// Returns the names of the wrong settings: the names of methods or parameters, such as `idle_timeout`, `name` or
    /// `keys`, or the names in their source. A mistake that is not about a single setting is not listed, such as some
    /// conflicts.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, SessionSettings};
    ///
    /// let builder = SessionCookie::encrypted(EncryptionKey::generate()?);
    /// let error = builder.clone().name("log in").build().unwrap_err();
    /// assert!(error.settings().eq(["name"]));
    /// let error = builder.name("__Host-login").path("/app").build().unwrap_err();
    /// assert_eq!(error.settings().next(), None);
    ///
    /// let variables = [("APP_SESSION_NAME", ""), ("APP_SESSION_COLOUR", "red")];
    /// let error = SessionSettings::from_variables("APP_SESSION_", variables).unwrap_err();
    /// assert!(error.settings().eq(["APP_SESSION_NAME", "APP_SESSION_COLOUR"]));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn settings(&self) -> impl Iterator<Item = &str> {
        let mistakes = self.mistakes.iter();
        mistakes.filter_map(|mistake| mistake.setting.as_deref())
    }
}

debug_by_display!(ConfigError);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.subject)?;
        let spelled = |mistake: &Mistake| mistake.sentence.spelled(str::to_owned);
        if let [one] = &self.mistakes[..] {
            return f.write_str(&spelled(one));
        }
        write!(f, "{} ", self.mistakes.len())?;
        if self.subject.is_empty() {
            f.write_str("settings ")?;
        }
        f.write_str("are refused:")?;
        let mut mistakes = self.mistakes.iter();
        mistakes.try_for_each(|mistake| write!(f, "\n  {}", spelled(mistake)))
    }
}

// It has no `source`: its sentences contain the messages of their causes, without the sources of a `KeyError`.
impl std::error::Error for ConfigError {}

/// Sentence with names of settings in braces, because a method, a file and a variable spell them differently:
/// ``"needs {remember_up_to}; set both"``. Any other `{` is doubled.
#[derive(Clone)]
pub(crate) struct Sentence(String);

impl Sentence {
    /// Reads a sentence of the program's code, in which no `{` is doubled.
    pub(crate) fn of(words: &str) -> Sentence {
        let mut pieces = words.split('{');
        let mut sentence = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let is_name = piece.split_once('}').is_some_and(|(name, _)| is_name(name));
            sentence.push_str(if is_name { "{" } else { "{{" });
            sentence.push_str(piece);
        }
        Sentence(sentence)
    }

    fn after(self, setting: &str, link: &str) -> Sentence {
        Sentence(format!("{{{setting}}}{link}{}", self.0))
    }

    /// Returns the sentence with each setting's name spelled by `name`.
    pub(crate) fn spelled(&self, mut name: impl FnMut(&str) -> String) -> String {
        let mut spelled = String::new();
        let mut rest = &*self.0;
        while let Some((before, piece)) = rest.split_once('{') {
            spelled.push_str(before);
            (rest, spelled) = match piece.strip_prefix('{') {
                Some(after) => (after, spelled + "{"),
                None => {
                    let (setting, after) = piece.split_once('}').unwrap_or_default();
                    (after, spelled + &format!("`{}`", name(setting)))
                }
            };
        }
        spelled + rest
    }
}

fn is_name(text: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    !text.is_empty() && text.bytes().all(is_of_name)
}

/// Takes a constant, which may have names in braces.
impl From<&'static str> for Sentence {
    fn from(words: &'static str) -> Sentence {
        Sentence::of(words)
    }
}

/// Takes text that a user may have chosen, so its braces are not names.
impl From<String> for Sentence {
    fn from(text: String) -> Sentence {
        Sentence(text.replace('{', "{{"))
    }
}

/// Takes the first mistake about another cookie, which a setting such as `formerly` describes. The mistake is not about
/// a setting of the session's own cookie, so it keeps only its text.
impl From<&ConfigError> for Sentence {
    fn from(error: &ConfigError) -> Sentence {
        let Mistake { setting, sentence } = &error.mistakes[0];
        let subject = setting.as_deref().unwrap_or_default();
        Sentence(sentence.0.replacen(&format!("{{{subject}}}"), subject, 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shout(sentence: impl Into<Sentence>) -> String {
        sentence.into().spelled(str::to_uppercase)
    }

    #[test]
    fn a_name_in_braces_is_written_as_its_reader_knows_it() {
        for (words, spelled) in [
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
            assert_eq!(shout(words), spelled);
        }
    }

    #[test]
    fn text_of_a_user_has_no_names() {
        assert_eq!(shout("{name} and `name`".to_owned()), "{name} and `name`");
        let error = ConfigError::with_cause("name", "{path}".to_owned());
        assert_eq!(
            error.with_names(str::to_uppercase).to_string(),
            "`NAME`: {path}"
        );
        assert_eq!(error.to_string(), "`name`: {path}");
    }

    #[test]
    fn the_subject_of_another_cookie_is_no_setting() {
        let error = ConfigError::new("path", "is not allowed with {domain}");
        let error = ConfigError::with_cause("formerly", &error);
        let spelled = "`FORMERLY`: path is not allowed with `DOMAIN`";
        assert_eq!(error.with_names(str::to_uppercase).to_string(), spelled);
    }
}
