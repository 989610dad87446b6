//! Events about requests, and about responses that are made or changed for them.

use std::error::Error;

use super::lines::*;
use crate::base::Reason;

/// Counts an error of a session that a handler or an extractor returned, under the name `failure`. [`session_failed`] logs
/// it.
pub(crate) fn count_session_failed(failure: &'static str) {
    count!(1, FAILURES, "failure" => failure);
}

/// A request failed by an error of its session. `key` is the key of the entry that the error is about, if any. Of an error
/// that anyone can cause, `purpose` is the purpose of the session, `reason` why it was rejected, if it was, and `left_out`
/// events were not logged before this one.
pub(crate) fn session_failed(
    purpose: Option<&str>,
    reason: Option<Reason>,
    key: Option<&str>,
    left_out: u64,
    error: &(dyn Error + 'static),
) {
    let error = super::with_causes(error);
    log_line!(
        SESSION_FAILED,
        error,
        purpose,
        reason = reason.map(tracing::field::display),
        key,
        left_out = (left_out > 0).then_some(left_out)
    );
    print_in_debug!("{SESSION_FAILED}: {error}");
}

/// A change did not fit a session, and its response, of another status, saves what else the request changed.
pub(crate) fn error_was_untold(purpose: &str, status: u16, left_out: u64) {
    let left_out = (left_out > 0).then_some(left_out);
    log_line!(ERROR_UNTOLD, purpose, status, left_out);
}

/// A handler returned an error because the session's companion did not admit the request. The session itself was logged
/// when it was read.
#[cfg(feature = "unstable-companion")]
pub(crate) fn session_was_stale() {
    log!(debug, "a session without its proof was not changed");
}

/// The session of a response could not be saved.
pub(crate) fn save_failed(error: &(dyn Error + 'static)) {
    let error = super::with_causes(error);
    log!(error, error, "a session could not be saved");
    print_in_debug!("a session could not be saved: {error}");
    count!(1, FAILURES, "failure" => "Save");
}

/// The application is not set up correctly, as `sentence` explains: for example, a layer is missing.
pub(crate) fn setup_is_wrong(path: Option<&str>, sentence: &str) {
    log!(error, path, sentence, "a request could not be served");
    print_in_debug!(
        "{} could not be served: {sentence}",
        path.unwrap_or("a request")
    );
    count!(1, FAILURES, "failure" => "Setup");
}

/// A request belongs to no context, so its session was not read.
pub(crate) fn context_missed(purpose: &str) {
    log!(
        debug,
        purpose,
        "no context for this request, its session is refused"
    );
}

/// Parts of a request that the event of its refusal shows.
#[derive(Default)]
pub(crate) struct RefusedRequest<'a> {
    pub(crate) path: &'a str,
    /// Origin of the request. Origin and host are shown only if they are well-formed.
    pub(crate) origin: Option<&'a str>,
    pub(crate) host: Option<&'a str>,
    /// Name of the cookie or header whose session did not accept the token.
    pub(crate) purpose: Option<&'a str>,
    pub(crate) advice: Option<&'a str>,
}

/// A CSRF check refused a request. It is logged unless `left_out` is `None`; that many were not logged before.
pub(crate) fn request_refused(
    refusal: impl Error,
    name: &'static str,
    request: &RefusedRequest<'_>,
    left_out: Option<u64>,
) {
    count!(1, CSRF_REFUSALS, "refusal" => name);
    let Some(left_out) = left_out else {
        return;
    };
    log!(
        warn,
        refusal = refusal.to_string(),
        advice = request.advice,
        path = request.path,
        purpose = request.purpose,
        origin = request.origin,
        host = request.host,
        left_out = (left_out > 0).then_some(left_out),
        "a request was refused by a CSRF check"
    );
    if let Some(advice) = request.advice {
        print_in_debug!("{} was refused: {advice}", request.path);
    }
}

/// A page without TLS, on another machine than the browser, got its session in a `Secure` cookie. Of this event and
/// [`cookie_for_elsewhere`], only the first is logged for each cookie.
pub(crate) fn secure_cookie_without_tls(purpose: &str, origin: &str) {
    log!(warn, purpose, origin, "{SECURE_WITHOUT_TLS}");
    print_in_debug!("{SECURE_WITHOUT_TLS} ({purpose}, {origin})");
}

const SECURE_WITHOUT_TLS: &str = "the browser will drop this session: its cookie is `Secure`, and the page came without TLS; \
    serve the site by https, or in development on localhost";

/// A page got its session in a cookie that its browser does not send back to it.
pub(crate) fn cookie_for_elsewhere(purpose: &str, attribute: &str, value: &str, page: &str) {
    log!(
        warn,
        purpose,
        attribute,
        value,
        page,
        "{COOKIE_FOR_ELSEWHERE}"
    );
    print_in_debug!("{COOKIE_FOR_ELSEWHERE} ({purpose}, {page}, `{attribute}` is `{value}`)");
}

const COOKIE_FOR_ELSEWHERE: &str = "the browser will not send this session back to its page, which the `domain` or the `path` of \
    the cookie leaves out; correct that setting";

/// The application let shared caches store a response that stores or drops its session, or whose session could not be
/// saved.
pub(crate) fn caching_was_replaced(purpose: &str, left_out: u64) {
    log!(
        warn,
        purpose,
        left_out = (left_out > 0).then_some(left_out),
        "a response for shared caches carries a session, so it was made no-store; leave `public`, `s-maxage` and fields for CDNs off \
         such a response"
    );
}
