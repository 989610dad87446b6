//! Counts what a piece of work allocates, in a pass of its own. While times are measured, this costs one comparison for each
//! call of the allocator.

#![allow(
    unsafe_code,
    reason = "the system's allocator, counted; there is no safe way to be one"
)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

use serde::{Deserialize, Serialize};

use crate::measure::Meter;

/// Per operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Allocated {
    pub(crate) count: f64,
    /// The most bytes that were held at once, beyond those held before.
    pub(crate) peak: isize,
}

/// Counts what its thread allocates between `begin` and `end`.
#[derive(Default)]
pub(crate) struct Counter {
    count: usize,
    peak: isize,
}

impl Counter {
    pub(crate) fn per_operation(&self, operations: usize) -> Allocated {
        Allocated {
            count: self.count as f64 / operations as f64,
            peak: self.peak,
        }
    }
}

impl Meter for Counter {
    fn begin(&mut self) {
        COUNT.set(0);
        HELD.set(0);
        PEAK.set(0);
        IS_COUNTING.set(true);
    }

    fn end(&mut self) {
        IS_COUNTING.set(false);
        self.count += COUNT.get();
        self.peak = self.peak.max(PEAK.get());
    }
}

thread_local! {
    static IS_COUNTING: Cell<bool> = const { Cell::new(false) };
    static COUNT: Cell<usize> = const { Cell::new(0) };
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Counting;

impl Counting {
    fn note(&self, allocations: usize, freed: usize, taken: usize) {
        if IS_COUNTING.get() {
            COUNT.set(COUNT.get() + allocations);
            // No size of an allocation is over `isize::MAX`.
            HELD.set(HELD.get() + taken.cast_signed() - freed.cast_signed());
            PEAK.set(PEAK.get().max(HELD.get()));
        }
    }
}

// SAFETY: every call goes to `System` as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.note(1, 0, layout.size());
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        self.note(1, 0, layout.size());
        // SAFETY: the caller's.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        self.note(1, layout.size(), new_size);
        // SAFETY: the caller's.
        unsafe { System.realloc(pointer, layout, new_size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        self.note(0, layout.size(), 0);
        // SAFETY: the caller's.
        unsafe { System.dealloc(pointer, layout) }
    }
}
