//! Facts about the keys in use, for logs and health checks.

use super::{PurposeSlot, lock};
use crate::{
    base::{
        clock,
        time::{UnixSeconds, show_time, system_time, unix_seconds},
    },
    events,
    keys::{fingerprint::Fingerprint, problem::Problem},
};

/// Refusal of a ring's sources, which lasts.
#[derive(Clone)]
pub(crate) struct SourceRefused {
    pub(crate) since: UnixSeconds,
    /// Message of the error.
    pub(crate) error: String,
}

impl PurposeSlot {
    /// Returns the problems of the ring at `now` that last.
    pub(crate) fn problems(&self, now: UnixSeconds) -> Vec<Problem> {
        let mut problems = Vec::new();
        let following = self.following.get();
        let is_forked = following.is_some_and(|following| following.is_forked());
        if is_forked {
            problems.push(Problem::NotFollowed);
        }
        if let Some(ring) = self.ring.upgrade() {
            let ring = lock(&ring);
            // Nobody reads the sources of a ring that is not followed.
            let refused = ring.refused.iter().filter(|_| !is_forked);
            problems.extend(refused.map(|refused| Problem::SourceRefused {
                since: system_time(refused.since),
                error: refused.error.clone(),
            }));
            problems.extend(ring.left.returned().filter_map(|key| {
                let since = system_time(key.back_since?);
                // A key may have ended again in the ring that has it.
                let is_retired = self.keys().find(key.id)?.is_retired(now);
                (!is_retired).then_some(Problem::KeyCameBack { key: key.id, since })
            }));
        }
        let stuck_since = following.and_then(|following| following.stuck_since());
        if let Some(since) = stuck_since.filter(|_| !is_forked) {
            let since = system_time(since);
            problems.push(Problem::SourceHangs { since });
        }
        if self.is_not_before_ahead(now) {
            problems.push(Problem::NotBeforeAhead);
        }
        problems
    }

    /// Returns `true` if even a session that begins at `now` is refused.
    pub(crate) fn is_not_before_ahead(&self, now: UnixSeconds) -> bool {
        // A platform without a clock says 0.
        (1..self.not_before(&self.keys())).contains(&now)
    }

    /// Logs by `tell` what the sessions have in use at `now`, by default the system's time. Warns of a `not_before`
    /// that is in the future at `now`, and of keys that end before their tokens, unless these tokens have ended too.
    pub(crate) fn tell(&self, now: Option<UnixSeconds>, tell: fn(&events::InUse<'_>)) {
        let Some(sessions) = self.sessions.as_ref().filter(|_| events::ARE_TOLD) else {
            return;
        };
        let (keys, now) = (self.keys(), now.unwrap_or_else(clock::system_now));
        let (purpose, not_before) = (self.purpose.name(), self.not_before(&keys));
        let not_before_text = show_time(system_time(not_before));
        let sealing = keys.sealing(now).info;
        let since = sealing.seal_from.filter(|from| unix_seconds(*from) <= now);
        tell(&events::InUse {
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
        if self.is_not_before_ahead(now) {
            events::not_before_is_ahead(purpose, &not_before_text, not_before - now);
        }
        for (key, [until, needed]) in keys.early_ends(sessions.key_overlap) {
            if now < unix_seconds(needed) {
                let [until, needed] = [until, needed].map(show_time);
                events::key_ends_early(purpose, key, &until, &needed);
            }
        }
    }
}
