use std::{str::FromStr, time::SystemTime};

use clap::Args;
use hardtack::{
    ConfigError, KeyId, Outcome, Reason, SessionCookie, SessionCookieBuilder, SessionHeader,
    SessionToken, TokenContent,
};

use super::input::Carried;
use crate::{
    answer::Failure,
    moment::{Moment, Span},
    ring::AnyRing,
};

/// What the application decided about its sessions.
#[derive(Args)]
pub(super) struct Sessions {
    /// A pair of the context, in order
    #[arg(long = "context", value_name = "LABEL=VALUE", value_parser = pair)]
    context: Vec<(String, String)>,
    /// The application's idle_timeout, or `off`
    #[arg(long, value_name = "SPAN", default_value = "30m")]
    idle_timeout: IdleTimeout,
    /// The application's absolute_timeout
    #[arg(long, value_name = "SPAN", default_value = "12h")]
    absolute_timeout: Span,
    /// The application's remember_up_to, if it has one
    #[arg(long, value_name = "SPAN")]
    remember_up_to: Option<Span>,
    /// The application's clock_skew
    #[arg(long, value_name = "SPAN", default_value = "60s")]
    clock_skew: Span,
    /// The application's not_before; that of the ring counts in any case
    #[arg(long, value_name = "TIME")]
    not_before: Option<Moment>,
}

#[derive(Clone, Copy)]
struct IdleTimeout(Option<Span>);

impl FromStr for IdleTimeout {
    type Err = <Span as FromStr>::Err;

    fn from_str(text: &str) -> Result<IdleTimeout, Self::Err> {
        match text {
            "off" => Ok(IdleTimeout(None)),
            span => span.parse().map(|span| IdleTimeout(Some(span))),
        }
    }
}

fn pair(text: &str) -> Result<(String, String), &'static str> {
    let (label, value) = text.split_once('=').ok_or("expected `label=value`")?;
    Ok((label.to_owned(), value.to_owned()))
}

/// What opens tokens as an application does.
pub(super) struct Opener {
    ring: AnyRing,
    carrier: Carrier,
}

enum Carrier {
    Cookie(SessionCookie),
    Header(SessionHeader),
    Token(SessionToken),
}

impl Sessions {
    pub(super) fn opener(
        &self,
        ring: AnyRing,
        carried: &Carried,
        now: SystemTime,
    ) -> Result<Opener, Failure> {
        let mut builder = self.builder(&ring);
        if self.not_before.is_some() {
            builder = builder.not_before(Moment::or_now(self.not_before, now)?);
        }
        let carrier = Carrier::build(builder, carried).map_err(Failure::usage)?;
        Ok(Opener { ring, carrier })
    }

    fn builder(&self, ring: &AnyRing) -> SessionCookieBuilder {
        let absolute = self.absolute_timeout.0;
        // No application has a longer one, and none could tell the difference.
        let idle = self.idle_timeout.0.map(|span| span.0.min(absolute));
        let mut builder = ring
            .builder()
            // Nothing is served with it.
            .danger_retire_early()
            .idle_timeout(idle)
            .absolute_timeout(absolute)
            .clock_skew(self.clock_skew.0);
        if let Some(span) = self.remember_up_to {
            builder = builder.remember_up_to(span.0);
        }
        for (label, value) in &self.context {
            builder = builder.context(label, value);
        }
        builder
    }
}

impl Carrier {
    fn build(builder: SessionCookieBuilder, carried: &Carried) -> Result<Carrier, ConfigError> {
        Ok(match carried {
            Carried::Cookie(name) => Carrier::Cookie(builder.name(name.as_str()).build()?),
            Carried::Header(name) => Carrier::Header(builder.build_header(name)?),
            Carried::Token(name) => Carrier::Token(builder.build_token(name)?),
        })
    }
}

impl Opener {
    pub(super) fn open(&self, token: &[u8], at: SystemTime) -> Result<TokenContent, Reason> {
        match &self.carrier {
            Carrier::Cookie(cookie) => cookie.inspect(token, at),
            Carrier::Header(header) => header.inspect(token, at),
            Carrier::Token(tokens) => tokens.inspect(token, at),
        }
    }

    /// Whether a request with these tokens has two sessions of which none can be preferred.
    pub(super) fn is_ambiguous(&self, tokens: &[Result<Vec<u8>, Reason>], at: SystemTime) -> bool {
        let Carrier::Cookie(cookie) = &self.carrier else {
            return false;
        };
        let fields = tokens.iter().flatten().map(|token| {
            let pair = [cookie.name().as_str().as_bytes(), token];
            pair.join(&b'=')
        });
        let reason = Reason::Duplicate;
        cookie.load(fields, at).outcome()
            == Outcome::Rejected {
                reason,
                key_id: None,
            }
    }

    pub(super) fn seals(&self, at: SystemTime) -> KeyId {
        self.ring.seals(at)
    }
}
