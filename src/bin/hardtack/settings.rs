//! The settings of an application, read from its file.

use std::{fs, path::Path};

use hardtack::SessionSettings;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::answer::Failure;

/// The table `session`, or the whole file where there is none: TOML, or JSON in a file named `.json`.
pub(crate) fn read(path: &Path) -> Result<SessionSettings, Failure> {
    let text = fs::read_to_string(path).map(Zeroizing::new);
    let text = text.map_err(|error| Failure::file("cannot read", path, error))?;
    let is_json = path
        .extension()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("json"));
    // The errors of the formats quote the file, which may have a key there.
    let settings = if is_json {
        of_json(&text)
    } else {
        of_toml(&text)
    };
    let settings =
        settings.map_err(|what| Failure::file("cannot read settings from", path, what))?;
    let checked = settings.check();
    checked.map_err(|error| Failure::file("cannot read settings from", path, error))?;
    Ok(settings)
}

fn of_toml(text: &str) -> Result<SessionSettings, String> {
    let mut file: toml::Table = toml::from_str(text).map_err(|error| {
        let end = error.span().map_or(0, |span| span.start.min(text.len()));
        let before = &text.as_bytes()[..end];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        format!("line {line} is not TOML")
    })?;
    let settings = match file.remove(TABLE) {
        Some(table) => SessionSettings::deserialize(table),
        None => SessionSettings::deserialize(file),
    };
    settings.map_err(|_| "it is not TOML".to_owned())
}

/// Reads the text twice, because a tree of values would keep only the last of two settings with one name.
fn of_json(text: &str) -> Result<SessionSettings, String> {
    #[derive(Deserialize)]
    struct File {
        session: Option<SessionSettings>,
    }
    let fail = |error: serde_json::Error| {
        if error.is_data() {
            format!(
                "`{TABLE}` is given twice or is not an object, at line {}",
                error.line()
            )
        } else {
            format!("line {} is not JSON", error.line())
        }
    };
    let file: File = serde_json::from_str(text).map_err(fail)?;
    file.session
        .map_or_else(|| serde_json::from_str(text).map_err(fail), Ok)
}

const TABLE: &str = "session";
