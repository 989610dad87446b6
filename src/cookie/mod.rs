//! Cookie syntax. Knows nothing of sealing or of sessions.

mod attributes;
mod name;
mod parse;
mod render;
mod split;

pub use attributes::{AttributeError, SameSite};
pub use name::{CookieName, CookieNameError};
pub use render::SetCookies;

pub(crate) use attributes::{Attributes, MAX_AGE_LONGEST, max_age_len};
pub(crate) use parse::{Finder, Values, find};
pub(crate) use render::{PART_LEN, Template};
pub(crate) use split::{Broken, PartNumbers, Whole};
