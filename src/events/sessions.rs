//! Events about sessions: their carriers, reads and writes.

use std::{error::Error, fmt::Display};

use super::{ARE_COUNTED, InUse, lines::*, names::values::BEGINNINGS};
use crate::base::Reason;

/// A cookie, header or token is built.
pub(crate) fn sessions_built(in_use: &InUse<'_>) {
    log_in_use!(in_use, SESSIONS_ARE_READY);
}

/// Counts a session that was read, or begins its counter by the `number` 0. The function of its outcome logs it. `known` is
/// what this program knows of its key: [`DROPPED`], [`SUPERSEDED`] or nothing. Without it the label is left out, so that a
/// session that opens has one label less to hash.
#[inline]
pub(crate) fn count_read(
    number: u64,
    purpose: &str,
    outcome: &'static str,
    reason: Option<Reason>,
    known: &'static str,
) {
    let reason = reason.map_or("", Reason::name);
    if !known.is_empty() {
        count!(
            number,
            READ,
            "purpose" => purpose.to_owned(),
            "outcome" => outcome,
            "reason" => reason,
            "known" => known
        );
    } else {
        count!(number, READ, "purpose" => purpose.to_owned(), "outcome" => outcome, "reason" => reason);
    }
}

/// The request brought no session, or belongs to no context.
#[inline]
pub(crate) fn absent(purpose: &str) {
    log!(trace, purpose, "no session arrived");
}

/// A token opened under the key that seals.
#[inline]
pub(crate) fn opened(purpose: &str, key_id: impl Display, token_bytes: usize) {
    log!(trace, purpose, %key_id, token_bytes, "session opened");
}

/// A token opened under another key of the ring.
#[inline]
pub(crate) fn opened_under_accepted_key(purpose: &str, key_id: impl Display, token_bytes: usize) {
    log!(
        debug,
        purpose,
        %key_id,
        token_bytes,
        "session opened under an accepted key"
    );
}

/// Returns `true` if sessions are rejected for this reason every day, so that this is logged at debug.
pub(super) fn is_everyday(reason: Reason) -> bool {
    use Reason::{Expired, Idle, Revoked, Stale, Unvalidated};
    matches!(reason, Expired | Idle | Revoked | Stale | Unvalidated)
}

/// Writes an event at the level of `reason`.
macro_rules! log_rejected {
    ($reason:expr, $($event:tt)+) => {
        match $reason {
            // A bug, or another program or version with the key.
            Reason::Malformed | Reason::Payload => log!(error, $($event)+),
            // A clock is wrong.
            Reason::NotYetValid => log!(warn, $($event)+),
            reason if is_everyday(reason) => log!(debug, $($event)+),
            // Forged, or of another program; expected for a while during a rotation.
            _ => log!(info, $($event)+),
        }
    };
}

/// A token gave no session. `key_id` is the id that it names, and `is_dropped` as for [`count_read`]. `off_by` is the number of
/// seconds by which a date is out of range, if a date is the reason. `left_out` events were not logged before this one.
#[inline]
pub(crate) fn rejected(
    purpose: &str,
    reason: Reason,
    key_id: Option<impl Display>,
    is_dropped: bool,
    token_bytes: usize,
    off_by: Option<u64>,
    left_out: u64,
) {
    let is_expiry = matches!(reason, Reason::Expired | Reason::Idle);
    let refused_by = match off_by {
        None => "application",
        Some(_) => "not_before",
    };
    log_rejected!(
        reason,
        purpose,
        %reason,
        key_id = key_id.as_ref().map(tracing::field::display),
        known = is_dropped.then_some(DROPPED),
        token_bytes,
        ahead_by = off_by.filter(|_| reason == Reason::NotYetValid),
        expired_for = off_by.filter(|_| is_expiry),
        refused_by = (reason == Reason::Revoked).then_some(refused_by),
        left_out = (left_out > 0).then_some(left_out),
        "session rejected"
    );
}

/// The session of an old cookie was taken over.
#[inline]
pub(crate) fn taken_over(purpose: &str, token_bytes: usize) {
    log!(
        debug,
        purpose,
        token_bytes,
        "session taken over from an old cookie"
    );
}

/// The session of an old cookie was not taken over.
#[inline]
pub(crate) fn old_cookie_rejected(
    purpose: &str,
    reason: Reason,
    token_bytes: usize,
    left_out: u64,
) {
    log_rejected!(
        reason,
        purpose,
        %reason,
        token_bytes,
        left_out = (left_out > 0).then_some(left_out),
        "old cookie rejected"
    );
}

/// The settings or the range of an old cookie do not match the old program. Each of these is logged once for the
/// cookie that takes sessions over.
pub(crate) fn old_cookie_is_misread(purpose: &str, advice: &str) {
    log!(warn, purpose, advice, "an old cookie is set up wrongly");
    print_in_debug!("{advice}");
}

/// The application could not say whether a session is still valid. If `kept`, the session is used for now. It is logged
/// unless `left_out` is `None`; that many were not logged before.
pub(crate) fn validation_failed(
    purpose: &str,
    kept: bool,
    error: &(dyn Error + 'static),
    left_out: Option<u64>,
) {
    count!(1, FAILURES, "failure" => "Validation");
    let Some(left_out) = left_out else {
        return;
    };
    let error = super::with_causes(error);
    let left_out = (left_out > 0).then_some(left_out);
    log_line!(VALIDATION_FAILED, purpose, kept, error, left_out);
    print_in_debug!("{VALIDATION_FAILED}: {error}");
}

/// Questions of `revalidate_after` have waited for too long when one more is asked. It is logged unless `left_out` is
/// `None`; that many were not logged before.
pub(crate) fn validation_hangs(purpose: &str, left_out: Option<u64>) {
    count!(1, FAILURES, "failure" => "ValidationHangs");
    let Some(left_out) = left_out else {
        return;
    };
    let left_out = (left_out > 0).then_some(left_out);
    log_line!(VALIDATION_HANGS, purpose, left_out);
    print_in_debug!("{VALIDATION_HANGS}");
}

/// A session was sealed under an earlier key at this time or before it, after the next key had begun to seal; 0 if none was.
pub(crate) fn show_sealed_late(purpose: &str, now: u64) {
    gauge!(set(now as f64), PROGRAM_LACKS_RING, "purpose" => purpose.to_owned());
}

/// A session was sealed under an earlier key `late_by` seconds after the next key had begun to seal.
#[cold]
pub(crate) fn sealed_late(purpose: &str, key_id: impl Display, late_by: u64, left_out: u64) {
    let left_out = (left_out > 0).then_some(left_out);
    log_line!(PROGRAM_LACKS_RING, purpose, %key_id, late_by, left_out);
    print_in_debug!("{PROGRAM_LACKS_RING} (sessions of {purpose}, key {key_id})");
}

/// A session came within a minute after it was written: the client keeps it. If it began in this minute, `by_sign_in` says how.
#[inline]
pub(crate) fn returned(purpose: &str, by_sign_in: Option<bool>) {
    let change = match by_sign_in {
        Some(true) => "SignedIn",
        Some(false) => "Began",
        None => "Written",
    };
    count!(1, RETURNED, "purpose" => purpose.to_owned(), "change" => change);
}

/// Counts a response that tells the client to store or drop its session, or begins its counter by the `number` 0. `change`
/// is the name of the change. A session that begins may replace one that was rejected for a reason. Without it the label is
/// left out.
#[inline]
pub(crate) fn count_written(
    number: u64,
    purpose: &str,
    change: &'static str,
    replaced: Option<Reason>,
) {
    // Without metrics, nothing of this is compiled.
    let replaced = replaced.filter(|_| ARE_COUNTED && BEGINNINGS.contains(&change));
    if let Some(reason) = replaced {
        count!(
            number,
            WRITTEN,
            "purpose" => purpose.to_owned(),
            "change" => change,
            "reason" => reason.name()
        );
    } else {
        count!(number, WRITTEN, "purpose" => purpose.to_owned(), "change" => change);
    }
}

/// A session was sealed.
#[inline]
pub(crate) fn sealed(purpose: &str, token_bytes: usize) {
    record!(token_bytes as f64, TOKEN_BYTES, "purpose" => purpose.to_owned());
}

/// A refresh or re-sealing was due, but the session is too large for it.
pub(crate) fn refresh_was_left_out(purpose: &str) {
    log!(
        debug,
        purpose,
        "refresh or re-sealing left out, the session is too large for it"
    );
}

/// A change of a session was not stored, because the response is the error of a server (5xx).
pub(crate) fn change_of_a_failed_response(purpose: &str) {
    log!(
        debug,
        purpose,
        "a change was not saved, because its response is a 5xx"
    );
    count!(1, FAILURES, "failure" => "ServerError");
}

/// A session that was changed, or that `save` asked for, was not stored, because a new ring or `not_before` refuses it.
pub(crate) fn change_of_a_lapsed_session(purpose: &str) {
    log_line!(SESSION_LAPSED, purpose);
}

/// A new session was not stored, because the browser may have hidden the visitor's session from this request.
pub(crate) fn new_session_was_not_stored(purpose: &str) {
    log!(
        debug,
        purpose,
        "a new session is not stored: another site made the request, and the browser may have a session that it hides from it"
    );
}

/// A change was not saved, because its response already sets or drops the session in another way.
pub(crate) fn change_was_left_out(purpose: &str, left_out: u64) {
    let left_out = (left_out > 0).then_some(left_out);
    log!(warn, purpose, left_out, "{CHANGE_WAS_LEFT_OUT}");
    print_in_debug!("{CHANGE_WAS_LEFT_OUT} (sessions of {purpose})");
}

const CHANGE_WAS_LEFT_OUT: &str = "a change was not saved, because the handler or an inner service had already set the session's \
    cookie or header in this response; change the session in one place only, and give each session in a header a \
    `response_header` of its own";

/// A change came after the head of its response, or after its request was cancelled or failed. It returns an error,
/// which the application may have ignored.
pub(crate) fn change_was_late(purpose: &str, left_out: u64) {
    log!(
        warn,
        purpose,
        left_out = (left_out > 0).then_some(left_out),
        "a session was changed after the head of its response, so the change is lost"
    );
}

/// The label and the field `known` of a key that left the ring while this program ran.
pub(crate) const DROPPED: &str = "dropped";
/// The label `known` of a key that sealed a session lately, although the next key had begun to seal.
pub(crate) const SUPERSEDED: &str = "superseded";
