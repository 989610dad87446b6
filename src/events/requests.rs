//! Events about requests, beside the lines of the log.

use std::error::Error;

use super::{limited::LeftOut, lines::request_refused};

/// Counts an error of a session that a handler or an extractor returned, under the name `failure`.
/// [`session_failed`](super::session_failed) logs it.
pub(crate) fn count_session_failed(failure: &'static str) {
    count!(1, FAILURES, "failure" => failure);
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

/// A CSRF check refused a request. It is logged unless `left_out` is `None`.
pub(crate) fn refused(
    refusal: impl Error,
    name: &'static str,
    request: RefusedRequest<'_>,
    left_out: Option<LeftOut>,
) {
    count!(1, CSRF_REFUSALS, "refusal" => name);
    let RefusedRequest {
        path,
        origin,
        host,
        purpose,
        advice,
    } = request;
    if left_out.is_some() {
        let refusal = refusal.to_string();
        request_refused(refusal, advice, path, purpose, origin, host, left_out);
    }
}
