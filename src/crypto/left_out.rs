//! The stand-in for a suite whose feature is off, so that no other file has to distinguish.

use std::convert::Infallible;

use aead::{
    AeadCore, AeadInOut, Error, Key, KeyInit, KeySizeUser, Nonce, Tag, TagPosition,
    consts::{U16, U24, U32},
    inout::InOutBuf,
};

/// A cipher that does not exist. Its keys are refused where they are parsed or generated.
pub(crate) struct LeftOut(Infallible);

impl KeySizeUser for LeftOut {
    type KeySize = U32;
}

impl KeyInit for LeftOut {
    fn new(_: &Key<Self>) -> Self {
        unreachable!("there is no key of a suite that was left out")
    }
}

impl AeadCore for LeftOut {
    type NonceSize = U24;
    type TagSize = U16;
    const TAG_POSITION: TagPosition = TagPosition::Postfix;
}

impl AeadInOut for LeftOut {
    fn encrypt_inout_detached(
        &self,
        _: &Nonce<Self>,
        _: &[u8],
        _: InOutBuf<'_, '_, u8>,
    ) -> Result<Tag<Self>, Error> {
        match self.0 {}
    }

    fn decrypt_inout_detached(
        &self,
        _: &Nonce<Self>,
        _: &[u8],
        _: InOutBuf<'_, '_, u8>,
        _: &Tag<Self>,
    ) -> Result<(), Error> {
        match self.0 {}
    }
}
