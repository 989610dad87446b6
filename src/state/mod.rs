//! A session as plain data, and every rule about it as a method of [`State`]. Knows nothing of keys, cookies or locks.
//!
//! A request [opens](open), [acts](act) and [finishes](finish), as docs/spec/writer.md has it.

mod act;
mod budget;
mod data;
mod device;
mod dictionary;
mod error;
mod finish;
mod flash;
mod layout;
mod lifetime;
pub(crate) mod map;
mod msgpack;
mod open;
mod padding;
mod payload;
mod size;
mod size_report;
mod typed;
mod validation;

pub use budget::TooLarge;
pub use device::DeviceBinding;
pub use error::SessionError;
pub use finish::TokenChange;
pub use lifetime::RefreshAfter;
pub use padding::Padding;
pub use payload::{Map, Payload, SessionData};
pub use size_report::SizeReport;

pub(crate) use budget::{Allowed, LARGEST_COOKIE, MOST_COOKIES, Overhead, SizeBudget};
pub(crate) use data::{OpenedBody, Policy, State};
pub(crate) use device::Admitted;
#[cfg(feature = "device-bound")]
pub(crate) use device::Departure;
pub(crate) use finish::{BodyToSeal, Circumstances, Decision, Touch};
#[cfg(test)]
pub(crate) use flash::messages as flash_messages;
pub(crate) use layout::{DEVICE_LEN, Layout, Metadata, Sid};
#[cfg(feature = "device-bound")]
pub(crate) use layout::{DeviceId, wire_issued};
pub(crate) use lifetime::{Lifetimes, Refresh, Revalidation};
