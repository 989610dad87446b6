//! What all commands that change a ring have in common.

use std::{path::PathBuf, time::SystemTime};

use clap::Args;
use hardtack::{KeyId, KeyInfo, RingError};
use zeroize::Zeroizing;

use super::{
    AnyRing,
    file::{self, EditedFile},
    show,
    text::RingText,
};
use crate::{
    answer::{self, Answer, Failure},
    moment,
};

/// The file to change.
#[derive(Args)]
pub(super) struct Target {
    /// The file that holds the key ring, one key a line
    pub(super) file: PathBuf,
    /// Tell what would be, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// A ring in the making.
pub(super) struct Edit {
    /// As it is. `None`: there is no file, or no key in it.
    pub(super) before: Option<AnyRing>,
    /// As it is to be.
    pub(super) text: RingText,
    pub(super) now: SystemTime,
    /// How the file is called in sentences.
    pub(super) file: String,
}

impl Target {
    /// Changes the ring. `change` says in sentences what is then.
    pub(super) fn edit(
        &self,
        change: impl FnOnce(&mut Edit) -> Result<Vec<String>, Failure>,
    ) -> Answer {
        let now = moment::now()?;
        let (file, text) = self.open()?;
        let mut edit = self.begin(&text, now)?;
        let mut told = change(&mut edit)?;
        let ring = edit.result()?;
        if let Some(file) = file {
            let note = file.replace(&edit.text.to_text())?;
            note.iter().for_each(|note| answer::note(note));
            told.push(format!("fingerprint {}", ring.fingerprint()));
        } else {
            let dry = "nothing is written (--dry-run), this would be:";
            told.insert(0, dry.to_owned());
            told.push(format!("\n{}", show::table(&ring, now, None)));
        }
        answer::print(&told.join("\n"))?;
        Ok(true)
    }

    /// The file and what is in it. In a dry run nobody is kept from editing it.
    fn open(&self) -> Result<(Option<EditedFile>, Zeroizing<String>), Failure> {
        let (file, text) = if !self.dry_run {
            let file = EditedFile::open(&self.file)?;
            let text = file.text()?;
            (Some(file), text)
        } else if self.file.exists() {
            (None, Some(file::read(&self.file)?))
        } else {
            (None, None)
        };
        Ok((file, text.unwrap_or_default()))
    }

    fn begin(&self, text: &str, now: SystemTime) -> Result<Edit, Failure> {
        let before = match text.parse::<AnyRing>() {
            Err(RingError::Empty) => None,
            _ => Some(file::parse(text, &self.file)?),
        };
        let text = RingText::new(text).ok_or_else(|| {
            let why = "its keys are separated by commas, put each on a line of its own";
            Failure::file("cannot edit", &self.file, why)
        })?;
        Ok(Edit {
            before,
            text,
            now,
            file: self.file.display().to_string(),
        })
    }
}

impl Edit {
    pub(super) fn ring(&self) -> Result<AnyRing, Failure> {
        self.before.clone().ok_or_else(|| {
            let file = &self.file;
            Failure::File(format!(
                "no key is in {file}, `hardtack ring add {file}` makes the first"
            ))
        })
    }

    /// The ring as it is to be. The crate itself reads everything before it is written.
    pub(super) fn result(&self) -> Result<AnyRing, Failure> {
        let ring = self.text.to_text().parse();
        ring.map_err(|error| Failure::no(format!("{error}; nothing is written")))
    }

    /// Refuses a change by which another key than `sealing` would seal now.
    pub(super) fn check_goes_on(&self, sealing: KeyId) -> Result<(), Failure> {
        if self.result()?.seals(self.now) == sealing {
            return Ok(());
        }
        let file = &self.file;
        Err(Failure::no(format!(
            "key {sealing} seals for want of another, although its time to seal has not come, and would not \
             go on; first run `hardtack ring promote {file} {sealing}`"
        )))
    }
}

/// An id of a key, as it stands on the command line.
pub(super) fn key_id(text: &str) -> Result<String, &'static str> {
    let is_id = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let id = is_id.then(|| text.to_ascii_lowercase());
    id.ok_or("expected a key id of 8 hexadecimal digits, as `hardtack ring show` lists them")
}

/// The key that is called `id`.
pub(super) fn find(ring: &AnyRing, id: &str, file: &str) -> Result<KeyInfo, Failure> {
    let keys = ring.keys();
    let found = keys.iter().find(|key| key.id.to_string() == id);
    found.copied().ok_or_else(|| {
        let ids: Vec<_> = keys.iter().map(|key| key.id.to_string()).collect();
        Failure::no(format!(
            "no key {id} is in {file}, which has {}",
            ids.join(", ")
        ))
    })
}
