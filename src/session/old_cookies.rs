//! Sessions that a request brings in a cookie of another library, or in another cookie of this one. The room
//! `migrate/`, which stands above, implements the trait.

use std::sync::Arc;
#[cfg(feature = "tower")]
use std::task::{self, Poll};

use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::{Template, Values},
    state::Body,
    token::{Context, Rejected},
};

/// Cookies from which a cookie takes over sessions.
pub(crate) trait OldCookies: Send + Sync {
    /// Returns the old cookies that responses expire.
    fn dropped(&self) -> &[DroppedCookie];

    /// Waits until the followed rings are up to date, for old cookies that this crate sealed.
    #[cfg(feature = "tower")]
    fn poll_kept_up(&self, task: &task::Context<'_>) -> Poll<()>;

    /// Returns the values of a request without old cookies, to begin the search.
    fn nothing(&self) -> Vec<OldValues>;

    /// Looks for old cookies in a `Cookie` field.
    fn find_in(&self, field: &[u8], received: &mut [OldValues]);

    /// Offers the old sessions to `accept`, one after another, until it takes one. If it takes no session, returns the
    /// first rejection of a session that opened, or else the first rejection, or `None` if nothing was rejected. Offers none
    /// if two different values open, or if one opens and the request brought more than four. `context` is the context
    /// that the request chose, if any.
    fn offer(
        &self,
        received: &[OldValues],
        context: Option<&Context>,
        now: UnixSeconds,
        accept: &mut Accept<'_>,
    ) -> Option<Result<(), Rejected>>;

    /// Logs once that a browser still sends an old cookie, although the response that wrote this session, at `written`,
    /// dropped it.
    fn note_leftover(&self, received: &[OldValues], written: UnixSeconds);
}

/// An old cookie, as responses expire it.
pub(crate) struct DroppedCookie {
    pub(crate) template: Template,
    /// Maximum number of cookies that one of its sessions may be in.
    pub(crate) cookies: usize,
    /// First second at which responses expire it. Before that, it belongs to the old program.
    pub(crate) from: UnixSeconds,
}

/// Values of an old cookie in a request, and of each cookie that belongs to it.
pub(crate) type OldValues = (Values, Vec<Values>);

/// Old sessions that a request brought. One of them may become its session.
pub(crate) struct ReceivedOldCookies {
    pub(super) cookies: Arc<dyn OldCookies>,
    pub(super) received: Vec<OldValues>,
}

impl ReceivedOldCookies {
    /// Begins to look for old cookies in a request.
    pub(crate) fn look(cookies: &Arc<dyn OldCookies>) -> Box<ReceivedOldCookies> {
        Box::new(ReceivedOldCookies {
            cookies: Arc::clone(cookies),
            received: cookies.nothing(),
        })
    }

    pub(crate) fn find_in(&mut self, field: &[u8]) {
        self.cookies.find_in(field, &mut self.received);
    }

    /// Returns `true` if the request brought no old cookies.
    pub(crate) fn is_empty(&self) -> bool {
        self.values().next().is_none()
    }

    /// Returns the length of all values.
    pub(super) fn len(&self) -> usize {
        self.values().map(<[u8]>::len).sum()
    }

    /// Returns the values of all old cookies, in their order.
    pub(super) fn values(&self) -> impl Iterator<Item = &[u8]> {
        self.received.iter().flat_map(|(values, _)| values.iter())
    }
}

/// Function that takes a session, or returns the reason why not.
pub(crate) type Accept<'a> = dyn FnMut(Body) -> Result<(), Reason> + 'a;
