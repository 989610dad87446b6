//! The command line.

use std::{
    ffi::OsString,
    str::FromStr,
    time::{Duration, SystemTime},
};

use hardtack::{
    SessionSettings,
    carrier::{SessionCookieBuilder, SessionHeaderBuilder},
    device::DeviceBound,
    keys::Mode,
};
use lexopt::{Arg, Parser, ValueExt};
use serde_json::{Map, Value, json};

use crate::{Refused, clock::moment};

/// The task of the command line.
pub(crate) enum Command {
    Help,
    Run(Box<Flags>),
}

/// The settings of the demo.
pub(crate) struct Flags {
    pub(crate) port: u16,
    /// The text of a key ring.
    pub(crate) keys: Option<String>,
    pub(crate) mode: Mode,
    /// The moment of a clock that stands still.
    pub(crate) clock: Option<SystemTime>,
    /// The request header in which the sessions of `/api` travel.
    pub(crate) header: Option<String>,
    /// Verify sessions before the handler.
    pub(crate) is_eager: bool,
    pub(crate) is_device_bound: bool,
    /// The settings of the session, by the names of docs/settings.md.
    settings: Map<String, Value>,
}

impl Flags {
    /// Reads the arguments that follow the program's name.
    pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Command, Refused> {
        let mut flags = Flags {
            port: 3000,
            keys: None,
            mode: Mode::Encrypted,
            clock: None,
            header: None,
            is_eager: false,
            is_device_bound: false,
            settings: Map::new(),
        };
        let mut parser = Parser::from_args(arguments);
        while let Some(argument) = parser.next()? {
            let flag = match argument {
                Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
                Arg::Long(flag) => flag.to_owned(),
                Arg::Short(letter) => return Err(unknown(&format!("-{letter}"))),
                Arg::Value(value) => return Err(unknown(&value.to_string_lossy())),
            };
            flags.take(&flag, &mut parser)?;
        }
        Ok(Command::Run(Box::new(flags)))
    }

    fn take(&mut self, flag: &str, parser: &mut Parser) -> Result<(), Refused> {
        let row = FLAGS.iter().find(|row| row.name == flag);
        let row = row.ok_or_else(|| unknown(&format!("--{flag}")))?;
        let value = match row.value {
            "" => String::new(),
            _ => parser.value()?.string()?,
        };
        match row.setting {
            Setting::Demo => self.take_own(flag, value)?,
            Setting::Text(name) => drop(self.settings.insert(name.to_owned(), value.into())),
            Setting::Flag(name) => drop(self.settings.insert(name.to_owned(), true.into())),
            Setting::Number(name) => {
                // A word such as `off` is left to the setting.
                let number = value.parse::<u64>().map_or(value.into(), Value::from);
                self.settings.insert(name.to_owned(), number);
            }
            Setting::Moment(name) => {
                let text = humantime::format_rfc3339_seconds(unix(flag, &value)?).to_string();
                self.settings.insert(name.to_owned(), text.into());
            }
            Setting::List(name, expected, read) => {
                let entry = read(&value).ok_or_else(|| invalid(flag, &value, expected))?;
                if let Value::Array(list) = self.settings.entry(name).or_insert(json!([])) {
                    list.push(entry);
                }
            }
        }
        Ok(())
    }

    fn take_own(&mut self, flag: &str, value: String) -> Result<(), Refused> {
        match flag {
            "port" => self.port = parsed(flag, &value, "a number from 0 to 65535")?,
            "keys" => self.keys = Some(value),
            "mode" => {
                let modes = [Mode::Encrypted, Mode::UnencryptedButSigned];
                let found = modes.into_iter().find(|mode| mode.to_string() == value);
                let expected = "encrypted, unencrypted-but-signed";
                self.mode = found.ok_or_else(|| invalid(flag, &value, expected))?;
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
        self.settings.contains_key("danger_allow_http")
    }

    /// Returns whether a flag allows several cookies.
    pub(crate) fn is_split(&self) -> bool {
        let size = self.settings.get("size").and_then(Value::as_str);
        size.is_some_and(|size| size.starts_with("split"))
    }

    /// Returns the longest time for which a flag allows to remember visitors.
    pub(crate) fn remember_up_to(&self) -> Option<Duration> {
        match self.settings.get("remember_up_to")? {
            Value::String(text) => humantime::parse_duration(text).ok(),
            number => number.as_u64().map(Duration::from_secs),
        }
    }

    pub(crate) fn cookie(
        &self,
        builder: SessionCookieBuilder,
    ) -> Result<SessionCookieBuilder, Refused> {
        let settings: SessionSettings = serde_json::from_value(self.settings.clone().into())?;
        let builder = settings.apply_to(builder)?;
        Ok(match self.is_device_bound {
            true => builder.device_bound(DeviceBound::at("/.session")),
            false => builder,
        })
    }

    /// Applies the settings that are not about cookies. A session in a header has as many characters as all cookies
    /// together.
    pub(crate) fn header(
        &self,
        builder: SessionHeaderBuilder,
    ) -> Result<SessionHeaderBuilder, Refused> {
        let mut settings = self.settings.clone();
        settings.retain(|name, _| !OF_COOKIES.contains(&&**name));
        let settings: SessionSettings = serde_json::from_value(settings.into())?;
        let size = self.settings.get("size").and_then(Value::as_str);
        let characters = match size.and_then(|size| size.strip_prefix("split:")) {
            Some(cookies) => 4_096 * parsed::<usize>("size", cookies, "a number of cookies")?,
            None if size == Some("browser") => 4_096,
            None => 3_072,
        };
        Ok(settings.apply_to(builder)?.max_token_len(characters))
    }
}

fn parsed<V: FromStr>(flag: &str, value: &str, expected: &str) -> Result<V, Refused> {
    value.parse().map_err(|_| invalid(flag, value, expected))
}

fn unix(flag: &str, value: &str) -> Result<SystemTime, Refused> {
    let expected = "Unix seconds";
    moment(parsed(flag, value, expected)?).ok_or_else(|| invalid(flag, value, expected))
}

fn pair(text: &str) -> Option<Value> {
    let (label, value) = text.split_once('=')?;
    Some(json!([label, value]))
}

fn former_attributes(text: &str) -> Option<Value> {
    match (text, text.split_once('=')) {
        ("partitioned", _) => Some(json!({ "partitioned": true })),
        (_, Some((name @ ("path" | "domain"), value))) => Some(json!({ name: value })),
        _ => None,
    }
}

fn invalid(flag: &str, found: &str, expected: &str) -> Refused {
    format!("--{flag} is {found:?}, expected {expected}").into()
}

fn unknown(argument: &str) -> Refused {
    format!("unknown argument {argument}, --help lists them").into()
}

/// Returns the text of `--help`.
pub(crate) fn help() -> String {
    let mut help = HELP.to_owned();
    for row in FLAGS {
        let flag = format!("--{} {}", row.name, row.value);
        let flag = flag.trim_end();
        let gap = if flag.len() > 24 {
            "\n".to_owned() + &" ".repeat(27)
        } else {
            String::new()
        };
        help += &format!("  {flag:24} {gap}{}\n", row.help);
    }
    help
}

struct Flag {
    name: &'static str,
    /// The value as `--help` calls it; empty for a flag without one.
    value: &'static str,
    setting: Setting,
    help: &'static str,
}

/// The use of a flag: of the demo itself, or a setting of docs/settings.md with this name.
enum Setting {
    Demo,
    Text(&'static str),
    Number(&'static str),
    Moment(&'static str),
    Flag(&'static str),
    /// May be repeated. With the form of a value.
    List(&'static str, &'static str, fn(&str) -> Option<Value>),
}

const fn row(
    name: &'static str,
    value: &'static str,
    setting: Setting,
    help: &'static str,
) -> Flag {
    Flag {
        name,
        value,
        setting,
        help,
    }
}

#[rustfmt::skip] // One row a flag.
const FLAGS: &[Flag] = {
    use Setting::{Demo, List, Moment, Number, Text};
    &[
        row("port", "NUMBER", Demo, "where to listen on 127.0.0.1; 0 picks a free port (3000)"),
        row("keys", "RING", Demo, "the key ring, with commas for line ends; without it SESSION_KEYS; without that a fresh key"),
        row("mode", "MODE", Demo, "encrypted, unencrypted-but-signed (encrypted)"),
        row("clock", "SECONDS", Demo, "a clock that stands still, and is moved by PUT /api/clock; Unix seconds"),
        row("header", "NAME", Demo, "the sessions of /api travel in this header, and back in `session-token`"),
        row("device-bound", "", Demo, "bind sessions to devices; behind a proxy that speaks TLS, in a browser that can"),
        row("eager", "", Demo, "verify the session of every request before its handler runs"),
        row("name", "NAME", Text("name"), "the cookie's name"),
        row("path", "PATH", Text("path"), "below which path it is sent"),
        row("domain", "DOMAIN", Text("domain"), "the domain below which it is sent"),
        row("same-site", "WHEN", Text("same_site"), "lax, strict, none, omit"),
        row("partitioned", "", Setting::Flag("partitioned"), "one cookie for each site around a frame"),
        row("insecure", "", Setting::Flag("danger_allow_http"), "without `Secure`; for Safari, which keeps no such cookie of localhost"),
        row("idle", "SECONDS", Number("idle_timeout"), "the idle timeout, or off"),
        row("absolute", "SECONDS", Number("absolute_timeout"), "the absolute timeout"),
        row("remember-up-to", "SECONDS", Number("remember_up_to"), "how long a visitor may be remembered; without it nobody is"),
        row("skew", "SECONDS", Number("clock_skew"), "how far another clock may be ahead"),
        row("renew-after", "WHEN", Number("refresh_after"), "seconds, never, always, on-change"),
        row("formerly", "WAY", List("formerly", "path=/x, domain=example.com or partitioned", former_attributes),
            "how the cookie was set earlier: path=/x, domain=example.com, partitioned; repeatable"),
        row("size", "PROFILE", Text("size"), "anywhere, browser; split:2, split:3 or split:4 cookies"),
        row("padding", "SCHEME", Text("padding"), "none, padme"),
        row("context", "PAIR", List("context", "label=value", pair), "label=value, bound to every session; repeatable"),
        row("not-before", "SECONDS", Moment("not_before"), "refuse sessions issued earlier; Unix seconds"),
        row("save-on-error", "", Setting::Flag("save_on_server_error"), "a response with a 5xx status saves, too"),
        row("danger-retire-early", "", Setting::Flag("danger_retire_early"),
            "accept a ring in which a key stops to open while its sessions may be alive"),
        row("danger-allow-shared-caching", "", Setting::Flag("danger_allow_shared_caching"),
            "send sessions with responses that shared caches may store"),
        row("help", "", Demo, "this list"),
    ]
};

/// Settings that a session in a header has not.
const OF_COOKIES: [&str; 8] = [
    "name",
    "path",
    "domain",
    "same_site",
    "partitioned",
    "size",
    "formerly",
    "danger_allow_http",
];

const HELP: &str = "\
A web site whose sessions live in one sealed cookie. Pages for people at /, JSON for scripts at /api.

Usage: cargo run --example demo -- [flags]

What is left out has the crate's default. A span of time may also be a text such as 30m.

";
