//! The path of the request that a thread works on, for events. Without feature `tracing` none is kept.

#[cfg(feature = "tracing")]
use std::{cell::RefCell, mem};

/// The path of a request, without its query.
pub(super) struct RequestPath {
    #[cfg(feature = "tracing")]
    path: Option<String>,
}

impl RequestPath {
    #[cfg_attr(not(feature = "tracing"), allow(unused, reason = "nothing is told"))]
    pub(super) fn new(path: &str) -> RequestPath {
        RequestPath {
            #[cfg(feature = "tracing")]
            path: Some(path.to_owned()),
        }
    }

    /// Calls `work`, for which [`current`] returns this path.
    pub(super) fn during<R>(&mut self, work: impl FnOnce() -> R) -> R {
        #[cfg(feature = "tracing")]
        let _during = During::new(&mut self.path);
        work()
    }
}

/// Returns the path of the request that this thread works on, if a session layer is around it.
pub(crate) fn current() -> Option<String> {
    #[cfg(feature = "tracing")]
    return CURRENT.try_with(|path| path.borrow().clone()).ok()?;
    #[cfg(not(feature = "tracing"))]
    None
}

/// A path that has changed places with [`CURRENT`], until it is dropped.
#[cfg(feature = "tracing")]
struct During<'a>(&'a mut Option<String>);

#[cfg(feature = "tracing")]
impl During<'_> {
    fn new(path: &mut Option<String>) -> During<'_> {
        let mut during = During(path);
        during.swap();
        during
    }

    fn swap(&mut self) {
        // An error: the thread ends.
        let _ = CURRENT.try_with(|path| mem::swap(&mut *path.borrow_mut(), self.0));
    }
}

#[cfg(feature = "tracing")]
impl Drop for During<'_> {
    fn drop(&mut self) {
        self.swap();
    }
}

#[cfg(feature = "tracing")]
thread_local! {
    static CURRENT: RefCell<Option<String>> = const { RefCell::new(None) };
}
