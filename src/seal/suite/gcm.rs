//! AES-256-GCM with a nonce of 12 bytes (NIST SP 800-38D), for a key that serves one message.
//!
//! Beside `aes-gcm`, which prepares a key for many messages, this encrypts the hash key, the mask of the tag
//! and the first counters in one call, instead of a call each: half the time of a small session.

use aes::{
    Aes256Enc, Block,
    cipher::{BlockCipherEncrypt, KeyInit},
};
use ctutils::CtEq;
use ghash::{GHash, universal_hash::UniversalHash};

use super::TAG_LEN;

/// The cipher of one message.
pub(super) struct Message {
    aes: Aes256Enc,
    /// `E(0) || E(J0) || E(J0 + 1) || …`: the hash key, the mask of the tag, and what the body begins to be
    /// combined with.
    first: [Block; BLOCKS],
    nonce: [u8; 12],
}

impl Message {
    /// `body_len`: how much of the key stream will be needed.
    pub(super) fn new(key: &[u8; 32], nonce: &[u8; 12], body_len: usize) -> Message {
        let mut message = Message {
            aes: Aes256Enc::new(key.into()),
            first: [Block::default(); BLOCKS],
            nonce: *nonce,
        };
        let count = BLOCKS.min(2 + body_len.div_ceil(BLOCK_LEN));
        for (counter, block) in (1..).zip(&mut message.first[1..count]) {
            *block = counter_block(nonce, counter);
        }
        message.aes.encrypt_blocks(&mut message.first[..count]);
        message
    }

    pub(super) fn seal(self, aad: &[u8], body: &mut [u8]) -> [u8; TAG_LEN] {
        self.combine(body);
        self.tag(aad, body)
    }

    /// Decrypts the body if its tag is good.
    pub(super) fn open(self, aad: &[u8], body: &mut [u8], tag: &[u8; TAG_LEN]) -> Option<()> {
        if !self.tag(aad, body).ct_eq(tag).to_bool() {
            return None;
        }
        self.combine(body);
        Some(())
    }

    /// The tag over what is encrypted.
    fn tag(&self, aad: &[u8], sealed: &[u8]) -> [u8; TAG_LEN] {
        let [hash_key, mask, ..] = &self.first;
        let mut hash = GHash::new(hash_key);
        hash.update_padded(aad);
        hash.update_padded(sealed);
        let bits = |bytes: &[u8]| 8 * bytes.len() as u128;
        let lengths = (bits(aad) << 64) | bits(sealed);
        hash.update(&[lengths.to_be_bytes().into()]);
        let tag = u128::from_be_bytes(hash.finalize().into()) ^ u128::from_be_bytes((*mask).into());
        tag.to_be_bytes()
    }

    /// Encrypts, or decrypts.
    fn combine(&self, body: &mut [u8]) {
        let (start, rest) = body.split_at_mut(body.len().min((BLOCKS - 2) * BLOCK_LEN));
        xor(start, &self.first[2..]);
        let mut counters = BLOCKS as u32..;
        for chunk in rest.chunks_mut(BLOCKS * BLOCK_LEN) {
            let mut blocks = [Block::default(); BLOCKS];
            let blocks = &mut blocks[..chunk.len().div_ceil(BLOCK_LEN)];
            for (block, counter) in blocks.iter_mut().zip(&mut counters) {
                *block = counter_block(&self.nonce, counter);
            }
            self.aes.encrypt_blocks(blocks);
            xor(chunk, blocks);
            wipe_blocks(blocks);
        }
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        wipe_blocks(&mut self.first);
    }
}

fn wipe_blocks(blocks: &mut [Block]) {
    blocks.fill(Block::default());
    zeroize::optimization_barrier(blocks);
}

/// `nonce || u32(counter)`. The counter does not wrap: a body is shorter than 64 GiB.
fn counter_block(nonce: &[u8; 12], counter: u32) -> Block {
    let mut block = Block::default();
    block[..12].copy_from_slice(nonce);
    block[12..].copy_from_slice(&counter.to_be_bytes());
    block
}

fn xor(bytes: &mut [u8], stream: &[Block]) {
    let (whole, end) = bytes.as_chunks_mut::<BLOCK_LEN>();
    for (bytes, stream) in whole.iter_mut().zip(stream) {
        *bytes =
            (u128::from_ne_bytes(*bytes) ^ u128::from_ne_bytes((*stream).into())).to_ne_bytes();
    }
    if let Some(stream) = stream.get(whole.len()) {
        end.iter_mut()
            .zip(stream)
            .for_each(|(byte, stream)| *byte ^= stream);
    }
}

const BLOCK_LEN: usize = 16;
/// How many are encrypted at once: enough for a body of 992 bytes.
const BLOCKS: usize = 64;

#[cfg(test)]
mod tests {
    use aes_gcm::{Aes256Gcm, aead::AeadInOut};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_gcm_of_another_implementation(
            key: [u8; 32],
            nonce: [u8; 12],
            aad in prop::collection::vec(any::<u8>(), 0..100),
            // Around every number of blocks that is treated in another way.
            body in prop::sample::select(vec![0usize, 1, 15, 16, 17, 991, 992, 993, 2015, 2016, 2017, 5000])
                .prop_flat_map(|len| prop::collection::vec(any::<u8>(), len)),
        ) {
            let message = || Message::new(&key, &nonce, body.len());
            let mut sealed = body.clone();
            let tag = message().seal(&aad, &mut sealed);

            let mut expected = body.clone();
            let other = <Aes256Gcm as KeyInit>::new(&key.into());
            let other = other.encrypt_inout_detached(&nonce.into(), &aad, (&mut expected[..]).into());
            prop_assert_eq!((&sealed, tag), (&expected, other.unwrap().into()));

            let mut opened = sealed.clone();
            prop_assert_eq!(message().open(&aad, &mut opened, &tag), Some(()));
            prop_assert_eq!(opened, body);
        }

        #[test]
        fn what_was_changed_does_not_open_and_is_left_alone(
            key: [u8; 32],
            aad: [u8; 9],
            body in prop::collection::vec(any::<u8>(), 1..50),
            at: prop::sample::Index,
            bit in 0..8u8,
        ) {
            let nonce = [7; 12];
            let message = || Message::new(&key, &nonce, body.len());
            let mut sealed = body.clone();
            let tag = message().seal(&aad, &mut sealed);
            let mut all = [&aad[..], &sealed, &tag].concat();
            let at = at.index(all.len());
            all[at] ^= 1 << bit;
            let (aad, rest) = all.split_at(9);
            let (changed, tag) = rest.split_at(body.len());
            let mut left = changed.to_vec();
            prop_assert_eq!(message().open(aad, &mut left, tag.try_into().unwrap()), None);
            prop_assert_eq!(&left[..], changed);
        }
    }
}
