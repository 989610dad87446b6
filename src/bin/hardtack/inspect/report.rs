//! The report on tokens.

use std::{fmt::Display, time::SystemTime};

use hardtack::{
    carrier::{TokenContent, TokenInfo},
    session::Reason,
};
use serde_json::{Value, json};

use super::{
    input::Found,
    reason::explanation,
    sessions::Opener,
    value::{dictionary, hex},
};
use crate::{base::span, moment::show};

pub(super) struct Report {
    kind: &'static str,
    name: String,
    at: SystemTime,
    has_keys: bool,
    /// The reason why a request with all of them has no session, though one alone might.
    refused_together: Option<Reason>,
    tokens: Vec<Token>,
    show_id: bool,
}

struct Token {
    /// The part that anyone can see.
    info: Result<TokenInfo, Reason>,
    content: Option<Content>,
    /// The reason why no session is loaded from it.
    reason: Option<Reason>,
}

/// Verified content.
struct Content {
    verified: TokenContent,
    is_sealing_key: bool,
    dictionary: Option<Value>,
}

impl Report {
    pub(super) fn of(
        found: &Found,
        opener: Option<&Opener>,
        at: SystemTime,
        show_id: bool,
    ) -> Report {
        let tokens = found.tokens.iter();
        Report {
            kind: found.carried.kind(),
            name: found.carried.name().to_owned(),
            at,
            has_keys: opener.is_some(),
            refused_together: opener.and_then(|opener| opener.refused_together(&found.tokens, at)),
            tokens: tokens.map(|token| Token::of(token, opener, at)).collect(),
            show_id,
        }
    }

    /// Returns `true` if a request with these tokens has a session; without keys, if one of them is a token.
    pub(super) fn is_good(&self) -> bool {
        self.reason().is_none()
    }

    /// If no token opens, the reason of the first.
    fn reason(&self) -> Option<Reason> {
        if self.refused_together.is_some() {
            return self.refused_together;
        }
        let mut reasons = self.tokens.iter().map(|token| token.reason);
        let first = reasons.next().flatten();
        first.filter(|_| reasons.all(|reason| reason.is_some()))
    }

    pub(super) fn as_json(&self) -> Value {
        let tokens = self.tokens.iter().map(|token| {
            let mut shown = token.as_json();
            if self.show_id {
                let id = token
                    .content
                    .as_ref()
                    .and_then(|content| content.verified.id);
                shown["id"] = json!(id.map(|id| id.to_string()));
            }
            shown
        });
        json!({
            "carrier": self.kind,
            "name": self.name,
            "at": show(self.at),
            "opens": self.has_keys.then(|| self.is_good()),
            "reason": self.reason().map(Reason::name),
            "tokens": tokens.collect::<Vec<_>>(),
        })
    }

    pub(super) fn as_text(&self) -> String {
        let mut lines = vec![row(self.kind, &self.name)];
        for token in &self.tokens {
            if self.tokens.len() > 1 {
                lines.push(String::new());
            }
            lines.extend(token.as_lines(self.has_keys));
            if let Some(content) = &token.content {
                lines.extend(content.as_lines(self.show_id));
            }
        }
        if let Some(reason) = self.refused_together {
            lines.push(String::new());
            lines.push(row(
                "together",
                format!("no: {reason}, {}", explanation(reason)),
            ));
        }
        lines.join("\n")
    }
}

impl Token {
    fn of(token: &Result<Vec<u8>, Reason>, opener: Option<&Opener>, at: SystemTime) -> Token {
        let token = token.as_ref().map_err(|reason| *reason);
        let info = token.and_then(TokenInfo::of);
        let Some(opener) = opener else {
            return Token {
                reason: info.err(),
                info,
                content: None,
            };
        };
        match token.and_then(|token| opener.open(token, at)) {
            Err(reason) => Token {
                info,
                content: None,
                reason: Some(reason),
            },
            Ok(verified) => {
                // Only the application knows whether a typed payload can be read.
                let is_typed = verified.schema != 0;
                let reason = verified.refused;
                Token {
                    info,
                    reason: reason.filter(|reason| !(is_typed && *reason == Reason::Payload)),
                    content: Some(Content {
                        is_sealing_key: opener.seals(at) == verified.key_id,
                        dictionary: (!is_typed).then(|| dictionary(&verified.payload)).flatten(),
                        verified,
                    }),
                }
            }
        }
    }

    fn as_json(&self) -> Value {
        let info = self.info.as_ref().ok();
        let content = self.content.as_ref();
        let verified = content.map(|content| &content.verified);
        let time = |of: fn(&TokenContent) -> SystemTime| verified.map(|found| show(of(found)));
        let is_shown = content.is_some_and(|content| content.dictionary.is_some());
        json!({
            "mode": info.map(|info| info.mode().to_string()),
            "suite": info.map(|info| info.suite.word()),
            "key_id": info.map(|info| info.key_id.to_string()),
            "characters": info.map(|info| info.characters),
            "bytes": info.map(|info| info.bytes),
            "reason": self.reason.map(Reason::name),
            "explanation": self.reason.map(explanation),
            "under_sealing_key": content.map(|content| content.is_sealing_key),
            "created_at": time(|found| found.created_at),
            "last_active_at": time(|found| found.last_active_at),
            "expires_at": time(|found| found.expires_at),
            "limit": verified.and_then(|found| found.limit).map(|span| span.as_secs()),
            "remembered": verified.and_then(|found| found.remembered).map(|span| span.as_secs()),
            "persistent": verified.map(|found| found.remembered.is_some()),
            "flash": verified.map(|found| found.has_flash),
            "padding": verified.map(|found| found.padding),
            "schema": verified.map(|found| found.schema),
            "payload": content.and_then(|content| content.dictionary.clone()),
            "payload_hex": verified.filter(|_| !is_shown).map(|found| hex(&found.payload)),
        })
    }

    fn as_lines(&self, has_keys: bool) -> Vec<String> {
        let mut lines = Vec::new();
        if let Ok(info) = &self.info {
            let part = match &self.content {
                Some(content) if content.is_sealing_key => ", which seals",
                Some(_) => ", which only opens",
                None => "",
            };
            let (characters, bytes) = (info.characters, info.bytes);
            lines.extend([
                row("mode", info.mode()),
                row("suite", format!("{}, {}", info.suite.word(), info.suite)),
                row("key", format!("{}{part}", info.key_id)),
                row("length", format!("{characters} characters, {bytes} bytes")),
            ]);
        }
        lines.push(match self.reason {
            Some(reason) => row("opens", format!("no: {reason}, {}", explanation(reason))),
            None if has_keys => row("opens", "yes"),
            None => row("opens", "unknown without --keys"),
        });
        lines
    }
}

impl Content {
    fn as_lines(&self, show_id: bool) -> Vec<String> {
        let found = &self.verified;
        let yes = |is: bool| if is { "yes" } else { "no" };
        let mut lines = vec![
            row("created", show(found.created_at)),
            row("last active", show(found.last_active_at)),
            row("expires", show(found.expires_at)),
        ];
        let spans = [
            ("limited to", found.limit),
            ("remembered", found.remembered),
        ];
        lines.extend(
            spans
                .into_iter()
                .filter_map(|(name, span)| Some(row(name, span::show(span?)))),
        );
        lines.extend([
            row("persistent", persistent(found)),
            row("flash", yes(found.has_flash)),
            row("padding", format!("{} bytes", found.padding)),
        ]);
        if show_id {
            let id = found.id.map(|id| id.to_string());
            lines.push(row("id", id.as_deref().unwrap_or("none")));
        }
        let (len, schema) = (found.payload.len(), found.schema);
        lines.extend(match &self.dictionary {
            Some(dictionary) => [
                row("dictionary", format!("{len} bytes")),
                format!("{dictionary:#}"),
            ],
            None if schema == 0 => [row("payload", format!("{len} bytes")), hex(&found.payload)],
            None => {
                let about = format!("{schema}, {len} bytes that only its type can read");
                [row("schema", about), hex(&found.payload)]
            }
        });
        lines
    }
}

fn persistent(found: &TokenContent) -> String {
    match (found.remembered.is_some(), found.is_remembered) {
        (false, _) => "no".to_owned(),
        (true, true) => format!("yes, until {}", show(found.expires_at)),
        (true, false) => {
            "yes, but it ends like any other because there is no remember_up_to; give the application's \
             with --settings or --remember-up-to"
                .to_owned()
        }
    }
}

fn row(name: &str, value: impl Display) -> String {
    format!("{name:<11}  {value}")
}
