use std::sync::Arc;

use crate::seal::{EncryptionKey, KeyId, Mode, Purpose, PurposeSlot, SharedKeyRing, SigningKey};

/// A ring of either kind. From here on the kind of key is a [`Mode`].
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

    pub(super) fn serve(&self, purpose: Purpose) -> Arc<PurposeSlot> {
        match self {
            AnyRing::Encryption(ring) => ring.serve(purpose),
            AnyRing::Signing(ring) => ring.serve(purpose),
        }
    }

    pub(super) fn retires_within(&self, span: u64) -> Option<(KeyId, KeyId)> {
        match self {
            AnyRing::Encryption(ring) => ring.current().ring().retires_within(span),
            AnyRing::Signing(ring) => ring.current().ring().retires_within(span),
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
