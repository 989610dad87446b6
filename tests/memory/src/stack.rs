//! Stack that a thread used, read after its work has returned.

use std::{
    hint::{self, black_box},
    ptr,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

/// Does `work` on a thread whose stack was zeros, and returns its result and what its calls left on the stack: the last
/// byte is the one that `work` began at.
///
/// # Panics
///
/// If `work` does, or if no thread can be started.
pub fn stack_after<R: Send>(work: impl FnOnce() -> R + Send) -> (R, Vec<u8>) {
    let (start, is_read) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        let watched = || {
            let _frame = Frame {
                start: &start,
                is_read: &is_read,
            };
            clear();
            let place = 0_u8;
            let result = call(work);
            start.store(
                black_box(&raw const place).expose_provenance(),
                Ordering::SeqCst,
            );
            // Optimized, this calls nothing that would write to the stack.
            while !is_read.load(Ordering::SeqCst) {
                hint::spin_loop();
            }
            result
        };
        let thread = thread::Builder::new().stack_size(2 * SEARCHED);
        let thread = thread
            .spawn_scoped(scope, watched)
            .expect("a thread starts");
        while start.load(Ordering::SeqCst) == 0 {
            thread::yield_now();
        }
        let start = start.load(Ordering::SeqCst);
        let mut bytes = vec![0; if start == FAILED { 0 } else { SEARCHED }];
        if start != FAILED {
            let lowest = ptr::with_exposed_provenance::<u8>(start - SEARCHED);
            // SAFETY: the thread has twice as much stack, all of it mapped, and does not write to it while it waits.
            unsafe { ptr::copy_nonoverlapping(lowest, bytes.as_mut_ptr(), SEARCHED) };
        }
        is_read.store(true, Ordering::SeqCst);
        match thread.join() {
            Ok(result) => (result, bytes),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Tells the thread that reads when `work` has panicked.
struct Frame<'a> {
    start: &'a AtomicUsize,
    is_read: &'a AtomicBool,
}

impl Drop for Frame<'_> {
    fn drop(&mut self) {
        if !self.is_read.load(Ordering::SeqCst) {
            self.start.store(FAILED, Ordering::SeqCst);
        }
    }
}

#[inline(never)]
fn call<R>(work: impl FnOnce() -> R) -> R {
    black_box(work())
}

/// Overwrites the stack: the C library gives a new thread that of one that has ended.
#[inline(never)]
fn clear() {
    let mut stack = [0_u8; SEARCHED + 64 * 1024];
    black_box(&mut stack);
}

/// Bytes below the frame that starts the work.
const SEARCHED: usize = 512 * 1024;
const FAILED: usize = usize::MAX;
