use std::fmt;

use super::SessionSettings;
use crate::base::{config_error::ConfigError, debug_by_display};

/// Mistakes in settings: a sentence for each, which names the setting and the way to correct it.
///
/// It shows no keys. Of other values, it shows only the place of the keys (the name of a variable, the path of a file),
/// a length, a span of time or a character.
///
/// # Examples
///
/// ```
/// use hardtack::SessionSettings;
///
/// let variables = [("APP_SESSION_SECURE", "false"), ("APP_SESSION_IDLE_TIMEOUT", "soon")];
/// let error = SessionSettings::from_variables("APP_SESSION_", variables).unwrap_err();
/// assert_eq!(
///     error.settings().collect::<Vec<_>>(),
///     ["APP_SESSION_SECURE", "APP_SESSION_IDLE_TIMEOUT"]
/// );
/// assert!(error.to_string().contains("set `APP_SESSION_DANGER_ALLOW_HTTP`"));
/// ```
#[derive(Clone)]
pub struct SettingsError {
    problems: Vec<Problem>,
}

impl SettingsError {
    /// Returns the refused settings, by their names in the source. A conflict of several settings, such as a name
    /// and a path, is not among them.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::SessionSettings;
    ///
    /// let variables = [("APP_SESSION_NAME", ""), ("APP_SESSION_COLOUR", "red")];
    /// let error = SessionSettings::from_variables("APP_SESSION_", variables).unwrap_err();
    /// assert!(error.settings().eq(["APP_SESSION_NAME", "APP_SESSION_COLOUR"]));
    /// ```
    pub fn settings(&self) -> impl Iterator<Item = &str> {
        self.problems
            .iter()
            .filter_map(|problem| problem.setting.as_deref())
    }
}

debug_by_display!(SettingsError);

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A program has other settings too.
        f.write_str("session settings: ")?;
        if let [problem] = &*self.problems {
            return f.write_str(&problem.sentence);
        }
        write!(f, "{} are refused:", self.problems.len())?;
        for problem in &self.problems {
            write!(f, "\n  {}", problem.sentence)?;
        }
        Ok(())
    }
}

// No `source`: the sentences contain those of their causes, and no cause has a source.
impl std::error::Error for SettingsError {}

impl From<ConfigError> for SettingsError {
    fn from(error: ConfigError) -> Self {
        SessionSettings::default().mistake(&error).into()
    }
}

impl From<Problem> for SettingsError {
    fn from(problem: Problem) -> Self {
        let problems = vec![problem];
        SettingsError { problems }
    }
}

/// A mistake, as a sentence that names the setting.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) setting: Option<String>,
    pub(super) sentence: String,
}

/// `Ok` without problems.
pub(super) fn refuse_any(problems: impl IntoIterator<Item = Problem>) -> Result<(), SettingsError> {
    let problems: Vec<_> = problems.into_iter().collect();
    match problems.is_empty() {
        true => Ok(()),
        false => Err(SettingsError { problems }),
    }
}
