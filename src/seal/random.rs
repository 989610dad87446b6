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
