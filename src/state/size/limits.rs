//! Limits of cookies.

/// Largest cookie that browsers store, in bytes (RFC 6265 section 6.1).
pub(crate) const LARGEST_COOKIE: usize = 4096;
/// Maximum number of cookies in which one session is sent.
pub(crate) const MOST_COOKIES: usize = 4;
