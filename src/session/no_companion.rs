//! `companion/` without the feature `unstable-companion`: no carrier has a companion.

use super::{SaveError, carrier_core::CarrierCore, loaded::Loaded, opening::Opening};
use crate::{
    base::reason::Reason,
    cookie::{CompanionFields, Values},
    keys::KeyId,
    state::{Metadata, State},
    token::Context,
};

pub(crate) enum Attached {}

pub(crate) fn is_same(_: &Option<Attached>, _: &Option<Attached>) -> bool {
    true
}

impl Opening<'_> {
    pub(super) fn admit<T>(
        &self,
        _: &mut Metadata,
        _: KeyId,
        _: Option<&Values>,
        _: &mut State<T>,
    ) -> Result<(), Reason> {
        Ok(())
    }
}

impl<T> Loaded<T> {
    pub(super) fn admit_begun(&mut self, _: &CarrierCore, _: &Context, _: KeyId) {}

    pub(super) fn companion_fields(
        &self,
        _: &CarrierCore,
        _: bool,
        _: &Context,
        _: KeyId,
    ) -> Result<CompanionFields, SaveError> {
        Ok(CompanionFields::default())
    }
}
