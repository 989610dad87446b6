use crate::{
    base::time::UnixSeconds,
    keys::{key::KeyId, ring::Ring},
};

/// Keys that left a ring since the program started, so that one that comes back, as by a backup from before a leak, is
/// noticed.
#[derive(Default)]
pub(super) struct Left(Vec<LeftKey>);

/// Key that a ring lost.
#[derive(Clone, Copy)]
pub(super) struct LeftKey {
    pub(super) id: KeyId,
    pub(super) left_at: UnixSeconds,
    /// `true` if the key opened tokens until it left, so that living sessions may have ended with it.
    is_dropped: bool,
    /// Time at which the ring got the key again, if it did.
    pub(super) back_since: Option<UnixSeconds>,
}

impl Left {
    /// Notes the keys that opened under `earlier` at `now` and no longer do under `next`, and those that `next` lacks.
    /// Returns the keys that had left and open again.
    pub(super) fn note<K>(
        &mut self,
        earlier: &Ring<K>,
        next: &Ring<K>,
        now: UnixSeconds,
    ) -> Vec<LeftKey> {
        let left = &mut self.0;
        let opens = |ring: &Ring<K>, id| ring.find(id).is_some_and(|key| !key.is_retired(now));
        let mut back = Vec::new();
        for key in left.iter_mut().filter(|key| key.back_since.is_none()) {
            if opens(next, key.id) {
                key.back_since = Some(now);
                back.push(*key);
            }
        }
        for id in earlier.infos().map(|key| key.id) {
            let is_dropped = opens(earlier, id);
            if !opens(next, id) && (is_dropped || next.find(id).is_none()) {
                left.retain(|key| key.id != id);
                left.push(LeftKey {
                    id,
                    left_at: now,
                    is_dropped,
                    back_since: None,
                });
            }
        }
        let surplus = left.len().saturating_sub(MOST);
        left.drain(..surplus);
        back
    }

    /// Returns `true` if the key opened tokens until it left, and did not come back.
    pub(super) fn has_dropped(&self, id: KeyId) -> bool {
        let is_gone = |key: &LeftKey| key.is_dropped && key.back_since.is_none();
        self.0.iter().any(|key| key.id == id && is_gone(key))
    }

    /// Returns the keys that left and came back.
    pub(super) fn returned(&self) -> impl Iterator<Item = &LeftKey> {
        self.0.iter().filter(|key| key.back_since.is_some())
    }
}

/// Largest number of keys that are remembered. The ones that left first are forgotten.
const MOST: usize = 64;
