use std::sync::Arc;

use crate::{
    crypto::suite::Mode,
    keys::{EncryptionKey, Purpose, PurposeSlot, RingError, SharedKeyRing, SigningKey},
};

/// A shared ring of keys of either kind.
#[derive(Clone, Debug)]
pub(crate) enum AnySharedRing {
    Encryption(SharedKeyRing<EncryptionKey>),
    Signing(SharedKeyRing<SigningKey>),
}

impl AnySharedRing {
    pub(super) fn mode(&self) -> Mode {
        match self {
            AnySharedRing::Encryption(_) => Mode::Encrypted,
            AnySharedRing::Signing(_) => Mode::UnencryptedButSigned,
        }
    }

    pub(super) fn serve(
        &self,
        purpose: Purpose,
        overlap: u64,
    ) -> Result<Arc<PurposeSlot>, RingError> {
        match self {
            AnySharedRing::Encryption(ring) => ring.serve(purpose, overlap),
            AnySharedRing::Signing(ring) => ring.serve(purpose, overlap),
        }
    }
}

impl From<SharedKeyRing<EncryptionKey>> for AnySharedRing {
    fn from(ring: SharedKeyRing<EncryptionKey>) -> Self {
        AnySharedRing::Encryption(ring)
    }
}

impl From<SharedKeyRing<SigningKey>> for AnySharedRing {
    fn from(ring: SharedKeyRing<SigningKey>) -> Self {
        AnySharedRing::Signing(ring)
    }
}
