//! The command line.

use std::{
    ffi::OsString,
    str::FromStr,
    time::{Duration, SystemTime},
};

use hardtack::{
    SameSite, Size,
    carrier::{
        FormerAttributes, Padding, RefreshAfter, SessionCookieBuilder, SessionHeaderBuilder,
    },
    device::DeviceBound,
    keys::Mode,
};
use lexopt::{Arg, Parser, ValueExt};

use crate::{Refused, clock::moment};

/// The task of the command line.
pub(crate) enum Command {
    Help,
    Run(Flags),
}

/// The settings of the demo.
pub(crate) struct Flags {
    pub(crate) port: u16,
    /// The text of a key ring.
    pub(crate) keys: Option<String>,
    pub(crate) mode: Mode,
    /// Without `Secure`.
    pub(crate) insecure: bool,
    /// The moment of a clock that stands still.
    pub(crate) clock: Option<SystemTime>,
    /// The request header in which the sessions of `/api` travel.
    pub(crate) header: Option<String>,
    /// Verify sessions before the handler.
    pub(crate) is_eager: bool,
    pub(crate) is_device_bound: bool,
    pub(crate) remember_up_to: Option<Duration>,
    /// A session may have several cookies.
    pub(crate) is_split: bool,
    settings: Vec<Setting>,
}

/// A flag that maps to one call of the builder.
struct Setting {
    cookie: Call<SessionCookieBuilder>,
    header: Call<SessionHeaderBuilder>,
}

type Call<B> = Box<dyn FnOnce(B) -> B>;

/// A setting that both have.
macro_rules! both {
    ($method:ident) => {
        Setting {
            cookie: Box::new(|cookie| cookie.$method()),
            header: Box::new(|header| header.$method()),
        }
    };
    ($method:ident, $value:expr) => {{
        let value = $value;
        Setting {
            cookie: Box::new(move |cookie| cookie.$method(value)),
            header: Box::new(move |header| header.$method(value)),
        }
    }};
}

impl Flags {
    /// Reads the arguments that follow the program's name.
    pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Command, Refused> {
        let mut flags = Flags {
            port: 3000,
            keys: None,
            mode: Mode::Encrypted,
            insecure: false,
            clock: None,
            header: None,
            is_eager: false,
            is_device_bound: false,
            remember_up_to: None,
            is_split: false,
            settings: Vec::new(),
        };
        let mut parser = Parser::from_args(arguments);
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
                Arg::Long(flag) => {
                    let flag = flag.to_owned();
                    flags.take(&flag, &mut Values(&mut parser, &flag))?;
                }
                Arg::Short(letter) => return Err(unknown(&format!("-{letter}"))),
                Arg::Value(value) => return Err(unknown(&value.to_string_lossy())),
            }
        }
        Ok(Command::Run(flags))
    }

    fn take(&mut self, flag: &str, value: &mut Values) -> Result<(), Refused> {
        match flag {
            "port" => self.port = value.parsed("a number from 0 to 65535")?,
            "keys" => self.keys = Some(value.text()?),
            "mode" => self.mode = value.one_of(&MODES)?,
            "insecure" => {
                self.insecure = true;
                let allow_http = SessionCookieBuilder::danger_allow_http;
                self.settings.push(of_cookie(allow_http));
            }
            "clock" => self.clock = Some(value.moment()?),
            "header" => self.header = Some(value.text()?),
            "eager" => self.is_eager = true,
            "device-bound" => {
                self.is_device_bound = true;
                let device = DeviceBound::at("/.session");
                self.settings
                    .push(with(device, SessionCookieBuilder::device_bound));
            }
            "remember-up-to" => {
                let span = value.seconds()?;
                self.remember_up_to = Some(span);
                self.settings.push(both!(remember_up_to, span));
            }
            _ => self.take_setting(flag, value)?,
        }
        Ok(())
    }

    fn take_setting(&mut self, flag: &str, value: &mut Values) -> Result<(), Refused> {
        let setting: Setting = match flag {
            "name" => with(value.text()?, SessionCookieBuilder::name),
            "path" => with(value.text()?, SessionCookieBuilder::path),
            "domain" => with(value.text()?, SessionCookieBuilder::domain),
            "same-site" => with(value.one_of(&SAME_SITES)?, SessionCookieBuilder::same_site),
            "size" => {
                let profile = value.one_of(&SIZES)?;
                self.is_split = matches!(profile, Size::Split(_));
                size(profile)
            }
            "padding" => both!(padding, value.one_of(&PADDINGS)?),
            "partitioned" => of_cookie(SessionCookieBuilder::partitioned),
            "idle" => both!(idle_timeout, value.idle()?),
            "absolute" => both!(absolute_timeout, value.seconds()?),
            "skew" => both!(clock_skew, value.seconds()?),
            "renew-after" => both!(refresh_after, value.refresh_after()?),
            "not-before" => both!(not_before, value.moment()?),
            "formerly" => with(value.formerly()?, SessionCookieBuilder::formerly),
            "context" => context(value.pair()?),
            "save-on-error" => both!(save_on_server_error),
            "danger-retire-early" => both!(danger_retire_early),
            "danger-allow-shared-caching" => both!(danger_allow_shared_caching),
            _ => return Err(unknown(&format!("--{flag}"))),
        };
        self.settings.push(setting);
        Ok(())
    }

    /// Applies the settings to the builder.
    pub(crate) fn configure(
        &mut self,
        cookie: SessionCookieBuilder,
        header: SessionHeaderBuilder,
    ) -> (SessionCookieBuilder, SessionHeaderBuilder) {
        let settings = self.settings.drain(..);
        settings.fold((cookie, header), |(cookie, header), setting| {
            ((setting.cookie)(cookie), (setting.header)(header))
        })
    }
}

fn with<V: 'static>(
    value: V,
    set: impl FnOnce(SessionCookieBuilder, V) -> SessionCookieBuilder + 'static,
) -> Setting {
    of_cookie(move |cookie| set(cookie, value))
}

fn of_cookie(set: impl FnOnce(SessionCookieBuilder) -> SessionCookieBuilder + 'static) -> Setting {
    Setting {
        cookie: Box::new(set),
        header: Box::new(|header| header),
    }
}

/// A session in a header has as many characters as all cookies together.
fn size(size: Size) -> Setting {
    let characters = match size {
        Size::Browser => 4_096,
        Size::Split(cookies) => usize::from(cookies) * 4_096,
        _ => 3_072,
    };
    Setting {
        cookie: Box::new(move |cookie| cookie.size(size)),
        header: Box::new(move |header| header.max_token_len(characters)),
    }
}

fn context((label, value): (String, String)) -> Setting {
    let (again, value_again) = (label.clone(), value.clone());
    Setting {
        cookie: Box::new(move |cookie| cookie.context(label, value)),
        header: Box::new(move |header| header.context(again, value_again)),
    }
}

/// The values of one flag, as they follow on the command line.
struct Values<'a>(&'a mut Parser, &'a str);

impl Values<'_> {
    fn text(&mut self) -> Result<String, Refused> {
        Ok(self.0.value()?.string()?)
    }

    fn parsed<V: FromStr>(&mut self, expected: &str) -> Result<V, Refused> {
        let text = self.text()?;
        text.parse().map_err(|_| self.unfit(&text, expected))
    }

    fn one_of<V: Copy>(&mut self, choices: &[(&str, V)]) -> Result<V, Refused> {
        let text = self.text()?;
        let found = choices.iter().find(|(word, _)| *word == text);
        found.map(|(_, choice)| *choice).ok_or_else(|| {
            let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
            self.unfit(&text, &words.join(", "))
        })
    }

    fn seconds(&mut self) -> Result<Duration, Refused> {
        self.parsed("a number of seconds").map(Duration::from_secs)
    }

    fn moment(&mut self) -> Result<SystemTime, Refused> {
        let seconds = self.parsed("Unix seconds")?;
        moment(seconds).ok_or_else(|| self.unfit(&seconds.to_string(), "Unix seconds"))
    }

    fn idle(&mut self) -> Result<Option<Duration>, Refused> {
        let text = self.text()?;
        match (text.as_str(), text.parse()) {
            ("off", _) => Ok(None),
            (_, Ok(seconds)) => Ok(Some(Duration::from_secs(seconds))),
            _ => Err(self.unfit(&text, "a number of seconds or off")),
        }
    }

    fn refresh_after(&mut self) -> Result<RefreshAfter, Refused> {
        let text = self.text()?;
        match (text.as_str(), text.parse()) {
            ("never", _) => Ok(RefreshAfter::Never),
            ("always", _) => Ok(RefreshAfter::Always),
            ("on-change", _) => Ok(RefreshAfter::OnChange),
            (_, Ok(seconds)) => Ok(RefreshAfter::Span(Duration::from_secs(seconds))),
            _ => Err(self.unfit(&text, "a number of seconds, never, always or on-change")),
        }
    }

    fn pair(&mut self) -> Result<(String, String), Refused> {
        let text = self.text()?;
        match text.split_once('=') {
            Some((label, value)) => Ok((label.to_owned(), value.to_owned())),
            None => Err(self.unfit(&text, "label=value")),
        }
    }

    fn formerly(&mut self) -> Result<FormerAttributes, Refused> {
        let text = self.text()?;
        match (text.as_str(), text.split_once('=')) {
            ("partitioned", _) => Ok(FormerAttributes::new().partitioned(true)),
            (_, Some(("path", path))) => Ok(FormerAttributes::new().path(path)),
            (_, Some(("domain", domain))) => Ok(FormerAttributes::new().domain(domain)),
            _ => Err(self.unfit(&text, "path=/x, domain=example.com or partitioned")),
        }
    }

    fn unfit(&self, found: &str, expected: &str) -> Refused {
        Refused(format!("--{} is {found:?}, expected {expected}", self.1))
    }
}

impl From<lexopt::Error> for Refused {
    fn from(error: lexopt::Error) -> Self {
        Refused(error.to_string())
    }
}

fn unknown(argument: &str) -> Refused {
    Refused(format!("unknown argument {argument}, --help lists them"))
}

const MODES: [(&str, Mode); 2] = [
    ("encrypted", Mode::Encrypted),
    ("unencrypted-but-signed", Mode::UnencryptedButSigned),
];
const SIZES: [(&str, Size); 5] = [
    ("anywhere", Size::Anywhere),
    ("browser", Size::Browser),
    ("split:2", Size::Split(2)),
    ("split:3", Size::Split(3)),
    ("split:4", Size::Split(4)),
];
const PADDINGS: [(&str, Padding); 2] = [("none", Padding::None), ("padme", Padding::Padme)];
const SAME_SITES: [(&str, SameSite); 4] = [
    ("lax", SameSite::Lax),
    ("strict", SameSite::Strict),
    ("none", SameSite::None),
    ("omit", SameSite::Omit),
];

/// The text of `--help`.
pub(crate) const HELP: &str = "\
A web site whose sessions live in one sealed cookie. Pages for people at /, JSON for scripts at /api.

Usage: cargo run --example demo -- [flags]

  --port NUMBER        where to listen on 127.0.0.1; 0 picks a free port (3000)
  --keys RING          the key ring, with commas for line ends; without this flag the environment
                       variable SESSION_KEYS, which others on the machine do not see;
                       without that a fresh key
  --mode MODE          encrypted, unencrypted-but-signed (encrypted)
  --clock SECONDS      a clock that stands still, and is moved by PUT /api/clock; Unix seconds
  --header NAME        the sessions of /api travel in this request header, and back in
                       `session-token`, instead of a cookie
  --device-bound       bind sessions to devices; behind a proxy that speaks TLS, in a browser that can
  --eager              verify the session of every request before its handler runs

The session cookie; what is left out has the crate's default:

  --name NAME          the cookie's name
  --path PATH          below which path it is sent
  --domain DOMAIN      the domain below which it is sent
  --same-site WHEN     lax, strict, none, omit
  --partitioned        one cookie for each site around a frame
  --insecure           without `Secure`; for Safari, which keeps no such cookie of localhost
  --idle SECONDS       the idle timeout, or off
  --absolute SECONDS   the absolute timeout
  --remember-up-to SECONDS
                       how long a visitor may be remembered; without it nobody is
  --skew SECONDS       how far another clock may be ahead
  --renew-after WHEN   seconds, never, always, on-change
  --formerly WAY       how the cookie was set earlier, so that those are dropped: path=/x,
                       domain=example.com, partitioned; may be repeated
  --size PROFILE       anywhere, browser; split:2, split:3 or split:4 cookies
  --padding SCHEME     none, padme
  --context PAIR       label=value, bound to every session; may be repeated
  --not-before SECONDS refuse sessions issued earlier; Unix seconds
  --save-on-error      a response with a 5xx status saves, too
  --danger-retire-early
                       accept a ring in which a key stops to open while its sessions may be alive
  --danger-allow-shared-caching
                       send sessions with responses that shared caches may store
  --help               this list
";
