//! Facts about the keys in use, for logs, gauges and health checks.

use std::sync::TryLockError;

use super::{PurposeSlot, Sessions, SharedKeyRing};
use crate::{
    base::{UnixSeconds, show_time, system_time, unix_seconds},
    events::{self, Shown},
    keys::{fingerprint::Fingerprint, key::KeyId, problem::Problem, ring::Ring},
};

impl PurposeSlot {
    /// Counts these sessions as users of a ring, by 1 when they begin to use it and by -1 at the end.
    pub(super) fn count_use<K>(&self, ring: &Ring<K>, by: f64) {
        if let Some(sessions) = self.counted_sessions() {
            let settings = Fingerprint::of_settings(&sessions.settings);
            events::count_use(self.purpose.name(), ring.fingerprint(), settings, by);
        }
    }

    /// Sets the gauge of `not_before`.
    pub(super) fn show_not_before(&self) {
        if self.counted_sessions().is_some() {
            let not_before = self.not_before(&self.keys());
            events::show_not_before(self.purpose.name(), not_before);
        }
    }

    /// Sets the gauge of sources that are refused or hang.
    pub(super) fn show_refused_since(&self, since: Option<UnixSeconds>) {
        if self.counted_sessions().is_some() {
            events::show_refused_since(self.purpose.name(), since.unwrap_or(0));
        }
    }

    /// Returns the sessions if they have gauges, which the keys of a companion have not.
    fn counted_sessions(&self) -> Option<&Sessions> {
        self.sessions.as_ref().filter(|_| events::ARE_COUNTED)
    }

    /// Returns `true` if sessions under this key were alive when it ended.
    pub(crate) fn has_dropped(&self, id: KeyId) -> bool {
        // Without waiting, because in a fork a thread that it lacks may hold the lock for ever.
        let ring = self.ring.upgrade();
        ring.is_some_and(|ring| match ring.try_lock() {
            Ok(ring) => ring.ends.has_dropped(id),
            Err(TryLockError::Poisoned(ring)) => ring.into_inner().ends.has_dropped(id),
            Err(TryLockError::WouldBlock) => false,
        })
    }

    /// Returns the problems of the ring at `now` that last.
    pub(crate) fn problems(&self, now: UnixSeconds) -> Vec<Problem> {
        let mut problems = Vec::new();
        let following = self.following.get();
        let is_forked = following.is_some_and(|following| following.is_forked());
        if is_forked {
            problems.push(Problem::NotFollowed);
        }
        // Nobody reads the sources of a ring in a fork, and a thread that the fork lacks may hold its lock.
        if let Some(ring) = self.ring.upgrade().filter(|_| !is_forked) {
            let ring = SharedKeyRing(ring);
            let ring = ring.lock();
            problems.extend(ring.refused.clone());
            problems.extend(ring.ends.returned().filter_map(|key| {
                let since = system_time(key.back_since?);
                // A key may have ended again in the ring that has it.
                let is_retired = self.keys().find(key.id)?.is_retired(now);
                (!is_retired).then_some(Problem::KeyReturned { key: key.id, since })
            }));
        }
        let stuck_since = following.and_then(|following| following.stuck_since());
        problems.extend(stuck_since.map(|since| Problem::SourceHangs {
            since: system_time(since),
        }));
        problems.extend(self.not_before_ahead(now).map(|_| Problem::NotBeforeAhead));
        problems
    }

    /// Returns `not_before` if even a session that begins at `now` is rejected.
    pub(crate) fn not_before_ahead(&self, now: UnixSeconds) -> Option<UnixSeconds> {
        let not_before = self.not_before(&self.keys());
        // A platform without a clock says 0.
        (1..not_before).contains(&now).then_some(not_before)
    }

    /// Logs a `not_before` that rejects even the sessions that begin at `now`.
    pub(crate) fn log_not_before_ahead(&self, not_before: UnixSeconds, now: UnixSeconds) {
        let (purpose, ahead_by) = (self.purpose.name(), not_before.saturating_sub(now));
        events::not_before_is_ahead(purpose, show_time(system_time(not_before)), ahead_by);
    }

    /// Logs by `log` what the sessions have in use at `now`. Warns of a `not_before` that is in the future at `now`, and
    /// of keys that end before their tokens, unless these tokens have ended too.
    pub(crate) fn log_in_use(&self, now: UnixSeconds, log: fn(events::InUse<'_>)) {
        self.show_not_before();
        let Some(sessions) = self.sessions.as_ref().filter(|_| events::ARE_LOGGED) else {
            return;
        };
        let keys = self.keys();
        let (purpose, not_before) = (self.purpose.name(), self.not_before(&keys));
        let not_before_text = show_time(system_time(not_before));
        let sealing = keys.sealing(now).info;
        let since = sealing.seal_from.filter(|from| unix_seconds(*from) <= now);
        log(events::InUse {
            purpose,
            seals: sealing.id.to_string(),
            seals_since: since.map(show_time),
            accepts: keys.show_accepted(now),
            fingerprint: keys.fingerprint().to_string(),
            not_before: (not_before > 0).then_some(&not_before_text),
            settings_fingerprint: Fingerprint::of_settings(&sessions.settings).to_string(),
            settings: &sessions.settings,
            danger: Some(sessions.dangers.join(" ")).filter(|dangers| !dangers.is_empty()),
        });
        if let Some(not_before) = self.not_before_ahead(now) {
            self.log_not_before_ahead(not_before, now);
        }
        for (key, [until, needed]) in keys.early_ends(sessions.key_overlap) {
            if now < unix_seconds(needed) {
                let [until, needed] = [until, needed].map(show_time);
                events::key_ends_early(purpose, Shown(key), until, needed);
            }
        }
    }
}
