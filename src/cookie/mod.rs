//! The syntax of cookies: names, attributes, `Cookie` fields in, `Set-Cookie` fields out.

mod attributes;
#[cfg_attr(not(feature = "device-bound"), path = "device_left_out.rs")]
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
pub(crate) use device::BoundCookies;
#[cfg(feature = "device-bound")]
pub(crate) use device::{DeviceCookies, is_of_device};
pub(crate) use parse::Finder;
pub(crate) use prefix::default_name;
pub(crate) use render::{PART_LEN, Template};
pub(crate) use split::{Broken, PartNumbers, Whole};
pub(crate) use values::Values;
