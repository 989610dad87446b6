//! The syntax of cookies: names, attributes, `Cookie` fields in, `Set-Cookie` fields out.

mod attributes;
mod name;
mod parse;
mod prefix;
mod render;
mod split;
mod values;

pub use attributes::SameSite;
pub use name::{CookieName, CookieNameError};
pub use render::SetCookies;

pub(crate) use attributes::{AttributeError, Attributes, MAX_AGE_LONGEST, max_age_len};
pub(crate) use parse::Finder;
pub(crate) use prefix::default_name;
pub(crate) use render::{PART_LEN, Template};
pub(crate) use split::{Broken, PartNumbers, Whole};
pub(crate) use values::Values;
