//! The syntax of cookies: names, attributes, `Cookie` fields in, `Set-Cookie` fields out.

mod attributes;
#[cfg(feature = "device-bound")]
mod device;
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
#[cfg(feature = "device-bound")]
pub(crate) use device::BoundCookies;
pub(crate) use parse::Finder;
pub(crate) use prefix::default_name;
#[cfg(feature = "device-bound")]
pub(crate) use render::EXPIRED;
pub(crate) use render::{PART_LEN, Template};
pub(crate) use split::{Broken, PartNumbers, Whole};
pub(crate) use values::Values;
