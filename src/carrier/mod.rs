//! The three ways in which a session travels, and how they are built.

mod builder;
mod cookie;
mod error;
mod header;
mod inspect;
mod keys_in_use;
mod token;

pub use builder::{ConfigError, Formerly, SessionCookieBuilder, Size};
pub use cookie::SessionCookie;
pub use error::CookieForError;
pub use header::SessionHeader;
pub use inspect::{TokenContent, TokenInfo};
pub use keys_in_use::KeysInUse;
pub use token::{SessionToken, TokenChange};

pub(crate) use builder::{AnyRing, DEFAULT_ABSOLUTE};
