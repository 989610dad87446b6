use std::time::SystemTime;

use clap::Args;
use hardtack::keys::{KeyId, KeyInfo, KeyRole};

use super::{
    KeyRing, KeyRingExt,
    add::new_key,
    edit::{self, Edit, Target, UNLESS},
    text::{ACCEPT_UNTIL, SEAL_FROM},
};
use crate::{
    key::SuiteName,
    output::{Failure, HARDTACK},
    time::{self, Time, show},
};

/// End a key that someone else may have
///
/// Sessions forged with it may have been sealed again under every other key that has sealed, even
/// if it was retired or removed long ago. `renew` keeps their content and gives them new dates.
/// So all these keys end, and everyone is signed out. A key that has not sealed yet takes over, or
/// a new one. Anyone with the key can still read what was recorded under it.
///
/// With --at the keys end together at that time: everyone is signed out once, and forgeries open
/// until then. With --now they end on each instance as soon as it has the file: until the last one
/// has it, visitors are signed out again and again. With --not-before, for a key that was removed
/// earlier, the other keys stay, and sessions issued before that time are refused. Choose the time
/// by which the last instance has the new file, plus twice the clock skew.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Leaked {
    #[command(flatten)]
    pub(super) target: Target,
    /// The id of the key
    #[arg(value_parser = edit::key_id)]
    key: String,
    /// When the keys end: 2026-12-15T00:00:00Z, or +15m from now. Until then give the file to every instance
    #[arg(long, value_name = "TIME", conflicts_with_all = ["now", "not_before"])]
    at: Option<Time>,
    /// Drop the keys at once
    #[arg(long, conflicts_with = "not_before")]
    now: bool,
    /// Keep the other keys, and refuse sessions issued before this time: 2026-12-15T00:00:00Z, or +15m from now
    #[arg(long, value_name = "TIME")]
    not_before: Option<Time>,
    /// The suite of a new key; by default the suite of the sealing key
    #[arg(long, value_enum)]
    suite: Option<SuiteName>,
}

impl Leaked {
    pub(super) fn apply(&self, edit: &mut Edit) -> Result<Vec<String>, Failure> {
        let ring = edit.ring()?;
        match (self.at, self.not_before) {
            (Some(time), _) => self.hand_over(edit, &ring, time.resolve(edit.now)?),
            (None, Some(time)) => self.drop_one(edit, &ring, time.resolve(edit.now)?),
            (None, None) if self.now => self.drop_all(edit, &ring),
            (None, None) => Err(Failure::usage(WHEN)),
        }
    }

    /// Ends all keys that may have sealed at the time at which another takes over. Until then every instance seals and
    /// opens as before, so sessions are signed out once. From then on no key that opens a forgery can seal it again.
    fn hand_over(
        &self,
        edit: &mut Edit,
        ring: &KeyRing,
        at: SystemTime,
    ) -> Result<Vec<String>, Failure> {
        let soonest = self.check_time("--at", at, edit.now)?;
        let leaked = self.leaked(edit, ring)?;
        let kept = self.never_sealed(edit, ring, &leaked, at)?;
        let sealing = ring.sealing(edit.now);
        let (mut report, new) = match kept.first() {
            Some(key) => (vec![unsealed(*key, &edit.name)], *key),
            None => {
                let new = new_key(self.suite, &sealing)?;
                edit.add(&new);
                (vec![format!("new key {}, accepted", new.id)], new.id)
            }
        };
        edit.set_seal_from(new, at);
        let (mut ended, mut removed) = (Vec::new(), Vec::new());
        for key in ring.keys() {
            let id = key.id;
            if kept.contains(&id) {
                continue;
            }
            edit.note_leak(id, at);
            if id != sealing.id && key.seal_from.is_some_and(|from| from > at) {
                edit.text.remove(id);
                removed.push(id);
                continue;
            }
            let end = key.accept_until.map_or(at, |end| end.min(at));
            edit.text.set(id, ACCEPT_UNTIL, Some(end));
            if key.seal_from.is_some_and(|from| from > at) {
                // It seals before its time, because no other key can.
                edit.text.set(id, SEAL_FROM, None);
            }
            ended.push(id);
        }
        let endless = keep_without_end(edit, ring, &kept);
        edit.check_still_seals(sealing.id)?;
        if !removed.is_empty() {
            report.push(format!("{} removed, before sealing", are(&removed)));
        }
        report.extend(endless);
        let (file, name) = (&edit.file, &edit.name);
        let pushed = show(at - soonest.duration_since(edit.now).unwrap_or_default());
        let at = show(at);
        report.extend([
            format!("before {pushed} give {name} to every instance, in any order"),
            format!("until  {at} forgeries open"),
            format!(
                "from   {at} key {new} seals, and {}: everyone is signed out once",
                end(&ended)
            ),
            RECORDED.to_owned(),
            self.copies(edit),
            match &ended[..] {
                [id] => format!("after that remove it with `{HARDTACK} ring retire {file} {id}`, {UNLESS}"),
                _ => format!("after that remove them in this order, each with `{HARDTACK} ring retire {file} KEY`, {UNLESS}"),
            },
        ]);
        Ok(report)
    }

    /// Drops all keys that may have sealed.
    fn drop_all(&self, edit: &mut Edit, ring: &KeyRing) -> Result<Vec<String>, Failure> {
        let leaked = self.leaked(edit, ring)?;
        let kept = self.never_sealed(edit, ring, &leaked, edit.now)?;
        if kept.is_empty() {
            edit.add(&new_key(self.suite, &ring.sealing(edit.now))?);
        }
        let mut dropped: Vec<_> = ring.keys().iter().map(|key| key.id).collect();
        dropped.retain(|id| !kept.contains(id));
        for id in &dropped {
            edit.text.remove(*id);
            edit.note_leak(*id, edit.now);
        }
        let endless = keep_without_end(edit, ring, &kept);
        let sealing = edit.result()?.sealing(edit.now);
        let planned = sealing.seal_from.filter(|from| *from > edit.now);
        if planned.is_some() {
            // It seals now, because no other key can.
            edit.text.set(sealing.id, SEAL_FROM, None);
        }
        let lines = edit.needed_lines(if dropped.len() == 1 {
            "the dropped line"
        } else {
            "the dropped lines"
        })?;
        let mut report = vec![format!("key {} is dropped", leaked.id)];
        dropped.retain(|id| *id != leaked.id);
        if !dropped.is_empty() {
            let too = "dropped too: a forgery may have been sealed again under each";
            report.push(format!("{} {too}", are(&dropped)));
        }
        let name = &edit.name;
        report.push(if kept.is_empty() {
            format!("new key {} seals", sealing.id)
        } else {
            format!("key {} seals", sealing.id)
        });
        if !kept.is_empty() {
            report.push(unsealed(sealing.id, name));
        }
        report.extend(endless);
        if let Some(from) = planned {
            let ahead = self.target.overlap.skew().saturating_mul(2);
            report.push(format!(
                "before {} give {name} to every instance: one without it seals forgeries again under key {} then",
                show(from - ahead),
                sealing.id
            ));
        }
        report.extend([
            format!(
                "everyone is signed out, on each instance as soon as it has {name}; until the last one has it, new \
                 sign-ins are known to some instances only"
            ),
            RECORDED.to_owned(),
            self.copies(edit),
            lines,
        ]);
        Ok(report)
    }

    /// Refuses a time by which no instance can have the new file. Returns the last such time.
    fn check_time(
        &self,
        option: &str,
        time: SystemTime,
        now: SystemTime,
    ) -> Result<SystemTime, Failure> {
        let soonest = self.target.overlap.certainly_past(now)?;
        if time > soonest {
            return Ok(soonest);
        }
        Err(Failure::no(format!(
            "every instance needs the new file before that, whatever its clock shows, so {option} must be later than {}",
            show(soonest)
        )))
    }

    fn leaked(&self, edit: &Edit, ring: &KeyRing) -> Result<KeyInfo, Failure> {
        edit::find(ring, &self.key, &edit.name).map_err(|absent| {
            Failure::no(format!(
                "{absent}; for a key that was removed earlier give --not-before"
            ))
        })
    }

    /// Returns the keys that have sealed nothing, and will seal nothing before `time`, whatever a clock shows then. The
    /// file must show it: such a key was made after the current one began to seal, and has not begun itself.
    fn never_sealed(
        &self,
        edit: &Edit,
        ring: &KeyRing,
        leaked: &KeyInfo,
        time: SystemTime,
    ) -> Result<Vec<KeyId>, Failure> {
        let ahead = self.target.overlap.certainly_past(time)?;
        let sealing = ring.sealing(edit.now);
        let since = sealing.seal_from.max(edit.notes.made(sealing.id));
        let has_not_begun = |key: &KeyInfo| match key.seal_from {
            Some(from) => from > ahead,
            None => key.accept_until.is_none(),
        };
        let is_younger = |key: &KeyInfo| match edit.notes.made(key.id) {
            Some(made) => since.is_none_or(|since| since < made),
            // By hand. A key that was promoted would have a time.
            None => key.seal_from.is_some() && sealing.seal_from.is_none(),
        };
        let mut keys = ring.keys();
        keys.retain(|key| {
            ![leaked.id, sealing.id].contains(&key.id) && has_not_begun(key) && is_younger(key)
        });
        Ok(keys.iter().map(|key| key.id).collect())
    }

    /// Returns a sentence about other copies of the ring.
    fn copies(&self, edit: &Edit) -> String {
        let unnoted = if edit.text.is_in_one_line() {
            "; a ring in one line cannot note the key, so no command notices its return"
        } else {
            ""
        };
        format!(
            "destroy every other copy of the ring that has the key, such as a backup or an earlier version in a secret \
             manager{unnoted}"
        )
    }

    fn drop_one(
        &self,
        edit: &mut Edit,
        ring: &KeyRing,
        time: SystemTime,
    ) -> Result<Vec<String>, Failure> {
        if let Some(later) = ring.not_before().filter(|known| *known > time) {
            return Err(Failure::no(format!(
                "nothing is changed: sessions issued before {} are already refused; give at least that time as --not-before",
                show(later)
            )));
        }
        // Until an instance has the new file, it still seals forgeries again, and `renew` keeps their content.
        self.check_time("--not-before", time, edit.now)?;
        let (mut report, mut line) = (Vec::new(), None);
        match edit::find(ring, &self.key, &edit.name) {
            Ok(leaked) => {
                report.push(format!("key {} is dropped", leaked.id));
                edit.note_leak(leaked.id, edit.now);
                report.extend(self.remove(edit, ring, &leaked)?);
                line = Some(edit.needed_lines("the dropped line")?);
            }
            Err(absent) => report.push(format!(
                "{absent}; if the leaked key is one of these, run this again with its id"
            )),
        }
        edit.text.set_not_before(time);
        let copies = self.copies(edit);
        let (time, file) = (show(time), &edit.name);
        report.extend([
            format!(
                "everyone who signed in before {time} is signed out, on each instance as soon as it has {file}"
            ),
            format!(
                "until {time} no one can stay signed in: sessions that begin before it are refused at once"
            ),
            RECORDED.to_owned(),
            copies,
        ]);
        report.extend(line);
        Ok(report)
    }

    /// Removes a key. If only retired keys remain, a new key replaces them.
    fn remove(
        &self,
        edit: &mut Edit,
        ring: &KeyRing,
        leaked: &KeyInfo,
    ) -> Result<Vec<String>, Failure> {
        edit.text.remove(leaked.id);
        let mut rest = ring.keys();
        rest.retain(|key| key.id != leaked.id);
        let is_retired = |key: &KeyInfo| ring.role(key.id, edit.now) == Some(KeyRole::Retired);
        if rest.iter().all(is_retired) {
            rest.iter().for_each(|key| edit.text.remove(key.id));
            let new = new_key(self.suite, leaked)?;
            edit.add(&new);
            let mut report: Vec<_> = rest.iter().map(removed_too).collect();
            report.push(format!("new key {} seals", new.id));
            return Ok(report);
        }
        let mut report = keep_overlap(edit, ring, leaked);
        let sealing = edit.result()?.sealing(edit.now);
        if sealing.seal_from.is_some_and(|from| from > edit.now) {
            // It was planned, and seals now because no other key can.
            edit.text.set(sealing.id, SEAL_FROM, None);
        }
        report.push(format!("key {} seals", sealing.id));
        Ok(report)
    }
}

/// Moves the end of the key before the removed one, because the removed key no longer takes over from it. The earlier
/// key now retires as long after the next takeover, so a check that accepted the ring accepts it again. A retired key
/// is removed instead.
fn keep_overlap(edit: &mut Edit, ring: &KeyRing, leaked: &KeyInfo) -> Vec<String> {
    let next = ring.next_after(leaked.id);
    let mut before = ring.keys();
    before.truncate(before.iter().take_while(|key| key.id != leaked.id).count());
    let mut report = Vec::new();
    let mut removed = *leaked;
    while let Some(key) = before.pop() {
        let takes_over_at_once = next.is_some_and(|next| next.seal_from == removed.seal_from);
        if key.accept_until.is_none() || takes_over_at_once {
            break;
        }
        if ring.role(key.id, edit.now) == Some(KeyRole::Retired) {
            edit.text.remove(key.id);
            report.push(removed_too(&key));
            removed = key;
            continue;
        }
        let end = next
            .and_then(|next| Some(ring.overlap(key.id)?.duration()).zip(next.seal_from))
            .and_then(|(duration, from)| time::after(from, duration).ok());
        edit.text.set(key.id, ACCEPT_UNTIL, end);
        let (id, file) = (key.id, &edit.file);
        report.push(match next.zip(end) {
            Some((next, end)) => format!(
                "key {id} is accepted until {}, as long after key {} as it was to be after key {}",
                show(end),
                next.id,
                removed.id
            ),
            None if next.is_none() => {
                format!("key {id} is the last one now, and is accepted without end")
            }
            None => format!(
                "key {id} is accepted without end; `{HARDTACK} ring retire {file} {id} --at TIME` sets one"
            ),
        });
        break;
    }
    report
}

/// Removes the end of each kept key whose next key goes, because that one no longer takes over.
fn keep_without_end(edit: &mut Edit, ring: &KeyRing, kept: &[KeyId]) -> Vec<String> {
    let mut report = Vec::new();
    let keys = ring.keys();
    for (key, next) in keys.iter().zip(keys.iter().skip(1)) {
        let (id, next) = (key.id, next.id);
        if key.accept_until.is_some() && kept.contains(&id) && !kept.contains(&next) {
            edit.text.set(id, ACCEPT_UNTIL, None);
            report.push(format!(
                "key {id} has no end any more, because key {next} does not take over"
            ));
        }
    }
    report
}

/// Names keys.
fn keys(ids: &[KeyId]) -> String {
    let all: Vec<_> = ids.iter().map(KeyId::to_string).collect();
    format!(
        "key{} {}",
        if all.len() == 1 { "" } else { "s" },
        all.join(", ")
    )
}

/// Names keys, and says that they end.
fn end(ids: &[KeyId]) -> String {
    format!(
        "{} {} nothing",
        keys(ids),
        if ids.len() == 1 { "opens" } else { "open" }
    )
}

/// Names keys, with the verb.
fn are(ids: &[KeyId]) -> String {
    format!(
        "{} {}",
        keys(ids),
        if ids.len() == 1 { "is" } else { "are" }
    )
}

/// Says why a key takes over. A key that was listed first for a while, by hand, may have sealed without a trace.
fn unsealed(id: KeyId, name: &str) -> String {
    format!(
        "key {id} has not sealed yet, as far as {name} shows; if it has after all, run this again with its id"
    )
}

fn removed_too(key: &KeyInfo) -> String {
    format!("key {} was retired, and is removed too", key.id)
}

const RECORDED: &str = "anyone with the key can still read what was recorded under it";
const WHEN: &str = "give --at TIME, such as --at +15m, or --now: with --at everyone is signed out once, and whoever has the key \
                    can forge sessions until then; with --now forgeries end on each instance as soon as it has the file, and \
                    until the last one has it, visitors are signed out again and again";
