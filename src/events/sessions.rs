//! Events about sessions, beside the lines of the log: their carriers, reads and writes.

use super::{
    ARE_COUNTED, Field, InUse,
    limited::LeftOut,
    lines::*,
    names::{
        self,
        labels::{Change, Outcome, Return},
    },
};
use crate::base::Reason;

in_use_event!(sessions_are_ready, SESSIONS_ARE_READY);

/// Counts a session that was read, or begins its counter by the `number` 0. The line of its outcome logs it. `known` is
/// what this program knows of its key: [`DROPPED`], [`SUPERSEDED`] or nothing. Without it the label is left out, so that a
/// session that opens has one label less to hash.
#[inline]
pub(crate) fn count_read(
    number: u64,
    purpose: &str,
    outcome: Outcome,
    reason: Option<Reason>,
    known: &'static str,
) {
    let reason = reason.map_or("", Reason::name);
    if !known.is_empty() {
        count!(
            number,
            READ,
            "purpose" => purpose.to_owned(),
            "outcome" => outcome.name(),
            "reason" => reason,
            "known" => known
        );
    } else {
        count!(number, READ, "purpose" => purpose.to_owned(), "outcome" => outcome.name(), "reason" => reason);
    }
}

/// Returns `true` if sessions are rejected for this reason every day, so that this is logged at debug.
pub(super) fn is_everyday(reason: Reason) -> bool {
    use Reason::{Expired, Idle, Revoked, Stale, Unvalidated};
    matches!(reason, Expired | Idle | Revoked | Stale | Unvalidated)
}

/// Writes an event at the level of `reason`, with these fields.
macro_rules! log_rejected {
    ($text:literal, $reason:ident $(, $field:ident)*) => {{
        macro_rules! log_at {
            ($level:ident) => {{
                #[cfg(feature = "tracing")]
                tracing::$level!(target: names::SESSIONS, $($field = $field.value(),)* $text);
            }};
        }
        match $reason {
            // A bug, or another program or version with the key.
            Reason::Malformed | Reason::Payload => log_at!(error),
            // A clock is wrong.
            Reason::NotYetValid => log_at!(warn),
            reason if is_everyday(reason) => log_at!(debug),
            // Forged, or of another program; expected for a while during a rotation.
            _ => log_at!(info),
        }
    }};
}

/// A token gave no session. `known` is as for [`count_read`]; `off_by`: the number of seconds by which a date is out of
/// range, if a date is the reason.
#[inline]
pub(crate) fn rejected(
    purpose: &str,
    reason: Reason,
    key_id: Option<impl Field>,
    known: Option<&'static str>,
    token_bytes: usize,
    off_by: Option<u64>,
    left_out: LeftOut,
) {
    let ahead_by = off_by.filter(|_| reason == Reason::NotYetValid);
    let expired_for = off_by.filter(|_| matches!(reason, Reason::Expired | Reason::Idle));
    let refused_by = (reason == Reason::Revoked).then_some(match off_by {
        None => "application",
        Some(_) => "not_before",
    });
    log_rejected!(
        "session rejected",
        reason,
        purpose,
        reason,
        key_id,
        known,
        token_bytes,
        ahead_by,
        expired_for,
        refused_by,
        left_out
    );
}

/// The session of an old cookie was not taken over.
#[inline]
pub(crate) fn old_cookie_rejected(
    purpose: &str,
    reason: Reason,
    token_bytes: usize,
    left_out: LeftOut,
) {
    log_rejected!(
        "old cookie rejected",
        reason,
        purpose,
        reason,
        token_bytes,
        left_out
    );
}

/// A session was sealed under an earlier key at this time or before it, after the next key had begun to seal; 0 if none was.
pub(crate) fn show_sealed_late(purpose: &str, now: u64) {
    gauge!(set(now as f64), PROGRAM_LACKS_RING, "purpose" => purpose.to_owned());
}

/// A session came within a minute after it was written: the client keeps it. If it began in this minute, `by_sign_in` says how.
#[inline]
pub(crate) fn returned(purpose: &str, by_sign_in: Option<bool>) {
    let change = match by_sign_in {
        Some(true) => Return::SignedIn,
        Some(false) => Return::Began,
        None => Return::Written,
    };
    count!(1, RETURNED, "purpose" => purpose.to_owned(), "change" => change.name());
}

/// Counts a response that tells the client to store or drop its session, or begins its counter by the `number` 0. A
/// session that begins may replace one that was rejected for a reason. Without it the label is left out.
#[inline]
pub(crate) fn count_written(number: u64, purpose: &str, change: Change, replaced: Option<Reason>) {
    // Without metrics, nothing of this is compiled.
    let replaced = replaced.filter(|_| ARE_COUNTED && Change::BEGINNINGS.contains(&change));
    if let Some(reason) = replaced {
        count!(
            number,
            WRITTEN,
            "purpose" => purpose.to_owned(),
            "change" => change.name(),
            "reason" => reason.name()
        );
    } else {
        count!(number, WRITTEN, "purpose" => purpose.to_owned(), "change" => change.name());
    }
}

/// A session was sealed.
#[inline]
pub(crate) fn sealed(purpose: &str, token_bytes: usize) {
    record!(token_bytes as f64, TOKEN_BYTES, "purpose" => purpose.to_owned());
}

/// The label and the field `known` of a key that left the ring while this program ran.
pub(crate) const DROPPED: &str = "dropped";
/// The label `known` of a key that sealed a session lately, although the next key had begun to seal.
pub(crate) const SUPERSEDED: &str = "superseded";
