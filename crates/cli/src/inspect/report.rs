//! Report on tokens.

use std::{fmt::Display, time::SystemTime};

use hardtack::{
    packages::{TokenContent, TokenInfo, show_duration},
    session::{Payload, Reason},
};
use serde_json::{Value, json};

use super::{
    guess::{Part, guess},
    input::Found,
    reasons::explanation,
    sessions::Opener,
    value::hex,
};
use crate::time::show;

pub(super) struct Report<'a> {
    found: &'a Found,
    at: SystemTime,
    has_keys: bool,
    assumes_settings: bool,
    /// Name of the application's cookie, if the found one has another.
    other_name: Option<String>,
    /// `true` if the type of the sessions is known.
    is_typed: bool,
    /// Reason why a request with all these tokens has no session, although a single one might.
    refused_together: Option<Reason>,
    tokens: Vec<Token>,
    show_id: bool,
}

struct Token {
    /// Part that anyone can see.
    info: Result<TokenInfo, Reason>,
    characters: usize,
    /// Verified content.
    content: Option<TokenContent>,
    is_under_sealing_key: Option<bool>,
    /// Payload, if it can be read.
    value: Option<Value>,
    /// Reason why no session is loaded from it.
    reason: Option<Reason>,
}

impl Report<'_> {
    pub(super) fn of<'a, T: Payload>(
        found: &'a Found,
        opener: Option<&Opener<T>>,
        at: SystemTime,
        show_id: bool,
        other_name: Option<String>,
    ) -> Report<'a> {
        let tokens = found.tokens.iter();
        Report {
            found,
            at,
            has_keys: opener.is_some(),
            assumes_settings: opener.is_some_and(|opener| opener.assumes_settings),
            other_name,
            is_typed: opener.is_some_and(|opener| opener.reader.is_typed),
            refused_together: opener.and_then(|opener| opener.refused_together(found, at)),
            tokens: tokens.map(|token| Token::of(token, opener, at)).collect(),
            show_id,
        }
    }

    /// Returns `true` if a request with these tokens has a session; without keys, if one of them is a token.
    pub(super) fn is_good(&self) -> bool {
        self.reason().is_none()
    }

    /// Returns the reason why all tokens together are refused, or the reason of the first token if none opens.
    fn reason(&self) -> Option<Reason> {
        if self.refused_together.is_some() {
            return self.refused_together;
        }
        let mut reasons = self.tokens.iter().map(|token| token.reason);
        let first = reasons.next().flatten();
        first.filter(|_| reasons.all(|reason| reason.is_some()))
    }

    pub(super) fn as_json(&self) -> Value {
        let tokens: Vec<_> = self
            .tokens
            .iter()
            .map(|token| token.as_json(self.show_id))
            .collect();
        json!({
            "carrier": self.found.kind,
            "name": self.found.name,
            "at": show(self.at),
            "opens": self.has_keys.then(|| self.is_good()),
            "reason": self.reason().map(Reason::name),
            "tokens": tokens,
        })
    }

    pub(super) fn as_text(&self) -> String {
        let mut lines = vec![row(self.found.kind, &self.found.name)];
        for token in &self.tokens {
            if self.tokens.len() > 1 {
                lines.push(String::new());
            }
            lines.extend(token.as_lines(self));
        }
        if let Some(reason) = self.refused_together {
            lines.extend([String::new(), row("together", refusal(reason))]);
        }
        lines.join("\n")
    }
}

impl Token {
    fn of<T: Payload>(
        token: &Result<Vec<u8>, Reason>,
        opener: Option<&Opener<T>>,
        at: SystemTime,
    ) -> Token {
        let token = token.as_ref().map_err(|reason| *reason);
        let info = token.and_then(TokenInfo::from_token);
        let (content, reason) = match opener {
            None => (None, info.err()),
            Some(opener) => match token.and_then(|token| opener.open(token, at)) {
                Err(reason) => (None, Some(reason)),
                Ok(content) => {
                    let is_known =
                        |reason: &Reason| *reason != Reason::Payload || opener.can_read(&content);
                    let reason = content.refused.filter(is_known);
                    (Some(content), reason)
                }
            },
        };
        let opened = opener.zip(content.as_ref());
        Token {
            is_under_sealing_key: opened
                .map(|(opener, content)| content.session.key_id == opener.ring.sealing_key(at)),
            value: opened.and_then(|(opener, content)| (opener.reader.read)(content)),
            characters: token.map_or(0, |token| token.len()),
            info,
            content,
            reason,
        }
    }

    fn as_json(&self, show_id: bool) -> Value {
        let info = self.info.as_ref().ok();
        let content = self.content.as_ref();
        let unread = content.filter(|_| self.value.is_none());
        let guessed = unread.filter(|content| content.schema != 0).map(|content| {
            let parts = guess(&content.payload);
            parts.iter().map(Part::as_json).collect::<Value>()
        });
        let mut shown = json!({
            "mode": info.map(|info| info.suite.mode().to_string()),
            "suite": info.map(|info| info.suite.word()),
            "key_id": info.map(|info| info.key_id.to_string()),
            "characters": info.map(|_| self.characters),
            "bytes": info.map(|_| bytes_of(self.characters)),
            "reason": self.reason.map(Reason::name),
            "explanation": self.reason.map(explanation),
            "under_sealing_key": self.is_under_sealing_key,
            "created_at": content.map(|content| show(content.session.created_at)),
            "last_active_at": content.map(|content| show(content.session.last_active_at)),
            "expires_at": content.map(|content| show(content.expires_at)),
            "limit": content.and_then(|content| content.session.limit).map(|duration| duration.as_secs()),
            "remembered": content.and_then(|content| content.session.remembered).map(|duration| duration.as_secs()),
            "persistent": content.map(|content| content.is_persistent),
            "flash": content.map(|content| content.has_flash),
            "padding": content.map(|content| content.padding),
            "schema": content.map(|content| content.schema),
            "payload": self.value,
            "payload_hex": unread.map(|content| hex(&content.payload)),
            "payload_guess": guessed,
        });
        if show_id {
            let id = content.and_then(|content| content.session.id);
            shown["id"] = json!(id.map(|id| id.to_string()));
        }
        shown
    }

    fn as_lines(&self, report: &Report<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        if let Ok(info) = &self.info {
            let role = match self.is_under_sealing_key {
                Some(true) => ", which seals",
                Some(false) => ", which only opens",
                None => "",
            };
            let (characters, bytes) = (self.characters, bytes_of(self.characters));
            lines.extend([
                row("mode", info.suite.mode()),
                row("suite", format!("{}, {}", info.suite.word(), info.suite)),
                row("key", format!("{}{role}", info.key_id)),
                row("length", format!("{characters} characters, {bytes} bytes")),
            ]);
        }
        lines.push(match self.reason {
            Some(reason) => row("opens", refusal(reason)),
            None if report.has_keys => row("opens", self.yes(report)),
            None => row(
                "opens",
                "unknown without keys; give --keys, or the variable SESSION_KEYS",
            ),
        });
        if let Some(content) = &self.content {
            lines.extend(content_lines(content, report));
            lines.extend(self.payload(content));
        }
        lines
    }

    /// Says for which programs it opens, if others refuse it.
    fn yes(&self, report: &Report<'_>) -> String {
        let schema = self.content.as_ref().map_or(0, |content| content.schema);
        let mut yes = "yes".to_owned();
        if schema != 0 && !report.is_typed {
            yes += &format!(", if the program's type reads schema {schema}");
        }
        if let Some(other) = &report.other_name {
            let name = &report.found.name;
            yes += &format!(
                ", but only in a program whose cookie is named {name}; the settings name {other}"
            );
        }
        yes
    }

    fn payload(&self, found: &TokenContent) -> Vec<String> {
        let (schema, bytes) = (found.schema, format!("{} bytes", found.payload.len()));
        match &self.value {
            Some(value) if schema == 0 => vec![row("dictionary", bytes), format!("{value:#}")],
            Some(value) => {
                let about = format!("{schema}, {bytes}");
                vec![row("schema", about), format!("{value:#}")]
            }
            None if schema == 0 => vec![row("payload", bytes), hex(&found.payload)],
            None => {
                let about = format!(
                    "{schema}, {bytes} that only its type can read; the words next to them are a guess"
                );
                let parts = guess(&found.payload);
                let lines = parts.iter().flat_map(Part::as_lines);
                [row("schema", about)].into_iter().chain(lines).collect()
            }
        }
    }
}

/// Returns the decoded length of a token, which is base64url without padding.
fn bytes_of(characters: usize) -> usize {
    characters * 3 / 4
}

fn content_lines(found: &TokenContent, report: &Report<'_>) -> impl Iterator<Item = String> {
    let flash = if found.has_flash { "yes" } else { "no" };
    let id = found
        .session
        .id
        .map_or_else(|| "none".to_owned(), |id| id.to_string());
    let assumed = report.assumes_settings.then(|| ASSUMED.to_owned());
    let rows = [
        ("created", Some(show(found.session.created_at))),
        ("last active", Some(show(found.session.last_active_at))),
        ("expires", Some(show(found.expires_at))),
        ("settings", assumed),
        ("limited to", found.session.limit.map(show_duration)),
        ("remembered", found.session.remembered.map(show_duration)),
        ("persistent", Some(persistent(found))),
        ("flash", Some(flash.to_owned())),
        ("padding", Some(format!("{} bytes", found.padding))),
        ("id", report.show_id.then_some(id)),
    ];
    rows.into_iter()
        .filter_map(|(name, value)| Some(row(name, value?)))
}

fn persistent(found: &TokenContent) -> String {
    match (found.session.remembered.is_some(), found.is_persistent) {
        (_, true) => format!("yes, until {}", show(found.expires_at)),
        (false, false) => "no".to_owned(),
        (true, false) => {
            "no: it was remembered, and there is no remember_up_to; give the application's \
             with --settings or --remember-up-to"
                .to_owned()
        }
    }
}

const ASSUMED: &str = "the defaults, except where an option sets a value; if the application has settings of its own, give --settings FILE";

fn refusal(reason: Reason) -> String {
    format!("no: {reason}, {}", explanation(reason))
}

fn row(name: &str, value: impl Display) -> String {
    format!("{name:<11}  {value}")
}
