//! Sessions of another library that a request brings. The room `migrate/`, which stands above, implements these traits.

use std::sync::Arc;

use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::Template,
    crypto::scratch::Wiped,
    state::Metadata,
};

/// Cookies of other libraries that a cookie's sessions are taken over from.
pub(crate) trait OldCookies: Send + Sync {
    /// Begins to look for them in a request.
    fn look(self: Arc<Self>) -> Box<dyn Predecessor>;

    /// Returns the fields that expire the old cookies, each with the first second at which it may be sent. Before
    /// that, an old cookie belongs to the old program.
    fn dropped(&self) -> &[(Template, UnixSeconds)];
}

/// Sessions of other libraries that a request brought. One of them may become its session.
pub(crate) trait Predecessor: Send {
    /// Looks for old cookies in a `Cookie` field.
    fn find_in(&mut self, field: &[u8]);

    /// Returns `true` if the request brought none.
    fn is_empty(&self) -> bool;

    /// Returns the length of all values.
    fn len(&self) -> usize;

    /// Offers the old sessions to `accept`, one after another, until it takes one. If it takes none, returns the first
    /// refusal, and prefers that of a session which opened. `None`: no value had entries.
    fn offer(
        &self,
        now: UnixSeconds,
        accept: &mut dyn FnMut(Metadata, Wiped) -> Result<(), Reason>,
    ) -> Option<Result<(), Reason>>;
}
