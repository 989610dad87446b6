//! Events for `tracing`, and the counters of `metrics`, with those features. None contains a token, a key or content.

#![cfg_attr(
    not(all(feature = "metrics", feature = "tracing")),
    allow(unused, reason = "nothing is told")
)]
#![cfg_attr(
    not(feature = "tower"),
    allow(dead_code, reason = "events of adapters")
)]

use std::error::Error;

#[cfg(feature = "metrics")]
use metrics::{counter, histogram};

use super::outcome::Outcome;
#[cfg(feature = "metrics")]
use crate::base::metrics as name;
use crate::{
    base::reason::Reason,
    state::{BodyToSeal, Decision},
};

/// A session was read.
pub(crate) fn read(purpose: &str, outcome: Outcome, token_bytes: usize) {
    #[cfg(feature = "metrics")]
    {
        let reason = outcome.reason().map_or("", Reason::name);
        let purpose = purpose.to_owned();
        counter!(name::READ, "purpose" => purpose, "outcome" => outcome.name(), "reason" => reason)
            .increment(1);
    }
    #[cfg(feature = "tracing")]
    macro_rules! rejected {
        ($reason:expr, $($event:tt)*) => {
            match $reason {
                // A bug, or another program with the key.
                Reason::Malformed | Reason::Payload => tracing::error!($($event)*),
                // A clock is wrong.
                Reason::NotYetValid => tracing::warn!($($event)*),
                // Rotation: expected for a while, and a mistake after.
                Reason::UnknownKey | Reason::RetiredKey => tracing::info!($($event)*),
                _ => tracing::debug!($($event)*),
            }
        };
    }
    #[cfg(feature = "tracing")]
    match outcome {
        Outcome::Absent => tracing::trace!(purpose, "no session arrived"),
        Outcome::Opened { key_id } => {
            tracing::trace!(purpose, %key_id, token_bytes, "session opened");
        }
        Outcome::OpenedUnderAcceptedKey { key_id } => {
            tracing::debug!(purpose, %key_id, token_bytes, "session opened under an accepted key");
        }
        Outcome::Rejected { reason, key_id } => {
            let key_id = key_id.map(tracing::field::display);
            rejected!(reason, purpose, %reason, key_id, token_bytes, "session rejected");
        }
        Outcome::Migrated => {
            tracing::debug!(
                purpose,
                token_bytes,
                "session taken over from an old cookie"
            );
        }
        Outcome::NotMigrated { reason } => {
            rejected!(reason, purpose, %reason, token_bytes, "old cookie rejected");
        }
    }
}

/// The client is to store or drop its session. `is_new`: the request brought none that opened.
pub(crate) fn written(purpose: &str, decision: Decision, is_new: bool) {
    #[cfg(feature = "metrics")]
    {
        let change = match decision {
            Decision::Keep | Decision::KeepTooLarge => return,
            Decision::Store(_) if is_new => "Began",
            Decision::Store(_) => "Changed",
            Decision::Refresh(BodyToSeal::With(_)) => "Refreshed",
            Decision::Refresh(BodyToSeal::AsArrived) => "Resealed",
            Decision::Drop => "Ended",
        };
        counter!(name::WRITTEN, "purpose" => purpose.to_owned(), "change" => change).increment(1);
    }
}

/// A session was sealed.
pub(crate) fn sealed(purpose: &str, token_bytes: usize) {
    #[cfg(feature = "metrics")]
    histogram!(name::TOKEN_BYTES, "purpose" => purpose.to_owned()).record(token_bytes as f64);
}

/// A cookie, header or token is built whose content anyone can read.
pub(crate) fn unencrypted(purpose: &str) {
    #[cfg(feature = "tracing")]
    tracing::info!(purpose, "sessions are unencrypted but signed");
}

/// A handler returned an error of its session. A typed session has no key, but its request has a path.
pub(crate) fn session_failed(path: Option<&str>, key: Option<&str>, error: &(dyn Error + 'static)) {
    #[cfg(feature = "tracing")]
    tracing::error!(
        path,
        key,
        error = told(error),
        "a session could not be read or changed"
    );
    #[cfg(all(feature = "metrics", feature = "tower"))]
    counter!(name::FAILURES, "failure" => "Session").increment(1);
}

/// A handler returned the error of a change that its visitor's device did not prove. The session itself was told of when
/// it was read.
pub(crate) fn session_was_stale() {
    #[cfg(feature = "tracing")]
    tracing::debug!("a session without its device was not changed");
}

/// The application could not say whether a session goes on. `goes_on`: the session does, for a while.
pub(crate) fn validation_failed(purpose: &str, goes_on: bool, error: &(dyn Error + 'static)) {
    #[cfg(feature = "tracing")]
    tracing::error!(
        purpose,
        goes_on,
        error = told(error),
        "the application could not say whether a session goes on"
    );
    #[cfg(feature = "metrics")]
    counter!(name::FAILURES, "failure" => "Validation").increment(1);
}

/// A change came after the head of its response. It is an error, which the application may have dropped.
pub(crate) fn change_came_late(purpose: &str) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        purpose,
        "a session was changed after the head of its response, so the change is lost"
    );
}

/// The session of a response could not be saved.
pub(crate) fn save_failed(error: &(dyn Error + 'static)) {
    #[cfg(feature = "tracing")]
    tracing::error!(error = told(error), "a session could not be saved");
    #[cfg(all(feature = "metrics", feature = "tower"))]
    counter!(name::FAILURES, "failure" => "Save").increment(1);
}

/// A request, as far as the event of its refusal shows it.
#[derive(Default)]
pub(crate) struct RefusedRequest<'a> {
    pub(crate) path: Option<&'a str>,
    /// Origin and host are given if they have the form of one.
    pub(crate) origin: Option<&'a str>,
    pub(crate) host: Option<&'a str>,
    pub(crate) advice: Option<&'a str>,
}

/// A CSRF check refused a request.
pub(crate) fn request_refused(refusal: impl Error, request: &RefusedRequest<'_>) {
    #[cfg(all(feature = "metrics", feature = "tower"))]
    counter!(name::CSRF_REFUSALS, "refusal" => format!("{refusal:?}")).increment(1);
    #[cfg(feature = "tracing")]
    tracing::warn!(
        refusal = refusal.to_string(),
        advice = request.advice,
        path = request.path,
        origin = request.origin,
        host = request.host,
        "a request was refused by a CSRF check"
    );
}

/// A layer is missing, or there are two.
pub(crate) fn setup_is_wrong(path: Option<&str>, sentence: &str) {
    #[cfg(feature = "tracing")]
    tracing::error!(path, sentence, "a request could not be served");
    #[cfg(all(feature = "metrics", feature = "tower"))]
    counter!(name::FAILURES, "failure" => "Setup").increment(1);
}

/// Returns an error and its sources, in one sentence.
fn told(error: &(dyn Error + 'static)) -> String {
    let errors = std::iter::successors(Some(error), |&error| error.source());
    let sentences: Vec<_> = errors.map(|error| error.to_string()).collect();
    sentences.join(": ")
}

/// A request belongs to no context, so its session was not read.
pub(crate) fn context_missed(purpose: &str) {
    #[cfg(feature = "tracing")]
    tracing::debug!(
        purpose,
        "no context for this request, its session is refused"
    );
}

/// A page without TLS got its session in a cookie that browsers keep for pages with TLS alone.
#[cfg(feature = "tower")]
pub(crate) fn secure_cookie_without_tls(purpose: &str, origin: &str) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        purpose,
        origin,
        "the browser will drop this session: its cookie is `Secure`, and the page came without TLS; serve the site by https, \
         or in development on localhost"
    );
}

/// The application let shared caches store a response that carries a session.
pub(crate) fn caching_was_replaced(purpose: &str) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        purpose,
        "a response for shared caches carries a session, so it was made no-store"
    );
}

/// A refresh or a new key was due, and the session would have grown past its limit.
pub(crate) fn refresh_was_left_out(purpose: &str) {
    #[cfg(feature = "tracing")]
    tracing::debug!(
        purpose,
        "refresh or re-sealing left out, the session is too large for it"
    );
    #[cfg(feature = "metrics")]
    counter!(name::REFRESHES_OMITTED, "purpose" => purpose.to_owned()).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{crypto::random::RandomError, session::SaveError, state::SessionError};

    #[test]
    fn an_error_is_told_with_its_causes() {
        let cause = RandomError::UNSUPPORTED.source().unwrap().to_string();
        let failed = SessionError::from(RandomError::UNSUPPORTED);
        let unsaved = SaveError::from(RandomError::UNSUPPORTED);
        let sentence = "the operating system's random generator failed";
        for error in [&failed as &(dyn Error + 'static), &unsaved] {
            assert_eq!(told(error), format!("{sentence}: {cause}"));
        }
        assert_eq!(
            told(&SessionError::NoContext),
            SessionError::NoContext.to_string()
        );
    }
}
