//! Reads a key ring from environment variables, files and functions.

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
    /// Reads a ring from an environment variable, in its text form ([SPEC.md § 3.5]), with line ends or
    /// commas between the keys.
    ///
    /// # Errors
    ///
    /// Returns an error if the variable is not set or does not contain a ring. The error does not show the value.
    ///
    /// [SPEC.md § 3.5]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#35-text-form-of-a-ring
    pub fn from_env(variable: &str) -> Result<KeyRing<K>, RingSourceError> {
        KeyRing::from_sources([RingSource::env(variable)])
    }

    /// Reads a ring from a file of at most 1 MiB, in its text form ([SPEC.md § 3.5]).
    ///
    /// The file's permissions are not checked, because orchestrators choose those of the secrets that they mount.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read, is too large, or does not contain a ring. The error does not show
    /// the content.
    ///
    /// [SPEC.md § 3.5]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#35-text-form-of-a-ring
    pub fn from_file(path: impl Into<PathBuf>) -> Result<KeyRing<K>, RingSourceError> {
        KeyRing::from_sources([RingSource::file(path)])
    }

    /// Reads one ring from several sources, such as a variable with the old key and a file with the new one. The
    /// sources are joined before the ring is checked, so none has to be a ring by itself.
    ///
    /// The keys are in the order of the sources. The latest `not_before` counts.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use hardtack::{EncryptionKey, KeyRing, keys::RingSource};
    ///
    /// let keys: KeyRing<EncryptionKey> = KeyRing::from_sources([
    ///     RingSource::file("/run/secrets/session/new"),
    ///     RingSource::env("OLD_SESSION_KEY"),
    /// ])?;
    /// # Ok::<_, hardtack::keys::RingSourceError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if a source cannot be read or its text is wrong, in which case the error names that source; or
    /// if the joined keys are not a ring, in which case it names all sources.
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

/// Joins the texts that were read from `sources`.
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
    KeyRing::join(texts).map_err(|error| match (error, sources) {
        (RingError::Empty, [source]) if source.is_variable() => {
            RingSourceError::new(source.name(), SourceProblem::Empty)
        }
        (error, _) => no_ring(sources, error),
    })
}

/// A source of the text of a key ring, or of a part of it ([SPEC.md § 3.5]). Cheap to clone.
///
/// # Examples
///
/// ```no_run
/// use hardtack::{EncryptionKey, KeyRing, keys::RingSource};
///
/// // A folder that holds one file for each key.
/// let keys: KeyRing<EncryptionKey> =
///     KeyRing::from_sources(["new", "old"].map(|key| RingSource::file(format!("/run/keys/{key}"))))?;
/// # Ok::<_, hardtack::keys::RingSourceError>(())
/// ```
///
/// [SPEC.md § 3.5]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#35-text-form-of-a-ring
#[derive(Clone)]
pub struct RingSource(SourceKind);

#[derive(Clone)]
enum SourceKind {
    /// The value of a setting, which the settings' own error names.
    Text(Zeroizing<String>),
    Variable(String),
    File(PathBuf),
    Function(String, Arc<ReadText>),
}

type ReadText = dyn Fn() -> Result<String, Box<dyn Error + Send + Sync>> + Send + Sync;

impl RingSource {
    /// Reads an environment variable.
    #[must_use]
    pub fn env(variable: impl Into<String>) -> RingSource {
        RingSource(SourceKind::Variable(variable.into()))
    }

    /// Reads a file of at most 1 MiB.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> RingSource {
        RingSource(SourceKind::File(path.into()))
    }

    /// Calls a function for the text, such as the client of a secret manager. Errors call it `name`.
    ///
    /// The returned text is overwritten after use. The messages of the function's error and its sources become part of
    /// ours, so they must not contain the text; if one contains a key, none is shown. A panic in the function is caught
    /// and becomes an error.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing, keys::RingSource};
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

    /// The name of the source in errors, empty for a text. A name that contains a key, given by mistake, is not shown.
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

    fn is_variable(&self) -> bool {
        matches!(self.0, SourceKind::Variable(_))
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

    /// Like [`read`](Self::read), but refuses a file without a line feed at its end, which may still be being written.
    #[cfg(feature = "watch")]
    pub(crate) fn read_whole(&self) -> Result<Zeroizing<String>, RingSourceError> {
        let text = self.read()?;
        if matches!(self.0, SourceKind::File(_)) && !text.ends_with('\n') {
            return Err(RingSourceError::new(self.name(), SourceProblem::NoLineFeed));
        }
        Ok(text)
    }
}

/// The error for sources that do not make a ring.
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
    // Allocated for the whole file, because growing would leave a copy behind. A file that is not regular, such as a
    // pipe, has no length.
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

/// Does not show the text.
impl fmt::Debug for RingSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            SourceKind::Text(_) => f.write_str("RingSource(…)"),
            _ => write!(f, "RingSource({})", self.name()),
        }
    }
}

/// In bytes. A thousand keys with their times take 135,000.
const LARGEST_FILE: u64 = 1 << 20;
const USUAL_FILE: u64 = 8 << 10;
