use super::{budget::SizeBudget, lifetime::Lifetimes};

/// The settings of an application for its sessions.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) lifetimes: Lifetimes,
    pub(crate) budget: SizeBudget,
    /// A response with a 5xx status saves its session like any other.
    pub(crate) save_on_server_error: bool,
    /// The payload of an empty session.
    pub(crate) empty_payload: Box<[u8]>,
    /// The version in which payloads are written; 0 for a dictionary.
    pub(crate) schema: u32,
}
