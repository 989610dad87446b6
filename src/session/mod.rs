//! A visitor's session, its content, and the outcome of reading it.
//!
//! [`Session`] is the handle of a session during a request. It holds a dictionary ([`Map`]) or one value of your type
//! ([`SessionData`](crate::SessionData)). [`Outcome`] and [`Reason`] are for logs and metrics.

mod already_sent;
mod asking;
mod carrier_core;
mod closing;
#[cfg_attr(not(feature = "unstable-companion"), path = "no_companion/mod.rs")]
pub(crate) mod companion;
pub(crate) mod csrf;
mod dictionary;
#[cfg(all(test, hardtack_repository))]
#[path = "../../tests/domains/run.rs"]
pub(crate) mod domains;
mod duplicates;
mod flash;
pub(crate) mod handle;
mod hooks;
mod id;
mod last_error;
mod lifecycle;
mod loaded;
mod lock;
mod old_cookies;
mod opened_session;
mod opening;
mod outcome;
#[cfg(feature = "tower")]
mod released;
mod save_error;
mod typed;
mod validate;

pub(crate) use self::carrier_core::CarrierCore;
pub use asking::Validity;
pub(crate) use asking::{Asking, BoxError};
pub(crate) use closing::{Change, Decided, ToSeal};
pub use csrf::CsrfError;
pub use dictionary::Dictionary;
pub(crate) use duplicates::{Candidate, Duplicates};
pub(crate) use handle::Session;
pub(crate) use hooks::Hooks;
pub use id::SessionId;
#[cfg(feature = "tower")]
pub(crate) use last_error::{FAILED, of_anyone};
pub(crate) use lock::Arrival;
#[cfg(feature = "migrate")]
pub(crate) use old_cookies::{Accept, OldValues};
pub(crate) use old_cookies::{DroppedCookie, OldCookies, ReceivedOldCookies};
pub use opened_session::{OpenedSession, SessionInfo};
pub(crate) use opening::Opening;
pub use outcome::{Outcome, ReadEvent};
pub use save_error::SaveError;

pub use crate::{
    base::reason::Reason,
    state::{Map, Payload, SizeReport, TooLarge},
};
