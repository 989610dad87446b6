//! The deadlines of a session, and how near they are.

use std::time::{Duration, SystemTime};

use super::{moment, room::percent};
use crate::pages::visit::Visit;

/// A span that ends in a deadline.
pub(super) struct Span {
    pub(super) name: &'static str,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) left: String,
    /// In percent.
    pub(super) gone: f64,
}

/// Returns none for a session that has not been sent.
pub(super) fn of(visit: &Visit) -> Vec<Span> {
    let (session, t) = (&visit.session, visit.texts());
    let (created, active) = (session.created_at(), session.last_active_at());
    let (Some(created), Some(active), Some(end)) = (created, active, session.expires_at()) else {
        return Vec::new();
    };
    let timeouts = &visit.site.timeouts;
    let last = created + timeouts.absolute;
    if session.is_persistent() {
        return vec![span(visit, &t["remembered_until"], created, end)];
    }
    let mut spans = vec![span(visit, &t["absolute_timeout"], created, last)];
    if timeouts.idle < timeouts.absolute {
        spans.insert(
            0,
            span(visit, &t["idle_timeout"], active, active + timeouts.idle),
        );
    }
    spans
}

fn span(visit: &Visit, name: &'static str, from: SystemTime, to: SystemTime) -> Span {
    let (now, t) = (visit.site.clock.now(), visit.texts());
    let whole = to.duration_since(from).unwrap_or_default();
    let gone = now.duration_since(from).unwrap_or_default();
    let left = to.duration_since(now).unwrap_or_default();
    let left = if left.is_zero() {
        t["over"].to_owned()
    } else {
        format!("{} {}", short(left), &t["left"])
    };
    let seconds = |span: Duration| usize::try_from(span.as_secs()).unwrap_or(usize::MAX);
    Span {
        name,
        from: moment(from),
        to: moment(to),
        left,
        gone: percent(seconds(gone), seconds(whole)),
    }
}

/// Writes the two largest units, as in `1 d 12 h`.
pub(super) fn short(span: Duration) -> String {
    let mut rest = span.as_secs();
    let units = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)].map(|(unit, len)| {
        let count = rest / len;
        rest %= len;
        (count, unit)
    });
    let from_largest = units.iter().skip_while(|(count, _)| *count == 0).take(2);
    let shown = from_largest.filter(|(count, _)| *count > 0);
    let shown: Vec<_> = shown
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    shown.join(" ")
}
