//! The command line.

mod of_settings;

use std::{
    ffi::OsString,
    str::FromStr,
    time::{Duration, SystemTime},
};

use hardtack::{
    SessionSettings,
    carrier::{SessionCookieBuilder, SessionHeaderBuilder},
    keys::Mode,
};
use hardtack_device::{BindToDevice, DeviceBound};
use lexopt::{Arg, Parser, ValueExt};
use serde_json::{Map, Value, json};

use crate::{Refused, clock::time};

/// The settings of the demo.
pub(crate) struct Flags {
    pub(crate) port: u16,
    /// The text of a key ring.
    pub(crate) keys: Option<String>,
    pub(crate) mode: Mode,
    /// The time of a clock that stands still.
    pub(crate) clock: Option<SystemTime>,
    /// The request header in which the sessions of `/api` travel.
    pub(crate) header: Option<String>,
    /// Verify sessions before the handler.
    pub(crate) is_eager: bool,
    pub(crate) is_device_bound: bool,
    /// The settings of every session, by the names of docs/settings.md.
    of_sessions: Map<String, Value>,
    /// Those that only cookies have.
    of_cookies: Map<String, Value>,
}

impl Flags {
    /// Reads the arguments that follow the program's name. Returns `None` for `--help`.
    pub(crate) fn parse(
        arguments: impl Iterator<Item = OsString>,
    ) -> Result<Option<Flags>, Refused> {
        let mut flags = Flags {
            port: 3000,
            keys: None,
            mode: Mode::Encrypted,
            clock: None,
            header: None,
            is_eager: false,
            is_device_bound: false,
            of_sessions: Map::new(),
            of_cookies: Map::new(),
        };
        let mut parser = Parser::from_args(arguments);
        while let Some(argument) = parser.next()? {
            let row = match &argument {
                Arg::Long("help") | Arg::Short('h') => return Ok(None),
                Arg::Long(name) => flags_of_all().find(|row| row.name == *name),
                _ => None,
            };
            let row = row.ok_or_else(|| match &argument {
                Arg::Long("release") => {
                    "--release is for cargo, so it goes before the `--`".to_owned()
                }
                _ => format!("{}, --help lists them", argument.unexpected()),
            })?;
            let value = match row.value {
                "" => "true".to_owned(),
                _ => parser.value()?.string()?,
            };
            match row.sets {
                Sets::Demo => flags.take(row.name, value)?,
                Sets::Sessions(setting) => add(&mut flags.of_sessions, setting, &value)?,
                Sets::Cookies(setting) => add(&mut flags.of_cookies, setting, &value)?,
            }
        }
        Ok(Some(flags))
    }

    fn take(&mut self, flag: &str, value: String) -> Result<(), Refused> {
        match flag {
            "port" => self.port = read(flag, &value, "a number from 0 to 65535")?,
            "keys" => self.keys = Some(value),
            "mode" => {
                let modes = [Mode::Encrypted, Mode::UnencryptedButSigned];
                let mode = modes.into_iter().find(|mode| mode.to_string() == value);
                self.mode =
                    mode.ok_or_else(|| invalid(flag, &value, "encrypted, unencrypted-but-signed"))?;
            }
            "clock" => self.clock = Some(unix(flag, &value)?),
            "header" => self.header = Some(value),
            "device-bound" => self.is_device_bound = true,
            _ => self.is_eager = true,
        }
        Ok(())
    }

    /// Returns whether the cookies are to be without `Secure`.
    pub(crate) fn is_insecure(&self) -> bool {
        self.of_cookies.contains_key("danger_allow_http")
    }

    /// Returns the size profile.
    fn size(&self) -> &str {
        let size = self.of_cookies.get("size").and_then(Value::as_str);
        size.unwrap_or("anywhere")
    }

    /// Returns whether a flag allows several cookies.
    pub(crate) fn is_split(&self) -> bool {
        self.size().starts_with("split")
    }

    /// Returns the duration of a setting. `off` is none.
    pub(crate) fn duration(&self, setting: &str) -> Option<Duration> {
        let text = self.of_sessions.get(setting)?.as_str()?;
        let seconds = text.parse().map(Duration::from_secs);
        seconds.or_else(|_| humantime::parse_duration(text)).ok()
    }

    pub(crate) fn sets(&self, setting: &str) -> bool {
        self.of_sessions.contains_key(setting)
    }

    pub(crate) fn cookie(
        &self,
        builder: SessionCookieBuilder,
    ) -> Result<SessionCookieBuilder, Refused> {
        let builder = settings(&self.of_sessions)?.apply_to(builder)?;
        let builder = settings(&self.of_cookies)?.apply_to(builder)?;
        Ok(if self.is_device_bound {
            builder.device_bound(DeviceBound::at("/.session"))
        } else {
            builder
        })
    }

    /// Allows a session in a header as many characters as the cookies may have together.
    pub(crate) fn header(
        &self,
        builder: SessionHeaderBuilder,
    ) -> Result<SessionHeaderBuilder, Refused> {
        let characters = match self.size().strip_prefix("split:") {
            Some(cookies) => 4_096 * read::<usize>("size", cookies, "a number of cookies")?,
            None if self.size() == "browser" => 4_096,
            None => 3_072,
        };
        let builder = settings(&self.of_sessions)?.apply_to(builder)?;
        Ok(builder.max_token_len(characters))
    }
}

fn settings(values: &Map<String, Value>) -> Result<SessionSettings, Refused> {
    Ok(serde_json::from_value(values.clone().into())?)
}

/// Adds a setting, whose value is checked when it is applied. Only a time is read here.
fn add(settings: &mut Map<String, Value>, name: &str, value: &str) -> Result<(), Refused> {
    let (key, rest) = match value.split_once('=') {
        Some((key, rest)) => (key, rest.into()),
        None => (value, Value::from(true)),
    };
    let entry = match name {
        "context" => json!([key, rest]),
        "formerly" => json!({ key: rest }),
        "not_before" => {
            let time = humantime::format_rfc3339_seconds(unix("not-before", value)?);
            time.to_string().into()
        }
        _ => value.into(),
    };
    let is_list = matches!(name, "context" | "formerly");
    match settings.get_mut(name) {
        Some(Value::Array(list)) => list.push(entry),
        _ if is_list => drop(settings.insert(name.to_owned(), json!([entry]))),
        _ => drop(settings.insert(name.to_owned(), entry)),
    }
    Ok(())
}

fn read<V: FromStr>(flag: &str, value: &str, expected: &str) -> Result<V, Refused> {
    value.parse().map_err(|_| invalid(flag, value, expected))
}

fn unix(flag: &str, value: &str) -> Result<SystemTime, Refused> {
    let expected = "Unix seconds";
    time(read(flag, value, expected)?).ok_or_else(|| invalid(flag, value, expected))
}

fn invalid(flag: &str, found: &str, expected: &str) -> Refused {
    format!("--{flag} is {found:?}, expected {expected}").into()
}

/// Returns the text of `--help`.
pub(crate) fn help() -> String {
    let lines = flags_of_all().map(|row| {
        let flag = format!("--{} {}", row.name, row.value);
        format!("  {flag:30} {}\n", row.help)
    });
    HELP.to_owned() + &lines.collect::<String>()
}

struct Flag {
    name: &'static str,
    /// The value as `--help` calls it; empty for a flag without one.
    value: &'static str,
    sets: Sets,
    help: &'static str,
}

/// The use of a flag: of the demo itself, or a setting of docs/settings.md with this name.
enum Sets {
    Demo,
    Sessions(&'static str),
    Cookies(&'static str),
}

fn flags_of_all() -> impl Iterator<Item = &'static Flag> {
    OF_DEMO.iter().chain(of_settings::FLAGS)
}

#[rustfmt::skip] // One row a flag.
const OF_DEMO: &[Flag] = {
    use Sets::Demo;
    &[
        row("port", "NUMBER", Demo, "where to listen on 127.0.0.1; 0 picks a free port (3000)"),
        row("keys", "RING", Demo, "the key ring, with commas for line ends (SESSION_KEYS, or a fresh key)"),
        row("mode", "MODE", Demo, "encrypted, unencrypted-but-signed (encrypted)"),
        row("clock", "SECONDS", Demo, "a clock that stands still until PUT /api/clock moves it; Unix seconds"),
        row("header", "NAME", Demo, "the sessions of /api travel in this header, and back in `session-token`"),
        row("device-bound", "", Demo, "bind sessions to devices; behind a proxy that speaks TLS"),
        row("eager", "", Demo, "verify the session of every request before its handler runs"),
        row("help", "", Demo, "this list"),
    ]
};

const fn row(name: &'static str, value: &'static str, sets: Sets, help: &'static str) -> Flag {
    Flag {
        name,
        value,
        sets,
        help,
    }
}

const HELP: &str = "\
A web site whose sessions live in one sealed cookie. Pages for people at /, JSON for scripts at /api.

Usage: cargo run --example demo -- [flags]

What is left out has the crate's default. A duration may also be a string such as 30m.

";
