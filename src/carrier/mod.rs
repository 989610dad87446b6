//! Carriers of a session (a cookie, a header, a bare token) and their builder.
//!
//! [`SessionCookie`], [`SessionHeader`] and [`SessionToken`] load and save sessions. [`SessionBuilder`] has their
//! settings; a [`ConfigError`] names the setting that is wrong.

mod builder;
mod companions;
mod cookie;
mod cookie_for;
mod header;
mod inspect;
#[cfg(feature = "cookie")]
mod jar;
mod keys_in_use;
mod token;

pub use crate::base::config_error::ConfigError;
pub use crate::{
    cookie::former::FormerAttributes,
    state::{Padding, RefreshAfter, TokenChange},
    token::{Context, ContextError},
};
pub use builder::{
    InCookie, InHeader, InToken, SessionBuilder, SessionCookieBuilder, SessionHeaderBuilder,
    SessionTokenBuilder, Size,
};
pub use cookie::SessionCookie;
pub use cookie_for::CookieForError;
pub use header::SessionHeader;
pub use inspect::{TokenContent, TokenInfo};
pub use keys_in_use::KeysInUse;
pub use token::SessionToken;

pub(crate) use builder::{Options, Responses};
