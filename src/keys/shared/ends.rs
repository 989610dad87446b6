use crate::{
    base::{UnixSeconds, unix_seconds},
    keys::{key::KeyId, ring::Ring},
};

/// Ends of keys that this program has seen in its rings, so that a key that opens longer than that is noticed, as by a
/// backup from before a leak.
#[derive(Default)]
pub(super) struct Ends(Vec<KeyEnd>);

/// Key that the ring lacks, or that opens after an end that a ring said.
#[derive(Clone, Copy)]
pub(super) struct KeyEnd {
    pub(super) id: KeyId,
    /// Earliest end that is believed: an `accept_until` of a ring, or the time at which the key left one. The greatest
    /// time if there is none.
    at: UnixSeconds,
    /// Provisional end: the time at which the key left with a ring that brought another back. That ring may be the wrong one, which lacks newer
    /// keys, so the next ring that opens no key for too long decides: it lacks the key, too, or the key never ended.
    provisional: Option<UnixSeconds>,
    /// `true` if the key opened tokens until it left, so that living sessions may have ended with it.
    is_dropped: bool,
    /// Time since which the ring opens the key longer than it was to, if it does.
    pub(super) back_since: Option<UnixSeconds>,
}

impl KeyEnd {
    /// Returns the time from which the key was to open nothing.
    pub(super) fn at(&self) -> UnixSeconds {
        self.provisional.map_or(self.at, |left| self.at.min(left))
    }
}

impl Ends {
    /// Notes which keys end as `next` replaces `earlier` at `now`. Returns the keys that open again, or longer than
    /// `earlier` says. An end that is still to come counts, because the wrong ring may come before it.
    pub(super) fn note<K>(
        &mut self,
        earlier: &Ring<K>,
        next: &Ring<K>,
        now: UnixSeconds,
    ) -> Vec<KeyEnd> {
        let known = self.0.iter().map(|key| key.id);
        let gone = known.filter(|id| earlier.find(*id).is_none());
        // Last, the keys that are the last to be forgotten.
        let ids = gone.chain(earlier.infos().map(|key| key.id));
        let with_ends = |id| {
            let [before, after] = [earlier, next].map(|ring| end_in(ring, id));
            let known = self.0.iter().find(|key| key.id == id).copied();
            let mut key = known.unwrap_or(KeyEnd {
                id,
                at: UnixSeconds::MAX,
                provisional: None,
                is_dropped: false,
                back_since: None,
            });
            // A ring that lacks the key says no end.
            if before > 0 {
                key.at = key.at.min(before);
            }
            (key, before, after)
        };
        let keys: Vec<_> = ids.map(with_ends).collect();
        let longer: Vec<_> = keys
            .iter()
            .filter(|(key, _, after)| *after > now.max(key.at))
            .collect();
        let is_wrong = !longer.is_empty();
        let brings_back = longer.iter().any(|(_, before, after)| after > before);
        self.0.clear();
        let mut back = Vec::new();
        for (mut key, before, after) in keys {
            let is_gone = after == 0;
            let leaves = is_gone && before > 0;
            key.is_dropped &= is_gone;
            if leaves {
                (key.is_dropped, key.provisional) = (before > now, Some(now));
            }
            if (is_gone && !is_wrong) || (leaves && !brings_back) {
                key.at = key.at();
            }
            if !is_wrong {
                key.provisional = None;
            }
            if after > now.max(before).max(key.at()) {
                key.back_since = Some(now);
                back.push(key);
            }
            // The end of any other key is in the ring itself.
            if is_gone || after > key.at() {
                self.0.push(key);
            }
        }
        let surplus = self.0.len().saturating_sub(MOST);
        self.0.drain(..surplus);
        back
    }

    /// Returns `true` if the ring lacks the key, which opened tokens until it left.
    pub(super) fn has_dropped(&self, id: KeyId) -> bool {
        self.0.iter().any(|key| key.id == id && key.is_dropped)
    }

    /// Returns the keys that open longer than they were to.
    pub(super) fn returned(&self) -> impl Iterator<Item = &KeyEnd> {
        self.0.iter().filter(|key| key.back_since.is_some())
    }
}

/// Returns the time from which the ring does not open the key: 0 if it lacks it, and the greatest if it has no end.
fn end_in<K>(ring: &Ring<K>, id: KeyId) -> UnixSeconds {
    let never = UnixSeconds::MAX;
    let key = ring.find(id).map(|key| key.info.accept_until);
    key.map_or(0, |end| end.map_or(never, unix_seconds))
}

/// Largest number of keys that are remembered. The ones that ended first are forgotten. A rotation ends one key, so with one
/// a week, a backup has to be older than a year to bring back a key that is forgotten.
const MOST: usize = 64;
