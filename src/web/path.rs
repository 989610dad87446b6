//! The path of the request that a thread works on, for events. Without feature `tracing` none is kept.

use std::{cell::RefCell, mem};

use crate::events;

/// The path of a request, without its query.
pub(super) struct RequestPath(Option<String>);

impl RequestPath {
    pub(super) fn new(path: &str) -> RequestPath {
        RequestPath(events::ARE_WRITTEN.then(|| path.to_owned()))
    }

    /// Calls `work`, for which [`current`] returns this path.
    pub(super) fn during<R>(&mut self, work: impl FnOnce() -> R) -> R {
        let mut during = During(&mut self.0);
        during.swap();
        work()
    }
}

/// Returns the path of the request that this thread works on, if a session layer is around it.
pub(crate) fn current() -> Option<String> {
    CURRENT.try_with(|path| path.borrow().clone()).ok()?
}

/// A path that has changed places with [`CURRENT`], until it is dropped.
struct During<'a>(&'a mut Option<String>);

impl During<'_> {
    fn swap(&mut self) {
        if events::ARE_WRITTEN {
            // An error: the thread ends.
            let _ = CURRENT.try_with(|path| mem::swap(&mut *path.borrow_mut(), self.0));
        }
    }
}

impl Drop for During<'_> {
    fn drop(&mut self) {
        self.swap();
    }
}

thread_local! {
    static CURRENT: RefCell<Option<String>> = const { RefCell::new(None) };
}
