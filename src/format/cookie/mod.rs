//! Syntax of cookies: names, attributes, and the fields `Cookie` and `Set-Cookie`.

pub(crate) mod attributes;
#[cfg_attr(not(feature = "unstable-companion"), path = "no_companion.rs")]
mod companion;
mod name;
mod parts;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod set_cookie;
mod values;

pub(crate) use attributes::{Attributes, FormerAttributes, MAX_AGE_LEN, max_age_len};
#[cfg(feature = "unstable-companion")]
pub(crate) use companion::CompanionCookies;
pub(crate) use companion::CompanionFields;
pub use name::CookieName;
pub(crate) use parts::{PartNumbers, Whole};
pub(crate) use request::{Finder, unquoted};
pub use set_cookie::SetCookies;
pub(crate) use set_cookie::{PART_LEN, Template};
pub(crate) use values::Values;
