mod one_type;
mod purpose_keys;

use std::{
    fmt,
    marker::PhantomData,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use arc_swap::{ArcSwap, Guard};
pub(crate) use one_type::SessionType;
pub(crate) use purpose_keys::{PurposeKey, PurposeKeys};

use crate::{
    base::{clone_by_fields, config_error::ConfigError},
    crypto::sha256::Prk,
    keys::{
        key::Key,
        purpose::Purpose,
        ring::{KeptKey, KeyNeed, KeyRing, Ring},
    },
};

/// A key ring that can be replaced while the program runs. Cheap to clone; all clones share one ring.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, KeyRing, SessionCookie, keys::SharedKeyRing};
///
/// let old = EncryptionKey::generate()?.expose_secret();
/// let keys = SharedKeyRing::new(old.parse::<KeyRing<EncryptionKey>>()?);
/// let cookie = SessionCookie::encrypted(keys.clone()).build()?;
///
/// // Later: the new key seals, and the old one still opens earlier sessions.
/// let new = EncryptionKey::generate()?;
/// keys.replace(KeyRing::from_keys([new, old.parse()?])?);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct SharedKeyRing<K> {
    shared: Arc<Mutex<RingState>>,
    kind: PhantomData<fn() -> K>,
}

/// A source of keys for a cookie: a key, a [`KeyRing`] or a [`SharedKeyRing`].
///
/// Text has to be parsed first, so that a mistyped key is an error when it is read:
///
/// ```compile_fail,E0277
/// hardtack::SessionCookie::encrypted("hardtack_key_v1_xaes_…");
/// ```
///
/// A signing key does not encrypt:
///
/// ```compile_fail,E0277
/// # fn build(key: hardtack::SigningKey) {
/// hardtack::SessionCookie::encrypted(key);
/// # }
/// ```
///
/// # Examples
///
/// ```
/// use hardtack::{
///     EncryptionKey, KeyRing, SessionCookie, carrier::SessionCookieBuilder, keys::IntoKeys,
/// };
///
/// fn site(keys: impl IntoKeys<EncryptionKey>) -> SessionCookieBuilder {
///     SessionCookie::encrypted(keys).name("__Host-site")
/// }
///
/// # let text = EncryptionKey::generate()?.expose_secret();
/// let cookie = site(text.parse::<KeyRing<EncryptionKey>>()?).build()?;
/// assert_eq!(cookie.name().as_str(), "__Host-site");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a `{K}` nor a ring of such keys",
    label = "expected `{K}`, `KeyRing<{K}>` or `SharedKeyRing<{K}>`",
    note = "text has to be parsed first: `text.parse::<KeyRing<{K}>>()?`, or `KeyRing::from_env(\"SESSION_KEYS\")?`",
    note = "`SessionCookie::encrypted` takes an `EncryptionKey`, and `unencrypted_but_signed` a `SigningKey`"
)]
pub trait IntoKeys<K>: Into<SharedKeyRing<K>> {}

impl<K: Key> IntoKeys<K> for K {}
impl<K: Key> IntoKeys<K> for KeyRing<K> {}
impl<K: Key> IntoKeys<K> for SharedKeyRing<K> {}

struct RingState {
    ring: Arc<Ring<Arc<Prk>>>,
    slots: Vec<Weak<PurposeSlot>>,
}

impl<K: Key> SharedKeyRing<K> {
    /// Creates a shared ring that starts as `ring`.
    #[must_use]
    pub fn new(ring: impl Into<KeyRing<K>>) -> SharedKeyRing<K> {
        SharedKeyRing {
            shared: Arc::new(Mutex::new(RingState {
                ring: ring.into().ring,
                slots: Vec::new(),
            })),
            kind: PhantomData,
        }
    }

    /// Replaces the ring in every cookie, header and token that was built with it.
    ///
    /// All keys are derived first; then each cookie, header and token changes over in one step. A request in progress
    /// that has read its session is saved under the new ring if that accepts the session's key. If it does not, the
    /// session's changes are not saved, without an error; ending it, by [`sign_in`](crate::Session::sign_in) too, works
    /// ([docs/spec/writer.md § 8.14]).
    ///
    /// [docs/spec/writer.md § 8.14]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/writer.md#rules-of-finish
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, keys::SharedKeyRing};
    /// # use std::time::SystemTime;
    ///
    /// let keys = SharedKeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys.clone()).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// # session.insert("user", 42)?;
    /// # let fields = cookie.save(&session)?;
    ///
    /// // A ring without the old key ends every earlier session.
    /// keys.replace(EncryptionKey::generate()?);
    /// assert!(cookie.load(&fields, SystemTime::now()).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn replace(&self, ring: impl Into<KeyRing<K>>) {
        self.exchange(ring.into());
    }

    /// Replaces the ring. Returns the earlier one, and how long the tokens of all purposes need a key.
    pub(crate) fn exchange(&self, ring: KeyRing<K>) -> (KeyRing<K>, KeyNeed) {
        let ring = ring.ring;
        let mut shared = self.lock();
        let slots: Vec<_> = shared.slots.iter().filter_map(Weak::upgrade).collect();
        let derive = |slot: &Arc<PurposeSlot>| ring.derive(&slot.purpose, slot.need);
        let derived: Vec<_> = slots.iter().map(derive).collect();
        let mut kept = Vec::new();
        for (slot, (keys, of_slot)) in slots.iter().zip(derived) {
            slot.keys.store(Arc::new(keys));
            kept.push((slot, of_slot));
        }
        let earlier = mem::replace(&mut shared.ring, ring);
        drop(shared);
        for (slot, kept) in kept {
            slot.tell(&kept);
        }
        let needs = slots.iter().map(|slot| slot.need);
        let need = needs.fold(KeyNeed::default(), KeyNeed::or_longer);
        (KeyRing::of(earlier), need)
    }

    /// Returns the ring that is in use.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing, keys::SharedKeyRing};
    ///
    /// let ring = KeyRing::new(EncryptionKey::generate()?);
    /// let keys = SharedKeyRing::new(ring.clone());
    /// assert_eq!(keys.current().fingerprint(), ring.fingerprint());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn current(&self) -> KeyRing<K> {
        KeyRing::of(Arc::clone(&self.lock().ring))
    }

    /// Returns `true` if another handle of this ring is left, or a cookie that was built with it.
    #[cfg(feature = "watch")]
    pub(crate) fn is_used_elsewhere(&self) -> bool {
        let is_served = |slot: &Weak<PurposeSlot>| slot.strong_count() > 0;
        Arc::strong_count(&self.shared) > 1 || self.lock().slots.iter().any(is_served)
    }

    /// Derives the keys for `purpose`, now and whenever the ring is replaced, and keeps each for `need`. `sessions`: their
    /// type, if they are for sessions; one name has one type.
    pub(crate) fn serve(
        &self,
        purpose: Purpose,
        need: KeyNeed,
        sessions: Option<SessionType>,
    ) -> Result<Arc<PurposeSlot>, ConfigError> {
        let mut shared = self.lock();
        if let Some(sessions) = &sessions {
            sessions.check(&purpose, &shared.slots)?;
        }
        let (keys, kept) = shared.ring.derive(&purpose, need);
        let slot = Arc::new(PurposeSlot {
            ring: Arc::downgrade(&self.shared),
            purpose,
            need,
            sessions,
            keys: ArcSwap::from_pointee(keys),
        });
        shared.slots.retain(|slot| slot.strong_count() > 0);
        shared.slots.push(Arc::downgrade(&slot));
        drop(shared);
        slot.tell(&kept);
        Ok(slot)
    }

    fn lock(&self) -> MutexGuard<'_, RingState> {
        // Nothing panics between two changes of the state, so the state behind a poisoned lock is consistent.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Current keys of a ring for one purpose.
pub(crate) struct PurposeSlot {
    /// Shared ring it belongs to. A `Weak` keeps the address from being reused.
    ring: Weak<Mutex<RingState>>,
    pub(crate) purpose: Purpose,
    pub(crate) need: KeyNeed,
    sessions: Option<SessionType>,
    keys: ArcSwap<PurposeKeys>,
}

impl PurposeSlot {
    /// Returns `true` if both have the same purpose and the same keys, of one shared ring or of two equal ones.
    pub(crate) fn is_like(&self, other: &PurposeSlot) -> bool {
        self.purpose == other.purpose
            && (Weak::ptr_eq(&self.ring, &other.ring) || self.keys().is_like(&other.keys()))
    }

    pub(crate) fn keys(&self) -> SlotKeys {
        self.keys.load()
    }

    /// Reports the keys that its tokens keep, but not those of devices, which have the need of their sessions.
    fn tell(&self, kept: &[KeptKey]) {
        if self.sessions.is_some() {
            kept.iter().for_each(|key| key.tell(self.purpose.name()));
        }
    }
}

/// Keys of a slot at one moment. They stay the same while the ring is replaced.
pub(crate) type SlotKeys = Guard<Arc<PurposeKeys>>;

clone_by_fields!(SharedKeyRing<K> { shared, kind });

impl<K: Key> From<KeyRing<K>> for SharedKeyRing<K> {
    fn from(ring: KeyRing<K>) -> Self {
        SharedKeyRing::new(ring)
    }
}

impl<K: Key> From<K> for SharedKeyRing<K> {
    fn from(key: K) -> Self {
        SharedKeyRing::new(KeyRing::new(key))
    }
}

impl<K: Key> fmt::Debug for SharedKeyRing<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SharedKeyRing")
            .field(&self.current())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::EncryptionKey;

    #[test]
    fn a_ring_forgets_what_served_it_and_is_gone() {
        let ring = SharedKeyRing::new(EncryptionKey::generate().unwrap());
        let kept = ring
            .serve(Purpose::cookie("kept"), KeyNeed::default(), None)
            .unwrap();
        for _ in 0..100 {
            let purpose = Purpose::cookie("for a moment");
            ring.serve(purpose, KeyNeed::default(), None).unwrap();
        }
        assert_eq!(ring.lock().slots.len(), 2);
        assert_eq!(kept.purpose.name(), "kept");
    }
}
