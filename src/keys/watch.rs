//! A key ring that follows its sources.

use std::{
    convert::Infallible,
    fmt, io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::Duration,
};

use zeroize::Zeroizing;

use super::{
    events,
    key::Key,
    shared_ring::SharedKeyRing,
    source::{RingSource, join, no_ring},
    source_error::{ErrorIdentity, RingSourceError},
};
use crate::crypto::hash::sha256;

/// A [`SharedKeyRing`] that follows its sources: files, environment variables or functions.
///
/// Every look reads all sources. A change takes effect when two looks in a row read the same, and a file has to end
/// with a line feed, so that a half-written ring is not used. A file may be overwritten, replaced by a rename, or
/// reached through a symbolic link that is swapped, as in Kubernetes.
///
/// A new ring is refused, and the earlier one stays in use, if a source cannot be read, if the text is not a ring of
/// this kind of key, or if living sessions would be cut short. Each refusal is reported once, by [`Look::Refused`] and
/// by an event (feature `tracing`), and not again while the sources stay the same.
///
/// # Examples
///
/// ```
/// # use hardtack::EncryptionKey;
/// use hardtack::{Look, RingSource, SessionCookie, WatchedKeyRing};
///
/// # let path = std::env::temp_dir().join(format!("hardtack-doc-watched-{}", std::process::id()));
/// # std::fs::write(&path, format!("{}\n", *EncryptionKey::generate()?.expose_secret()))?;
/// let watched = WatchedKeyRing::from_sources([RingSource::file(&path)])?;
/// let cookie = SessionCookie::encrypted(watched.keys()).build()?;
///
/// // Keep the handle: dropping it ends the watching.
/// let _watching = watched
///     .on_look(|look| {
///         if let Look::Refused(error) = look {
///             eprintln!("{error}");
///         }
///     })
///     .start()?;
/// # std::fs::remove_file(&path)?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use = "the sources are not watched before `start` or `look` is called"]
pub struct WatchedKeyRing<K> {
    sources: Vec<RingSource>,
    keys: SharedKeyRing<K>,
    /// The sources of the ring in use.
    used: Snapshot,
    /// The sources that were last refused, and reported, since then.
    refused: Option<Snapshot>,
    /// Sources that changed at the last look.
    unsettled: Option<Snapshot>,
    interval: Duration,
    on_look: Box<dyn FnMut(Look) + Send>,
}

/// The sources as one look read them, in the form in which two looks are compared: a hash of the texts, so that no key
/// is kept, or the error.
type Snapshot = Result<[u8; 32], ErrorIdentity>;

impl<K: Key> WatchedKeyRing<K> {
    /// Reads the ring from `sources`, which are joined as by
    /// [`KeyRing::from_sources`](crate::KeyRing::from_sources).
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, RingSource, SessionCookie, WatchedKeyRing};
    ///
    /// # let key = EncryptionKey::generate()?.expose_secret();
    /// # let ask = move || Ok::<_, std::io::Error>(key.to_string());
    /// let vault = RingSource::from_fn("the vault", move || Ok(ask()?));
    /// let watched = WatchedKeyRing::from_sources([vault])?;
    /// let cookie = SessionCookie::encrypted(watched.keys()).build()?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a source cannot be read, a file does not end with a line feed, or the texts do not make a ring.
    pub fn from_sources(
        sources: impl IntoIterator<Item = RingSource>,
    ) -> Result<WatchedKeyRing<K>, RingSourceError> {
        let sources: Vec<_> = sources.into_iter().collect();
        let texts = read(&sources)?;
        Ok(WatchedKeyRing {
            keys: SharedKeyRing::new(join(&sources, &texts)?),
            used: Ok(digest(&texts)),
            sources,
            refused: None,
            unsettled: None,
            interval: Duration::from_secs(10),
            on_look: Box::new(drop),
        })
    }

    /// Returns the ring to build cookies with, which is replaced when the sources change.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, RingSource, WatchedKeyRing};
    /// # let key = EncryptionKey::generate()?.expose_secret();
    /// # let source = RingSource::from_fn("test", move || Ok(key.to_string()));
    /// use hardtack::SessionCookie;
    ///
    /// let watched = WatchedKeyRing::from_sources([source])?;
    /// let login = SessionCookie::encrypted(watched.keys()).name("__Host-login").build()?;
    /// let cart = SessionCookie::encrypted(watched.keys()).name("__Host-cart").build()?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn keys(&self) -> SharedKeyRing<K> {
        self.keys.clone()
    }

    /// Reads the sources once, replaces the ring if two looks agree on a new one, and returns the result. Reads no
    /// clock, and waits for nothing but the sources.
    ///
    /// For programs with a scheduler of their own or without threads, and for tests. The call blocks while sources are
    /// read, so keep it off the threads of an async runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, Look, RingSource, WatchedKeyRing};
    /// use std::sync::{Arc, Mutex};
    ///
    /// # let (old, new) = (EncryptionKey::generate()?, EncryptionKey::generate()?);
    /// # let new_id = new.id();
    /// let vault = Arc::new(Mutex::new(old.expose_secret().to_string()));
    /// let asked = Arc::clone(&vault);
    /// let source = RingSource::from_fn("the vault", move || Ok(asked.lock().unwrap().clone()));
    /// let mut watched = WatchedKeyRing::<EncryptionKey>::from_sources([source])?;
    /// assert!(matches!(watched.look(), Look::Unchanged));
    ///
    /// *vault.lock().unwrap() = new.expose_secret().to_string();
    /// assert!(matches!(watched.look(), Look::Unsettled));
    /// assert!(matches!(watched.look(), Look::Replaced));
    /// # assert_eq!(watched.keys().current().seals(std::time::SystemTime::now()), new_id);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn look(&mut self) -> Look {
        let texts = read(&self.sources);
        let snapshot = match &texts {
            Ok(texts) => Ok(digest(texts)),
            Err(error) => Err(error.identity()),
        };
        let unsettled = self.unsettled.take();
        if snapshot == self.used {
            self.refused = None;
            return Look::Unchanged;
        }
        if self.refused.as_ref() == Some(&snapshot) {
            return Look::Unchanged;
        }
        if unsettled.as_ref() != Some(&snapshot) {
            self.unsettled = Some(snapshot);
            return Look::Unsettled;
        }
        match texts.and_then(|texts| self.replace(&texts)) {
            Ok(()) => {
                self.used = snapshot;
                self.refused = None;
                events::keys_replaced(self.keys.current().fingerprint());
                Look::Replaced
            }
            Err(error) => {
                self.refused = Some(snapshot);
                events::keys_refused(&error);
                Look::Refused(error)
            }
        }
    }

    fn replace(&self, texts: &[Zeroizing<String>]) -> Result<(), RingSourceError> {
        let ring = join(&self.sources, texts)?;
        let replaced = self.keys.replace(ring);
        replaced.map_err(|error| no_ring(&self.sources, error))
    }

    /// Sets the time between two looks of the thread that [`start`](Self::start) starts. Default: 10 seconds. At least
    /// 10 milliseconds.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, RingSource, WatchedKeyRing};
    /// # let key = EncryptionKey::generate()?.expose_secret();
    /// # let source = RingSource::from_fn("test", move || Ok(key.to_string()));
    /// use std::time::Duration;
    ///
    /// let watched = WatchedKeyRing::<EncryptionKey>::from_sources([source])?;
    /// let _watching = watched.every(Duration::from_secs(60)).start()?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn every(self, interval: Duration) -> WatchedKeyRing<K> {
        let interval = interval.max(SHORTEST_INTERVAL);
        WatchedKeyRing { interval, ..self }
    }

    /// Sets a function that the thread of [`start`](Self::start) calls with the result of each look. Default: none. A
    /// panic in it is caught, and the watching goes on.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, RingSource, WatchedKeyRing};
    /// # let key = EncryptionKey::generate()?.expose_secret();
    /// # let source = RingSource::from_fn("test", move || Ok(key.to_string()));
    /// use hardtack::Look;
    ///
    /// let watched = WatchedKeyRing::<EncryptionKey>::from_sources([source])?;
    /// let watched = watched.on_look(|look| match look {
    ///     Look::Replaced => println!("new keys"),
    ///     Look::Refused(error) => eprintln!("{error}"),
    ///     _ => {}
    /// });
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_look(self, on_look: impl FnMut(Look) + Send + 'static) -> WatchedKeyRing<K> {
        WatchedKeyRing {
            on_look: Box::new(on_look),
            ..self
        }
    }
}

impl<K: Key + 'static> WatchedKeyRing<K> {
    /// Starts a thread that looks at the sources until the returned handle is dropped. The first look is after the
    /// first interval.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, RingSource};
    /// # let key = EncryptionKey::generate()?.expose_secret();
    /// # let source = RingSource::from_fn("test", move || Ok(key.to_string()));
    /// use hardtack::{SessionCookie, WatchedKeyRing};
    ///
    /// let watched = WatchedKeyRing::from_sources([source])?;
    /// let cookie = SessionCookie::encrypted(watched.keys()).build()?;
    /// let watching = watched.start()?;
    /// // … serve …
    /// drop(watching);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the system cannot start a thread, as on `wasm32-unknown-unknown`. Use [`look`](Self::look) there.
    pub fn start(mut self) -> io::Result<Watching> {
        let (running, wait) = mpsc::channel();
        let name = "hardtack keys".to_owned();
        thread::Builder::new().name(name).spawn(move || {
            while wait.recv_timeout(self.interval) == Err(RecvTimeoutError::Timeout) {
                let look = self.look();
                // The panic hook has reported a panic.
                let _ = catch_unwind(AssertUnwindSafe(|| (self.on_look)(look)));
            }
        })?;
        Ok(Watching { _running: running })
    }
}

fn read(sources: &[RingSource]) -> Result<Vec<Zeroizing<String>>, RingSourceError> {
    sources.iter().map(RingSource::read_whole).collect()
}

fn digest(texts: &[Zeroizing<String>]) -> [u8; 32] {
    let lengths: Vec<_> = texts.iter().map(|text| text.len().to_be_bytes()).collect();
    let parts = lengths.iter().zip(texts);
    let parts: Vec<&[u8]> = parts
        .flat_map(|(length, text)| [&length[..], text.as_bytes()])
        .collect();
    sha256(&parts)
}

impl<K: Key> fmt::Debug for WatchedKeyRing<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchedKeyRing")
            .field("sources", &self.sources)
            .field("keys", &self.keys)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

/// The result of a look at the sources of a [`WatchedKeyRing`].
///
/// # Examples
///
/// ```
/// use hardtack::Look;
///
/// fn describe(look: &Look) -> String {
///     match look {
///         Look::Replaced => "new keys".to_owned(),
///         Look::Refused(error) => format!("no new keys: {error}"),
///         _ => String::new(),
///     }
/// }
/// # assert_eq!(describe(&Look::Unchanged), "");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Look {
    /// The sources have not changed. Their ring is in use, or was refused and reported before.
    Unchanged,
    /// The sources have changed. If the next look reads the same, the change takes effect.
    Unsettled,
    /// The sources are the same as at the look before, and the ring was replaced.
    Replaced,
    /// The sources are the same as at the look before, and do not make a ring that can be used. The earlier ring stays
    /// in use.
    Refused(RingSourceError),
}

/// The handle of a thread that watches the sources of a [`WatchedKeyRing`], until the handle is dropped.
///
/// Dropping it wakes the thread and does not wait for it, so a look in progress may still end.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, RingSource};
/// # let key = EncryptionKey::generate()?.expose_secret();
/// # let source = RingSource::from_fn("test", move || Ok(key.to_string()));
/// use hardtack::{WatchedKeyRing, Watching};
///
/// let watched = WatchedKeyRing::<EncryptionKey>::from_sources([source])?;
/// let watching: Watching = watched.start()?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use = "the watching ends when this is dropped"]
pub struct Watching {
    /// Nothing is ever sent. Dropping the sender wakes the thread.
    _running: Sender<Infallible>,
}

impl fmt::Debug for Watching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watching")
    }
}

const SHORTEST_INTERVAL: Duration = Duration::from_millis(10);
