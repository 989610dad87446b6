//! The settings of an application, read from its file.

use std::{collections::BTreeMap, fs, path::Path};

use hardtack::SessionSettings;
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};
use zeroize::Zeroizing;

use crate::answer::Failure;

/// Returns the table `session`, or the whole file where there is none: TOML, or JSON in a file named `.json`.
pub(crate) fn read(path: &Path) -> Result<SessionSettings, Failure> {
    let text = fs::read_to_string(path).map(Zeroizing::new);
    let text = text.map_err(|error| Failure::file("cannot read", path, error))?;
    let is_json = path
        .extension()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("json"));
    let found = find(&text, is_json);
    found.map_err(|error| Failure::file("cannot read settings from", path, error))
}

/// The text is read several times, because a tree of values would keep only the last of two settings with one name.
#[derive(Deserialize)]
struct File {
    session: Option<SessionSettings>,
}

type Names = BTreeMap<String, IgnoredAny>;

fn find(text: &str, is_json: bool) -> Result<SessionSettings, String> {
    if let Some(settings) = parse::<File>(text, is_json)?.session {
        let checked = settings.check().map(|()| settings);
        return checked.map_err(|error| error.to_string());
    }
    if parse::<Names>(text, is_json).is_ok_and(|names| names.is_empty()) {
        return Err("there is neither a table `session` nor a setting".to_owned());
    }
    let settings: SessionSettings = parse(text, is_json)?;
    let checked = settings.check().map(|()| settings);
    checked.map_err(|error| format!("there is no table `session`, and {error}"))
}

/// The errors of the formats quote the file, which may have a key there, so only the line is told.
fn parse<T: DeserializeOwned>(text: &str, is_json: bool) -> Result<T, String> {
    if is_json {
        return serde_json::from_str(text).map_err(|error| match error.line() {
            line if error.is_data() => {
                format!("`session` is given twice or is not an object, at line {line}")
            }
            line => format!("line {line} is not JSON"),
        });
    }
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line_ends = text.bytes().take(start).filter(|byte| *byte == b'\n');
        let line = 1 + line_ends.count();
        format!("line {line} is not TOML, the format of every file that is not named `.json`")
    })
}
