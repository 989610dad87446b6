use std::time::{Duration, SystemTime};

use clap::Args;
use hardtack::{
    keys::{KeyId, KeyInfo, KeyRole},
    settings::show_span,
};

use super::{
    AnyRing,
    edit::{self, Edit, Target},
    lifetime::Times,
    text::ACCEPT_UNTIL,
};
use crate::{
    answer::Failure,
    moment::{self, Moment, show},
};

/// Stop accepting a key
///
/// With --at the key opens nothing from that time on. Without it, its line is removed for good.
/// Refused where that would sign visitors out, unless --force is given.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Retire {
    #[command(flatten)]
    pub(super) target: Target,
    /// The id of the key
    #[arg(value_parser = edit::key_id)]
    key: String,
    /// When the key stops opening sessions: 2026-12-15T00:00:00Z, or +1h from now
    #[arg(long, value_name = "TIME")]
    at: Option<Moment>,
    /// Retire the key even if sessions that it sealed may be alive; they end with it
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    times: Times,
}

impl Retire {
    pub(super) fn apply(&self, edit: &mut Edit) -> Result<Vec<String>, Failure> {
        let ring = edit.ring()?;
        let key = edit::find(&ring, &self.key, &edit.file).map_err(Failure::No)?;
        let longest = self.times.lifetime.longest()?;
        let end = self.sealed_until(&ring, &key, edit.now)?;
        let end = end.map(|moment| self.times.end_of_sessions(longest, moment));
        let end = end.transpose()?;
        let at = self.at.map(|at| at.resolve(edit.now)).transpose()?;
        let told = match at {
            Some(at) if at <= edit.now => {
                return Err(Failure::no(
                    "--at is not in the future; leave it out to remove the key",
                ));
            }
            Some(at) => {
                check_successor(&ring, key.id, at, &edit.file)?;
                self.check_cost(key.id, at, end)?;
                edit.text.set(key.id, ACCEPT_UNTIL, Some(at));
                describe_end(key.id, at, end)
            }
            None => {
                check_removal(&ring, key.id, longest.span, edit)?;
                self.check_cost(key.id, edit.now, end)?;
                edit.text.remove(key.id);
                format!("key {} is removed", key.id)
            }
        };
        // The lifetime matters only if the key has sealed sessions.
        let assumption = end.and_then(|_| longest.assumption());
        Ok([told].into_iter().chain(assumption).collect())
    }

    /// Returns the last moment at which the key may have sealed, or will have by its end, as far as the ring shows.
    fn sealed_until(
        &self,
        ring: &AnyRing,
        key: &KeyInfo,
        now: SystemTime,
    ) -> Result<Option<SystemTime>, Failure> {
        Ok(match ring.role(key, now) {
            KeyRole::Retired => None,
            KeyRole::Planned if self.at.is_none() => {
                // An instance's clock may be ahead by this, as in `ring rotate`.
                let ahead = moment::after(now, self.times.skew.saturating_mul(2))?;
                if key.seal_from.is_some_and(|from| from <= ahead) {
                    return Ok(Some(now));
                }
                // The key that seals took over from another, perhaps from this one before its time was put off.
                ring.sealing(now).seal_from.filter(|since| *since <= now)
            }
            // It seals, did or will. If the next key has no `seal_from`, this one may have sealed until now.
            _ => {
                let next = ring.next_after(key.id);
                Some(next.and_then(|next| next.seal_from).unwrap_or(now))
            }
        })
    }

    fn check_cost(
        &self,
        id: KeyId,
        at: SystemTime,
        end: Option<SystemTime>,
    ) -> Result<(), Failure> {
        match end {
            Some(end) if at < end && !self.force => Err(Failure::no(format!(
                "sessions that key {id} sealed may live until {}, and their visitors would be signed out; \
                 give --at with that time, or --force",
                show(end)
            ))),
            _ => Ok(()),
        }
    }
}

/// `end`: until when sessions that the key sealed may live.
fn describe_end(id: KeyId, at: SystemTime, end: Option<SystemTime>) -> String {
    let told = format!("key {id} opens nothing from {} on", show(at));
    match end.filter(|end| at < *end) {
        Some(end) => format!(
            "{told}; applications whose sessions may live until {} refuse this ring without \
             `danger_retire_early`, and accept one without the key",
            show(end)
        ),
        None => told,
    }
}

/// Refuses to remove the key that seals, and one that another key needs for its own end.
fn check_removal(ring: &AnyRing, id: KeyId, longest: Duration, edit: &Edit) -> Result<(), Failure> {
    if ring.seals(edit.now) == id {
        return Err(Failure::no(format!(
            "key {id} seals; make another key seal first, with `hardtack ring rotate` or `hardtack ring \
             promote`, or drop this one with `hardtack ring leaked`"
        )));
    }
    let keys = ring.keys();
    let Some(before) = keys.iter().take_while(|key| key.id != id).last() else {
        return Ok(());
    };
    let (Some(until), file) = (before.accept_until, &edit.file) else {
        return Ok(());
    };
    let Some(next) = ring.next_after(id) else {
        let before = before.id;
        return Err(Failure::no(format!(
            "key {before} retires because key {id} takes over; first run `hardtack ring promote {file} \
             {before}`"
        )));
    };
    let Some(from) = next.seal_from else {
        return Ok(());
    };
    let span = until.duration_since(from).unwrap_or_default();
    let was = ring.overlap(before.id).map(|overlap| overlap.span());
    // An end that was too early before is no reason to keep this key.
    if span >= was.map_or(longest, |was| was.min(longest)) {
        return Ok(());
    }
    let remedy = match ring.role(before, edit.now) {
        KeyRole::Retired => format!(
            "first remove that key with `hardtack ring retire {file} {}`",
            before.id
        ),
        _ => format!(
            "first give that key a later end with `hardtack ring retire {file} {} --at TIME`",
            before.id
        ),
    };
    Err(Failure::no(format!(
        "without key {id} key {} would be accepted for only {} after key {} begins to seal, and the application \
         may refuse the ring; {remedy}",
        before.id,
        show_span(span),
        next.id
    )))
}

/// Refuses a moment at which the key still seals.
fn check_successor(ring: &AnyRing, id: KeyId, at: SystemTime, file: &str) -> Result<(), Failure> {
    let Some(next) = ring.next_after(id) else {
        return Err(Failure::no(format!(
            "no key seals after key {id}; first run `hardtack ring rotate {file}` or `hardtack ring promote \
             {file}` with another"
        )));
    };
    match next.seal_from {
        Some(from) if at <= from => Err(Failure::no(format!(
            "key {id} seals until key {} takes over at {}; give a later --at",
            next.id,
            show(from)
        ))),
        _ => Ok(()),
    }
}
