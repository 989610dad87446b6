//! Facts that decide what becomes of a session at the end of its request, beside the session: the response, the request as
//! its browser describes it, and the standing of the session under the key ring (docs/spec/writer.md § 8.12).

/// Response that a session is saved with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    pub(crate) status: u16,
    /// Others than the visitor may store the response.
    pub(crate) is_shareable: bool,
    pub(crate) said: Said,
}

/// Session that a response sets or drops already, before this session is saved: by a service inside, or by its handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "http"),
    allow(dead_code, reason = "the fields of responses say")
)]
pub(crate) enum Said {
    Nothing,
    /// The session that arrived, refreshed or sealed again.
    Same,
    Other,
}

/// Use of a response, as the browser says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "http"),
    allow(dead_code, reason = "the fields of requests say")
)]
pub(crate) enum Destination {
    /// A page that the visitor asked for, as far as is known.
    #[default]
    Page,
    /// An image, a script or another part of a page; by a setting, whatever the browser does not navigate to.
    Part,
    /// A page that the visitor has not asked for yet.
    Prefetch,
}

/// Request, as its browser describes it. By default, nothing is known of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) destination: Destination,
    /// No token came, and the browser may have one: it hides the cookie, because another site made the request.
    pub(crate) may_hide: bool,
}

impl Circumstances {
    /// For an unknown response: assume that it succeeded and is for the visitor alone.
    pub(crate) const UNKNOWN: Circumstances = Circumstances {
        status: 200,
        is_shareable: false,
        said: Said::Nothing,
    };
}

/// Standing of the session that arrived, at the end of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Ring and `not_before` accept it, or none arrived.
    Good,
    /// They accept it, under a key that a newer one has replaced.
    UnderEarlierKey,
    /// They refuse it: its key was dropped, or `not_before` raised, while the request ran.
    Lapsed,
}
