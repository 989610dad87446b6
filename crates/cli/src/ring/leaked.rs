use std::time::{Duration, SystemTime};

use clap::Args;
use hardtack::{
    keys::KeyId,
    packages::{KeyInfo, show_duration},
};

use super::{
    KeyRing, KeyRingExt,
    add::new_key,
    edit::{self, Edit, Target, UNLESS},
    text::{ACCEPT_UNTIL, SEAL_FROM},
};
use crate::{
    key::SuiteName,
    output::{Failure, HARDTACK},
    time::{Time, show},
};

/// End the keys of a ring that someone else may have
///
/// A ring leaks as a whole. A new key takes over, all others end, also those that wait, and
/// everyone is signed out. Anyone with a key can still read what was recorded under it.
///
/// With --at the keys end together at that time: everyone is signed out once, and forgeries open
/// until then. Given again before that, the command moves the time. With --now they end on each
/// instance as soon as it has the file: until the last one has it, visitors are signed out again
/// and again.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Leaked {
    #[command(flatten)]
    pub(super) target: Target,
    /// When the keys end: 2026-12-15T00:00:00Z, or +15m from now. Until then give the file to every instance
    #[arg(long, value_name = "TIME", conflicts_with = "now")]
    at: Option<Time>,
    /// Drop the keys at once
    #[arg(long)]
    now: bool,
    /// The id of a key that lay elsewhere, and has not sealed: it stays as it is
    #[arg(long, value_name = "KEY", value_parser = edit::key_id)]
    keep: Vec<String>,
    /// The suite of the new key; by default the suite of the sealing key
    #[arg(long, value_enum)]
    suite: Option<SuiteName>,
}

impl Leaked {
    pub(super) fn apply(&self, edit: &mut Edit) -> Result<Vec<String>, Failure> {
        let ring = edit.ring()?;
        let soonest = self.target.overlap.certainly_past(edit.now)?;
        let end = match self.at.map(|at| at.resolve(edit.now)).transpose()? {
            Some(at) if at <= soonest => {
                let soonest = show(soonest);
                return Err(Failure::no(format!(
                    "every instance needs the new file before that, whatever its clock shows, so give an --at later than \
                     {soonest}, or --now; or, if the clocks agree better, a shorter --skew"
                )));
            }
            Some(at) => at,
            None if self.now => edit.now,
            None => return Err(Failure::usage(WHEN)),
        };
        let sealing = ring.sealing(edit.now);
        let waiting = (edit.planned.as_ref()).and_then(|leak| ring.next_after(leak.key));
        edit.leak = self.at.map(|_| end);
        let keep = self.keep(edit, &ring, waiting.map(|key| key.id), end.max(soonest))?;
        let kept: Vec<_> = keep.iter().map(|key| key.id).collect();
        let (new, made) = match waiting {
            Some(key) if self.suite.is_some() => {
                return Err(Failure::no(format!(
                    "key {} of an earlier call takes over, and keeps its suite: leave out --suite",
                    key.id
                )));
            }
            Some(key) => (key.id, format!("key {} of an earlier call", key.id)),
            None => {
                let new = new_key(self.suite, &sealing)?;
                edit.add(&new);
                (new.id, format!("new key {}", new.id))
            }
        };
        let open: Vec<_> = [new].into_iter().chain(kept.iter().copied()).collect();
        let (ended, gone) = self.end_others(edit, &ring, &open, end);
        let opens = match &kept[..] {
            [] => format!("only key {new} opens, and it seals"),
            _ => format!("only {} open, and key {new} seals", keys(&open)),
        };
        let (seals, removed, then) = if self.now {
            edit.text.set(new, SEAL_FROM, None);
            // Of keys without times, the first listed seals.
            kept.iter().for_each(|id| edit.text.move_before(new, *id));
            (" seals", "dropped", now(edit, &opens))
        } else {
            edit.set_seal_from(new, end);
            edit.check_still_seals(sealing.id)?;
            let ahead = soonest.duration_since(edit.now).unwrap_or_default();
            (
                ", accepted",
                "removed at once",
                at(edit, &opens, end, ahead),
            )
        };
        let mut report = vec![format!("{made}{seals}")];
        if !gone.is_empty() {
            report.push(format!("{} {removed}", are(&gone)));
        }
        report.extend(then);
        let had_end = |key: &KeyInfo| key.accept_until.or(edit.notes.leaked(key.id)).is_some();
        let lost = waiting.into_iter().flat_map(|_| ring.keys());
        let lost = lost.filter(|key| !had_end(key) && !open.contains(&key.id));
        report.extend(lost.map(|key| {
            format!("key {}, which an earlier call kept, ends, too: it would seal before the others have ended", key.id)
        }));
        report.extend(keep.iter().map(|key| {
            let from = key.seal_from.map(|from| {
                let (from, name) = (show(from), &edit.name);
                format!("; an instance that has not got {name} before {from} seals forgeries again under it")
            });
            format!(
                "key {} opens on, which is right only if nobody else has its line, and it has not sealed since the leak{}",
                key.id,
                from.unwrap_or_default()
            )
        }));
        report.extend([
            RECORDED.to_owned(),
            DOORS.to_owned(),
            self.end_sessions(edit, end)?,
        ]);
        if ended.is_empty() {
            report.push(edit.needed_lines("the dropped lines, from an earlier copy,")?);
        }
        report.push(copies(edit));
        report.extend(match &ended[..] {
            [] => None,
            [id] => Some(format!(
                "after that remove key {id} with `{HARDTACK} ring retire {} {id}`, {UNLESS}",
                edit.file
            )),
            _ => Some(format!(
                "after that remove {} in this order, each with `{HARDTACK} ring retire {} KEY`, {UNLESS}",
                keys(&ended),
                edit.file
            )),
        });
        Ok(report)
    }

    /// Returns a sentence about sessions that a new key does not end.
    fn end_sessions(&self, edit: &Edit, end: SystemTime) -> Result<String, Failure> {
        let (name, past) = (&edit.name, self.target.overlap.certainly_ended(end)?);
        let when = if self.now {
            let wait = past.duration_since(end).unwrap_or_default();
            format!("{} after every instance has {name}", show_duration(wait))
        } else {
            format!("after {}", show(past))
        };
        Ok(format!(
            "sessions that they let in later, or that another cookie took over from this one, end only by `{HARDTACK} ring \
             end-sessions` for the ring that has them: run it {when}, and, unless nothing calls `renew`, again when every \
             instance has its result; everyone is signed out each time"
        ))
    }

    /// Ends every key that is not to open, at `end` unless its own end is earlier. Returns those that have an end now, and
    /// those that are gone.
    fn end_others(
        &self,
        edit: &mut Edit,
        ring: &KeyRing,
        open: &[KeyId],
        end: SystemTime,
    ) -> (Vec<KeyId>, Vec<KeyId>) {
        let (sealing, now) = (ring.sealing_key(edit.now), edit.now);
        let (mut ended, mut gone) = (Vec::new(), Vec::new());
        for key in ring.keys() {
            let id = key.id;
            if open.contains(&id) {
                continue;
            }
            // An end that has come stays, although the line may be back.
            let noted = edit.notes.leaked(id).filter(|_| id != sealing);
            let own = key.accept_until.into_iter().chain(noted);
            let own = own.filter(|own| Some(*own) != edit.earlier_leak());
            let end = own.fold(end, SystemTime::min);
            let is_back = end <= now && key.accept_until.is_none_or(|own| own > now);
            let is_late = key.seal_from.is_some_and(|from| from >= end);
            if self.now || id != sealing && (is_back || is_late) {
                edit.text.remove(id);
                edit.note_leak(id, end.min(now));
                gone.push(id);
                continue;
            }
            edit.note_leak(id, end);
            edit.text.set(id, ACCEPT_UNTIL, Some(end));
            if is_late {
                // It seals before its time, because no other key can.
                edit.text.set(id, SEAL_FROM, None);
            }
            ended.push(id);
        }
        (ended, gone)
    }

    /// Returns the keys to keep: those of the command line, and those that an earlier call kept, which made `waiting`.
    /// Refuses those that the ring shows to have sealed, or to seal before `limit`.
    fn keep(
        &self,
        edit: &Edit,
        ring: &KeyRing,
        waiting: Option<KeyId>,
        limit: SystemTime,
    ) -> Result<Vec<KeyInfo>, Failure> {
        let begun = ring.keys().into_iter().filter_map(|key| key.seal_from);
        let begun = begun.filter(|from| *from <= edit.now);
        let mut sealed: Vec<_> = begun
            .map(|from| ring.sealing_key(from - Duration::from_secs(1)))
            .collect();
        sealed.push(ring.sealing_key(edit.now));
        let ends = |key: &KeyInfo| {
            key.accept_until.or(edit.notes.leaked(key.id)).is_some()
                || sealed.contains(&key.id)
                || key.seal_from.is_some_and(|from| from <= limit)
        };
        let given = self.keep.iter().map(|id| {
            match edit::find(ring, id, &edit.name)? {
                key if waiting == Some(key.id) => Err(Failure::no(format!(
                    "key {id} is the new key of an earlier call, and takes over anyway: leave out --keep {id}"
                ))),
                key if ends(&key) => Err(Failure::no(format!(
                    "key {id} has sealed, will before the others end, or ends itself: forgeries may be sealed again under it, so \
                     leave out --keep {id}"
                ))),
                key => Ok(key),
            }
        });
        let given = given.collect::<Result<Vec<_>, _>>()?;
        let Some(new) = waiting else {
            return Ok(given);
        };
        let all = ring.keys().into_iter();
        Ok(all.filter(|key| key.id != new && !ends(key)).collect())
    }
}

/// Says what happens with --at.
fn at(edit: &Edit, opens: &str, end: SystemTime, ahead: Duration) -> Vec<String> {
    let (name, pushed, at) = (&edit.name, show(end - ahead), show(end));
    let earlier = edit.earlier_leak().filter(|earlier| *earlier < end);
    let mut report: Vec<_> = (earlier.into_iter())
        .map(|earlier| {
            let by = earlier - ahead;
            let by = if by > edit.now { format!("before {}", show(by)) } else { "at once".to_owned() };
            format!("{by} give {name} to every instance that has the earlier time, or it signs everyone out twice")
        })
        .collect();
    let is_long = end > edit.now + Duration::from_secs(24 * 60 * 60);
    let long = if is_long { ", for more than a day" } else { "" };
    report.extend([
        format!("before {pushed} give {name} to every instance, in any order"),
        format!("until  {at} forgeries open{long}"),
        format!("from   {at} {opens}: everyone is signed out once"),
        "to move that time, run this again before it has come; after that the new key ends, too"
            .to_owned(),
    ]);
    report.extend(earlier.map(|_| {
        format!("until  {at} programs that had the earlier time have the problem KeyReturned, which is right")
    }));
    report.extend(edit.planned.as_ref().map(|_| AGAIN.to_owned()));
    report
}

/// Says what happens with --now.
fn now(edit: &Edit, opens: &str) -> Vec<String> {
    let name = &edit.name;
    vec![
        format!(
            "until an instance has {name}, forgeries open there; from then on {opens}: everyone is signed out, and until the last \
             one has it, new sign-ins are known to some instances only"
        ),
        "if you run this again, the new key ends, too".to_owned(),
    ]
}

/// Returns a sentence about other copies of the ring.
fn copies(edit: &Edit) -> String {
    let unnoted = if edit.text.is_in_one_line() {
        "; a ring in one line cannot note the keys, so no command notices their return"
    } else {
        ""
    };
    format!(
        "destroy every other copy of the ring, such as a backup or an earlier version in a secret manager{unnoted}"
    )
}

/// Names keys.
fn keys(ids: &[KeyId]) -> String {
    let all: Vec<_> = ids.iter().map(KeyId::to_string).collect();
    let s = if all.len() == 1 { "" } else { "s" };
    format!("key{s} {}", all.join(", "))
}

/// Names keys, with the verb.
fn are(ids: &[KeyId]) -> String {
    let verb = if ids.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", keys(ids))
}

const RECORDED: &str = "anyone with a key can still read what was recorded under it";
const AGAIN: &str = "if that key was in the ring that leaked, give --now, twice";
const DOORS: &str = "close other doors, too: run this for the ring of an old cookie (`migrate_from`), and take the \
                     secret of an old library out of the programs";
const WHEN: &str = "give --at TIME, such as --at +15m, or --now: with --at everyone is signed out once, and whoever has the keys \
                    can forge sessions until then; with --now forgeries end on each instance as soon as it has the file, and \
                    until the last one has it, visitors are signed out again and again";
