use std::sync::Arc;

use crate::{
    crypto::suite::Mode,
    keys::{EncryptionKey, Purpose, PurposeSlot, RingError, SharedKeyRing, SigningKey},
};

/// A ring of keys of either kind.
#[derive(Clone, Debug)]
pub(crate) enum AnyRing {
    Encryption(SharedKeyRing<EncryptionKey>),
    Signing(SharedKeyRing<SigningKey>),
}

impl AnyRing {
    pub(super) fn mode(&self) -> Mode {
        match self {
            AnyRing::Encryption(_) => Mode::Encrypted,
            AnyRing::Signing(_) => Mode::UnencryptedButSigned,
        }
    }

    pub(super) fn serve(
        &self,
        purpose: Purpose,
        overlap: u64,
    ) -> Result<Arc<PurposeSlot>, RingError> {
        match self {
            AnyRing::Encryption(ring) => ring.serve(purpose, overlap),
            AnyRing::Signing(ring) => ring.serve(purpose, overlap),
        }
    }
}

impl From<SharedKeyRing<EncryptionKey>> for AnyRing {
    fn from(ring: SharedKeyRing<EncryptionKey>) -> Self {
        AnyRing::Encryption(ring)
    }
}

impl From<SharedKeyRing<SigningKey>> for AnyRing {
    fn from(ring: SharedKeyRing<SigningKey>) -> Self {
        AnyRing::Signing(ring)
    }
}
