//! Hashing passwords. Each hash takes 19 MiB, and anybody may send passwords, so no more are computed at once than run at
//! once, each in memory of an earlier one: allocators may keep, for each thread, what it has freed.

use std::{
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
    thread::available_parallelism,
};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        phc::{Output, ParamsString, PasswordHash, Salt},
        try_generate_salt,
    },
};
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::database::BoxError;

/// Returns `true` if the password has at least 12 characters, and no more than anybody types.
pub(crate) fn is_long_enough(password: &str) -> bool {
    (12..=200).contains(&password.chars().count())
}

pub(crate) const TOO_SHORT: &str = "Choose a password of at least 12 characters.";

/// Its clones share permits and memory.
#[derive(Clone)]
pub(crate) struct Passwords {
    /// As many permits as there are cores.
    permits: Arc<Semaphore>,
    /// Memory that no hash uses now.
    spare: Arc<Mutex<Vec<Memory>>>,
}

type Memory = Vec<Block>;

impl Passwords {
    pub(crate) fn new() -> Passwords {
        let cores = available_parallelism().map_or(1, usize::from);
        Passwords {
            permits: Arc::new(Semaphore::new(cores)),
            spare: Arc::default(),
        }
    }

    pub(crate) async fn hash(&self, password: String) -> Result<String, BoxError> {
        self.turn(move |memory| hash(&password, memory)).await?
    }

    /// Returns `true` if `hash` is of the password. `None` takes as long as a wrong password.
    pub(crate) async fn is_right(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, BoxError> {
        let is_right = self.turn(move |memory| {
            let nobody = || NOBODY.clone();
            is_right(&password, &hash.unwrap_or_else(nobody), memory)
        });
        is_right.await?
    }

    /// Computes a hash when it is its turn.
    async fn turn<H: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> H + Send + 'static,
    ) -> Result<H, BoxError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await?;
        let spare = Arc::clone(&self.spare);
        let work = move || {
            let mut memory = lock(&spare).pop().unwrap_or_default();
            let hash = work(&mut memory);
            lock(&spare).push(memory);
            drop(permit);
            hash
        };
        Ok(spawn_blocking(work).await?)
    }
}

fn lock(spare: &Mutex<Vec<Memory>>) -> MutexGuard<'_, Vec<Memory>> {
    spare.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hash(password: &str, memory: &mut Memory) -> Result<String, BoxError> {
    let salt = Salt::new(&try_generate_salt()?)?;
    let params = Params::default();
    let hash = PasswordHash {
        algorithm: Algorithm::default().ident(),
        version: Some(Version::default().into()),
        params: ParamsString::try_from(&params)?,
        salt: Some(salt),
        hash: Some(output(&params.into(), password, &salt, memory)?),
    };
    Ok(hash.to_string())
}

fn is_right(password: &str, hash: &str, memory: &mut Memory) -> Result<bool, BoxError> {
    let hash = PasswordHash::new(hash)?;
    let salt = hash.salt.ok_or("a hash without a salt")?;
    let argon2 = Argon2::new(
        hash.algorithm.as_str().parse()?,
        hash.version
            .map_or(Ok(Version::default()), Version::try_from)?,
        Params::try_from(&hash)?,
    );
    // Takes as long wherever they differ.
    Ok(hash.hash == Some(output(&argon2, password, &salt, memory)?))
}

/// Computes a hash in `memory`, which grows if the parameters need more.
fn output(
    argon2: &Argon2<'_>,
    password: &str,
    salt: &[u8],
    memory: &mut Memory,
) -> Result<Output, BoxError> {
    memory.resize(argon2.params().block_count(), Block::new());
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, &mut output, memory)?;
    Ok(Output::new(&output)?)
}

/// The hash of a password that nobody has.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash("", &mut Memory::new()).unwrap_or_default());

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::{
        collections::HashSet,
        sync::atomic::{AtomicUsize, Ordering::SeqCst},
        thread::yield_now,
    };

    use argon2::{PasswordHasher, PasswordVerifier};
    use tokio::{runtime::Runtime, task::JoinSet};

    use super::*;

    #[test]
    fn no_more_passwords_are_hashed_and_no_more_memory_is_used_than_there_are_cores() {
        let passwords = Passwords::new();
        let cores = available_parallelism().map_or(1, usize::from);
        let running = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        let places = Arc::new(Mutex::new(HashSet::new()));
        Runtime::new().unwrap().block_on(async {
            let mut sign_ins = JoinSet::new();
            for _ in 0..8 * cores {
                let passwords = passwords.clone();
                let (running, most, places) = (running.clone(), most.clone(), places.clone());
                sign_ins.spawn(async move {
                    let work = move |memory: &mut Memory| {
                        most.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst);
                        memory.resize(10, Block::new());
                        places.lock().unwrap().insert(memory.as_ptr().addr());
                        (0..10_000).for_each(|_| yield_now());
                        running.fetch_sub(1, SeqCst);
                    };
                    passwords.turn(work).await.unwrap();
                });
            }
            while let Some(done) = sign_ins.join_next().await {
                done.unwrap();
            }
        });
        assert!(most.load(SeqCst) <= cores, "{most:?}");
        assert!(places.lock().unwrap().len() <= cores, "{places:?}");
        assert!(lock(&passwords.spare).len() <= cores);
    }

    #[test]
    fn the_hashes_are_those_of_the_library() {
        let mut memory = Memory::new();
        let ours = hash("correct horse", &mut memory).unwrap();
        let argon2 = Argon2::default();
        assert!(argon2.verify_password(b"correct horse", &*ours).is_ok());
        assert!(argon2.verify_password(b"correct house", &*ours).is_err());
        let small = Argon2::from(Params::new(64, 2, 1, None).unwrap());
        for theirs in [&argon2, &small] {
            let theirs = theirs.hash_password(b"correct horse").unwrap().to_string();
            assert!(is_right("correct horse", &theirs, &mut memory).unwrap());
            assert!(!is_right("correct house", &theirs, &mut memory).unwrap());
        }
    }
}
