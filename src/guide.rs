//! Programs for common tasks, with [`Session`](crate::Session), [`SessionLayer`](crate::SessionLayer),
//! [`CsrfGuard`](crate::csrf::CsrfGuard) and [`Failure`](crate::web::Failure).
//!
#![doc = include_str!("guide/links.txt")]
#![doc = include_str!("../docs/guides.md")]

/// From [`invalidate`](crate::Session::invalidate) to
/// [`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after) and
/// [`revoked_if`](crate::carrier::SessionBuilder::revoked_if).
///
#[doc = include_str!("guide/links.txt")]
#[doc = include_str!("../docs/ending-sessions.md")]
pub mod ending_sessions {}

/// [`SessionLayer`](crate::SessionLayer) in actix-web and others, and
/// [`load_from`](crate::SessionCookie::load_from) elsewhere.
///
#[doc = include_str!("guide/links.txt")]
#[doc = include_str!("../docs/frameworks.md")]
pub mod frameworks {}

/// Sessions of a type that is [`SessionData`](trait@crate::SessionData).
///
#[doc = include_str!("guide/links.txt")]
#[doc = include_str!("../docs/typed-sessions.md")]
pub mod typed_sessions {}
