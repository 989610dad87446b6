//! Settings in the words of another system.

use super::{SessionSettings, error::SettingsError, value::Value};
use crate::base::config_error::Sentence;

impl SessionSettings {
    /// Reads the options of another system, each translated to a setting and its value, or refused with the reason.
    ///
    /// The name of an option comes after `prefix`, and a setting has the name and the value, as text, that
    /// `docs/settings.md` lists. A reason continues the sentence that begins with the option's name, and names
    /// a setting in braces. Errors call each setting by its option, and a setting for which no option stands by its own
    /// name after `prefix`.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::SessionSettings;
    ///
    /// let options = [
    ///     ("CookieName", Ok(("name", "wiki"))),
    ///     ("Lifetime", Ok(("absolute_timeout", "8 hours"))),
    ///     ("Persistent", Err("has no counterpart; leave it out, and write {remember_up_to}")),
    /// ];
    /// let error = SessionSettings::from_translated("Session.", options).unwrap_err();
    /// assert!(error.settings().eq(["Session.Persistent"]));
    /// assert!(error.to_string().ends_with("and write `Session.remember_up_to`"));
    ///
    /// let settings = SessionSettings::from_translated("Session.", options.into_iter().take(2))?;
    /// # let _ = settings;
    /// # Ok::<_, hardtack::settings::SettingsError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`SettingsError`] if an option is refused, if a value is not one that its setting can have, or if
    /// spans of time conflict.
    pub fn from_translated<'a>(
        prefix: &str,
        options: impl IntoIterator<Item = (&'a str, Result<(&'a str, &'a str), &'a str>)>,
    ) -> Result<SessionSettings, SettingsError> {
        let mut settings = SessionSettings::with_prefix(prefix);
        for (option, translated) in options {
            let shown = format!("{prefix}{option}");
            match translated {
                Ok((name, value)) => settings.take(name, &shown, Value::Text(value.to_owned())),
                Err(reason) => settings.refuse(&shown, Sentence::of(reason)),
            }
        }
        let (options, _) = settings.options();
        let mistakes = options.lifetime_mistakes();
        let mistakes: Vec<_> = mistakes
            .iter()
            .map(|error| settings.mistake(error))
            .collect();
        settings.problems.extend(mistakes);
        settings.check().map(|()| settings)
    }
}
