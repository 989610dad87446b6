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
/// Whoever borrows it while it is lent, such as a hook that looks at another session, gets one of his own.
pub(crate) struct Scratch {
    bytes: Vec<u8>,
    /// How many of them were used, if there are so many. Behind stands what was overwritten, or never secret.
    used: usize,
}

impl Scratch {
    pub(crate) fn borrow() -> Scratch {
        Scratch {
            // An error: the thread is ending, and its buffer is gone.
            bytes: BUFFER.try_with(Cell::take).unwrap_or_default(),
            used: 0,
        }
    }

    /// So many bytes, to be overwritten.
    pub(crate) fn room(&mut self, len: usize) -> &mut [u8] {
        self.clean();
        if self.bytes.len() < len {
            self.bytes.resize(len, 0);
        }
        self.used = len;
        &mut self.bytes[..len]
    }

    /// The buffer, empty, with room for so many bytes: growing would leave a copy behind.
    pub(crate) fn start(&mut self, capacity: usize) -> &mut Vec<u8> {
        self.clean();
        self.bytes.clear();
        self.bytes.reserve(capacity);
        self.used = usize::MAX;
        &mut self.bytes
    }

    /// Gives the buffer away, of which `range` is seen, and goes on with `next`.
    pub(crate) fn give(&mut self, range: Range<usize>, next: Vec<u8>) -> Wiped {
        let used = mem::take(&mut self.used);
        let mut bytes = mem::replace(&mut self.bytes, next);
        bytes.truncate(used);
        wipe(&mut bytes[range.end..]);
        bytes.truncate(range.end);
        Wiped {
            bytes,
            start: range.start,
        }
    }

    fn clean(&mut self) {
        let used = self.len();
        wipe(&mut self.bytes[..used]);
        self.used = 0;
    }
}

impl Deref for Scratch {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.used.min(self.bytes.len())]
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.clean();
        // A large value must not occupy memory after its request.
        if self.bytes.capacity() <= LARGEST_KEPT {
            let buffer = mem::take(&mut self.bytes);
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
        assert!(kept_after(|buffer| _ = buffer.room(4096)) >= 4096);
        assert!(kept_after(|buffer| _ = buffer.start(4096)) >= 4096);
        let longest = 8 * 4096;
        assert!(kept_after(|buffer| _ = buffer.room(longest)) >= longest);
    }

    #[test]
    fn a_thread_keeps_no_buffer_that_grew_beyond_a_few_tokens() {
        let large = 2 * 1024 * 1024;
        assert_eq!(kept_after(|buffer| _ = buffer.room(large)), 0);
        assert_eq!(kept_after(|buffer| buffer.start(256).resize(large, 7)), 0);
        let next = || Vec::with_capacity(large);
        assert_eq!(kept_after(|buffer| drop(buffer.give(0..0, next()))), 0);
        // The next use begins with a buffer of a usual size.
        Scratch::borrow().room(4096);
        assert!((4096..=LARGEST_KEPT).contains(&kept()));
    }
}
