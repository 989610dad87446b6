//! An allocator that looks for a marker in every block of memory that is freed.
//!
//! A program with this global allocator learns whether the memory it freed had been overwritten: it names a marker by
//! [`look_for`], and [`left_behind`] counts the markers that its work left in freed memory. `tests/wiped.rs` is one.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    slice,
    sync::atomic::{AtomicU8, AtomicUsize, Ordering},
    thread,
};

/// Bytes of a marker.
pub const MARKER_LEN: usize = 16;

/// The system's allocator, zeroing each block so that all of it can be read when it is freed.
#[derive(Debug)]
pub struct Scanning;

/// Sets the marker to look for.
pub fn look_for(marker: [u8; MARKER_LEN]) {
    for (place, byte) in MARKER.iter().zip(marker) {
        place.store(byte, Ordering::SeqCst);
    }
}

/// Counts the markers in memory that `work` frees, and that its thread frees when it ends.
///
/// # Panics
///
/// If `work` does.
pub fn left_behind(work: impl FnOnce() + Send) -> usize {
    let before = FOUND.load(Ordering::SeqCst);
    in_a_thread(work);
    FOUND.load(Ordering::SeqCst) - before
}

/// Bytes that a thread still holds after `work`.
///
/// # Panics
///
/// If `work` does.
pub fn held_after(work: impl FnOnce() + Send) -> isize {
    in_a_thread(|| {
        let before = HELD.get();
        work();
        HELD.get() - before
    })
}

fn in_a_thread<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    let watched = || {
        IS_WATCHED.set(true);
        work()
    };
    thread::scope(|scope| match scope.spawn(watched).join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

static MARKER: [AtomicU8; MARKER_LEN] = [const { AtomicU8::new(0) }; MARKER_LEN];
static FOUND: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    // Neither has a destructor, so both can be used until the thread is gone.
    static IS_WATCHED: Cell<bool> = const { Cell::new(false) };
    static HELD: Cell<isize> = const { Cell::new(0) };
}

fn hold(bytes: isize) {
    HELD.set(HELD.get() + bytes);
}

fn scan(bytes: &[u8]) {
    let marker: [u8; MARKER_LEN] =
        std::array::from_fn(|place| MARKER[place].load(Ordering::SeqCst));
    let places = bytes.windows(MARKER_LEN);
    let found = places.filter(|place| **place == marker).count();
    FOUND.fetch_add(found, Ordering::SeqCst);
}

// `realloc` is left as it is: it allocates, copies and deallocates, by the two below.
//
// SAFETY: every block comes from `System` and goes back to it, with the layout that it was asked for with.
unsafe impl GlobalAlloc for Scanning {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        hold(layout.size().cast_signed());
        // SAFETY: the caller's.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        hold(-layout.size().cast_signed());
        if IS_WATCHED.get() {
            // SAFETY: the caller gives back a whole block, which was zeros or was written to since.
            scan(unsafe { slice::from_raw_parts(pointer, layout.size()) });
        }
        // SAFETY: the caller's.
        unsafe { System.dealloc(pointer, layout) }
    }
}
