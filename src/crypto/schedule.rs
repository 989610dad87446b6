//! The round keys of AES-256.

use std::sync::LazyLock;

use aes::{
    Aes256Enc, Block,
    cipher::{BlockCipherEncClosure, BlockCipherEncrypt, KeyInit, consts::U16},
};

/// A key of AES-256 that encrypts, overwritten when it is dropped.
///
/// (`aes` has a feature for that, which writes nearly a thousand bytes one after the other: longer than it takes to
/// encrypt a small session.)
pub(super) struct Schedule(Aes256Enc);

impl Schedule {
    #[inline]
    pub(super) fn new(key: &[u8; 32]) -> Schedule {
        Schedule(Aes256Enc::new(key.into()))
    }

    pub(super) fn encrypt(&self, blocks: &mut [Block]) {
        self.0.encrypt_blocks(blocks);
    }

    /// Lets `work` use the block cipher that is best on this processor.
    #[inline]
    pub(super) fn work(&self, work: impl BlockCipherEncClosure<BlockSize = U16>) {
        self.0.encrypt_with_backend(work);
    }
}

impl Drop for Schedule {
    #[inline]
    fn drop(&mut self) {
        self.0.clone_from(&BLANK);
        zeroize::optimization_barrier(&self.0);
    }
}

/// What a key is overwritten with.
static BLANK: LazyLock<Aes256Enc> = LazyLock::new(|| Aes256Enc::new(&[0; 32].into()));
