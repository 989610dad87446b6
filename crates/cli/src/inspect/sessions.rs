use std::time::{Duration, SystemTime};

use clap::{Args, Command};
use hardtack::{
    ConfigError, KeyRing, SessionCookie, SessionHeader, SessionSettings, SessionToken,
    carrier::{
        KeysInUse, SessionBuilder, SessionCookieBuilder, SessionHeaderBuilder, SessionTokenBuilder,
    },
    cookie::CookieName,
    keys::{Mode, RingSource},
    packages::TokenContent,
    session::{Outcome, Payload, Reason},
};

use super::{Carrier, Inspect, Reader, input::Found};
use crate::{
    output::Failure,
    settings,
    time::{self, Time},
};

/// Settings of the application's sessions.
#[derive(Args)]
pub(crate) struct Sessions {
    #[command(flatten)]
    settings: settings::Layers,
    /// The application's label, if it has one
    #[arg(long, value_name = "LABEL")]
    application: Option<String>,
    /// The label of the sessions' type, which a dictionary does not have; by default the label of the program's type
    #[arg(long = "type", value_name = "LABEL")]
    type_label: Option<String>,
    /// A pair of the context, in order
    #[arg(long = "context", value_name = "LABEL=VALUE", value_parser = pair)]
    context: Vec<(String, String)>,
    /// The application's idle_timeout, or `off`; by default the one in the settings, or 30m
    #[arg(long, value_name = "DURATION", value_parser = idle_timeout)]
    idle_timeout: Option<IdleTimeout>,
    /// The application's absolute_timeout; by default the one in the settings, or 12h
    #[arg(long, value_name = "DURATION", value_parser = time::parse_duration)]
    absolute_timeout: Option<Duration>,
    /// The application's remember_up_to, if it has one
    #[arg(long, value_name = "DURATION", value_parser = time::parse_duration)]
    remember_up_to: Option<Duration>,
    /// The application's remembered_idle_timeout, if it has one
    #[arg(long, value_name = "DURATION", value_parser = time::parse_duration)]
    remembered_idle_timeout: Option<Duration>,
    /// The application's clock_skew; by default the one in the settings, or 60s
    #[arg(long, value_name = "DURATION", value_parser = time::parse_duration)]
    clock_skew: Option<Duration>,
    /// The application's not_before, in addition to the ring's
    #[arg(long, value_name = "TIME")]
    not_before: Option<Time>,
}

/// `None` for `off`.
type IdleTimeout = Option<Duration>;

fn idle_timeout(text: &str) -> Result<IdleTimeout, &'static str> {
    match text {
        "off" => Ok(None),
        text => time::parse_duration(text).map(Some),
    }
}

fn pair(text: &str) -> Result<(String, String), &'static str> {
    let (label, value) = text.split_once('=').ok_or("expected `label=value`")?;
    Ok((label.to_owned(), value.to_owned()))
}

fn cookie_under(ring: &KeyRing) -> SessionCookieBuilder {
    match ring.mode() {
        Mode::UnencryptedButSigned => SessionCookie::unencrypted_but_signed(ring.clone()),
        _ => SessionCookie::encrypted(ring.clone()),
    }
}

fn header_under(ring: &KeyRing, name: &str) -> SessionHeaderBuilder {
    match ring.mode() {
        Mode::UnencryptedButSigned => SessionHeader::unencrypted_but_signed(ring.clone(), name),
        _ => SessionHeader::encrypted(ring.clone(), name),
    }
}

fn token_under(ring: &KeyRing, purpose: &str) -> SessionTokenBuilder {
    match ring.mode() {
        Mode::UnencryptedButSigned => SessionToken::unencrypted_but_signed(ring.clone(), purpose),
        _ => SessionToken::encrypted(ring.clone(), purpose),
    }
}

/// Opens tokens as the application does.
pub(crate) struct Opener<T> {
    pub(super) ring: KeyRing,
    pub(super) reader: Reader,
    /// `true` if every setting that no option gives is the default one.
    pub(super) assumes_settings: bool,
    inspector: Inspector<T>,
}

enum Inspector<T> {
    Cookie(SessionCookie<T>),
    Header(SessionHeader<T>),
    Token(SessionToken<T>),
}

impl Sessions {
    pub(crate) fn cookie_name(
        &self,
        ring: &KeyRing,
        settings: Option<&SessionSettings>,
        now: SystemTime,
    ) -> Result<CookieName, Failure> {
        let builder = self.configured(ring, settings, cookie_under(ring), now)?;
        let cookie = builder.build().map_err(|error| mistake(&error))?;
        Ok(cookie.name().clone())
    }

    pub(crate) fn has_type(&self) -> bool {
        self.type_label.is_some()
    }

    /// Reads the settings, if any are given.
    pub(crate) fn settings(&self) -> Result<Option<SessionSettings>, Failure> {
        self.settings.read()
    }

    /// Returns the ring of the keys that the settings name.
    pub(super) fn ring(&self, sources: Vec<RingSource>) -> Result<KeyRing, Failure> {
        KeyRing::from_sources(sources).map_err(|error| {
            let place = self.settings.names();
            Failure::unreadable(format!("cannot read the keys of {place}: {error}"))
        })
    }

    /// Returns `builder` with the application's settings. Their keys are already taken.
    fn configured<C: 'static>(
        &self,
        ring: &KeyRing,
        settings: Option<&SessionSettings>,
        builder: SessionBuilder<C>,
        now: SystemTime,
    ) -> Result<SessionBuilder<C>, Failure> {
        let mut builder = match settings {
            Some(settings) => self.with_settings(settings, ring, builder)?,
            None => builder,
        };
        if let Some(idle) = self.idle_timeout {
            // A longer idle timeout would be refused, and has the same effect as one of this length.
            let longest = self.absolute_timeout.unwrap_or(Duration::MAX);
            builder = builder.idle_timeout(idle.map(|idle| idle.min(longest)));
        }
        if let Some(duration) = self.absolute_timeout {
            builder = builder.absolute_timeout(duration);
        }
        if let Some(duration) = self.clock_skew {
            builder = builder.clock_skew(duration);
        }
        if let Some(duration) = self.remember_up_to {
            builder = builder.remember_up_to(duration);
        }
        if let Some(duration) = self.remembered_idle_timeout {
            builder = builder.remembered_idle_timeout(duration);
        }
        if let Some(time) = self.not_before {
            builder = builder.not_before(time.resolve(now)?);
        }
        if let Some(label) = &self.application {
            builder = builder.application(label);
        }
        if let Some(label) = &self.type_label {
            builder = builder.type_label(label);
        }
        for (label, value) in &self.context {
            builder = builder.context(label, value);
        }
        Ok(builder)
    }

    fn with_settings<C: 'static>(
        &self,
        settings: &SessionSettings,
        ring: &KeyRing,
        builder: SessionBuilder<C>,
    ) -> Result<SessionBuilder<C>, Failure> {
        let fail = |error: ConfigError| {
            let place = self.settings.names();
            Failure::File(format!("cannot apply {place} to this ring: {error}"))
        };
        // Builds a cookie from only the file's settings, so that an error names the file.
        let cookie = settings
            .clone()
            .apply_to(cookie_under(ring))
            .map_err(fail)?;
        cookie.build().map_err(&fail)?;
        settings.clone().apply_to(builder).map_err(fail)
    }
}

/// Returns a mistake in settings, and calls each setting by its option, if it has one.
fn mistake(error: &ConfigError) -> Failure {
    let options = Inspect::augment_args(Command::new("inspect"));
    Failure::usage(error.with_names(|setting| {
        let option = setting.replace('_', "-");
        let mut options = options.get_arguments();
        if options.any(|known| known.get_long() == Some(&option)) {
            format!("--{option}")
        } else {
            setting.to_owned()
        }
    }))
}

impl<T: Payload> Opener<T> {
    pub(crate) fn new(
        ring: KeyRing,
        carrier: &Carrier,
        sessions: &Sessions,
        settings: Option<&SessionSettings>,
        name: &str,
        now: SystemTime,
        reader: Reader,
    ) -> Result<Opener<T>, Failure> {
        let inspector = match (&carrier.header, &carrier.token) {
            (None, None) => {
                let builder = sessions.configured(&ring, settings, cookie_under(&ring), now)?;
                let cookie = builder.typed().name(name).build();
                cookie.map(Inspector::Cookie)
            }
            (None, Some(_)) => {
                let builder = token_under(&ring, name);
                let builder = sessions.configured(&ring, settings, builder, now)?;
                builder.typed().build().map(Inspector::Token)
            }
            (Some(_), _) => {
                let builder = header_under(&ring, name);
                let builder = sessions.configured(&ring, settings, builder, now)?;
                builder.typed().build().map(Inspector::Header)
            }
        };
        let inspector = inspector.map_err(|error| mistake(&error))?;
        Ok(Opener {
            ring,
            reader,
            assumes_settings: settings.is_none(),
            inspector,
        })
    }

    pub(crate) fn keys_in_use(&self, now: SystemTime) -> KeysInUse {
        match &self.inspector {
            Inspector::Cookie(cookie) => cookie.keys_in_use(now),
            Inspector::Header(header) => header.keys_in_use(now),
            Inspector::Token(tokens) => tokens.keys_in_use(now),
        }
    }

    pub(super) fn open(&self, token: &[u8], at: SystemTime) -> Result<TokenContent, Reason> {
        match &self.inspector {
            Inspector::Cookie(cookie) => cookie.inspect(token, at),
            Inspector::Header(header) => header.inspect(token, at),
            Inspector::Token(tokens) => tokens.inspect(token, at),
        }
    }

    /// Returns `false` if nothing is known about the payload, because only a type that this program lacks can read it.
    pub(super) fn can_read(&self, content: &TokenContent) -> bool {
        self.reader.is_typed || content.schema == 0
    }

    /// Returns the reason why a request with all these tokens has no session: no token can be preferred, or the
    /// preferred one cannot be read.
    pub(super) fn refused_together(&self, found: &Found, at: SystemTime) -> Option<Reason> {
        let Inspector::Cookie(cookie) = &self.inspector else {
            return None;
        };
        let fields = found.tokens.iter().flatten().map(|token| {
            let pair = [cookie.name().as_str().as_bytes(), token];
            pair.join(&b'=')
        });
        let Outcome::Rejected { reason, .. } = cookie.load(fields, at).outcome() else {
            return None;
        };
        let is_known = match reason {
            Reason::Duplicate => true,
            Reason::Payload => {
                let mut tokens = found.tokens.iter().flatten();
                tokens.all(|token| {
                    let content = self.open(token, at).ok();
                    content.is_none_or(|content| self.can_read(&content))
                })
            }
            _ => false,
        };
        (is_known && found.tokens.len() > 1).then_some(reason)
    }
}
