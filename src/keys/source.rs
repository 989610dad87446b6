//! A key ring from environment variables, from files, or from wherever a program keeps it.

use std::{
    env,
    error::Error,
    fmt,
    fs::File,
    io::{self, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    slice,
    sync::Arc,
};

use zeroize::Zeroizing;

use super::{
    error_text::ErrorText,
    key::Key,
    key_text::looks_like_a_key,
    ring::KeyRing,
    ring_error::RingError,
    ring_text::PartialRing,
    source_error::{RingSourceError, SourceProblem},
};

impl<K: Key> KeyRing<K> {
    /// Reads a ring from an environment variable, in its text form (SPEC.md § 3.5), with line ends or
    /// commas between the keys.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use hardtack::{EncryptionKey, KeyRing};
    ///
    /// let keys: KeyRing<EncryptionKey> = KeyRing::from_env("SESSION_KEYS")?;
    /// # Ok::<_, hardtack::RingSourceError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the variable is not set, or holds no ring. The value is not shown.
    pub fn from_env(variable: &str) -> Result<KeyRing<K>, RingSourceError> {
        KeyRing::from_sources([RingSource::env(variable)])
    }

    /// Reads a ring from a file of at most 1 MiB, in its text form (SPEC.md § 3.5).
    ///
    /// Who may read the file is not looked at: the secrets that orchestrators mount have modes of their own.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use hardtack::{EncryptionKey, KeyRing};
    ///
    /// let keys: KeyRing<EncryptionKey> = KeyRing::from_file("/run/secrets/session_keys")?;
    /// # Ok::<_, hardtack::RingSourceError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is too large, or holds no ring. What is in it is not shown.
    pub fn from_file(path: impl Into<PathBuf>) -> Result<KeyRing<K>, RingSourceError> {
        KeyRing::from_sources([RingSource::file(path)])
    }

    /// Reads one ring from several sources, such as a variable with the old key and a file with the new
    /// one. None has to be a ring by itself: they are joined before the ring is checked.
    ///
    /// The keys are listed in the order of the sources. Of several `not_before` the latest counts.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use hardtack::{EncryptionKey, KeyRing, RingSource};
    ///
    /// let keys: KeyRing<EncryptionKey> = KeyRing::from_sources([
    ///     RingSource::file("/run/secrets/session/new"),
    ///     RingSource::env("OLD_SESSION_KEY"),
    /// ])?;
    /// # Ok::<_, hardtack::RingSourceError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a source cannot be read or its text is wrong, which names that source; or if they make no ring
    /// together, which names all of them.
    pub fn from_sources(
        sources: impl IntoIterator<Item = RingSource>,
    ) -> Result<KeyRing<K>, RingSourceError> {
        let sources: Vec<_> = sources.into_iter().collect();
        let texts: Vec<_> = sources
            .iter()
            .map(RingSource::read)
            .collect::<Result<_, _>>()?;
        join(&sources, &texts)
    }
}

/// The ring of what was read from `sources`.
pub(crate) fn join<K: Key>(
    sources: &[RingSource],
    texts: &[Zeroizing<String>],
) -> Result<KeyRing<K>, RingSourceError> {
    let parse = |(source, text): (&RingSource, &Zeroizing<String>)| {
        let text: Result<PartialRing<K>, _> = text.parse();
        text.map_err(|error| no_ring(slice::from_ref(source), RingError::Text(error)))
    };
    let texts: Vec<_> = sources
        .iter()
        .zip(texts)
        .map(parse)
        .collect::<Result<_, _>>()?;
    KeyRing::join(texts).map_err(|error| no_ring(sources, error))
}

/// Where the text of a key ring, or a part of it, is read from (SPEC.md § 3.5). A cheap clone.
///
/// # Examples
///
/// ```no_run
/// use hardtack::{EncryptionKey, KeyRing, RingSource};
///
/// // A folder that holds one file for each key.
/// let keys: KeyRing<EncryptionKey> =
///     KeyRing::from_sources(["new", "old"].map(|key| RingSource::file(format!("/run/keys/{key}"))))?;
/// # Ok::<_, hardtack::RingSourceError>(())
/// ```
#[derive(Clone)]
pub struct RingSource(SourceKind);

#[derive(Clone)]
enum SourceKind {
    /// A setting, which the error about it names.
    Text(Zeroizing<String>),
    Variable(String),
    File(PathBuf),
    Function(String, Arc<ReadText>),
}

type ReadText = dyn Fn() -> Result<String, Box<dyn Error + Send + Sync>> + Send + Sync;

impl RingSource {
    /// An environment variable.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing, RingSource};
    ///
    /// let keys = KeyRing::<EncryptionKey>::from_sources([RingSource::env("NO_SUCH_KEYS")]);
    /// assert!(keys.unwrap_err().to_string().contains("NO_SUCH_KEYS"));
    /// ```
    #[must_use]
    pub fn env(variable: impl Into<String>) -> RingSource {
        RingSource(SourceKind::Variable(variable.into()))
    }

    /// A file of at most 1 MiB.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing, RingSource};
    ///
    /// let keys = KeyRing::<EncryptionKey>::from_sources([RingSource::file("/no/such/keys")]);
    /// assert!(keys.unwrap_err().to_string().contains("/no/such/keys"));
    /// ```
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> RingSource {
        RingSource(SourceKind::File(path.into()))
    }

    /// A function that asks for the text, such as of a secret manager. `name` stands for it in errors.
    ///
    /// What it returns is overwritten after it was read. The sentences of its error and of its causes are
    /// shown in ours, so they must not tell the text; where a whole key stands in one, none is shown. A panic
    /// in it is caught, and is an error.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing, RingSource};
    ///
    /// # let key = EncryptionKey::generate()?.expose_secret();
    /// # let vault = move || Ok::<_, std::io::Error>(key.to_string());
    /// let vault = RingSource::from_fn("the vault", move || Ok(vault()?));
    /// let keys: KeyRing<EncryptionKey> = KeyRing::from_sources([vault])?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_fn(
        name: impl Into<String>,
        read: impl Fn() -> Result<String, Box<dyn Error + Send + Sync>> + Send + Sync + 'static,
    ) -> RingSource {
        RingSource(SourceKind::Function(name.into(), Arc::new(read)))
    }

    pub(crate) fn text(text: String) -> RingSource {
        RingSource(SourceKind::Text(Zeroizing::new(text)))
    }

    /// What errors call it. A text is called by whoever has it. Where a name was expected, a key may stand
    /// by mistake.
    pub(crate) fn name(&self) -> String {
        let name = match &self.0 {
            SourceKind::Text(_) => String::new(),
            SourceKind::Variable(name) => format!("environment variable {name}"),
            SourceKind::File(path) => format!("file {}", path.display()),
            SourceKind::Function(name, _) => name.clone(),
        };
        if looks_like_a_key(&name) {
            return "(a key)".to_owned();
        }
        name
    }

    pub(crate) fn read(&self) -> Result<Zeroizing<String>, RingSourceError> {
        let text = match &self.0 {
            SourceKind::Text(text) => Ok(text.clone()),
            SourceKind::Variable(name) => read_variable(name),
            SourceKind::File(path) => read_file(path),
            SourceKind::Function(_, read) => call(&**read),
        };
        text.map_err(|problem| RingSourceError::new(self.name(), problem))
    }

    /// Like [`read`](Self::read), but not what may be the beginning of a file that is being written.
    #[cfg(feature = "watch")]
    pub(crate) fn read_whole(&self) -> Result<Zeroizing<String>, RingSourceError> {
        let text = self.read()?;
        if matches!(self.0, SourceKind::File(_)) && !text.ends_with('\n') {
            return Err(RingSourceError::new(self.name(), SourceProblem::NoLineFeed));
        }
        Ok(text)
    }
}

/// What `sources` say makes no ring.
pub(super) fn no_ring(sources: &[RingSource], error: RingError) -> RingSourceError {
    let names: Vec<_> = sources.iter().map(RingSource::name).collect();
    RingSourceError::new(names.join(", "), SourceProblem::Ring(error))
}

fn read_variable(name: &str) -> Result<Zeroizing<String>, SourceProblem> {
    let text = env::var_os(name).ok_or(SourceProblem::NotSet)?;
    let text = text.into_string().map_err(|_| SourceProblem::NotUnicode)?;
    Ok(Zeroizing::new(text))
}

fn read_file(path: &Path) -> Result<Zeroizing<String>, SourceProblem> {
    let cannot_read = |error: io::Error| SourceProblem::CannotRead(error.into());
    let file = File::open(path).map_err(cannot_read)?;
    // With room for all that is read, so that nothing is left behind where it grew. What is no regular
    // file, such as a pipe, has no length.
    let len = file.metadata().map_err(cannot_read)?.len();
    let room = len.clamp(USUAL_FILE, LARGEST_FILE) + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room as usize));
    let mut file = file.take(LARGEST_FILE + 1);
    file.read_to_end(&mut bytes).map_err(cannot_read)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(SourceProblem::TooLarge);
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| SourceProblem::NotUnicode)?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn call(read: &ReadText) -> Result<Zeroizing<String>, SourceProblem> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(text)) => Ok(Zeroizing::new(text)),
        Ok(Err(error)) => Err(match ErrorText::of(&*error) {
            Some(text) => SourceProblem::CannotRead(Box::new(text)),
            None => SourceProblem::ErrorHasKey,
        }),
        Err(_) => Err(SourceProblem::Panicked),
    }
}

/// Without the text.
impl fmt::Debug for RingSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            SourceKind::Text(_) => f.write_str("RingSource(…)"),
            _ => write!(f, "RingSource({})", self.name()),
        }
    }
}

/// In bytes. A thousand keys with their times have 135,000.
const LARGEST_FILE: u64 = 1 << 20;
const USUAL_FILE: u64 = 8 << 10;
