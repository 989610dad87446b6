use crate::{
    base::time::{UnixSeconds, unix_seconds},
    keys::{key::KeyId, ring::Ring},
};

/// Ends of keys that this program has seen in its rings, so that a key that opens longer than that is noticed, as by a
/// backup from before a leak.
#[derive(Default)]
pub(super) struct Ends(Vec<KeyEnd>);

/// Key that a ring lacks or has retired, or that opens after its end.
#[derive(Clone, Copy)]
pub(super) struct KeyEnd {
    pub(super) id: KeyId,
    /// Time from which the key was to open nothing: its `accept_until`, or the time at which it left the ring.
    pub(super) at: UnixSeconds,
    /// `true` if the key opened tokens until it ended, so that living sessions may have ended with it.
    is_dropped: bool,
    /// `true` if the key left with a ring that brought another back. That ring may be the wrong one, which lacks newer keys.
    is_doubtful: bool,
    /// Time since which the ring opens the key longer than it was to, if it does.
    pub(super) back_since: Option<UnixSeconds>,
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
        let ids: Vec<_> = gone.chain(earlier.infos().map(|key| key.id)).collect();
        let mut back = Vec::new();
        for id in ids {
            let [before, after] = [earlier, next].map(|ring| end_in(ring, id));
            let place = self.0.iter().position(|key| key.id == id);
            let unknown = KeyEnd {
                id,
                at: before,
                is_dropped: false,
                is_doubtful: false,
                back_since: None,
            };
            let mut key = place.map_or(unknown, |place| self.0.remove(place));
            let is_back = after > now.max(before).max(key.at);
            let ends = after <= now && after < before;
            if is_back {
                (key.at, key.back_since) = (key.at.max(before), Some(now));
                back.push(key);
            } else if after <= now.max(key.at) {
                (key.at, key.back_since) = (key.at.min(now.max(after)), None);
            }
            if ends {
                (key.is_dropped, key.is_doubtful) = (before > now, true);
            }
            // The end of any other key is in the ring itself.
            if place.is_some() || is_back || ends {
                self.0.push(key);
            }
        }
        let brings_back = |key: &KeyEnd| !key.is_doubtful && end_in(next, key.id) > now;
        if !self.returned().any(brings_back) {
            // The right ring has the keys again that only the wrong one lacked. What it lacks has ended.
            let is_news = |key: &KeyEnd| !key.is_doubtful || key.back_since.is_none();
            self.0.retain(is_news);
            back.retain(is_news);
            self.0.iter_mut().for_each(|key| key.is_doubtful = false);
        }
        let surplus = self.0.len().saturating_sub(MOST);
        self.0.drain(..surplus);
        back
    }

    /// Returns `true` if the key opened tokens until it ended, and does not open again.
    pub(super) fn has_dropped(&self, id: KeyId) -> bool {
        let is_gone = |key: &KeyEnd| key.is_dropped && key.back_since.is_none();
        self.0.iter().any(|key| key.id == id && is_gone(key))
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
