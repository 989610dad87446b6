//! AES-256-GCM with a nonce of 12 bytes (NIST SP 800-38D), for a key that serves one message.
//!
//! Beside `aes-gcm`, which prepares a key for many messages, this asks the block cipher once for the hash key, the
//! mask of the tag and the whole key stream. A call is dear on processors with wide AES instructions, which
//! prepare their round keys each time.

use aes::{
    Block,
    cipher::{Array, BlockCipherEncBackend, BlockCipherEncClosure, BlockSizeUser, consts::U16},
};
use ctutils::CtEq;
use ghash::{GHash, universal_hash::UniversalHash};

use super::{mac::TAG_LEN, schedule::Schedule};

/// Encrypts the body, and returns the tag.
pub(super) fn seal(key: &[u8; 32], nonce: &[u8; 12], aad: &[u8], body: &mut [u8]) -> [u8; TAG_LEN] {
    let mut tag = [0; TAG_LEN];
    let work = Work::Seal { tag: &mut tag };
    Schedule::new(key).work(Message {
        nonce,
        aad,
        body,
        work,
    });
    tag
}

/// Decrypts the body if its tag is good; otherwise leaves it alone.
pub(super) fn open(
    key: &[u8; 32],
    nonce: &[u8; 12],
    aad: &[u8],
    body: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Option<()> {
    let mut is_good = false;
    let work = Work::Open {
        tag,
        is_good: &mut is_good,
    };
    Schedule::new(key).work(Message {
        nonce,
        aad,
        body,
        work,
    });
    is_good.then_some(())
}

/// One message, for the block cipher to work on.
struct Message<'a> {
    nonce: &'a [u8; 12],
    aad: &'a [u8],
    body: &'a mut [u8],
    work: Work<'a>,
}

enum Work<'a> {
    Seal {
        tag: &'a mut [u8; TAG_LEN],
    },
    Open {
        tag: &'a [u8; TAG_LEN],
        is_good: &'a mut bool,
    },
}

impl BlockSizeUser for Message<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Message<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, aes: &B) {
        let Message {
            nonce,
            aad,
            body,
            work,
        } = self;
        // `E(0) || E(J0)`: the hash key, and the mask of the tag. `E(J0 + 1) || …`: the key stream, if it is short.
        // Then it takes hardly longer to encrypt it with these two.
        let mut first = [Block::default(); FIRST];
        let all = BEFORE_STREAM + body.len().div_ceil(BLOCK_LEN);
        let count = if all <= FIRST { all } else { BEFORE_STREAM };
        fill(&mut first[1..count], nonce, 1);
        encrypt(aes, &mut first[..count]);
        match work {
            Work::Seal { tag } => {
                combine(aes, nonce, &first[BEFORE_STREAM..count], body);
                *tag = tag_of(&first, aad, body);
            }
            Work::Open { tag, is_good } => {
                if tag_of(&first, aad, body).ct_eq(tag).to_bool() {
                    combine(aes, nonce, &first[BEFORE_STREAM..count], body);
                    *is_good = true;
                }
            }
        }
        wipe_blocks(&mut first);
    }
}

/// The tag over what is encrypted.
fn tag_of(first: &[Block; FIRST], aad: &[u8], sealed: &[u8]) -> [u8; TAG_LEN] {
    let [hash_key, mask, ..] = first;
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
#[inline(always)]
fn combine<B>(aes: &B, nonce: &[u8; 12], begun: &[Block], body: &mut [u8])
where
    B: BlockCipherEncBackend<BlockSize = U16>,
{
    let (start, rest) = body.split_at_mut(body.len().min(begun.len() * BLOCK_LEN));
    xor(start, begun);
    if rest.is_empty() {
        return;
    }
    let mut stream = [Block::default(); BATCH];
    let counters = ((BEFORE_STREAM + begun.len()) as u32..).step_by(BATCH);
    for (counter, chunk) in counters.zip(rest.chunks_mut(BATCH * BLOCK_LEN)) {
        let stream = &mut stream[..chunk.len().div_ceil(BLOCK_LEN)];
        fill(stream, nonce, counter);
        encrypt(aes, stream);
        xor(chunk, stream);
    }
    wipe_blocks(&mut stream);
}

/// As many at once as this processor can.
#[inline(always)]
fn encrypt<B: BlockCipherEncBackend<BlockSize = U16>>(aes: &B, blocks: &mut [Block]) {
    let (batches, rest) = Array::<_, B::ParBlocksSize>::slice_as_chunks_mut(blocks);
    for batch in batches {
        aes.encrypt_par_blocks_inplace(batch);
    }
    aes.encrypt_tail_blocks_inplace(rest);
}

/// `nonce || u32(counter)` in each. The counter does not wrap: a body is shorter than 64 GiB.
#[inline(always)]
fn fill(blocks: &mut [Block], nonce: &[u8; 12], counter: u32) {
    let mut start = [0; BLOCK_LEN];
    start[..12].copy_from_slice(nonce);
    let start = u128::from_be_bytes(start) | u128::from(counter);
    for (block, counter) in blocks.iter_mut().zip(start..) {
        *block = counter.to_be_bytes().into();
    }
}

#[inline(always)]
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

#[inline(always)]
fn wipe_blocks(blocks: &mut [Block]) {
    blocks.fill(Block::default());
    zeroize::optimization_barrier(blocks);
}

const BLOCK_LEN: usize = 16;
/// The hash key, and the mask of the tag.
const BEFORE_STREAM: usize = 2;
/// Blocks that are encrypted together where these are all: those of a body of up to 480 bytes.
const FIRST: usize = 32;
/// Blocks of a longer key stream at once: what the widest processors take.
const BATCH: usize = 64;

#[cfg(test)]
mod tests {
    use aes_gcm::{Aes256Gcm, KeyInit, aead::AeadInOut};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_gcm_of_another_implementation(
            key: [u8; 32],
            nonce: [u8; 12],
            aad in prop::collection::vec(any::<u8>(), 0..100),
            // Around every number of blocks that is treated in another way.
            body in prop::sample::select(vec![
                0usize, 1, 15, 16, 17, 479, 480, 481, 1023, 1024, 1025, 2047, 2048, 2049, 5000,
            ])
                .prop_flat_map(|len| prop::collection::vec(any::<u8>(), len)),
        ) {
            let mut sealed = body.clone();
            let tag = seal(&key, &nonce, &aad, &mut sealed);

            let mut expected = body.clone();
            let other = <Aes256Gcm as KeyInit>::new(&key.into());
            let other = other.encrypt_inout_detached(&nonce.into(), &aad, (&mut expected[..]).into());
            prop_assert_eq!((&sealed, tag), (&expected, other.unwrap().into()));

            let mut opened = sealed.clone();
            prop_assert_eq!(open(&key, &nonce, &aad, &mut opened, &tag), Some(()));
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
            let mut sealed = body.clone();
            let tag = seal(&key, &nonce, &aad, &mut sealed);
            let mut all = [&aad[..], &sealed, &tag].concat();
            let at = at.index(all.len());
            all[at] ^= 1 << bit;
            let (aad, rest) = all.split_at(9);
            let (changed, tag) = rest.split_at(body.len());
            let mut left = changed.to_vec();
            prop_assert_eq!(open(&key, &nonce, aad, &mut left, tag.try_into().unwrap()), None);
            prop_assert_eq!(&left[..], changed);
        }
    }
}
