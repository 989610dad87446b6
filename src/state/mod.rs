//! A session as plain data. The rules about it are methods of [`State`], and of its settings: [`Policy`], [`Lifetimes`]
//! and the sizes in [size]. This folder knows nothing of keys or locks, and only the sizes of cookies.
//!
//! A request [opens](resume) a session and [acts](actions) on its [content]. At the end, the session [decides](decide)
//! what becomes of the token, as docs/spec/writer.md specifies.

mod actions;
mod body_to_seal;
#[cfg_attr(not(feature = "unstable-companion"), path = "no_companion.rs")]
mod companion;
mod content;
mod data;
mod decide;
mod error;
mod facts;
mod lifetime;
mod received;
mod resume;
mod revalidation;
mod session_data;
mod size;

use crate::format::bytes;

pub(crate) use body_to_seal::BodyToSeal;
#[cfg(all(test, hardtack_repository))]
pub(crate) use bytes::messages::messages as flash_messages;
pub(crate) use bytes::{
    body::{Body, DEVICE_LEN, Metadata, Sid, csrf_name, wire_issued},
    map,
};
#[cfg(feature = "unstable-companion")]
pub(crate) use companion::{Admitted, Stale};
pub(crate) use data::{Policy, State};
pub(crate) use decide::{Decision, Dependence};
pub use error::SessionError;
pub(crate) use facts::{AlreadySent, RequestFacts, ResponseFacts, Standing};
pub use lifetime::RefreshAfter;
pub(crate) use lifetime::{Lifetimes, Revalidation, Timeouts};
#[cfg(feature = "unstable-companion")]
pub(crate) use received::Withheld;
pub use session_data::{Map, Payload, SessionData};
pub(crate) use size::budget::{
    Allowed, LARGEST_COOKIE, LONGEST_SENT, MOST_COOKIES, Overhead, PARTITION, PASSES_ANYWHERE,
    SizeBudget,
};
pub use size::{padding::Padding, report::SizeReport, too_large::TooLarge};
