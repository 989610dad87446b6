//! `companion.rs` without the feature `unstable-companion`.

use super::{set_cookie::SetCookies, values::Values};

#[derive(Clone, Debug, Default)]
pub(crate) struct CompanionFields {}

#[derive(Clone, Debug, Default)]
pub(crate) struct CompanionCookies {}

impl CompanionCookies {
    pub(super) fn find(&self, _: &[u8], _: &[u8], _: &mut Values) {}
}

impl SetCookies {
    pub(crate) fn append(&mut self, _: CompanionFields) {}
}
