use std::{fmt, time::SystemTime};

use crate::{
    base::{UnixSeconds, show_time, system_time},
    keys::{Backend, Fingerprint, KeyId, Problem, RingEvent},
    session::CarrierCore,
};

/// Keys of a cookie, and problems that last, for health checks. No field is secret.
///
/// `Display` writes a line for each field, as [docs/metrics.md] explains:
///
/// ```text
/// seals c7e01b94
/// accepts 5a1f00c3 c7e01b94
/// retired 85179cba
/// fingerprint 60e3d18f92b7ca45
/// settings 331a75f197d27245
/// settings_text cookie=__Host-session mode=encrypted …
/// backend RustCrypto
/// now 2027-03-01T07:00:00Z
/// not_before 2027-02-01T00:00:00Z
/// next 2027-03-01T07:03:00Z 5a1f00c3 retires
/// problem SourceRefused since 2027-03-01T06:52:13Z: key ring refused, the earlier one stays in use: …
/// ```
///
/// With feature `axum` or `actix`, a handler may return it. The response is this text, and caches do not store it.
///
/// [docs/metrics.md]: https://github.com/hardtack-rs/hardtack/blob/main/docs/metrics.md#health-checks
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeysInUse {
    /// Id of the key that seals.
    pub seals: KeyId,
    /// Ids of the keys that open, including the sealing key, in the order in which they take over sealing (SPEC.md
    /// § 3.4.2).
    pub accepts: Vec<KeyId>,
    /// Ids of the other keys of the ring, which have ended. If there are none, the text has no line `retired`.
    pub retired: Vec<KeyId>,
    /// Fingerprint of the ring's keys, their times and order, and its `not_before`.
    pub fingerprint: Fingerprint,
    /// Fingerprint of the settings that all programs with these sessions must share ([SPEC.md § 3.7]).
    ///
    /// [SPEC.md § 3.7]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#37-settings-in-common
    pub settings: Fingerprint,
    /// Text of these settings.
    pub settings_text: String,
    /// Library on which the sealing key runs.
    pub backend: Backend,
    /// Time of the program, in whole seconds.
    pub now: SystemTime,
    /// Time before which sessions must not have been issued, set by the ring or by the cookie. If it is `None`, neither
    /// sets one, and the text has no line `not_before`.
    pub not_before: Option<SystemTime>,
    /// Next change of a key's role in this ring. If it is `None`, no role will change, and the text has no line `next`.
    pub next: Option<RingEvent>,
    /// Problems that last. The text has a line for each.
    pub problems: Vec<Problem>,
}

impl KeysInUse {
    pub(super) fn of(core: &CarrierCore, now: UnixSeconds) -> KeysInUse {
        let slot = &core.slot;
        let keys = slot.keys();
        let (sealing, not_before) = (keys.sealing(now), slot.not_before(&keys));
        let ended = keys.keys.iter().filter(|key| key.is_retired(now));
        let mut problems = slot.problems(now);
        let ahead = core.log_limits.ahead.since(now).map(system_time);
        problems.extend(ahead.map(|since| Problem::ClockDisagrees { since }));
        let late = core.log_limits.sealed_late.since(now).map(system_time);
        problems.extend(late.map(|since| Problem::ProgramLacksRing { since }));
        let hanging = core.asking.hangs_since(now).map(system_time);
        problems.extend(hanging.map(|since| Problem::ValidationHangs { since }));
        KeysInUse {
            seals: sealing.info.id,
            accepts: keys.accepted(now).map(|key| key.info.id).collect(),
            retired: ended.map(|key| key.info.id).collect(),
            fingerprint: keys.fingerprint(),
            settings: Fingerprint::of_settings(slot.settings()),
            settings_text: slot.settings().to_owned(),
            backend: sealing.info.suite.backend(),
            now: system_time(now),
            not_before: (not_before > 0).then(|| system_time(not_before)),
            next: keys.next_event(now),
            problems,
        }
    }
}

impl fmt::Display for KeysInUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seals {}", self.seals)?;
        writeln!(f, "accepts{}", listed(&self.accepts))?;
        if !self.retired.is_empty() {
            writeln!(f, "retired{}", listed(&self.retired))?;
        }
        writeln!(f, "fingerprint {}", self.fingerprint)?;
        writeln!(f, "settings {}", self.settings)?;
        writeln!(f, "settings_text {}", self.settings_text)?;
        writeln!(f, "backend {}", self.backend)?;
        writeln!(f, "now {}", show_time(self.now))?;
        if let Some(time) = self.not_before {
            writeln!(f, "not_before {}", show_time(time))?;
        }
        if let Some(event) = self.next {
            writeln!(f, "next {event}")?;
        }
        let mut problems = self.problems.iter();
        problems.try_for_each(|problem| writeln!(f, "problem {problem}"))
    }
}

/// Returns each id after a space.
fn listed(ids: &[KeyId]) -> String {
    ids.iter().map(|id| format!(" {id}")).collect()
}
