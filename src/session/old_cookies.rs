//! Sessions of another cookie that a request brings: of another library, or of this one. The room `migrate/`, which stands
//! above, implements these traits.

use std::sync::Arc;

use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::Template,
    state::Metadata,
    token::Context,
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
    /// Most cookies that one session of it may be in.
    pub(crate) cookies: usize,
    /// First second at which it is expired. Before that, it belongs to the old program.
    pub(crate) from: UnixSeconds,
}

/// Old sessions that a request brought. One of them may become its session.
pub(crate) trait Predecessor: Send {
    /// Looks for old cookies in a `Cookie` field.
    fn find_in(&mut self, field: &[u8]);

    /// Returns `true` if the request brought none.
    fn is_empty(&self) -> bool;

    /// Returns the length of all values.
    fn len(&self) -> usize;

    /// Offers the old sessions to `accept`, one after another, until it takes one. If it takes none, returns the first
    /// refusal, and prefers that of a session which opened. `None`: no value had entries. `context` is one that the
    /// request chose.
    fn offer(
        &self,
        context: Option<&Context>,
        now: UnixSeconds,
        accept: &mut Accept<'_>,
    ) -> Option<Result<(), Reason>>;

    /// Returns advice about a refusal of [`offer`](Self::offer) for this reason, the first time that it is needed.
    fn advice(&self, reason: Reason) -> Option<String>;

    /// Returns advice about an old cookie that came with a session of ours, which was written at `written`, the first time
    /// that it is needed: the response that wrote it dropped the old cookie, and the browser has it still.
    fn advice_beside(&self, written: UnixSeconds) -> Option<String>;
}

/// Takes a session with this metadata, messages and payload, or says why not.
pub(crate) type Accept<'a> = dyn FnMut(Metadata, &[u8], &[u8]) -> Result<(), Reason> + 'a;
