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
    /// Text between the setting and the reason. `None`: the reason is a whole sentence.
    link: Option<&'static str>,
    reason: String,
}

impl ConfigError {
    /// `reason` continues after the name: ``"is empty, …"``.
    pub(crate) fn new(setting: &'static str, reason: impl fmt::Display) -> ConfigError {
        ConfigError {
            setting: Some(setting),
            link: Some(" "),
            reason: reason.to_string(),
        }
    }

    /// `error` is a whole sentence, which does not name the setting.
    pub(crate) fn of(setting: &'static str, error: impl fmt::Display) -> ConfigError {
        ConfigError {
            link: Some(": "),
            ..ConfigError::new(setting, error)
        }
    }

    /// `error` is of a cookie that `setting` describes, so its subject is no setting of the session's own cookie.
    pub(crate) fn within(setting: &'static str, error: &ConfigError) -> ConfigError {
        match (error.setting, error.link) {
            (Some(subject), Some(link)) => {
                ConfigError::of(setting, format_args!("{subject}{link}{}", error.reason))
            }
            _ => ConfigError::of(setting, &error.reason),
        }
    }

    /// `sentence` says itself which setting is wrong.
    pub(crate) fn about(setting: &'static str, sentence: impl fmt::Display) -> ConfigError {
        ConfigError {
            link: None,
            ..ConfigError::new(setting, sentence)
        }
    }

    /// For a conflict of several settings.
    pub(crate) fn general(sentence: impl fmt::Display) -> ConfigError {
        ConfigError {
            setting: None,
            link: None,
            reason: sentence.to_string(),
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
}

debug_by_display!(ConfigError);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(setting), Some(link)) = (self.setting, self.link) {
            write!(f, "`{setting}`{link}")?;
        }
        f.write_str(&self.reason)
    }
}

// No `source`: the sentence contains that of its cause, and no cause has a source.
impl std::error::Error for ConfigError {}
