//! Settings in layers: a later one replaces those of an earlier one.

use super::SessionSettings;

impl SessionSettings {
    /// Replaces settings with those of a later layer. A source of keys in `later` takes the place of every source in
    /// these settings, so a file may have `keys_file`, and a variable that overrides it `keys`.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::SessionSettings;
    /// use std::time::Duration;
    ///
    /// let base: SessionSettings = serde_json::from_str(r#"{"absolute_timeout": "8h", "idle_timeout": "off"}"#)?;
    /// let here: SessionSettings = serde_json::from_str(r#"{"absolute_timeout": "1h"}"#)?;
    /// let settings = base.overridden_by(here);
    /// assert_eq!(settings.key_overlap()?, Duration::from_secs(3_660));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn overridden_by(mut self, later: SessionSettings) -> SessionSettings {
        if later.keys().is_some() {
            self.entries.retain(|_, entry| !entry.is_source_of_keys());
        }
        self.entries.extend(later.entries);
        self.problems.extend(later.problems);
        self
    }
}
