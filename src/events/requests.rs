//! Events about requests, beside the lines of the log.

use std::error::Error;

use super::{
    limited::LeftOut,
    lines::request_refused,
    names::labels::{Failure, Refusal},
};

/// Counts a failure, which another function logs.
pub(crate) fn count_failed(failure: Failure) {
    count!(1, FAILURES, "failure" => failure.name());
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
    label: Refusal,
    request: RefusedRequest<'_>,
    left_out: Option<LeftOut>,
) {
    count!(1, CSRF_REFUSALS, "refusal" => label.name());
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
