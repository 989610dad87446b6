//! Bytes of sessions, overwritten after use.

use std::{
    cell::Cell,
    mem,
    ops::{Deref, Range},
};

/// Bytes that are overwritten when they are dropped. What was cut off them before is not.
#[derive(Default)]
pub(crate) struct Wiped {
    bytes: Vec<u8>,
    /// What stands before is overwritten as well, and not seen.
    start: usize,
}

impl From<Vec<u8>> for Wiped {
    fn from(bytes: Vec<u8>) -> Wiped {
        Wiped { bytes, start: 0 }
    }
}

impl Deref for Wiped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[self.start..]
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        wipe(&mut self.bytes);
    }
}

/// The buffer of this thread, on loan, so that a request opens and seals without asking for memory.
///
/// A second loan meanwhile, as by a hook that looks at another session, gets a buffer of its own.
pub(crate) struct Scratch(Vec<u8>);

impl Scratch {
    pub(crate) fn borrow() -> Scratch {
        // An error: the thread is ending, and its buffer is gone.
        Scratch(BUFFER.try_with(Cell::take).unwrap_or_default())
    }

    /// The buffer with `len` zeros.
    pub(crate) fn zeroed(&mut self, len: usize) -> &mut [u8] {
        let bytes = self.start(len);
        bytes.resize(len, 0);
        bytes
    }

    /// The buffer, empty, with room for `capacity` bytes: growing would leave a copy behind.
    pub(crate) fn start(&mut self, capacity: usize) -> &mut Vec<u8> {
        wipe(&mut self.0);
        self.0.clear();
        self.0.reserve(capacity);
        &mut self.0
    }

    /// Gives the buffer away, of which `range` is seen, and goes on with the memory of `next`.
    pub(crate) fn give(&mut self, range: Range<usize>, mut next: Vec<u8>) -> Wiped {
        next.clear();
        let mut bytes = mem::replace(&mut self.0, next);
        wipe(&mut bytes[range.end..]);
        bytes.truncate(range.end);
        Wiped {
            bytes,
            start: range.start,
        }
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
        wipe(&mut self.0);
        // A large value must not occupy memory after its request.
        if self.0.capacity() <= LARGEST_KEPT {
            let mut buffer = mem::take(&mut self.0);
            buffer.clear();
            let _ = BUFFER.try_with(|lent| lent.set(buffer));
        }
    }
}

thread_local! {
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Bytes of the largest buffer that a thread keeps: twice the longest token.
const LARGEST_KEPT: usize = 64 * 1024;

/// Overwrites, and keeps the compiler from leaving that out. (`Zeroize` writes one byte after the other.)
pub(crate) fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    zeroize::optimization_barrier(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that this thread keeps.
    fn kept() -> usize {
        let buffer = BUFFER.take();
        let capacity = buffer.capacity();
        BUFFER.set(buffer);
        capacity
    }

    /// What it keeps after `use_it`, where it kept nothing before.
    fn kept_after(use_it: impl FnOnce(&mut Scratch)) -> usize {
        BUFFER.take();
        use_it(&mut Scratch::borrow());
        kept()
    }

    #[test]
    fn a_thread_keeps_the_buffer_of_a_token() {
        assert!(kept_after(|buffer| _ = buffer.zeroed(4096)) >= 4096);
        assert!(kept_after(|buffer| _ = buffer.start(4096)) >= 4096);
        let longest = 8 * 4096;
        assert!(kept_after(|buffer| _ = buffer.zeroed(longest)) >= longest);
    }

    #[test]
    fn a_thread_keeps_no_buffer_that_grew_beyond_a_few_tokens() {
        let large = 2 * 1024 * 1024;
        assert_eq!(kept_after(|buffer| _ = buffer.zeroed(large)), 0);
        assert_eq!(kept_after(|buffer| buffer.start(256).resize(large, 7)), 0);
        let next = || Vec::with_capacity(large);
        assert_eq!(kept_after(|buffer| drop(buffer.give(0..0, next()))), 0);
        // The next use begins with a buffer of a usual size.
        Scratch::borrow().zeroed(4096);
        assert!((4096..=LARGEST_KEPT).contains(&kept()));
    }
}
