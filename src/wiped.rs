//! Bytes of sessions, overwritten after use.

use std::{cell::Cell, mem, ops::Deref};

/// Bytes that are overwritten when they are dropped. What was cut off them before is not.
#[derive(Default)]
pub(crate) struct Wiped(Vec<u8>);

impl From<Vec<u8>> for Wiped {
    fn from(bytes: Vec<u8>) -> Wiped {
        Wiped(bytes)
    }
}

impl Deref for Wiped {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// The buffer of this thread, on loan, so that a request opens and seals without asking for memory.
///
/// Whoever borrows it while it is lent, such as a hook that looks at another session, gets one of his own.
pub(crate) struct Scratch(Vec<u8>);

impl Scratch {
    pub(crate) fn borrow() -> Scratch {
        // An error: the thread is ending, and its buffer is gone.
        Scratch(BUFFER.try_with(Cell::take).unwrap_or_default())
    }

    /// The buffer, empty, with room for so many bytes: growing would leave a copy behind.
    pub(crate) fn start(&mut self, capacity: usize) -> &mut Vec<u8> {
        self.clean();
        self.0.reserve(capacity);
        &mut self.0
    }

    fn clean(&mut self) {
        wipe(&mut self.0);
        self.0.clear();
    }
}

impl Deref for Scratch {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.clean();
        let buffer = mem::take(&mut self.0);
        let _ = BUFFER.try_with(|lent| lent.set(buffer));
    }
}

thread_local! {
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Overwrites, and keeps the compiler from leaving that out. (`Zeroize` writes one byte after the other.)
pub(crate) fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    zeroize::optimization_barrier(bytes);
}
