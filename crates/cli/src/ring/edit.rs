//! Code shared by all commands that change a ring.

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use clap::Args;
use hardtack::{
    keys::{KeyId, KeyRole, redact},
    packages::{KeyInfo, show_duration},
};
use zeroize::Zeroizing;

use super::{
    KeyRing, KeyRingExt,
    file::{self, EditedFile},
    keys::Overlap,
    notes::{self, LEAKED, MADE, Notes},
    overlap::OverlapOptions,
    show::{described, table},
    text::{RingText, SEAL_FROM},
};
use crate::{
    key::NewKey,
    output::{self, CommandResult, Failure, HARDTACK, argument},
    source::STANDARD_INPUT,
    time::{self, show},
};

/// File to change, and the overlap of its keys.
#[derive(Args)]
pub(super) struct Target {
    /// The file that holds the key ring, one key per line; with `-` the ring is read from standard input, and printed after
    /// the change
    pub(super) file: PathBuf,
    /// Show the result, and write nothing; not with `-`, which writes no file
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    pub(super) overlap: OverlapOptions,
}

pub(super) struct Edit {
    /// Ring before the change, or `None` if there is no file, or no key in it.
    pub(super) before: Option<KeyRing>,
    /// `true` if there is no file.
    is_missing: bool,
    pub(super) text: RingText,
    pub(super) now: SystemTime,
    /// Notes before the change.
    pub(super) notes: Notes,
    /// Leak that is planned before the change.
    pub(super) planned: Option<Overlap>,
    /// Time of a planned leak after the change.
    pub(super) leak: Option<SystemTime>,
    /// File as an argument of a command line.
    pub(super) file: String,
    /// File in a sentence.
    pub(super) name: String,
    /// Overlap that the file notes.
    noted: Option<Duration>,
    /// Overlap that keys need, from the options or else from the file, or `None` if it is not known.
    pub(super) known: Option<Duration>,
    /// Options for the overlap, each after a space, for a command line that is proposed.
    pub(super) options: String,
}

impl Target {
    /// Changes the ring. `change` returns its effect in sentences.
    pub(super) fn edit(
        &self,
        change: impl FnOnce(&mut Edit) -> Result<Vec<String>, Failure>,
    ) -> CommandResult {
        let now = time::now()?;
        let name = self.file.to_string_lossy();
        if redact(&name) != name {
            return Err(Failure::usage(NO_FILE));
        }
        // A dry run prints no ring, and a script would store its output as one.
        if self.dry_run && self.is_piped() {
            return Err(Failure::usage(format!(
                "`-` writes no file, so --dry-run does not go with it; give the printed ring to `{HARDTACK} ring show -`"
            )));
        }
        // A dry run does not lock the file.
        let file = (!self.dry_run && !self.is_piped())
            .then(|| EditedFile::open(&self.file))
            .transpose()?;
        let text = match &file {
            Some(file) => file.text()?,
            None if self.is_piped() => Some(file::read(&self.file)?),
            None => file::read_for_dry_run(&self.file)?,
        };
        let mut edit = self.begin(text, now)?;
        self.check_clock(&edit)?;
        let mut report = change(&mut edit)?;
        report.extend(edit.note_overlap());
        let ring = edit.result()?;
        let notes = Notes::read(&edit.text.to_text()).map_err(Failure::No)?;
        if let Some((_, sentence)) = notes.forgeries(&ring, now) {
            return Err(Failure::No(format!("{sentence}; nothing is written")));
        }
        if self.dry_run {
            let dry = "dry run, nothing is written; the result would be:";
            report.insert(0, dry.to_owned());
            let table = table(&described(&ring, now, edit.known, &notes, None));
            report.push(format!("\n{table}"));
        } else {
            report.push(format!("fingerprint {}", ring.fingerprint()));
            let text = edit.text.to_text();
            match file {
                Some(file) => file
                    .replace(&text)?
                    .as_deref()
                    .into_iter()
                    .for_each(output::note),
                None => output::print_ring(&text)?,
            }
        }
        let report = report.join("\n");
        if self.is_piped() {
            // Standard output is only for the ring.
            report.lines().for_each(output::note);
            return Ok(true);
        }
        output::print(&report).map_err(|failure| match failure {
            Failure::File(sentence) if !self.dry_run => {
                Failure::File(format!("{} is changed, but {sentence}", edit.name))
            }
            other => other,
        })?;
        Ok(true)
    }

    /// Refuses a clock that is behind the ring's. With it, a new key would seal before every instance has it.
    fn check_clock(&self, edit: &Edit) -> Result<(), Failure> {
        let latest = time::after(edit.now, self.overlap.skew()?)?;
        let (name, now) = (&edit.name, show(edit.now));
        let behind = "set this machine's clock, because the times at which keys take over are computed from it; if the clock \
                      is right,";
        if let Some(made) = edit.notes.latest().filter(|made| *made > latest) {
            return Err(Failure::no(format!(
                "this machine's clock shows {now}, and {name} notes that a key was made at {}: {behind} remove that note",
                show(made)
            )));
        }
        match file::modified(&self.file).filter(|time| !self.is_piped() && *time > latest) {
            None => Ok(()),
            Some(time) => Err(Failure::no(format!(
                "this machine's clock shows {now}, and {name} was changed at {}: {behind} run `touch {}`",
                show(time),
                edit.file
            ))),
        }
    }

    fn is_piped(&self) -> bool {
        self.file == Path::new(STANDARD_INPUT)
    }

    fn begin(&self, text: Option<Zeroizing<String>>, now: SystemTime) -> Result<Edit, Failure> {
        let is_missing = text.is_none();
        let text = &*text.unwrap_or_default();
        let lines = if self.is_piped() {
            RingText::of_variable(text)
        } else {
            RingText::new(text)
        };
        let before = lines
            .has_keys()
            .then(|| file::parse(text, &self.file))
            .transpose()?;
        let noted = file::overlap(text, &self.file)?;
        let notes = notes::of(text, &self.file)?;
        let name = self.file.to_string_lossy();
        let planned = before.as_ref().and_then(|ring| ring.planned_leak(now));
        let in_sentences = if self.is_piped() { "the ring" } else { &*name };
        Ok(Edit {
            leak: planned.as_ref().map(|leak| leak.accept_until),
            planned,
            before,
            is_missing,
            text: lines,
            now,
            notes,
            name: in_sentences.to_owned(),
            file: argument(&name),
            noted,
            known: self.overlap.overlap()?.or(noted),
            options: self.overlap.repeated(),
        })
    }
}

impl Edit {
    pub(super) fn ring(&self) -> Result<KeyRing, Failure> {
        self.before.clone().ok_or_else(|| {
            let (file, name) = (&self.file, &self.name);
            Failure::File(if self.is_missing {
                format!(
                    "there is no file {name}; correct the path, or restore the file if it is lost; `{HARDTACK} ring add \
                     {file}` begins a new ring"
                )
            } else {
                format!(
                    "{name} has no key; restore its keys, because a new one signs everyone out; `{HARDTACK} ring add \
                     {file}` makes the first"
                )
            })
        })
    }

    /// Returns the key of a command line, unless a planned leak says when it ends or takes over.
    pub(super) fn key(&self, id: &str) -> Result<KeyInfo, Failure> {
        let key = find(&self.ring()?, id, &self.name)?;
        let ends = key.accept_until.is_some_and(|end| end > self.now);
        match &self.planned {
            Some(leak) if ends || leak.next == key.id => Err(self.refuse_plan(leak)),
            _ => Ok(key),
        }
    }

    /// Returns the time of a leak that is planned before the change.
    pub(super) fn earlier_leak(&self) -> Option<SystemTime> {
        self.planned.as_ref().map(|leak| leak.accept_until)
    }

    /// Returns the refusal of another plan than that of a leak.
    pub(super) fn refuse_plan(&self, leak: &Overlap) -> Failure {
        Failure::no(format!(
            "a leak is planned: key {} takes over at {}, as the leaked keys end; wait for that, or move it with `{HARDTACK} ring \
             leaked {} --at TIME`, or with --now",
            leak.next,
            show(leak.accept_until),
            self.file
        ))
    }

    /// Adds a key, and notes when it was made.
    pub(super) fn add(&mut self, key: &NewKey) {
        self.text.add(key);
        self.text.note(&notes::line(MADE, key.id, self.now));
    }

    /// Notes that a key opens nothing from `end` on, because of a leak, in place of an earlier note.
    pub(super) fn note_leak(&mut self, id: KeyId, end: SystemTime) {
        self.text.remove_notes(LEAKED, id);
        self.text.note(&notes::line(LEAKED, id, end));
    }

    /// Returns the overlap that keys need.
    pub(super) fn overlap(&self) -> Result<Duration, Failure> {
        self.known.ok_or_else(|| {
            let once = ", once, and the file records it";
            let once = if self.text.is_in_one_line() { "" } else { once };
            Failure::No(format!("{NOT_KNOWN}{once}"))
        })
    }

    /// Notes the overlap in the file if it is known and new, and the ring is not in one line. Returns a sentence about
    /// the change.
    fn note_overlap(&mut self) -> Option<String> {
        let is_new = self.known != self.noted && !self.text.is_in_one_line();
        let overlap = self.known.filter(|_| is_new)?;
        self.text.note_overlap(overlap);
        let (file, duration) = (&self.name, show_duration(overlap));
        Some(format!("{file} notes that old keys open for {duration}"))
    }

    /// Returns the ring after the change. The library reads it before anything is written, and no key opens longer than
    /// before.
    pub(super) fn result(&self) -> Result<KeyRing, Failure> {
        let ring = self.text.to_text().parse();
        let ring = ring.map_err(|error| Failure::no(format!("{error}; nothing is written")))?;
        self.check_ends(&ring)?;
        Ok(ring)
    }

    /// Refuses a ring in which a key opens longer than before. An end that has not come may be put off: that of a planned
    /// leak by [`Leaked`](super::leaked::Leaked), and without a leak any, because a rotation is taken back or gets more time.
    fn check_ends(&self, ring: &KeyRing) -> Result<(), Failure> {
        let (now, file) = (self.now, &self.file);
        let keys = self.before.iter().flat_map(KeyRing::keys);
        for (id, end) in keys.filter_map(|key| Some((key.id, key.accept_until?))) {
            let role = |at| ring.role(id, at).unwrap_or(KeyRole::Retired);
            if end <= now && role(end) != KeyRole::Retired {
                let end = show(end);
                return Err(Failure::no(format!(
                    "key {id} has ended at {end}, and no command lets it open again, because it may have leaked: make a key with \
                     `{HARDTACK} ring rotate {file}`, or, if nobody else has this one, change its line by hand"
                )));
            }
            if let Some(leak) = &self.planned {
                let moved = self.leak.filter(|_| end == leak.accept_until);
                if role(moved.unwrap_or(end)) != KeyRole::Retired {
                    return Err(self.refuse_plan(leak));
                }
            }
        }
        let leak = ring.planned_leak(now).map(|leak| leak.accept_until);
        match &self.planned {
            _ if leak == self.leak => Ok(()),
            Some(leak) => Err(self.refuse_plan(leak)),
            None => Err(Failure::no(format!(
                "the key would end as another takes over, which signs everyone out: after a leak run `{HARDTACK} ring leaked \
                 {file}`, else give a later --at"
            ))),
        }
    }

    /// Refuses an overlap that is shorter than tokens need, and than before the change.
    pub(super) fn check_overlap(&self, left: &Overlap) -> Result<(), Failure> {
        let (id, next, duration) = (left.key, left.next, left.duration());
        let was = self.before.as_ref().and_then(|ring| ring.overlap(id));
        if was.is_some_and(|was| was.duration() <= duration) || duration >= self.overlap()? {
            return Ok(());
        }
        let needed = self.overlap()?;
        let end = time::after(left.seal_from, needed)?;
        let end = Some(end).filter(|_| left.accept_until > self.now);
        let end = end.map_or(String::new(), |end| format!(" --at {}", show(end)));
        Err(Failure::No(format!(
            "key {id} would open for only {} after key {next} begins to seal, and its tokens may open for {}; first \
             run `{HARDTACK} ring retire {} {id}{end}{}`",
            show_duration(duration),
            show_duration(needed),
            self.file,
            self.options,
        )))
    }

    /// Returns a sentence about the lines of removed keys, which some applications still need. `lines` names them.
    pub(super) fn needed_lines(&self, lines: &str) -> Result<String, Failure> {
        // Such a line is listed last, so its key comes first, and must not retire before the next one seals.
        let next = self.result()?.keys().first().and_then(|key| key.seal_from);
        let end = next.map_or(LONG_AGO.to_owned(), show);
        Ok(format!(
            "if the application binds devices or keeps unknown keys, put {lines} back at the end of {}, with \
             accept_until={end} as the only time; otherwise visitors who still have such a cookie may only be able to sign in or \
             out",
            self.name
        ))
    }

    /// Sets the time at which a key begins to seal, and lists the key before others with the same time.
    pub(super) fn set_seal_from(&mut self, id: KeyId, from: SystemTime) {
        self.text.set(id, SEAL_FROM, Some(from));
        for other in self.before.iter().flat_map(KeyRing::keys) {
            // Of keys with the same time, the first listed seals.
            if other.seal_from == Some(from) && other.id != id {
                self.text.move_before(id, other.id);
            }
        }
    }

    /// Refuses a change after which another key than `sealing` would seal now.
    pub(super) fn check_still_seals(&self, sealing: KeyId) -> Result<(), Failure> {
        if self.result()?.sealing_key(self.now) == sealing {
            return Ok(());
        }
        let file = &self.file;
        Err(Failure::no(format!(
            "key {sealing} seals now although its seal_from is in the future, because no other key can, and \
             this change would stop it; first run `{HARDTACK} ring promote {file} {sealing}`"
        )))
    }
}

/// Returns the id of a key on the command line.
pub(super) fn key_id(text: &str) -> Result<String, String> {
    let is_id = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let id = is_id.then(|| text.to_ascii_lowercase());
    id.ok_or_else(|| {
        format!("expected a key id of 8 hexadecimal digits, as `{HARDTACK} ring show` lists them")
    })
}

pub(super) fn find(ring: &KeyRing, id: &str, file: &str) -> Result<KeyInfo, Failure> {
    let keys = ring.keys();
    let found = keys.iter().find(|key| key.id.to_string() == id);
    found.copied().ok_or_else(|| {
        let ids: Vec<_> = keys.iter().map(|key| key.id.to_string()).collect();
        Failure::No(format!("{file} has no key {id}, only {}", ids.join(", ")))
    })
}

/// A new file would show the key in its name.
const NO_FILE: &str = "expected the path of a file, found a key; put the key into a file, or give `-` and the ring on \
                       standard input";
pub(super) const NOT_KNOWN: &str = "how long the application's tokens stay valid is not known; give --settings FILE, \
                                    --settings-env PREFIX, or --lifetime DURATION";
/// The first time that a ring can have.
const LONG_AGO: &str = "2026-01-01T00:00:00Z";
/// Exception to the removal of a key that opens nothing.
pub(super) const UNLESS: &str = "unless the application binds devices or keeps unknown keys";
