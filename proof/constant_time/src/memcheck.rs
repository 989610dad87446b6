//! Requests to memcheck. Without valgrind they do nothing.

use std::{ffi::c_void, mem};

/// Marks `bytes` as a secret: memcheck reports each branch and each address that depends on them.
pub(crate) fn hide(bytes: &[u8]) {
    // SAFETY: the request reads and writes nothing of the program.
    unsafe { hardtack_make_undefined(bytes.as_ptr().cast(), bytes.len()) }
}

/// Marks `bytes` as public, whatever they were made of.
pub(crate) fn show(bytes: &[u8]) {
    // SAFETY: the request reads and writes nothing of the program.
    unsafe { hardtack_make_defined(bytes.as_ptr().cast(), bytes.len()) }
}

/// Returns a result that is public, such as that of a comparison.
#[inline(never)]
pub(crate) fn shown<T: Copy>(result: T) -> T {
    let result = std::hint::black_box(result);
    // SAFETY: these are the bytes of a value, which the request does not read.
    unsafe { hardtack_make_defined((&raw const result).cast(), mem::size_of::<T>()) }
    std::hint::black_box(result)
}

/// Hides `secret` wherever it is inside `value`, and returns the number of places.
pub(crate) fn hide_inside<T>(value: &T, secret: &[u8]) -> usize {
    let start: *const u8 = (&raw const *value).cast();
    // SAFETY: all of the value is initialized; the types that this is called with have no padding.
    let bytes = unsafe { std::slice::from_raw_parts(start, mem::size_of::<T>()) };
    let places: Vec<_> = bytes
        .windows(secret.len())
        .enumerate()
        .filter(|(_, window)| *window == secret)
        .map(|(place, _)| place)
        .collect();
    for &place in &places {
        hide(&bytes[place..place + secret.len()]);
    }
    places.len()
}

unsafe extern "C" {
    fn hardtack_make_undefined(bytes: *const c_void, len: usize);
    fn hardtack_make_defined(bytes: *const c_void, len: usize);
}
