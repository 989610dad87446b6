//! Settings of an application, read from its files and the environment.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};

use clap::Args;
use hardtack::{SessionSettings, packages::line_at};
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::{Value, json};
use yaml_rust2::{
    ScanError, Yaml, YamlLoader,
    parser::{Event, Parser},
};

use crate::{
    output::{Failure, argument},
    source,
};

/// Options for the application's settings. Later layers override earlier ones.
#[derive(Args)]
pub(crate) struct Layers {
    /// The application's settings: a TOML file, JSON if named `.json`, YAML if named `.yaml` or `.yml`. May be repeated
    #[arg(id = "settings", long = "settings", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The prefix of environment variables with settings, which override the files
    #[arg(long = "settings-env", value_name = "PREFIX")]
    prefix: Option<String>,
}

impl Layers {
    /// Returns `None` if no layer was given.
    pub(crate) fn read(&self) -> Result<Option<SessionSettings>, Failure> {
        let variables = self.prefix.as_deref().map(read_variables);
        let layers: Vec<_> = self
            .files
            .iter()
            .map(|path| read(path))
            .chain(variables)
            .collect::<Result<_, _>>()?;
        Ok(layers.into_iter().reduce(SessionSettings::overridden_by))
    }

    /// Returns the options for another command line, each after a space.
    pub(crate) fn repeated(&self) -> String {
        let files = self
            .files
            .iter()
            .map(|path| format!(" --settings {}", argument(&path.to_string_lossy())));
        let prefix = self
            .prefix
            .iter()
            .map(|prefix| format!(" --settings-env {}", argument(prefix)));
        files.chain(prefix).collect()
    }

    /// Returns the names of all layers, for an error whose mistake is in one of them.
    pub(crate) fn names(&self) -> String {
        let files = self.files.iter().map(|path| path.display().to_string());
        let variables = self.prefix.iter().map(|prefix| format!("{prefix}…"));
        files.chain(variables).collect::<Vec<_>>().join(", ")
    }
}

/// Reads variables, and refuses a prefix without any, instead of assuming the defaults: the variables may be elsewhere,
/// or the prefix is misspelled.
fn read_variables(prefix: &str) -> Result<SessionSettings, Failure> {
    if !env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with(prefix)) {
        let sentence = format!(
            "no environment variable begins with {prefix}; give --settings-env the application's variables, or leave it out"
        );
        return Err(Failure::usage(sentence));
    }
    SessionSettings::from_env_prefix(prefix).map_err(Failure::usage)
}

/// Returns the table `session` of a file, or the whole file if it has no such table.
fn read(path: &Path) -> Result<SessionSettings, Failure> {
    let fail = |error: String| Failure::File(format!("cannot read {}: {error}", path.display()));
    let bytes = source::file(path).map_err(|error| fail(error.to_string()))?;
    let text = str::from_utf8(&bytes).map_err(|_| fail("it is not UTF-8".to_owned()))?;
    Format::of(path).find(text).map_err(fail)
}

#[derive(Clone, Copy)]
enum Format {
    Toml,
    Json,
    Yaml,
}

/// Top level of a file. The text is read several times, because a tree of values would keep only the last of two
/// settings with one name.
#[derive(Deserialize)]
struct Document {
    session: Option<SessionSettings>,
}

type Names = BTreeMap<String, IgnoredAny>;

impl Format {
    fn of(path: &Path) -> Format {
        let ending = path.extension().and_then(|ending| ending.to_str());
        match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("json") => Format::Json,
            Some("yaml" | "yml") => Format::Yaml,
            _ => Format::Toml,
        }
    }

    fn find(self, text: &str) -> Result<SessionSettings, String> {
        // A `Document` could also be read from a list.
        let names: Names = self.parse(text)?;
        if let Some(settings) = self.parse::<Document>(text)?.session {
            let checked = settings.check().map(|()| settings);
            return checked.map_err(|error| error.to_string());
        }
        if names.is_empty() {
            return Err("there is neither a table `session` nor a setting".to_owned());
        }
        let settings: SessionSettings = self.parse(text)?;
        let checked = settings.check().map(|()| settings);
        checked.map_err(|error| format!("there is no table `session`; {error}"))
    }

    /// Parses `text`. Unlike the errors of the formats, an error does not quote the file, because it may contain a key.
    fn parse<T: DeserializeOwned>(self, text: &str) -> Result<T, String> {
        match self {
            Format::Json => serde_json::from_str(text).map_err(|error| match error.line() {
                line if error.is_data() => {
                    format!("`session` is given twice, or the file is not an object, at line {line}")
                }
                line => format!("line {line} is not JSON"),
            }),
            Format::Yaml => {
                check_yaml(text)?;
                let mut documents = YamlLoader::load_from_str(text).map_err(no_yaml)?;
                if documents.len() > 1 {
                    return Err("there are several documents of YAML".to_owned());
                }
                let document = documents.pop().map(json_of).filter(|it| !it.is_null());
                serde_json::from_value(document.unwrap_or_else(|| json!({})))
                    .map_err(|_| "the file is not a table".to_owned())
            }
            Format::Toml => toml::from_str(text).map_err(|error| {
                let line = line_at(text, error.span().map_or(0, |span| span.start));
                format!(
                    "line {line} is not TOML; a file in another format must be named `.json`, `.yaml` or `.yml`"
                )
            }),
        }
    }
}

/// Refuses a YAML text that would fill the memory or the stack, because the loader recurses for each level and copies
/// the value of each alias.
fn check_yaml(text: &str) -> Result<(), String> {
    let mut parser = Parser::new_from_str(text);
    let mut of_anchors = BTreeMap::new();
    // Lists and tables that have not ended yet, with their anchors.
    let mut open = vec![(0, 0_usize)];
    loop {
        let (event, _) = parser.next_token().map_err(no_yaml)?;
        let (anchor, values) = match event {
            Event::StreamEnd => return Ok(()),
            Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                if open.len() > MOST_LEVELS {
                    return Err(format!("it is nested more than {MOST_LEVELS} levels deep"));
                }
                open.push((anchor, 1));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().unwrap_or_default(),
            // A long text takes the memory of several values.
            Event::Scalar(text, _, anchor, _) => (anchor, 1 + text.len() / LONG),
            Event::Alias(anchor) => (0, of_anchors.get(&anchor).copied().unwrap_or(1)),
            _ => continue,
        };
        of_anchors.insert(anchor, values);
        if let Some((_, sum)) = open.last_mut() {
            *sum += values;
        }
        if open.iter().map(|(_, sum)| sum).sum::<usize>() > MOST_VALUES {
            return Err(format!(
                "its aliases stand for more than {MOST_VALUES} values, or for too much text"
            ));
        }
    }
}

fn no_yaml(error: ScanError) -> String {
    let line = error.marker().line();
    format!("line {line} is not YAML, or gives a name twice")
}

/// Converts a value of YAML to JSON. A value that no setting can have becomes null.
fn json_of(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Boolean(flag) => flag.into(),
        Yaml::Integer(number) => number.into(),
        Yaml::Real(text) | Yaml::String(text) => text.into(),
        Yaml::Array(list) => list.into_iter().map(json_of).collect(),
        Yaml::Hash(table) => {
            let entries = table
                .into_iter()
                .map(|(name, value)| (name.into_string().unwrap_or_default(), json_of(value)));
            Value::Object(entries.collect())
        }
        Yaml::Alias(_) | Yaml::Null | Yaml::BadValue => Value::Null,
    }
}

const MOST_VALUES: usize = 100_000;
/// Length of a text that counts as another value, in bytes.
const LONG: usize = 64;
/// Largest number of levels, one more than in JSON.
const MOST_LEVELS: usize = 128;
