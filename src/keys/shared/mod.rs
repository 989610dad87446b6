//! A key ring that can be replaced while the program runs, and its keys for each purpose.

mod ends;
mod following;
mod in_use;
mod sessions;

#[cfg(feature = "tower")]
use std::task::{self, Poll};
use std::{
    fmt, mem,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use arc_swap::{ArcSwap, Guard};
use ends::Ends;
pub(crate) use following::{Following, TICK};
pub(crate) use sessions::Sessions;

use crate::{
    base::{ConfigError, UnixSeconds, clock, show_time, system_time, unix_seconds},
    events::{self, Shown},
    keys::{
        key::{KeyError, KeyId},
        problem::Problem,
        purpose::Purpose,
        purpose_keys::PurposeKeys,
        ring::KeyRing,
    },
};

/// Key ring that can be replaced while the program runs. Cheap to clone, and all clones share one ring.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, KeyRing, SessionCookie, keys::SharedKeyRing};
///
/// let old = EncryptionKey::generate()?.expose_secret();
/// let keys = SharedKeyRing::from(old.parse::<KeyRing>()?);
/// let cookie = SessionCookie::encrypted(keys.clone()).build()?;
///
/// // Later: the new key seals, and the old one still opens earlier sessions.
/// let new = EncryptionKey::generate()?;
/// keys.replace(KeyRing::from_keys([new, old.parse()?])?)?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SharedKeyRing(Arc<RingLock>);

type RingLock = Mutex<RingState>;

struct RingState {
    ring: KeyRing,
    slots: Vec<Weak<PurposeSlot>>,
    ends: Ends,
    /// Why the sources of a watched ring are refused, while they are.
    refused: Option<Problem>,
    /// Polls of the thread that follows the ring's sources, if any.
    following: OnceLock<Arc<Following>>,
}

impl RingState {
    /// Returns the time since which the ring's sources are refused or hang.
    fn refused_since(&self) -> Option<UnixSeconds> {
        let refused = self.refused.as_ref().and_then(Problem::since);
        let since = refused.map(unix_seconds);
        since.or_else(|| self.following.get()?.stuck_since())
    }
}

impl SharedKeyRing {
    /// Replaces the ring in every cookie, header and token that was built with it.
    ///
    /// All keys are derived first; then each cookie, header and token changes over in one step. If a request in
    /// progress has already read its session, the session is saved under the new ring, provided that this ring accepts
    /// its key and its time of issue. Otherwise its changes are not saved, without an error. The session can still be
    /// ended, for example by [`sign_in`](crate::Session::sign_in) ([docs/spec/writer.md § 8.14]).
    ///
    /// [docs/spec/writer.md § 8.14]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/writer.md#rules-of-finish
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, keys::SharedKeyRing};
    /// # use std::time::SystemTime;
    ///
    /// let keys = SharedKeyRing::from(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys.clone()).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// # session.insert("user", 42)?;
    /// # let fields = cookie.save(&session)?;
    ///
    /// // A ring without the old key ends every earlier session.
    /// keys.replace(EncryptionKey::generate()?)?;
    /// assert!(cookie.load(&fields, SystemTime::now()).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error, and keeps the ring in use, if one of the two rings encrypts and the other only signs.
    #[doc(alias = "rotate")]
    pub fn replace(&self, ring: impl Into<KeyRing>) -> Result<(), KeyError> {
        self.exchange(ring.into(), clock::system_now()).map(drop)
    }

    /// Replaces the ring, and logs what is in use at `now`.
    pub(crate) fn exchange(&self, ring: KeyRing, now: UnixSeconds) -> Result<Exchanged, KeyError> {
        let mut shared = self.lock();
        if ring.mode() != shared.ring.mode() {
            return Err(KeyError::new(OTHER_MODE));
        }
        let slots: Vec<_> = shared.slots.iter().filter_map(Weak::upgrade).collect();
        let derived = slots.iter().map(|slot| ring.0.derive(&slot.purpose));
        let derived: Vec<_> = derived.collect();
        for (slot, keys) in slots.iter().zip(derived) {
            slot.keys.store(Arc::new(keys));
            slot.taken_at.store(now, Ordering::Relaxed);
        }
        let earlier = mem::replace(&mut shared.ring, ring.clone());
        let returned = shared.ends.note(&earlier.0, &ring.0, now);
        drop(shared);
        // Only now, because the application's recorder and subscriber may ask for the ring, or panic.
        for slot in &slots {
            slot.count_use(&earlier.0, -1.0);
            slot.count_use(&ring.0, 1.0);
        }
        slots
            .iter()
            .for_each(|slot| slot.log_in_use(now, events::ring_taken));
        for key in &returned {
            events::count_returned();
            events::key_is_back(Shown(key.id), show_time(system_time(key.at())));
        }
        if let Some(key) = ring.0.sealing_too_soon(&earlier.0, now) {
            events::key_seals_too_soon(Shown(key.id), key.seal_from.map(show_time));
        }
        let sessions = slots.iter().filter_map(|slot| slot.sessions.as_ref());
        let overlaps = sessions.map(|sessions| sessions.key_overlap);
        let overlap = overlaps.max().unwrap_or(0);
        Ok(Exchanged {
            dropped: earlier.0.dropped_by(&ring.0, overlap, now),
            returned: returned.into_iter().map(|key| key.id).collect(),
        })
    }

    /// Returns the ring in use.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing, keys::SharedKeyRing};
    ///
    /// let ring = KeyRing::from(EncryptionKey::generate()?);
    /// let keys = SharedKeyRing::from(ring.clone());
    /// assert_eq!(keys.current().fingerprint(), ring.fingerprint());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn current(&self) -> KeyRing {
        self.lock().ring.clone()
    }

    /// Returns the polls of the ring's sources, after each `interval`, for the threads. They do not keep the ring in use.
    pub(crate) fn following(&self, interval: std::time::Duration) -> Following {
        let ring = Arc::downgrade(&self.0);
        let show = move || {
            _ = ring
                .upgrade()
                .map(|ring| SharedKeyRing(ring).show_refused_since())
        };
        Following::new(show, interval, clock::system_now())
    }

    /// Makes sessions under this ring wait for the thread that follows its sources when a poll is late.
    pub(crate) fn follow_by(&self, following: Arc<Following>) {
        let shared = self.lock();
        for slot in shared.slots.iter().filter_map(Weak::upgrade) {
            _ = slot.following.set(Arc::clone(&following));
        }
        _ = shared.following.set(following);
    }

    /// Notes that the sources are refused, or no longer are.
    pub(crate) fn note_source_refused(&self, refused: Option<Problem>) {
        self.lock().refused = refused;
        self.show_refused_since();
    }

    /// Sets the gauge of sources that are refused or hang.
    pub(crate) fn show_refused_since(&self) {
        let shared = self.lock();
        let (since, slots) = (shared.refused_since(), shared.slots.clone());
        drop(shared);
        let slots = slots.iter().filter_map(Weak::upgrade);
        slots.for_each(|slot| slot.show_refused_since(since));
    }

    /// Returns `true` if another handle of this ring exists, or a cookie, header or token that was built with it.
    pub(crate) fn is_used_elsewhere(&self) -> bool {
        let is_served = |slot: &Weak<PurposeSlot>| slot.strong_count() > 0;
        Arc::strong_count(&self.0) > 1 || self.lock().slots.iter().any(is_served)
    }

    /// Derives the keys for `purpose`, now and whenever the ring is replaced. Returns an error if sessions of another
    /// type already use the ring and nothing keeps the two types apart.
    pub(crate) fn serve(
        &self,
        purpose: Purpose,
        sessions: Option<Sessions>,
    ) -> Result<Arc<PurposeSlot>, ConfigError> {
        let mut shared = self.lock();
        if let Some(sessions) = &sessions {
            let mut slots = shared.slots.iter().filter_map(Weak::upgrade);
            slots.try_for_each(|slot| {
                sessions.check(&purpose, slot.sessions.as_ref(), &slot.purpose)
            })?;
        }
        let keys = shared.ring.0.derive(&purpose);
        let slot = Arc::new(PurposeSlot {
            ring: Arc::downgrade(&self.0),
            purpose,
            sessions,
            not_before: AtomicU64::new(0),
            taken_at: AtomicU64::new(clock::system_now()),
            keys: ArcSwap::from_pointee(keys),
            following: shared.following.clone(),
        });
        let (ring, since) = (shared.ring.clone(), shared.refused_since());
        shared.slots.retain(|slot| slot.strong_count() > 0);
        shared.slots.push(Arc::downgrade(&slot));
        drop(shared);
        slot.count_use(&ring.0, 1.0);
        slot.show_refused_since(since);
        Ok(slot)
    }

    fn lock(&self) -> MutexGuard<'_, RingState> {
        // Nothing panics between two changes of the state, so the state behind a poisoned lock is consistent.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Seconds that a push of a ring to all programs may take: the `--after 15m` of docs/rotation.md.
const PUSH: u64 = 15 * 60;
const OTHER_MODE: &str = "of this key ring and the one in use, one encrypts and the other only signs; give keys of the mode in \
    use, or restart the program with other settings";

/// Result of replacing a ring.
pub(crate) struct Exchanged {
    /// Keys that the new ring lacks or has retired although sessions under them may be alive.
    pub(crate) dropped: Vec<KeyId>,
    /// Keys that open again, or longer than the earlier ring says.
    pub(crate) returned: Vec<KeyId>,
}

/// Current keys of a ring for one purpose.
pub(crate) struct PurposeSlot {
    /// Shared ring that the slot belongs to. A `Weak` keeps the address from being reused.
    ring: Weak<RingLock>,
    pub(crate) purpose: Purpose,
    sessions: Option<Sessions>,
    /// Sessions issued before this time are rejected, in addition to the ring's own time. It only rises.
    not_before: AtomicU64,
    /// Time at which the slot got its keys, by the system's clock.
    taken_at: AtomicU64,
    keys: ArcSwap<PurposeKeys>,
    /// Polls of the thread that follows the ring's sources.
    following: OnceLock<Arc<Following>>,
}

impl PurposeSlot {
    /// Returns `true` if both have the same purpose, and belong to one shared ring or have equal rings now.
    pub(crate) fn derives_like(&self, other: &PurposeSlot) -> bool {
        self.purpose == other.purpose
            && (Weak::ptr_eq(&self.ring, &other.ring) || self.keys().has_same_keys(&other.keys()))
    }

    /// Blocks until the thread that follows the ring's sources has polled, if the process stood still and the last poll
    /// is too old. Called before a token of a request is read or a session begins.
    #[inline]
    pub(crate) fn keep_up(&self) {
        if let Some(following) = self.following.get() {
            following.keep_up(clock::system_now());
        }
    }

    /// Returns `true` if [`keep_up`](Self::keep_up) may wait.
    #[inline]
    pub(crate) fn is_late(&self) -> bool {
        let following = self.following.get();
        following.is_some_and(|following| following.is_late(clock::system_now()))
    }

    /// Like [`keep_up`](Self::keep_up), for a task. Layers call this before they hand a request on.
    #[cfg(feature = "tower")]
    #[inline]
    pub(crate) fn poll_kept_up(&self, task: &task::Context<'_>) -> Poll<()> {
        match self.following.get() {
            None => Poll::Ready(()),
            Some(following) => following.poll_kept_up(clock::system_now(), task),
        }
    }

    pub(crate) fn keys(&self) -> SlotKeys {
        self.keys.load()
    }

    /// Returns the time before which sessions under these keys must not have been issued.
    #[inline]
    pub(crate) fn not_before(&self, keys: &PurposeKeys) -> UnixSeconds {
        let not_before = self.not_before.load(Ordering::Relaxed);
        not_before.max(keys.not_before)
    }

    /// Returns the seconds by which a token under this key was sealed too late at `sealed_at`, if it was, at `now`:
    /// the program that sealed it lacks the ring ([`Ring::sealed_late_by`]). If this program has its ring only since
    /// the later key began to seal, as with a push that makes a known key seal, others may be about to get it.
    pub(crate) fn sealed_late_by(
        &self,
        keys: &PurposeKeys,
        id: KeyId,
        sealed_at: UnixSeconds,
        skew: u64,
        now: UnixSeconds,
    ) -> Option<u64> {
        let late_by = keys.sealed_late_by(id, sealed_at, skew)?;
        let taken_at = self.taken_at.load(Ordering::Relaxed);
        let may_be_pushed = (sealed_at - late_by..=now).contains(&taken_at)
            && sealed_at < taken_at.saturating_add(PUSH);
        (!may_be_pushed).then_some(late_by)
    }

    /// Rejects sessions issued before `time` from now on.
    pub(crate) fn raise_not_before(&self, time: UnixSeconds) {
        self.not_before.fetch_max(time, Ordering::Relaxed);
        self.show_not_before();
    }

    /// Returns the text of the settings that programs must share (SPEC.md § 3.7), which is empty for the keys of a
    /// companion.
    pub(crate) fn settings(&self) -> &str {
        let sessions = self.sessions.as_ref();
        sessions.map_or("", |sessions| &sessions.settings)
    }
}

impl Drop for PurposeSlot {
    fn drop(&mut self) {
        self.count_use(&self.keys(), -1.0);
    }
}

/// Keys of a slot at one time. They do not change when the ring is replaced.
pub(crate) type SlotKeys = Guard<Arc<PurposeKeys>>;

impl<R: Into<KeyRing>> From<R> for SharedKeyRing {
    fn from(ring: R) -> Self {
        SharedKeyRing(Arc::new(Mutex::new(RingState {
            ring: ring.into(),
            slots: Vec::new(),
            ends: Ends::default(),
            refused: None,
            following: OnceLock::new(),
        })))
    }
}

impl fmt::Debug for SharedKeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SharedKeyRing")
            .field(&self.current())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EncryptionKey;

    /// As in a fork, while another thread of its parent replaced the ring.
    #[test]
    fn a_forged_cookie_does_not_wait_for_a_lock() {
        let ring = SharedKeyRing::from(EncryptionKey::generate().unwrap());
        let slot = ring.serve(Purpose::cookie("session"), None).unwrap();
        let id = ring.current().keys()[0].id;
        let held = ring.lock();
        assert!(!slot.has_dropped(id));
        drop(held);
    }

    #[test]
    fn a_key_that_is_back_was_not_dropped() {
        let [first, next] = [(); 2].map(|()| EncryptionKey::generate().unwrap().expose_secret());
        let ring = SharedKeyRing::from(first.parse::<KeyRing>().unwrap());
        let slot = ring.serve(Purpose::cookie("session"), None).unwrap();
        let id = ring.current().keys()[0].id;
        let both = format!("{}\n{}", *next, *first);
        for (text, is_dropped) in [(&**next, true), (&both, false), (&**next, true)] {
            ring.replace(text.parse::<KeyRing>().unwrap()).unwrap();
            assert_eq!(slot.has_dropped(id), is_dropped);
        }
    }

    #[test]
    fn a_ring_forgets_what_served_it_and_is_gone() {
        let ring = SharedKeyRing::from(EncryptionKey::generate().unwrap());
        let kept = ring.serve(Purpose::cookie("kept"), None).unwrap();
        for _ in 0..100 {
            let purpose = Purpose::cookie("for a moment");
            ring.serve(purpose, None).unwrap();
        }
        assert_eq!(ring.lock().slots.len(), 2);
        assert_eq!(kept.purpose.name(), "kept");
    }
}
