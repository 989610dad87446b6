//! Memory for the bytes of sessions, overwritten after use.

use std::{
    cell::RefCell,
    mem,
    ops::{Deref, Range},
};

use zeroize::zeroize_bytes;

/// Bytes that are overwritten on drop. The thread then keeps the memory as a buffer, unless the memory is large or the
/// thread keeps enough buffers. Bytes that the caller truncated are not overwritten.
#[derive(Default)]
pub(crate) struct Wiped {
    bytes: Vec<u8>,
    /// Offset of the first visible byte. The bytes before it are overwritten too.
    from: usize,
}

impl From<Vec<u8>> for Wiped {
    fn from(bytes: Vec<u8>) -> Wiped {
        Wiped { bytes, from: 0 }
    }
}

impl Deref for Wiped {
    type Target = [u8];

    // Without this, a small token takes 0.4 % more instructions to open.
    #[inline]
    fn deref(&self) -> &[u8] {
        &self.bytes[self.from..]
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        zeroize_bytes(&mut self.bytes);
        let mut bytes = mem::take(&mut self.bytes);
        bytes.clear();
        // The memory of a larger value is freed with its request.
        if (1..=LARGEST_KEPT).contains(&bytes.capacity()) {
            let _ = BUFFERS.try_with(|kept| {
                let mut kept = kept.borrow_mut();
                if kept.len() < MOST_KEPT {
                    kept.push(bytes);
                }
            });
        }
    }
}

impl Wiped {
    /// Borrows a buffer that this thread keeps, so that opening and sealing seldom allocate one.
    pub(crate) fn borrow() -> Wiped {
        // An error means that the thread is ending, and its buffers are already gone.
        let kept = BUFFERS.try_with(|kept| kept.borrow_mut().pop().unwrap_or_default());
        kept.unwrap_or_default().into()
    }

    /// Overwrites the buffer, and returns `len` zeros in it.
    pub(crate) fn zeroed(&mut self, len: usize) -> &mut [u8] {
        let bytes = self.start(len);
        bytes.resize(len, 0);
        bytes
    }

    /// Overwrites the buffer, and returns it empty, with room for `capacity` bytes, because growing would leave a copy
    /// behind.
    pub(crate) fn start(&mut self, capacity: usize) -> &mut Vec<u8> {
        zeroize_bytes(&mut self.bytes);
        self.bytes.clear();
        self.bytes.reserve(capacity);
        self.from = 0;
        &mut self.bytes
    }

    /// Gives the buffer away with `range` visible, and overwrites and removes the bytes after it.
    pub(crate) fn give(mut self, range: Range<usize>) -> Wiped {
        zeroize_bytes(&mut self.bytes[range.end..]);
        self.bytes.truncate(range.end);
        self.from = range.start;
        self
    }
}

thread_local! {
    static BUFFERS: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// A request that changes its session has three buffers: for the session that arrived, the new one, and the token.
const MOST_KEPT: usize = 3;

/// Bytes of the largest buffer that a thread keeps. One that grows by doubling to the longest token has less than twice its
/// length.
const LARGEST_KEPT: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the capacities of the buffers that this thread keeps.
    fn kept() -> Vec<usize> {
        BUFFERS.with_borrow(|kept| kept.iter().map(Vec::capacity).collect())
    }

    /// Returns the sum of these capacities after `use_it`, in a thread that kept none before.
    fn kept_after(use_it: impl FnOnce(&mut Wiped)) -> usize {
        BUFFERS.take();
        use_it(&mut Wiped::borrow());
        kept().iter().sum()
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
        // The next loan has a buffer of the usual size.
        Wiped::borrow().zeroed(4096);
        assert!((4096..=LARGEST_KEPT).contains(&kept()[0]));
    }

    #[test]
    fn a_thread_keeps_as_many_buffers_as_a_request_has() {
        BUFFERS.take();
        let mut loans: Vec<_> = (0..5).map(|_| Wiped::borrow()).collect();
        loans.iter_mut().for_each(|loan| _ = loan.zeroed(4096));
        drop(loans);
        assert_eq!(kept().len(), MOST_KEPT);
    }
}
