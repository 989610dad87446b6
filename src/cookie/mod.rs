//! Syntax of cookies: names, attributes, `Cookie` fields in, `Set-Cookie` fields out.

mod attributes;
#[cfg(feature = "device-bound")]
mod device;
pub(crate) mod former;
mod name;
mod parse;
mod render;
mod split;
mod values;

pub use attributes::SameSite;
pub use name::{CookieName, CookieNameError};
pub use render::SetCookies;

pub(crate) use attributes::{Attributes, MAX_AGE_LEN, max_age_len};
#[cfg(feature = "device-bound")]
pub(crate) use device::{BoundCookies, DeviceCookies, is_of_device};
pub(crate) use parse::Finder;
pub(crate) use render::{PART_LEN, Template};
pub(crate) use split::{PartNumbers, Whole};
pub(crate) use values::Values;

/// Stand-in for the cookies of devices, without feature `device-bound`: none is looked for.
#[cfg(not(feature = "device-bound"))]
pub(crate) type BoundCookies = ();
