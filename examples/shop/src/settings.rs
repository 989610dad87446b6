//! The file `shop.toml`.

use std::{
    error::Error,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use hardtack::{SessionSettings, settings::parse_duration};
use serde::{Deserialize, Deserializer, de};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub listen: SocketAddr,
    pub database: PathBuf,
    #[serde(deserialize_with = "duration")]
    pub check_users_every: Duration,
    pub session: SessionSettings,
}

impl Settings {
    pub fn read(file: &Path) -> Result<Settings, Box<dyn Error>> {
        let text =
            fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let settings = toml::from_str(&text);
        let mut settings: Settings =
            settings.map_err(|error| format!("{}: {}", file.display(), error.message()))?;
        settings.database = file.with_file_name(&settings.database);
        Ok(settings)
    }
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text)
        .ok_or_else(|| de::Error::custom(format!("`{text}` is not a duration, such as 60s")))
}
