//! Carriers of a session, which are cookies and tokens, and their builder.
//!
//! [`SessionCookie`], [`SessionHeader`] and [`SessionToken`](crate::SessionToken) load and save sessions.
//! [`SessionBuilder`] has their settings, and a [`ConfigError`](crate::ConfigError) says which of them are wrong.

mod alike;
mod already_sent;
pub(crate) mod builder;
mod common;
pub(crate) mod cookie;
pub(crate) mod fields;
pub(crate) mod header;
pub(crate) mod inspect;
#[cfg(feature = "cookie")]
mod jar;
mod keys_in_use;
pub(crate) mod token;

pub use crate::{cookie::attributes::FormerAttributes, state::Padding};
pub use builder::{
    SessionBuilder, SessionCookieBuilder, SessionHeaderBuilder, SessionTokenBuilder,
};
pub use common::TokenChange;
pub use keys_in_use::KeysInUse;

pub(crate) use builder::{InCookie, Options, Size};
pub(crate) use cookie::SessionCookie;
pub(crate) use header::SessionHeader;
