//! Fields for caches, and what has become of them when the session was saved (docs/spec/carriers.md § 9.8).

use http::{HeaderMap, HeaderName, HeaderValue, header::CACHE_CONTROL};

use crate::case::CacheField;

impl CacheField {
    /// Returns whether a response with this field may be given to other visitors.
    pub fn is_shareable(self) -> bool {
        match self {
            CacheField::PublicPrivate
            | CacheField::NoStore
            | CacheField::NoStoreOfCdn
            | CacheField::Expired
            | CacheField::Vary => false,
            CacheField::Public
            | CacheField::NoStoreIfUnderstood
            | CacheField::Quoted
            | CacheField::OfCdn
            | CacheField::OfNginx
            | CacheField::ExpiresLater => true,
        }
    }

    pub fn add_to(self, answer: &mut HeaderMap) {
        let (name, value) = self.field();
        let name = HeaderName::from_static(name);
        answer.insert(name, HeaderValue::from_static(value));
    }

    pub fn field(self) -> (&'static str, &'static str) {
        match self {
            CacheField::Public => ("cache-control", "public, max-age=60"),
            CacheField::PublicPrivate => ("cache-control", "public, Private"),
            CacheField::NoStore => ("cache-control", "max-age=0,no-store"),
            CacheField::NoStoreIfUnderstood => ("cache-control", "must-understand, no-store"),
            CacheField::Quoted => ("cache-control", "private=\"a, private, b\""),
            CacheField::OfCdn => ("cdn-cache-control", "max-age=60, private"),
            CacheField::NoStoreOfCdn => ("surrogate-control", "no-store"),
            CacheField::OfNginx => ("x-accel-expires", "60"),
            CacheField::ExpiresLater => ("expires", "Wed, 01 Jan 2031 00:00:00 GMT"),
            CacheField::Expired => ("expires", "Thu, 01 Jan 1970 00:00:00 GMT"),
            CacheField::Vary => ("vary", "Accept, COOKIE, x-session,authorization"),
        }
    }
}

/// Checks the fields of a response whose session was touched, or written.
pub fn check(
    answer: &HeaderMap,
    set: Option<CacheField>,
    is_written: bool,
    is_sharing_allowed: bool,
) {
    let is_shareable = set.is_some_and(CacheField::is_shareable);
    let control = answer.get(CACHE_CONTROL).map(HeaderValue::as_bytes);
    let (name, value) = set.map_or(("", ""), CacheField::field);
    if is_shareable && is_sharing_allowed {
        assert_eq!(answer[name], value);
    } else if is_written && !matches!(set, Some(CacheField::NoStore)) {
        assert_eq!(control, Some(&b"no-store"[..]));
        match name {
            "x-accel-expires" | "expires" => assert_eq!(answer[name], "0"),
            "cdn-cache-control" => assert_eq!(answer[name], "no-store"),
            _ => {}
        }
    } else if name == "cache-control" {
        assert_eq!(answer[name], value);
    } else {
        assert_eq!(control, Some(&b"private"[..]));
    }
}
