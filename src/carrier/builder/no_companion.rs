//! `companion.rs` without the feature `unstable-companion`.

use super::SessionCookieBuilder;
use crate::{
    base::config_error::ConfigError,
    cookie::{CookieName, Finder},
    keys::PurposeSlot,
    session::companion::Attached,
};

/// Has no values, because nothing makes a companion.
#[derive(Clone, Debug)]
pub(crate) enum Prepare {}

impl<T> SessionCookieBuilder<T> {
    pub(super) fn prepared_companion(
        &self,
        _: &CookieName,
        _: &PurposeSlot,
        _: &mut Finder,
    ) -> Result<Option<Attached>, ConfigError> {
        Ok(None)
    }
}
