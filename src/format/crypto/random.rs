//! Random bytes. If the operating system fails, these functions return an error, whereas `rand::rng` panics.

use std::{cell::RefCell, fmt};

use rand::{
    Rng, SeedableRng, TryCryptoRng, TryRng,
    rngs::{StdRng, SysError, SysRng},
};

#[cfg(test)]
pub(crate) use tests::with_system;

/// Failure of the operating system's random generator.
#[derive(Clone, Copy)]
pub(crate) struct RandomError(SysError);

impl fmt::Debug for RandomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for RandomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the operating system's random generator failed: {}",
            self.0
        )
    }
}

// Not the source: its `Debug` would be in every module for WebAssembly.
impl std::error::Error for RandomError {}

/// Draws bytes straight from the operating system, for secrets and session ids.
pub(crate) fn from_system<const N: usize>() -> Result<[u8; N], RandomError> {
    #[cfg(test)]
    if let Some(mut system) = tests::STAND_IN.get() {
        return fill(&mut system);
    }
    fill(&mut SysRng)
}

fn fill<const N: usize>(
    system: &mut impl TryRng<Error = SysError>,
) -> Result<[u8; N], RandomError> {
    let mut bytes = [0; N];
    system.try_fill_bytes(&mut bytes).map_err(RandomError)?;
    Ok(bytes)
}

/// Draws bytes from this thread's generator, for nonces and masks.
///
/// A forked process or a restored machine may repeat the bytes. Nonces are hedged against this (SPEC.md § 6.2). A
/// repeated mask lets a session's CSRF token look the same twice (§ 15.10).
pub(crate) fn from_thread<const N: usize>() -> Result<[u8; N], RandomError> {
    #[cfg(test)]
    if tests::STAND_IN.get().is_some() {
        return from_system();
    }
    GENERATOR
        .try_with(|kept| draw(&mut kept.borrow_mut(), &mut SysRng))
        // The thread is ending, and its generator is already gone.
        .unwrap_or_else(|_| from_system())
}

/// Writes a text by `write`, with these bytes of the thread's generator, and again with others while it has `--`, for
/// which firewalls may refuse a request (SPEC.md § 6.6). Without further bytes, the text stays as it is.
pub(crate) fn write_without_hyphens<const N: usize>(
    mut random: [u8; N],
    text: &mut String,
    mut write: impl FnMut(&[u8; N], &mut String),
) {
    let start = text.len();
    let mut draws_left = MOST_DRAWS_AGAIN;
    loop {
        write(&random, text);
        if draws_left == 0 || !has_hyphens(&text.as_bytes()[start..]) {
            return;
        }
        draws_left -= 1;
        let Ok(others) = from_thread() else { return };
        random = others;
        text.truncate(start);
    }
}

/// Returns `true` if two hyphens follow each other. Looks at every byte, so the compiler compares many at once.
fn has_hyphens(text: &[u8]) -> bool {
    let pairs = text.iter().zip(text.iter().skip(1));
    pairs.fold(false, |found, (a, b)| found | (*a == b'-' && *b == b'-'))
}

struct Generator {
    stream: StdRng,
    /// Draws left before a new seed is due.
    left: u32,
}

/// Draws from the generator in `kept`. If a new seed is due, first seeds a new generator from `system`.
fn draw<const N: usize>(
    kept: &mut Option<Generator>,
    system: &mut impl TryCryptoRng<Error = SysError>,
) -> Result<[u8; N], RandomError> {
    let generator = match kept {
        Some(generator) if generator.left > 0 => generator,
        _ => kept.insert(Generator {
            stream: StdRng::try_from_rng(system).map_err(RandomError)?,
            left: DRAWS_PER_SEED,
        }),
    };
    generator.left -= 1;
    let mut bytes = [0; N];
    generator.stream.fill_bytes(&mut bytes);
    Ok(bytes)
}

thread_local! {
    static GENERATOR: RefCell<Option<Generator>> = const { RefCell::new(None) };
}

/// With this many, one in 400 full tokens of the default size still has `--`, and so do most tokens that fill four
/// cookies.
const MOST_DRAWS_AGAIN: usize = 8;

/// 64 KiB of nonces, the interval of `rand::rng`.
const DRAWS_PER_SEED: u32 = 65_536 / 24;

#[cfg(test)]
mod tests {
    use std::{cell::Cell, collections::HashSet, thread};

    use super::*;

    impl RandomError {
        pub(crate) const UNSUPPORTED: RandomError = RandomError(SysError::UNSUPPORTED);
    }

    thread_local! {
        pub(super) static STAND_IN: Cell<Option<System>> = const { Cell::new(None) };
    }

    /// Does `work` on a thread whose system gives these bytes whenever it is asked, or none.
    pub(crate) fn with_system<R>(bytes: Option<[u8; 32]>, work: impl FnOnce() -> R) -> R {
        STAND_IN.set(Some(System(bytes)));
        let result = work();
        STAND_IN.set(None);
        result
    }

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

    /// An operating system that gives these bytes, or fails.
    #[derive(Clone, Copy)]
    pub(super) struct System(Option<[u8; 32]>);

    impl TryRng for System {
        type Error = SysError;

        fn try_next_u32(&mut self) -> Result<u32, SysError> {
            unreachable!("a seed is drawn as bytes")
        }

        fn try_next_u64(&mut self) -> Result<u64, SysError> {
            unreachable!("a seed is drawn as bytes")
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), SysError> {
            bytes.copy_from_slice(&self.0.ok_or(SysError::UNSUPPORTED)?);
            Ok(())
        }
    }

    impl TryCryptoRng for System {}

    #[test]
    fn a_system_without_bytes_for_a_key_or_an_id_is_an_error() {
        assert!(fill::<32>(&mut System(None)).is_err());
        assert!(fill::<8>(&mut System(None)).is_err());
        let error = with_system(None, from_system::<8>).unwrap_err();
        let why = SysError::UNSUPPORTED;
        let sentence = format!("the operating system's random generator failed: {why}");
        assert_eq!(
            (error.to_string(), format!("{error:?}")),
            (sentence.clone(), sentence)
        );
    }

    #[test]
    fn a_generator_has_a_new_seed_after_64_kib_of_nonces() {
        let mut kept = None;
        for seed in [[1; 32], [2; 32]] {
            let mut stream = StdRng::from_seed(seed);
            for _ in 0..65_536 / 24 {
                let mut expected = [0; 24];
                stream.fill_bytes(&mut expected);
                assert_eq!(draw(&mut kept, &mut System(Some(seed))).unwrap(), expected);
            }
        }
    }

    #[test]
    fn a_system_without_a_seed_is_an_error_at_every_draw_until_it_has_one() {
        let mut kept = None;
        for _ in 0..2 {
            assert!(draw::<24>(&mut kept, &mut System(None)).is_err());
            assert!(draw::<24>(&mut kept, &mut System(None)).is_err());
            for _ in 0..DRAWS_PER_SEED {
                assert!(draw::<24>(&mut kept, &mut System(Some([1; 32]))).is_ok());
            }
        }
    }

    #[test]
    fn a_text_that_keeps_two_hyphens_is_drawn_nine_times() {
        let mut draws = HashSet::new();
        let mut text = "name--=".to_owned();
        write_without_hyphens([7; 24], &mut text, |random, text| {
            draws.insert(*random);
            text.push_str("a--");
        });
        assert_eq!((&*text, draws.len()), ("name--=a--", 9));
        assert!(draws.contains(&[7; 24]));
    }

    #[test]
    fn two_hyphens_are_found_wherever_they_are() {
        for length in 2..80 {
            for at in 0..length - 1 {
                let mut text = "-a".repeat(length).into_bytes();
                text.truncate(length);
                assert!(!has_hyphens(&text));
                text[at..at + 2].copy_from_slice(b"--");
                assert!(has_hyphens(&text), "{at} of {length}");
            }
        }
        assert!(!has_hyphens(b"-") && !has_hyphens(b""));
    }

    #[test]
    fn each_thread_has_a_stream_of_its_own() {
        let draw = || thread::spawn(|| from_thread::<24>().unwrap());
        let threads: Vec<_> = (0..8).map(|_| draw()).collect();
        let drawn = threads.into_iter().map(|thread| thread.join().unwrap());
        assert_eq!(drawn.collect::<HashSet<_>>().len(), 8);
    }
}
