//! Takes over sessions of other libraries, or of a cookie of this crate with another name, from their cookies until a
//! date.
//!
//! [`OldCookie`] names a cookie of another library, and has the [`Reader`] of its format. The package
//! [`hardtack-migrate`](https://docs.rs/hardtack-migrate) has readers for several libraries. Pass an `OldCookie` or a
//! [`SessionCookie`](crate::SessionCookie) to [`migrate_from`](crate::carrier::SessionCookieBuilder::migrate_from) of a
//! builder.

mod old_cookie;
mod prepared;
mod reader;
mod takeover;

pub use old_cookie::OldCookie;
pub use reader::{OldSession, Reader};

pub(crate) use old_cookie::Source;
pub(crate) use takeover::Migration;
