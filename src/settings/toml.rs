//! Settings in a TOML file.

use std::collections::HashMap;

use super::{
    SessionSettings,
    error::{Problem, SettingsError},
    value::Value,
};

impl SessionSettings {
    /// Reads the settings from a table of a TOML file. Its other tables belong to the program.
    ///
    /// A TOML parser's own error quotes the file, which may hold keys. This error names the line.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::EncryptionKey;
    /// use hardtack::SessionSettings;
    ///
    /// # let key = EncryptionKey::generate()?.expose_secret();
    /// let file = format!(r#"
    ///     port = 3000
    ///
    ///     [session]
    ///     name = "__Host-login"
    ///     keys = "{}"
    /// "#, *key);
    /// let cookie = SessionSettings::from_toml(&file, "session")?.build()?;
    /// assert_eq!(cookie.name().as_str(), "__Host-login");
    ///
    /// let error = SessionSettings::from_toml("[session]\nidel_timeout = 900", "session").unwrap_err();
    /// assert!(error.settings().eq(["session.idel_timeout"]));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`SettingsError`] if `text` is not TOML, if it has no table of this name, or if a setting is refused.
    pub fn from_toml(text: &str, table: &str) -> Result<SessionSettings, SettingsError> {
        let mut settings = SessionSettings::with_prefix(format!("{table}."));
        let tables = toml::from_str::<HashMap<String, Value>>(text);
        let mut tables = tables.map_err(|error| not_toml(text, &error))?;
        match tables.remove(table) {
            Some(Value::Table(entries)) => settings.take_all(entries),
            _ => settings.refuse(table, NO_TABLE),
        }
        settings.check().map(|()| settings)
    }
}

/// Returns the message without the lines that the parser's error quotes.
fn not_toml(text: &str, error: &toml::de::Error) -> Problem {
    let start = error.span().map_or(0, |span| span.start);
    let line_ends = text.bytes().take(start).filter(|byte| *byte == b'\n');
    let line = 1 + line_ends.count();
    Problem {
        setting: None,
        sentence: format!("line {line} is not TOML: {}", error.message()),
    }
}

const NO_TABLE: &str =
    "is no table of the file; write a line with this name in brackets above the settings";
