//! The settings of an application, read from its file.

use std::{collections::BTreeMap, fmt::Display, fs, path::Path};

use hardtack::SessionSettings;
use serde::{Deserialize, de::IgnoredAny};
use zeroize::Zeroizing;

use crate::answer::Failure;

/// Returns the table `session`, or the whole file where there is none: TOML, or JSON in a file named `.json`.
pub(crate) fn read(path: &Path) -> Result<SessionSettings, Failure> {
    let text = fs::read_to_string(path).map(Zeroizing::new);
    let text = text.map_err(|error| Failure::file("cannot read", path, error))?;
    let is_json = path
        .extension()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("json"));
    let fail = |error: &dyn Display| Failure::file("cannot read settings from", path, error);
    let found = if is_json {
        of_json(&text)
    } else {
        of_toml(&text)
    };
    match found.map_err(|error| fail(&error))? {
        Found::Table(settings) => {
            settings.check().map_err(|error| fail(&error))?;
            Ok(settings)
        }
        Found::WholeFile(settings) => {
            let checked = settings.check();
            checked.map_err(|error| fail(&format!("there is no table `session`, and {error}")))?;
            Ok(settings)
        }
        Found::Nothing => Err(fail(&"there is neither a table `session` nor a setting")),
    }
}

enum Found {
    /// The table `session`.
    Table(SessionSettings),
    WholeFile(SessionSettings),
    Nothing,
}

/// The text is read several times, because a tree of values would keep only the last of two settings with one name.
#[derive(Deserialize)]
struct File {
    session: Option<SessionSettings>,
}

type Names = BTreeMap<String, IgnoredAny>;

// The errors of the formats quote the file, which may have a key there.

fn of_toml(text: &str) -> Result<Found, String> {
    let fail = |error: toml::de::Error| {
        let end = error.span().map_or(0, |span| span.start.min(text.len()));
        let before = &text.as_bytes()[..end];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        format!("line {line} is not TOML, the format of every file that is not named `.json`")
    };
    let file: File = toml::from_str(text).map_err(fail)?;
    let is_empty = || toml::from_str(text).is_ok_and(|names: Names| names.is_empty());
    match file.session {
        Some(settings) => Ok(Found::Table(settings)),
        None if is_empty() => Ok(Found::Nothing),
        None => toml::from_str(text).map(Found::WholeFile).map_err(fail),
    }
}

fn of_json(text: &str) -> Result<Found, String> {
    let fail = |error: serde_json::Error| match error.line() {
        line if error.is_data() => {
            format!("`session` is given twice or is not an object, at line {line}")
        }
        line => format!("line {line} is not JSON"),
    };
    let file: File = serde_json::from_str(text).map_err(fail)?;
    let is_empty = || serde_json::from_str(text).is_ok_and(|names: Names| names.is_empty());
    match file.session {
        Some(settings) => Ok(Found::Table(settings)),
        None if is_empty() => Ok(Found::Nothing),
        None => serde_json::from_str(text)
            .map(Found::WholeFile)
            .map_err(fail),
    }
}
