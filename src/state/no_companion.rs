//! `companion.rs` without the feature `unstable-companion`: no session is stale, and each is admitted for ever.

use super::{bytes::body::Metadata, error::SessionError};
use crate::base::UnixSeconds;

pub(crate) enum Stale {}

#[derive(Default)]
pub(crate) struct Admitted {}

impl Stale {
    pub(super) fn metadata(&self) -> &Metadata {
        match *self {}
    }

    pub(super) fn error(&self) -> SessionError {
        match *self {}
    }

    pub(super) fn csrf_name(&self) -> Option<[u8; 12]> {
        match *self {}
    }
}

impl Admitted {
    pub(super) fn became_bound(&self) -> bool {
        false
    }

    pub(crate) fn lasts_at(&self, _: UnixSeconds) -> bool {
        true
    }
}
