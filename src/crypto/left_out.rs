//! The stand-in for a suite whose feature is off, so that no other file has to distinguish.

use std::convert::Infallible;

use super::{cipher::NONCE_LEN, mac::TAG_LEN};

/// A cipher that does not exist. Its keys are refused where they are parsed or generated.
pub(crate) struct LeftOut(Infallible);

impl LeftOut {
    pub(crate) fn new(_: &[u8; 32]) -> LeftOut {
        unreachable!("there is no key of a suite that was left out")
    }

    pub(crate) fn encrypt(&self, _: &[u8; NONCE_LEN], _: &[u8], _: &mut [u8]) -> [u8; TAG_LEN] {
        match self.0 {}
    }

    pub(crate) fn decrypt(
        &self,
        _: &[u8; NONCE_LEN],
        _: &[u8],
        _: &mut [u8],
        _: &[u8; TAG_LEN],
    ) -> Option<()> {
        match self.0 {}
    }
}
