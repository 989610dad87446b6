//! Facts outside a session that decide what becomes of it at the end of its request (docs/spec/writer.md § 8.12). They
//! are the response, the request as its browser describes it, and the session's standing under the key ring.

/// Response that a session is saved with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResponseFacts {
    pub(crate) status: u16,
    /// Caches that other visitors share may store the response, or update a stored one by it (304). The specification
    /// leaves the 304 out, and allows what is stricter.
    pub(crate) is_shareable: bool,
    pub(crate) already_sent: AlreadySent,
    /// The session refused a change in this request. A 500 then tells this error, which anyone can cause, and which is
    /// counted by itself.
    pub(crate) has_refused: bool,
}

/// Session that an inner service or the handler has already set or dropped in the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AlreadySent {
    Nothing,
    /// The session that arrived, refreshed or sealed again.
    Same,
    Other,
}

/// Request, as its browser describes it. By default, nothing is known of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RequestFacts {
    /// The request refreshes nothing: it is for an image, a script or another part of a page, or another site prefetches
    /// the page. With `refresh_navigations_only`, also for anything else that the browser does not navigate to.
    pub(crate) refreshes_nothing: bool,
    /// The browser itself fetches something in advance that is not marked as a page, such as data that a page preloads.
    pub(crate) is_preload: bool,
    /// The page may never be looked at, so it shows no messages.
    pub(crate) is_prefetch: bool,
    /// The request brought no token, but the browser may have one and hide it, as in a request that another site made.
    pub(crate) may_hide: bool,
    /// Bytes of content that the server takes in the next request, if that is known.
    pub(crate) room: Option<usize>,
}

impl ResponseFacts {
    /// Facts of an unknown response, which is assumed to succeed and to be for the visitor alone.
    pub(crate) const UNKNOWN: ResponseFacts = ResponseFacts {
        status: 200,
        is_shareable: false,
        already_sent: AlreadySent::Nothing,
        has_refused: false,
    };
}

/// Standing of the session that arrived, at the end of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The ring and `not_before` accept the session, or no session arrived.
    Good,
    /// They accept the session, but a later key has replaced its key.
    UnderEarlierKey,
    /// They reject the session, because a new ring has dropped or retired its key, or `not_before` was raised, while
    /// the request ran.
    Lapsed,
}
