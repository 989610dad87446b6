//! Content of a cookie, as the server sees it, and as others see it without the key.

use std::{
    iter,
    time::{Duration, SystemTime},
};

use hardtack::{SessionCookie, keys::Mode};
use serde_json::Value;

use super::bands;
use crate::{
    api,
    pages::{token::Token, visit::Visit},
    texts::Blank,
};

/// The room in the cookie.
pub(super) struct Room {
    pub(super) allowed: usize,
    /// The numbers in a sentence.
    pub(super) size: String,
    pub(super) parts: Vec<Part>,
}

/// A part of the room, in bytes of `Set-Cookie`.
pub(super) struct Part {
    pub(super) name: String,
    pub(super) is_key: bool,
    pub(super) start: usize,
    pub(super) len: usize,
    pub(super) colour: &'static str,
}

impl Room {
    /// Measures the session as it is now, which is at most what Set-Cookie has.
    pub(super) fn of(visit: &Visit) -> Room {
        let (report, t) = (visit.session.size_report(), visit.texts());
        // Three bytes inside the seal are four of the cookie.
        let sealed = |len: usize| (len * 4).div_ceil(3);
        let text = |key: &str, len: usize, colour| (t[key].to_owned(), false, len, colour);
        let content = report.entries.iter().map(|(_, len)| *len);
        let content = content.chain([report.flash, report.padding]);
        // The rest, so that all parts add up, in several cookies too.
        let frame = report.set_cookie.saturating_sub(content.map(sealed).sum());
        let entries = report.entries.iter().zip(ENTRIES.iter().cycle());
        let entries =
            entries.map(|((key, len), colour)| (key.clone(), true, sealed(*len), *colour));
        let others = [
            ("room.messages", report.flash),
            ("room.padding", report.padding),
        ];
        let others = others.into_iter().filter(|(_, len)| *len > 0);
        let free = report.allowed.saturating_sub(report.set_cookie);
        let parts = iter::once(text("room.frame", frame, FRAME))
            .chain(entries)
            .chain(others.map(|(key, len)| text(key, sealed(len), FRAME)))
            .chain([text("room.left", free, "none")]);
        let mut end = 0;
        let parts = parts.map(|(name, is_key, len, colour)| {
            end += len;
            let start = end - len;
            Part {
                name,
                is_key,
                start,
                len,
                colour,
            }
        });
        let sent = visit.arrived().unwrap_or_default().as_field().len();
        let sizes: [Blank; 4] = [
            ("used", &report.set_cookie),
            ("allowed", &report.allowed),
            ("sent", &sent),
            ("cookies", &report.cookies),
        ];
        Room {
            allowed: report.allowed,
            size: t.filled("room.size", &sizes),
            parts: parts.collect(),
        }
    }
}

/// A duration that ends in a deadline.
pub(super) struct Deadline {
    pub(super) name: &'static str,
    pub(super) from: SystemTime,
    pub(super) to: SystemTime,
    pub(super) whole: Duration,
    pub(super) gone: Duration,
    pub(super) left: Duration,
}

/// Returns none for a session that has not been sent.
pub(super) fn deadlines(visit: &Visit) -> Vec<Deadline> {
    let (session, t, flags) = (&visit.session, visit.texts(), &visit.site.flags);
    let now = visit.site.clock.now();
    let duration = |name: &'static str, from: SystemTime, to: SystemTime| Deadline {
        name: &t[name],
        from,
        to,
        whole: to.duration_since(from).unwrap_or_default(),
        gone: now.duration_since(from).unwrap_or_default(),
        left: to.duration_since(now).unwrap_or_default(),
    };
    let (created, active) = (session.created_at(), session.last_active_at());
    let (Some(created), Some(active), Some(end)) = (created, active, session.expires_at()) else {
        return Vec::new();
    };
    if session.is_persistent() {
        return vec![duration("server.remembered", created, end)];
    }
    let absolute = flags.duration("absolute_timeout").unwrap_or(ABSOLUTE);
    let idle = if flags.sets("idle_timeout") {
        flags.duration("idle_timeout")
    } else {
        Some(IDLE)
    };
    let idle = idle.filter(|idle| *idle < absolute);
    let idle = idle.map(|idle| duration("server.idle", active, active + idle));
    let absolute = duration("server.absolute", created, created + absolute);
    idle.into_iter().chain([absolute]).collect()
}

/// Returns what the playground answers, with long texts cut.
pub(super) fn facts(visit: &Visit) -> String {
    let mut facts = api::facts(&visit.site, &visit.session);
    if let Some(Value::Object(data)) = facts.get_mut("data") {
        for value in data.values_mut() {
            if let Value::String(text) = value
                && text.chars().count() > LONGEST_TEXT
            {
                let start: String = text.chars().take(LONGEST_TEXT).collect();
                *value = format!("{start} … ({})", text.len()).into();
            }
        }
    }
    format!("{facts:#}")
}

/// The bytes of a cookie, as its finder could read them.
pub(super) struct Dump {
    pub(super) cookie: String,
    pub(super) verdict: &'static str,
    /// What is inside, if everybody can read it.
    pub(super) content: Option<String>,
    pub(super) rows: Vec<String>,
}

/// Dumps the session's cookie, and the one with the display settings, if they came.
pub(super) fn dumps(visit: &Visit) -> Vec<Dump> {
    let dump = |cookie: &SessionCookie, session: &hardtack::Session| {
        let bytes = Token::find(&visit.headers, cookie.name())?.bytes()?;
        let (verdict, content) = match cookie.mode() {
            Mode::UnencryptedButSigned => ("visitor.signed", session.deserialize().ok()),
            _ => ("visitor.encrypted", None),
        };
        let rows = bytes.chunks(BYTES_IN_ROW).map(row);
        let cut = (bytes.len() > MOST_ROWS * BYTES_IN_ROW).then(|| "…".to_owned());
        Some(Dump {
            cookie: cookie.name().to_string(),
            verdict: &visit.texts()[verdict],
            content: content.map(|content: Value| format!("{content:#}")),
            rows: rows.take(MOST_ROWS).chain(cut).collect(),
        })
    };
    let session = dump(&visit.site.session, &visit.session);
    let display = dump(&visit.site.display, &visit.display.0);
    session.into_iter().chain(display).collect()
}

/// Writes hexadecimal digits, then the printable characters.
fn row(bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x} ")).collect();
    let show = |byte: &u8| match byte {
        b' '..=b'~' => char::from(*byte),
        _ => '·',
    };
    let text: String = bytes.iter().map(show).collect();
    format!("{hex:24} {text}")
}

/// The library's own timeouts.
const IDLE: Duration = Duration::from_secs(30 * 60);
const ABSOLUTE: Duration = Duration::from_secs(12 * 3600);
/// In characters.
const LONGEST_TEXT: usize = 24;
/// Bytes per line, which fit the width of a phone.
const BYTES_IN_ROW: usize = 8;
/// So that a large session does not make the page too long.
const MOST_ROWS: usize = 32;
const FRAME: &str = "#7d8590";
const ENTRIES: [&str; 4] = [bands::BODY, "#b36a12", "#f0b968", "#8a5520"];
