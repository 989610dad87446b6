//! Sessions that a request brings in a cookie of another library, or in another cookie of this one. The room
//! `migrate/`, which stands above, implements these traits.

use std::sync::Arc;

use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::Template,
    state::Metadata,
    token::{Context, Refused},
};

/// Cookies of other libraries that a cookie's sessions are taken over from.
pub(crate) trait OldCookies: Send + Sync {
    /// Begins to look for them in a request.
    fn look(self: Arc<Self>) -> Box<dyn Predecessor>;

    /// Returns the old cookies, as responses expire them.
    fn dropped(&self) -> &[DroppedCookie];
}

/// An old cookie, as responses expire it.
pub(crate) struct DroppedCookie {
    pub(crate) template: Template,
    /// Maximum number of cookies that one of its sessions may be in.
    pub(crate) cookies: usize,
    /// First second at which responses expire it. Before that, it belongs to the old program.
    pub(crate) from: UnixSeconds,
}

/// Old sessions that a request brought. One of them may become its session.
pub(crate) trait Predecessor: Send {
    /// Looks for old cookies in a `Cookie` field.
    fn find_in(&mut self, field: &[u8]);

    /// Returns `true` if the request brought no old cookies.
    fn is_empty(&self) -> bool;

    /// Returns the length of all values.
    fn len(&self) -> usize;

    /// Offers the old sessions to `accept`, one after another, until it takes one. If it takes no session, returns the
    /// first refusal of a session that opened, or else the first refusal. Returns `None` if no value had entries.
    /// `context` is the context that the request chose, if any.
    fn offer(
        &self,
        context: Option<&Context>,
        now: UnixSeconds,
        accept: &mut Accept<'_>,
    ) -> Option<Result<(), Refused>>;

    /// Returns advice about a refusal of [`offer`](Self::offer) for this reason, but only once.
    fn advice(&self, reason: Reason) -> Option<String>;

    /// Returns advice about an old cookie that came with a session of ours, but only once. The response that wrote the
    /// session, at `written`, expired the old cookie, but the browser still has it.
    fn advice_beside(&self, written: UnixSeconds) -> Option<String>;
}

/// Function that takes a session with this metadata, these messages and this payload, or returns the reason why not.
pub(crate) type Accept<'a> = dyn FnMut(Metadata, &[u8], &[u8]) -> Result<(), Reason> + 'a;
