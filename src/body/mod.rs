//! What a session is, as plain data. Knows nothing of keys, cookies or locks.

mod circumstances;
mod data;
mod flash;
mod layout;
mod lifetime;
mod map;
mod msgpack;
mod padding;
mod policy;
mod report;
mod room;
mod state;

pub use data::{Map, Payload, SessionData};
pub use lifetime::RefreshAfter;
pub use padding::Padding;
pub use report::SizeReport;
pub use room::TooLarge;

pub(crate) use circumstances::{Circumstances, Unknown, Verdict};
pub(crate) use data::sealed;
pub(crate) use layout::{Head, Layout, Sid};
pub(crate) use lifetime::Lifetimes;
pub(crate) use map::encode;
pub(crate) use policy::Policy;
pub(crate) use room::{Allowance, BROWSER_LIMIT, Frame, MOST_COOKIES, Room};
pub(crate) use state::{State, StateData};
