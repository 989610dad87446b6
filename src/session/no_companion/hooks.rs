//! `companion/hooks.rs` without the feature `unstable-companion`.

use crate::{
    base::Reason,
    cookie::{CompanionFields, Values},
    keys::KeyId,
    session::{SaveError, carrier_core::CarrierCore, loaded::Loaded, opening::Opening},
    state::{Metadata, State},
    token::Context,
};

impl Opening<'_> {
    pub(in crate::session) fn admit<T>(
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
    pub(in crate::session) fn admit_begun(&mut self, _: &CarrierCore, _: &Context, _: KeyId) {}

    pub(in crate::session) fn companion_fields(
        &self,
        _: &CarrierCore,
        _: bool,
        _: &Context,
        _: KeyId,
    ) -> Result<CompanionFields, SaveError> {
        Ok(CompanionFields::default())
    }
}
