//! Sessions of other libraries, taken over from their cookies until a date.
//!
//! [`OldCookie`] names a cookie that another library wrote, and has the [`Reader`] of its format. The package
//! [`hardtack-migrate`](https://docs.rs/hardtack-migrate) has those of cookie-rs, actix-session, tower-sessions, Pyramid
//! and Beaker. A builder takes the cookie by [`migrate_from`](crate::carrier::SessionCookieBuilder::migrate_from).

mod old_cookie;
mod prepared;
mod reader;
mod takeover;

pub use old_cookie::OldCookie;
pub use reader::{OldSession, Reader};

pub(crate) use old_cookie::{FormerCookie, Source};
pub(crate) use takeover::Migration;
