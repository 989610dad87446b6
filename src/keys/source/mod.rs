//! Sources of a key ring: environment variables, files and functions.

mod watch;

use std::{
    env,
    error::Error,
    fmt,
    fs::{self, File},
    io::{self, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    slice,
    sync::Arc,
};

pub use watch::{PollOutcome, WatchedKeyRing};
use zeroize::Zeroizing;

use crate::keys::{
    key::{KeyError, NEW_KEY, looks_like_a_key},
    ring::{KeyRing, Listing},
};

impl KeyRing {
    /// Reads a ring from an environment variable, in its text form ([SPEC.md § 3.5]), with line breaks or commas
    /// between the keys.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::KeyRing;
    ///
    /// let error = KeyRing::from_env("KEYS_THAT_NOBODY_SET").unwrap_err();
    /// assert!(error.to_string().contains("KEYS_THAT_NOBODY_SET"));
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the variable is not set or does not contain a ring. The error does not show the value.
    ///
    /// [SPEC.md § 3.5]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#35-text-form-of-a-ring
    pub fn from_env(variable: &str) -> Result<KeyRing, KeyError> {
        KeyRing::from_sources([RingSource::env(variable)])
    }

    /// Reads a ring in its text form ([SPEC.md § 3.5]) from a regular file of at most 1 MiB, or from a link to one.
    ///
    /// The file's permissions are not checked, because orchestrators choose the permissions of secrets that they mount.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::KeyRing;
    ///
    /// let error = KeyRing::from_file("no such folder/session.keys").unwrap_err();
    /// assert!(error.to_string().contains("session.keys"));
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read, is too large, or does not contain a ring. The error does not show
    /// the content.
    ///
    /// [SPEC.md § 3.5]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#35-text-form-of-a-ring
    pub fn from_file(path: impl AsRef<Path>) -> Result<KeyRing, KeyError> {
        KeyRing::from_sources([RingSource::file(path)])
    }

    /// Reads one ring from several sources, such as a variable with the old key and a file with the new one. The
    /// sources are joined before the ring is checked, so a source need not be a whole ring.
    ///
    /// The keys are listed in the order of the sources, and the latest `not_before` counts.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use hardtack::{KeyRing, keys::RingSource};
    ///
    /// let keys = KeyRing::from_sources([
    ///     RingSource::file("/run/secrets/session/new"),
    ///     RingSource::env("OLD_SESSION_KEY"),
    /// ])?;
    /// # Ok::<_, hardtack::keys::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if a source cannot be read, if its text is wrong or has a key of another mode than an earlier
    /// source, or if the joined keys are not a ring. The error names that source or, in the last case, all sources.
    pub fn from_sources(
        sources: impl IntoIterator<Item = RingSource>,
    ) -> Result<KeyRing, KeyError> {
        let sources: Vec<_> = sources.into_iter().collect();
        let strings = sources.iter().map(RingSource::read);
        join(&sources, &strings.collect::<Result<Vec<_>, _>>()?)
    }
}

/// Joins the strings that were read from `sources`.
pub(super) fn join(
    sources: &[RingSource],
    strings: &[Zeroizing<String>],
) -> Result<KeyRing, KeyError> {
    let mut listing = Listing::default();
    for (source, text) in sources.iter().zip(strings) {
        let added = listing.add(text);
        added.map_err(|error| no_ring(slice::from_ref(source), error))?;
    }
    KeyRing::of_listed(listing).map_err(|error| no_ring(sources, error))
}

/// Returns the error for sources that do not make a ring.
fn no_ring(sources: &[RingSource], error: KeyError) -> KeyError {
    let names: Vec<_> = sources.iter().map(|source| &*source.name).collect();
    KeyError {
        details: error.to_string(),
        ..KeyError::new(names.join(", "))
    }
}

/// Source of a key ring's text, or of a part of it ([SPEC.md § 3.5]). Cheap to clone.
///
/// # Examples
///
/// ```no_run
/// use hardtack::{KeyRing, keys::RingSource};
///
/// // A folder that holds one file for each key.
/// let keys: KeyRing =
///     KeyRing::from_sources(["new", "old"].map(|key| RingSource::file(format!("/run/keys/{key}"))))?;
/// # Ok::<_, hardtack::keys::KeyError>(())
/// ```
///
/// [SPEC.md § 3.5]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#35-text-form-of-a-ring
#[derive(Clone)]
pub struct RingSource {
    /// Name in errors. Empty for the value of a setting, because the error of the settings names it.
    name: String,
    pub(crate) is_file: bool,
    /// Reads the text. The function gets the name for its errors.
    read: Arc<dyn Fn(&str) -> Text + Send + Sync>,
}

type Text = Result<Zeroizing<String>, KeyError>;

impl RingSource {
    /// Returns a source that reads an environment variable.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{KeyRing, keys::RingSource};
    ///
    /// let sources = [RingSource::env("SESSION_KEYS"), RingSource::env("SESSION_KEYS_NEXT")];
    /// # let error =
    /// KeyRing::from_sources(sources)
    /// # .unwrap_err();
    /// # assert!(error.to_string().contains("SESSION_KEYS"));
    /// ```
    #[must_use]
    pub fn env(variable: impl Into<String>) -> RingSource {
        let variable = variable.into();
        let name = format!("environment variable {variable}");
        RingSource::new(name, move |name| read_variable(name, &variable))
    }

    /// Returns a source that reads a regular file of at most 1 MiB, or a link to one.
    #[must_use]
    pub fn file(path: impl AsRef<Path>) -> RingSource {
        let path = path.as_ref().to_owned();
        let name = format!("file {}", path.display());
        RingSource {
            is_file: true,
            ..RingSource::new(name, move |name| read_file(name, &path))
        }
    }

    /// Returns a source that calls `read` for the text, for example to ask a secret manager. Errors call the source
    /// `name`.
    ///
    /// The returned text is overwritten after use. The messages of the function's error and its sources become part of
    /// this crate's error, so they must not contain the text. If one contains a key, none is shown. A panic in the
    /// function becomes an error, unless the program aborts on panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing, keys::RingSource};
    ///
    /// # let stored = EncryptionKey::generate()?.expose_secret();
    /// # let ask_the_vault = move || Ok(stored.to_string());
    /// let source = RingSource::from_fn("vault", ask_the_vault);
    /// assert!(KeyRing::from_sources([source]).is_ok());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_fn(
        name: impl Into<String>,
        read: impl Fn() -> Result<String, Box<dyn Error + Send + Sync>> + Send + Sync + 'static,
    ) -> RingSource {
        RingSource::new(name.into(), move |name| call(name, &read))
    }

    pub(crate) fn text(text: String) -> RingSource {
        let text = Zeroizing::new(text);
        RingSource::new(String::new(), move |_| Ok(text.clone()))
    }

    fn new(mut name: String, read: impl Fn(&str) -> Text + Send + Sync + 'static) -> RingSource {
        // A name that contains a key by mistake is not shown.
        if looks_like_a_key(&name) {
            name = "(a key)".to_owned();
        }
        RingSource {
            name,
            is_file: false,
            read: Arc::new(read),
        }
    }

    pub(crate) fn read(&self) -> Text {
        (self.read)(&self.name)
    }

    /// Like [`read`](Self::read), but refuses a file that has text without a line feed at its end, because such a file
    /// may be incomplete.
    pub(super) fn read_whole(&self) -> Text {
        let text = self.read()?;
        // An empty text is refused by a better sentence.
        if self.is_file && !text.is_empty() && !text.ends_with('\n') {
            let problem = format!("{} {NO_LINE_FEED}", self.name);
            return Err(KeyError::new(problem));
        }
        Ok(text)
    }
}

/// Does not show the text.
impl fmt::Debug for RingSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RingSource({})", self.name)
    }
}

fn read_variable(name: &str, variable: &str) -> Text {
    let not_set = || KeyError::new(format!("{name} is not set; {NEW_KEY}"));
    let value = env::var_os(variable).ok_or_else(not_set)?;
    let text = value.into_string().map_err(|_| not_text(name))?;
    Ok(Zeroizing::new(text))
}

fn read_file(name: &str, path: &Path) -> Text {
    let cannot_read = |error: io::Error| KeyError {
        details: error.to_string(),
        ..KeyError::new(format!("cannot read {name}"))
    };
    // Checked before the file is opened, because opening a pipe waits until somebody writes to it.
    if !fs::metadata(path).map_err(cannot_read)?.is_file() {
        return Err(KeyError::new(format!("{name} {NOT_REGULAR}")));
    }
    let file = File::open(path).map_err(cannot_read)?;
    // Allocated for the whole file, because growing would leave a copy behind.
    let len = file.metadata().map_err(cannot_read)?.len();
    let room = len.clamp(USUAL_FILE, LARGEST_FILE) + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room as usize));
    let mut file = file.take(LARGEST_FILE + 1);
    file.read_to_end(&mut bytes).map_err(cannot_read)?;
    if bytes.len() as u64 > LARGEST_FILE {
        let problem = format!("{name} is larger than 1 MiB, expected keys");
        return Err(KeyError::new(problem));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| not_text(name))?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn not_text(name: &str) -> KeyError {
    KeyError::new(format!("{name} is not UTF-8, expected keys"))
}

fn call(name: &str, read: impl Fn() -> Result<String, Box<dyn Error + Send + Sync>>) -> Text {
    let problem = format!("cannot read {name}");
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(text)) => Ok(Zeroizing::new(text)),
        Ok(Err(error)) => Err(match sentences_of(&*error) {
            Some(error) => KeyError { problem, ..error },
            None => KeyError::new(problem + ": its error holds a key and is not shown"),
        }),
        Err(_) => Err(KeyError::new(problem + ": it panicked")),
    }
}

/// Reduces an error and its sources to their messages, because `Debug` or a downcast may show the text that was read.
/// Returns `None` if a message contains a key.
fn sentences_of(error: &(dyn Error + 'static)) -> Option<KeyError> {
    let details = error.to_string();
    if looks_like_a_key(&details) {
        return None;
    }
    let mut told = KeyError {
        details,
        ..KeyError::new("")
    };
    if let Some(source) = error.source() {
        told.source = Some(Arc::new(sentences_of(source)?));
    }
    Some(told)
}

/// Largest size of a file, in bytes. A thousand keys with their times take 135,000, so what is larger is another file, or
/// a device that never ends.
const LARGEST_FILE: u64 = 1 << 20;
/// Bytes allocated at least. A pipe tells no length, and growing would leave a copy of its first keys behind. Sixty keys
/// with their times take as much.
const USUAL_FILE: u64 = 8 << 10;
const NOT_REGULAR: &str =
    "is not a regular file, nor a link to one; `RingSource::from_fn` reads other sources";
const NO_LINE_FEED: &str = "does not end with a line feed, so it may be half written: restore it, or end it with one if it is whole";
