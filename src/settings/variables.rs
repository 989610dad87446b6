//! Settings in environment variables.

use std::{env, ffi::OsString};

use super::{SessionSettings, error::SettingsError, value::Value};

impl SessionSettings {
    /// Reads the environment variables whose names begin with `prefix`: with `APP_SESSION_`,
    /// `APP_SESSION_IDLE_TIMEOUT` is `idle_timeout`, and `APP_SESSION_KEYS` has the keys.
    ///
    /// A variable with the prefix that is not a setting is refused, so choose a prefix that nothing else uses.
    /// `SESSION_MANAGER`, which X11 desktops set, is ignored.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use hardtack::SessionSettings;
    ///
    /// let cookie = SessionSettings::from_env_prefix("APP_SESSION_")?.build()?;
    /// # Ok::<_, hardtack::settings::SettingsError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`SettingsError`], which names every refused variable.
    pub fn from_env_prefix(prefix: &str) -> Result<SessionSettings, SettingsError> {
        SessionSettings::from_variables(prefix, env::vars_os())
    }

    /// Like [`from_env_prefix`](Self::from_env_prefix), with the names and values of `variables` instead of the
    /// environment.
    ///
    /// The context is written `label=value, label=value`, and `formerly` as
    /// `path=/app domain=example.com, path=/shop`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::EncryptionKey;
    /// use hardtack::SessionSettings;
    ///
    /// # let key = EncryptionKey::generate()?.expose_secret();
    /// let variables = [
    ///     ("APP_SESSION_NAME", "__Host-login"),
    ///     ("APP_SESSION_IDLE_TIMEOUT", "15m"),
    ///     ("APP_SESSION_CONTEXT", "stage=live, tenant=acme"),
    ///     ("APP_SESSION_KEYS", &**key),
    ///     ("PATH", "/bin"),
    /// ];
    /// let cookie = SessionSettings::from_variables("APP_SESSION_", variables)?.build()?;
    /// assert_eq!(cookie.name().as_str(), "__Host-login");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`SettingsError`], which names every refused variable.
    pub fn from_variables(
        prefix: &str,
        variables: impl IntoIterator<Item = (impl Into<OsString>, impl Into<OsString>)>,
    ) -> Result<SessionSettings, SettingsError> {
        let mut settings = SessionSettings::with_prefix(prefix);
        settings.is_in_capitals = true;
        for (variable, value) in variables {
            let variable = variable.into();
            let variable = variable.to_string_lossy();
            let name = variable.strip_prefix(prefix);
            let Some(name) = name.filter(|_| variable != X11_SESSION_MANAGER) else {
                continue;
            };
            let name = name.to_ascii_lowercase();
            match value.into().into_string() {
                Ok(text) => settings.take(&name, &variable, Value::Text(text)),
                Err(_) => settings.refuse(&variable, "is not UTF-8"),
            }
        }
        settings.check().map(|()| settings)
    }
}

/// Set by X11 session managers for the programs that they start.
const X11_SESSION_MANAGER: &str = "SESSION_MANAGER";
