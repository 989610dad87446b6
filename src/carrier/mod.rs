//! Carriers of a session, which are cookies and tokens, and their builder.
//!
//! [`SessionCookie`] and [`SessionToken`](crate::SessionToken) load and save sessions. [`SessionBuilder`] has their
//! settings, and a [`ConfigError`](crate::ConfigError) says which of them are wrong.

mod already_sent;
pub(crate) mod builder;
pub(crate) mod cookie;
pub(crate) mod fields;
mod inspect;
#[cfg(feature = "cookie")]
mod jar;
mod keys_in_use;
#[cfg(feature = "migrate")]
mod taken_over;
pub(crate) mod token;

pub use crate::{cookie::attributes::FormerAttributes, state::Padding};
pub use builder::{InCookie, InToken, SessionBuilder, SessionCookieBuilder, SessionTokenBuilder};
pub use inspect::{TokenContent, TokenInfo};
pub use keys_in_use::KeysInUse;
pub use token::TokenChange;

pub(crate) use builder::{Options, Size};
pub(crate) use cookie::SessionCookie;
