//! XAES-256-GCM (C2SP; SPEC.md § 2.4): AES-256-GCM under a key that is derived from half of the nonce.

use aes::Block;
use zeroize::Zeroizing;

use super::{NONCE_LEN, gcm, mac::TAG_LEN, schedule::Schedule, scratch::wipe};

/// What depends on the key alone: its round keys, and the subkey of CMAC.
pub(crate) struct Xaes256Gcm {
    key: Schedule,
    k1: Zeroizing<[u8; 16]>,
}

impl Xaes256Gcm {
    pub(super) fn new(key: &[u8; 32]) -> Xaes256Gcm {
        let key = Schedule::new(key);
        let mut l = [Block::default()];
        key.encrypt(&mut l);
        let whole = u128::from_be_bytes(l[0].into());
        wipe(&mut l[0]);
        // Doubled in GF(2^128), by arithmetic that takes the same time for every key.
        let k1 = (whole << 1) ^ ((whole >> 127) * 0b1000_0111);
        Xaes256Gcm {
            key,
            k1: Zeroizing::new(k1.to_be_bytes()),
        }
    }

    pub(super) fn encrypt(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        body: &mut [u8],
    ) -> [u8; TAG_LEN] {
        self.under_subkey(nonce, |key, nonce| gcm::seal(key, nonce, aad, body))
    }

    pub(super) fn decrypt(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        body: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Option<()> {
        self.under_subkey(nonce, |key, nonce| gcm::open(key, nonce, aad, body, tag))
    }

    /// Works under the key that belongs to the first half of the nonce, with the second half.
    #[inline]
    fn under_subkey<R>(
        &self,
        nonce: &[u8; NONCE_LEN],
        work: impl FnOnce(&[u8; 32], &[u8; 12]) -> R,
    ) -> R {
        let (half, rest) = nonce.split_first_chunk::<12>().expect("24 bytes");
        let rest = rest.try_into().expect("the other 12");
        let message = |number| {
            let mut block = [0; 16];
            block[..4].copy_from_slice(&[0, number, b'X', 0]);
            block[4..].copy_from_slice(half);
            let block = u128::from_be_bytes(block) ^ u128::from_be_bytes(*self.k1);
            Block::from(block.to_be_bytes())
        };
        let mut blocks = [message(1), message(2)];
        self.key.encrypt(&mut blocks);
        let mut key = [0; 32];
        key[..16].copy_from_slice(&blocks[0]);
        key[16..].copy_from_slice(&blocks[1]);
        let result = work(&key, rest);
        wipe(&mut key);
        blocks.iter_mut().for_each(|block| wipe(block));
        result
    }
}
