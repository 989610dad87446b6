//! Limits of cookies and tokens that are sent.

/// Largest cookie that all browsers are expected to store, in bytes (RFC 6265 section 6.1).
pub(crate) const LARGEST_COOKIE: usize = 4096;
/// Bytes of a field that a default nginx passes, together with the headers of a security middleware.
pub(crate) const PASSES_ANYWHERE: usize = 3072;
/// Maximum number of cookies in which one session is sent.
pub(crate) const MOST_COOKIES: usize = 4;
/// Maximum length of a token in one piece, in characters. A session in several cookies has as many bytes at most.
pub(crate) const LONGEST_SENT: usize = MOST_COOKIES * LARGEST_COOKIE;
