//! Randomness. Unlike `rand`'s own thread generator, a failing operating system is an error here.

use std::{cell::RefCell, fmt};

use chacha20::ChaCha12Rng;
use getrandom::{
    SysRng,
    rand_core::{Rng, SeedableRng},
};

/// The operating system gave no random bytes.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, KeyError};
///
/// match EncryptionKey::generate() {
///     Ok(key) => println!("made key {}", key.id()),
///     Err(KeyError::Random(error)) => eprintln!("{error}"),
///     Err(error) => eprintln!("{error}"),
/// }
/// ```
#[derive(Debug)]
pub struct RandomError(getrandom::Error);

impl fmt::Display for RandomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the operating system's random generator failed")
    }
}

impl std::error::Error for RandomError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// Bytes straight from the operating system, for secrets and session ids.
pub(crate) fn from_system<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(RandomError)?;
    Ok(bytes)
}

/// Bytes from this thread's generator, for nonces.
///
/// A repeated state (a forked process, a restored machine) is harmless, because the nonce is hedged
/// (SPEC.md § 6).
pub(crate) fn from_thread<const N: usize>() -> Result<[u8; N], RandomError> {
    GENERATOR
        .try_with(|generator| generator.borrow_mut().fill())
        // The thread is ending and its generator is gone.
        .unwrap_or_else(|_| from_system())
}

struct Generator {
    stream: Option<ChaCha12Rng>,
    left: u32,
}

impl Generator {
    fn fill<const N: usize>(&mut self) -> Result<[u8; N], RandomError> {
        if self.left == 0 {
            self.stream = None;
        }
        let stream = match &mut self.stream {
            Some(stream) => stream,
            None => {
                let seeded = ChaCha12Rng::try_from_rng(&mut SysRng).map_err(RandomError)?;
                self.left = FILLS_BEFORE_RESEEDING;
                self.stream.insert(seeded)
            }
        };
        self.left -= 1;
        let mut bytes = [0; N];
        stream.fill_bytes(&mut bytes);
        Ok(bytes)
    }
}

thread_local! {
    static GENERATOR: RefCell<Generator> = const { RefCell::new(Generator { stream: None, left: 0 }) };
}

/// 64 KiB of nonces, as `rand` does.
const FILLS_BEFORE_RESEEDING: u32 = 65_536 / 24;

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, thread};

    use super::*;

    /// Checks that no byte is the same in all of 64 draws, which happens by chance once in 2^500 runs.
    #[track_caller]
    fn check_every_byte<const N: usize>(draw: impl Fn() -> Result<[u8; N], RandomError>) {
        let draws: Vec<_> = (0..64).map(|_| draw().unwrap()).collect();
        for place in 0..N {
            let differs = draws.iter().any(|bytes| bytes[place] != draws[0][place]);
            assert!(differs, "byte {place} of {N}");
        }
    }

    #[test]
    fn every_byte_of_a_nonce_a_mask_a_key_and_an_id_is_drawn() {
        check_every_byte::<24>(from_thread);
        check_every_byte::<16>(from_thread);
        check_every_byte::<32>(from_system);
        check_every_byte::<8>(from_system);
    }

    #[test]
    fn a_generator_is_seeded_anew_after_64_kib_of_nonces() {
        let mut generator = Generator {
            stream: None,
            left: 0,
        };
        let first = generator.fill::<24>().unwrap();
        // A copy of the stream knows all that is drawn from this seed.
        let seed = generator.stream.as_ref().unwrap().get_seed();
        let mut copy = ChaCha12Rng::from_seed(seed);
        let mut foreseen = || {
            let mut bytes = [0; 24];
            copy.fill_bytes(&mut bytes);
            bytes
        };
        assert_eq!(first, foreseen());
        for _ in 1..65_536 / 24 {
            assert_eq!(generator.fill().unwrap(), foreseen());
        }
        assert_ne!(generator.fill().unwrap(), foreseen());
    }

    #[test]
    fn each_thread_has_a_stream_of_its_own() {
        let draw = || thread::spawn(|| from_thread::<24>().unwrap());
        let threads: Vec<_> = (0..8).map(|_| draw()).collect();
        let drawn = threads.into_iter().map(|thread| thread.join().unwrap());
        assert_eq!(drawn.collect::<HashSet<_>>().len(), 8);
    }
}
