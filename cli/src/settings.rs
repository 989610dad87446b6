//! The settings of an application, read from its file.

use std::{fmt::Display, fs, path::Path};

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
    let fail = |error: &dyn Display| Failure::file("cannot read settings from", path, error);
    let settings = if is_json {
        of_json(&text)
    } else {
        of_toml(&text)
    };
    let settings = settings.map_err(|error| fail(&error))?;
    settings.check().map_err(|error| fail(&error))?;
    Ok(settings)
}

/// The text is read twice, because a tree of values would keep only the last of two settings with one name.
#[derive(Deserialize)]
struct File {
    session: Option<SessionSettings>,
}

// The errors of the formats quote the file, which may have a key there.

fn of_toml(text: &str) -> Result<SessionSettings, String> {
    let fail = |error: toml::de::Error| {
        let end = error.span().map_or(0, |span| span.start.min(text.len()));
        let before = &text.as_bytes()[..end];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        format!("line {line} is not TOML")
    };
    let file: File = toml::from_str(text).map_err(fail)?;
    let whole = || toml::from_str(text).map_err(fail);
    file.session.map_or_else(whole, Ok)
}

fn of_json(text: &str) -> Result<SessionSettings, String> {
    let fail = |error: serde_json::Error| match error.line() {
        line if error.is_data() => {
            format!("`session` is given twice or is not an object, at line {line}")
        }
        line => format!("line {line} is not JSON"),
    };
    let file: File = serde_json::from_str(text).map_err(fail)?;
    let whole = || serde_json::from_str(text).map_err(fail);
    file.session.map_or_else(whole, Ok)
}
