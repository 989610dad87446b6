//! Cookie syntax. Knows nothing of sealing or sessions.

mod attributes;
mod chunks;
mod name;
mod request;
mod response;

pub use attributes::{AttributeError, SameSite};
pub use name::{CookieName, CookieNameError};
pub use response::SetCookies;

pub(crate) use attributes::{Attributes, MAX_AGE_LONGEST, max_age_len};
pub(crate) use chunks::{Broken, PartNumbers, Whole};
pub(crate) use request::{Finder, Values, find};
pub(crate) use response::{PART_LEN, Template};
