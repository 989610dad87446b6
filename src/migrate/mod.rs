//! Sessions of other libraries, taken over from their cookies until a date.
//!
//! [`OldCookie`] names a cookie that another library wrote, and has the [`Reader`] of its format: [`Jar`] for cookie-rs,
//! actix-session and tower-sessions-cookie-store, [`Pyramid`], [`Beaker`], or one of yours. A builder takes it by
//! [`migrate_from`](crate::carrier::SessionCookieBuilder::migrate_from).

mod beaker;
mod dictionary;
mod expiry_date;
mod format;
mod jar;
mod jar_key;
mod migration;
mod old_cookie;
mod pyramid;
mod reader;
mod source;
mod takeover;

pub use beaker::Beaker;
pub use jar::{Jar, JarValue};
pub use jar_key::{JarKey, JarKeyError};
pub use old_cookie::OldCookie;
pub use pyramid::Pyramid;
pub use reader::{OldSession, Reader};

pub(crate) use migration::Migration;
