//! A key ring that follows its sources.

use std::{
    fmt, io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
    time::{Duration, SystemTime},
};

use zeroize::Zeroizing;

use super::{RingSource, join, no_ring};
use crate::{
    base::{UnixSeconds, clock, show_time, system_time, unix_seconds},
    crypto::sha256::sha256,
    events::{self, Shown},
    keys::{
        key::{KeyError, KeyId},
        problem::Problem,
        shared::{Exchanged, SharedKeyRing, TICK},
    },
};

/// A [`SharedKeyRing`] that follows its sources, such as files and functions. An environment variable can be a source
/// too, but usually does not change while the program runs.
///
/// Each poll reads the sources. A change takes effect only when two polls in a row read the same, and a file has to end
/// with a line feed, so a file that is being overwritten is not used half-written, unless the writer pauses between two
/// lines (or, with several sources, before the first line) for that long. A file may also be replaced by a rename, or
/// reached through a symbolic link that is swapped, as in Kubernetes.
///
/// If a source cannot be read, or the texts do not make a ring of this kind of key, the ring in use stays. An event
/// (feature `tracing`) reports it once while the sources stay the same, and again every five minutes;
/// [`KeysInUse`](crate::carrier::KeysInUse) has it as a [`Problem`](crate::keys::Problem) while it lasts.
///
/// A new ring may lack a key of the earlier one, because this is how a leaked key is dropped. A warning (feature
/// `tracing`) names the key if sessions under it may be alive. If the key is in a later ring again, as from a backup, an
/// error (feature `tracing`) says so.
///
/// # Examples
///
/// ```
/// # use hardtack::EncryptionKey;
/// use hardtack::{SessionCookie, keys::{RingSource, WatchedKeyRing}};
///
/// # let path = std::env::temp_dir().join(format!("hardtack-doc-watched-{}", std::process::id()));
/// # std::fs::write(&path, format!("{}\n", *EncryptionKey::generate()?.expose_secret()))?;
/// let watched = WatchedKeyRing::from_sources([RingSource::file(&path)])?;
/// let cookie = SessionCookie::encrypted(watched.keys()).build()?;
///
/// watched.spawn()?;
/// # std::fs::remove_file(&path)?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use = "the sources are not watched before `spawn` is called"]
pub struct WatchedKeyRing {
    sources: Vec<RingSource>,
    keys: SharedKeyRing,
    /// Sources of the ring in use.
    used: Snapshot,
    /// Sources that were last refused and reported, until they are readable again.
    refused: Option<LoggedRefusal>,
    /// Sources that changed at the last poll, and the number of polls in a row at which they did.
    unsettled: Option<(Snapshot, u32)>,
    interval: Duration,
    on_poll: Box<dyn FnMut(PollOutcome) + Send>,
}

/// Sources that were refused and reported.
struct LoggedRefusal {
    snapshot: Snapshot,
    logged_at: UnixSeconds,
    since: SystemTime,
    /// Message of the error.
    error: String,
}

/// Result of one poll, to compare two polls: hashes of the texts, so that no key is kept, or the problem of the error.
type Snapshot = Result<Vec<[u8; 32]>, String>;

impl WatchedKeyRing {
    /// Reads the ring from `sources`, which are joined as by
    /// [`KeyRing::from_sources`](crate::KeyRing::from_sources).
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, keys::{RingSource, WatchedKeyRing}};
    ///
    /// # let key = EncryptionKey::generate()?.expose_secret();
    /// # let ask_the_vault = move || Ok(key.to_string());
    /// let watched = WatchedKeyRing::from_sources([RingSource::from_fn("vault", ask_the_vault)])?;
    /// let cookie = SessionCookie::encrypted(watched.keys()).build()?;
    /// # let _ = cookie;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if a source cannot be read, a file with text does not end with a line feed, or the strings do
    /// not make a ring.
    pub fn from_sources(
        sources: impl IntoIterator<Item = RingSource>,
    ) -> Result<WatchedKeyRing, KeyError> {
        let sources: Vec<_> = sources.into_iter().collect();
        let strings = read(&sources)?;
        let ring = join(&sources, &strings)?;
        events::begin_ring_counters();
        Ok(WatchedKeyRing {
            keys: SharedKeyRing::from(ring),
            used: Ok(digests(&strings)),
            sources,
            refused: None,
            unsettled: None,
            // An instance that is told of a new key late has to serve visitors of the others. A read of small files is cheap.
            interval: Duration::from_secs(10),
            on_poll: Box::new(drop),
        })
    }

    /// Returns the ring to build cookies, headers and tokens with. It is replaced when a change of the sources takes
    /// effect.
    #[must_use]
    pub fn keys(&self) -> SharedKeyRing {
        self.keys.clone()
    }

    /// Reads the sources once, replaces the ring if two polls agree on a new one, and returns the outcome. `now` is
    /// needed when two polls agree, for the keys that [`PollOutcome::Replaced`] names and for logs, and while the sources
    /// are refused.
    ///
    /// Use this in programs with a scheduler or without threads, and in tests. The call blocks while sources are read,
    /// so keep it off the threads of an async runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, keys::{PollOutcome, RingSource, WatchedKeyRing}};
    /// # use std::time::SystemTime;
    /// # let key = EncryptionKey::generate()?.expose_secret().to_string();
    /// # let source = RingSource::from_fn("vault", move || Ok(key.clone()));
    /// let mut watched = WatchedKeyRing::from_sources([source])?;
    /// assert!(matches!(watched.poll(SystemTime::now()), PollOutcome::Unchanged));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn poll(&mut self, now: SystemTime) -> PollOutcome {
        self.poll_at(|| unix_seconds(now))
    }

    fn poll_at(&mut self, now: impl FnOnce() -> UnixSeconds) -> PollOutcome {
        let strings = read(&self.sources);
        let snapshot = match &strings {
            Ok(strings) => Ok(digests(strings)),
            Err(error) => Err(error.problem.clone()),
        };
        let unsettled = self.unsettled.take();
        if snapshot == self.used {
            self.note_readable();
            return PollOutcome::Unchanged;
        }
        if let Some(refused) = self.refused.as_mut()
            && refused.snapshot == snapshot
        {
            refused.log_again(now());
            // A ring of the same purpose may have become readable.
            self.keys.show_refused_since();
            return PollOutcome::Unchanged;
        }
        let now = now();
        let (earlier, polls) = unsettled.unzip();
        if earlier.as_ref() != Some(&snapshot) {
            let polls = polls.unwrap_or(0) + 1;
            if polls == MOST_UNSETTLED {
                // Under a snapshot of its own, because the next poll may read this one again.
                let error = NEVER_THE_SAME.to_owned();
                self.refuse(error.clone(), Err(error), now);
            } else if let Some(refused) = &mut self.refused {
                refused.log_again(now);
            }
            self.unsettled = Some((snapshot, polls));
            return PollOutcome::Unsettled;
        }
        let replaced = strings.and_then(|strings| {
            let ring = join(&self.sources, &strings)?;
            let exchanged = self.keys.exchange(ring, now);
            exchanged.map_err(|error| no_ring(&self.sources, error))
        });
        match replaced {
            Ok(Exchanged { dropped, returned }) => {
                if !dropped.is_empty() {
                    let ids: Vec<_> = dropped.iter().map(KeyId::to_string).collect();
                    events::count_dropped(ids.len());
                    let fingerprint = self.keys.current().fingerprint();
                    events::ring_drops_keys(Shown(fingerprint), Shown(ids.join(" ")));
                }
                self.used = snapshot;
                self.note_readable();
                PollOutcome::Replaced { dropped, returned }
            }
            Err(error) => {
                self.refuse(events::with_causes(&error), snapshot, now);
                PollOutcome::Refused(error)
            }
        }
    }

    /// Tells that the sources are refused, now and for as long as they are.
    fn refuse(&mut self, error: String, snapshot: Snapshot, now: UnixSeconds) {
        events::ring_refused(Shown(&error), None::<&str>);
        let earlier = self.refused.take();
        let since = earlier.map_or(system_time(now), |earlier| earlier.since);
        let problem = Problem::SourceRefused {
            since,
            error: error.clone(),
        };
        self.keys.note_source_refused(Some(problem));
        self.refused = Some(LoggedRefusal {
            snapshot,
            logged_at: now,
            since,
            error,
        });
    }

    /// The sources are readable, and make the ring in use.
    fn note_readable(&mut self) {
        if self.refused.take().is_some() {
            self.keys.note_source_refused(None);
            events::ring_source_is_readable();
        }
    }

    /// Sets the time between two polls of the thread that [`spawn`](Self::spawn) starts. Default: 10 seconds. A shorter
    /// time than 10 milliseconds counts as 10 milliseconds.
    pub fn interval(mut self, interval: Duration) -> WatchedKeyRing {
        self.interval = interval.max(SHORTEST_INTERVAL);
        self
    }

    /// Sets a function that the thread of [`spawn`](Self::spawn) calls with the outcome of each poll. If the thread
    /// reads a change twice because the last poll was late, the function gets only the second outcome. Default: none.
    /// After a panic in the function the thread continues, unless the program aborts on panics.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use hardtack::keys::{PollOutcome, RingSource, WatchedKeyRing};
    /// let watched = WatchedKeyRing::from_sources([RingSource::file("/run/secrets/ring")])?;
    /// let keys = watched.keys();
    /// watched
    ///     .on_poll(|outcome| {
    ///         if let PollOutcome::Replaced { dropped, .. } = outcome {
    ///             println!("{} keys were dropped", dropped.len());
    ///         }
    ///     })
    ///     .spawn()?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_poll(mut self, on_poll: impl FnMut(PollOutcome) + Send + 'static) -> WatchedKeyRing {
        self.on_poll = Box::new(on_poll);
        self
    }

    /// Starts a thread that polls the sources for as long as the ring is in use, and one that notices when the process
    /// stands still. The first poll follows after one interval, or earlier if a session waits for it.
    ///
    /// While the process runs, no session waits for a source, however slow it is. After it stood still, one may wait:
    ///
    /// - **When:** the process stood still for three seconds or more, because it was suspended (as on AWS Lambda) or its
    ///   clock was set, and the last poll is at least two seconds older than the interval. Then the thread polls at
    ///   once, reads a change once more after 0.1 seconds, and takes it if both agree.
    /// - **What waits:** calls that read or check a token, or begin a session. A [`SessionLayer`](crate::SessionLayer)
    ///   waits when a request arrives, without blocking its thread; others, such as `load` and `is_alive`, block theirs.
    /// - **How long:** until the source answers, or for 5 seconds. Then a warning (feature `tracing`) says so, the ring
    ///   stays as it is, and no session waits before the source has answered. Give a function a timeout. It must not
    ///   need an async runtime whose threads call `load`: give an async client its own.
    ///
    /// A process that forks after this call has no such threads. The ring stays as it is there, and an error (feature
    /// `tracing`) says so when a session would have waited. Call this after the fork.
    ///
    /// The threads end when the next poll is due after all [`SharedKeyRing`]s of the ring, and all cookies, headers and
    /// tokens that were built with it, and their sessions, have been dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, keys::RingSource};
    /// # let key = EncryptionKey::generate()?.expose_secret();
    /// # let source = RingSource::from_fn("test", move || Ok(key.to_string()));
    /// use hardtack::{SessionCookie, keys::WatchedKeyRing};
    ///
    /// let watched = WatchedKeyRing::from_sources([source])?;
    /// let cookie = SessionCookie::encrypted(watched.keys()).build()?;
    /// watched.spawn()?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the system cannot start the threads, as on `wasm32-unknown-unknown`. There,
    /// [`SharedKeyRing::replace`] takes a new ring.
    pub fn spawn(mut self) -> io::Result<()> {
        let following = self.keys.following(self.interval);
        let following = Arc::new(following);
        let (keys, of_sessions) = (self.keys.clone(), Arc::clone(&following));
        let followed = Arc::downgrade(&following);
        let ticking = move || {
            while let Some(following) = followed.upgrade() {
                unless_it_panics(|| following.tick(clock::system_now()));
                drop(following);
                thread::sleep(TICK);
            }
        };
        let watching = move || loop {
            let is_late = following.begin(self.interval, clock::system_now);
            if !self.keys.is_used_elsewhere() {
                break;
            }
            let began = clock::system_now();
            let outcome = unless_it_panics(|| {
                let outcome = self.poll_at(clock::system_now);
                if !is_late || !matches!(outcome, PollOutcome::Unsettled) {
                    return outcome;
                }
                // Sessions are waiting, so the second read follows sooner than after an interval.
                thread::sleep(PAUSE);
                self.poll_at(clock::system_now)
            });
            unless_it_panics(|| following.end(began, clock::system_now()));
            if let Some(outcome) = outcome {
                unless_it_panics(|| (self.on_poll)(outcome));
            }
        };
        let thread = |name: &str| thread::Builder::new().name(name.to_owned());
        thread("hardtack clock").spawn(ticking)?;
        thread("hardtack keys").spawn(watching)?;
        of_sessions.runs_here();
        keys.follow_by(of_sessions);
        Ok(())
    }
}

/// Calls `work`. Returns `None` if the application's function, subscriber or recorder panics in it, because the thread
/// must go on: otherwise no later ring would be taken, and a leaked key could not be dropped. The panic hook has
/// already reported it.
fn unless_it_panics<R>(work: impl FnOnce() -> R) -> Option<R> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

impl LoggedRefusal {
    /// Logs the refusal again if that has not been done for a while.
    fn log_again(&mut self, now: UnixSeconds) {
        if now.abs_diff(self.logged_at) >= events::LOGGED_AGAIN {
            self.logged_at = now;
            events::ring_refused(Shown(&self.error), Some(show_time(self.since)));
        }
    }
}

fn read(sources: &[RingSource]) -> Result<Vec<Zeroizing<String>>, KeyError> {
    sources.iter().map(RingSource::read_whole).collect()
}

fn digests(strings: &[Zeroizing<String>]) -> Vec<[u8; 32]> {
    let digests = strings.iter().map(|text| sha256(&[text.as_bytes()]));
    digests.collect()
}

impl fmt::Debug for WatchedKeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchedKeyRing")
            .field("sources", &self.sources)
            .field("keys", &self.keys)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

/// Outcome of polling the sources of a [`WatchedKeyRing`].
#[derive(Debug)]
#[non_exhaustive]
pub enum PollOutcome {
    /// The sources are as they were when the ring was last read from them, or when they were last refused and reported.
    Unchanged,
    /// The sources have changed. If the next poll reads the same, it takes or refuses the change. Sources that change at
    /// six polls in a row are [refused](crate::keys::Problem::SourceRefused) until they settle.
    Unsettled,
    /// The sources are the same as at the previous poll, and the ring was replaced.
    #[non_exhaustive]
    Replaced {
        /// Keys that the new ring lacks or has retired while sessions under them may be alive; the visitors of these
        /// sessions are signed out. The key that sealed until now is also listed if it retires before its last token
        /// ends. A ring does not record when an earlier key stopped sealing, so an earlier key is listed only if the
        /// new ring lacks it or has already retired it. A key that had retired, or had not begun to seal, is not
        /// listed. So the list is empty after a planned rotation in which each old key has a late `accept_until`.
        dropped: Vec<KeyId>,
        /// Keys that open longer than an earlier ring said: until they left it, or until their `accept_until`, even if
        /// that is still to come. After a leak, forged sessions are accepted. The list is expected if a lost ring is
        /// restored, or an end is put off on purpose. Of the keys that ended, the last 64 are remembered, until the
        /// program ends.
        returned: Vec<KeyId>,
    },
    /// The sources are the same as at the previous poll, but do not make a usable ring. The earlier ring stays in use.
    Refused(KeyError),
}

/// Polls in a row after which sources that change each time are refused. With the default interval this is a minute, in
/// which a push that writes one file after another has ended.
const MOST_UNSETTLED: u32 = 6;
const NEVER_THE_SAME: &str = "the sources were different at each of the last 6 polls, so no ring of theirs is used; leave out what \
    changes by itself, such as a time";
/// At most a hundred polls a second, so that an interval of 0 keeps no core busy.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(10);

/// Time between two reads of sources that have changed, if the last poll was late. Sessions wait for it, so it is
/// short, and a push that writes small files one after another is through.
const PAUSE: Duration = Duration::from_millis(100);
