//! Sessions bound to a device, with a client that speaks the protocol as a browser does, and as none does.

#[cfg(feature = "actix")]
mod actix;
mod alive;
mod answers;
mod binding;
mod bound_cookies;
mod browser;
mod ending;
mod grace;
mod handlers;
mod model;
mod proofs;
mod refresh;
mod register;
mod sensitive;
mod settings;
mod site;
mod stale;
mod tenants;
mod validation;

use crate::common::cases;
#[cfg(feature = "tracing")]
use crate::common::told;
