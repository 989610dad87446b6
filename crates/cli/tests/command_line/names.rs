//! Ids of keys and fingerprints are different each time. Those in a transcript stand for those of now, and
//! `hardtack_key_v1_xaes_[5a1f00c3]` for the key with this id.

use std::collections::HashMap;

use hardtack::{EncryptionKey, SigningKey};

use crate::desk::secrets;

#[derive(Default)]
pub(crate) struct Names {
    shown: HashMap<String, String>,
    here: HashMap<String, String>,
    /// Keys by their ids.
    keys: HashMap<String, String>,
    /// Ids that have no name in the transcript yet.
    unnamed: Vec<String>,
}

impl Names {
    /// Learns the keys in a text, and the ids in what a command printed that it did not have.
    pub(crate) fn meet(&mut self, text: &str, command: &str) {
        let mut before = "";
        for word in words(text).filter(|word| *word != " ") {
            if before == "key" && word.len() == 8 && is_name(word) && !command.contains(word) {
                self.meet_id(word);
            }
            before = word;
        }
        for (start, _) in text.match_indices(KEY) {
            let Some(key) = text.get(start..start + KEY.len() + 53) else {
                continue;
            };
            let encrypts = key.parse().map(|key: EncryptionKey| key.id());
            let signs = || key.parse().map(|key: SigningKey| key.id());
            if let Ok(id) = encrypts.or_else(|_| signs()) {
                self.keys.insert(id.to_string(), key.to_owned());
                self.meet_id(&id.to_string());
            }
        }
    }

    fn meet_id(&mut self, id: &str) {
        if !self.shown.contains_key(id) && !self.unnamed.iter().any(|other| other == id) {
            self.unnamed.push(id.to_owned());
        }
    }

    /// The text with the names of here.
    pub(crate) fn here(&self, text: &str) -> String {
        let words = words(text).map(|word| match self.here.get(&word.to_lowercase()) {
            Some(name) if *word == word.to_uppercase() => name.to_uppercase(),
            Some(name) => name.clone(),
            None => word.to_owned(),
        });
        let keys = self.keys.iter();
        keys.fold(words.collect(), |text: String, (id, key)| {
            text.replace(&placeholder(id, key), key)
        })
    }

    /// The text with the names of the transcript, in which these lines are written.
    pub(crate) fn shown(&mut self, text: &str, written: &[&str]) -> String {
        let keys = self.keys.iter();
        let text = keys.fold(text.to_owned(), |text, (id, key)| {
            text.replace(&**key, &placeholder(id, key))
        });
        for secret in self.keys.values().flat_map(|key| secrets(key)) {
            let is_shown = |part: &[u8]| text.contains(str::from_utf8(part).unwrap());
            let parts = &mut secret.as_bytes().windows(8);
            assert!(!parts.any(is_shown), "a part of a key is shown");
        }
        let mut written = written.iter();
        let mut shown = String::new();
        for line in text.lines() {
            let mut written = words(written.next().unwrap_or(&""));
            let mut before = "";
            for word in words(line) {
                let written = written.next();
                let written = written.filter(|name| is_name(name) && name.len() == word.len());
                let is_new = before == "fingerprint" && is_name(word);
                let is_new = is_new && !self.shown.contains_key(word);
                if is_new || self.unnamed.iter().any(|id| id == word) {
                    self.name(word, written);
                }
                shown += self.shown.get(word).map_or(word, String::as_str);
                if word.starts_with(|c: char| c.is_ascii_alphanumeric()) {
                    before = word;
                }
            }
            shown += if line.is_empty() {
                "<BLANKLINE>\n"
            } else {
                "\n"
            };
        }
        for id in self.unnamed.clone() {
            self.name(&id, None);
        }
        shown
    }

    /// Gives the name that the transcript has in this place, or the next one.
    fn name(&mut self, here: &str, written: Option<&str>) {
        let next = (0..).map(|n| match here.len() {
            8 => IDS[n].to_owned(),
            _ => format!("{:016x}", FINGERPRINT.wrapping_mul(2 * n as u64 + 1)),
        });
        let written = written.map(str::to_owned).into_iter();
        let mut names = written.chain(next);
        let name = names.find(|name| !self.here.contains_key(name)).unwrap();
        self.unnamed.retain(|id| id != here);
        self.here.insert(name.clone(), here.to_owned());
        self.shown.insert(here.to_owned(), name);
    }
}

fn placeholder(id: &str, key: &str) -> String {
    format!("{}[{id}]", &key[..KEY.len() + 5])
}

/// Runs of letters and digits, and all characters between them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_inside = |c: char| c.is_ascii_alphanumeric();
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = rest.find(|c| is_inside(c) != is_inside(first));
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        Some(word)
    })
}

/// An id of a key, or a fingerprint.
fn is_name(word: &str) -> bool {
    matches!(word.len(), 8 | 16) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

const KEY: &str = "hardtack_key_v1_";
const FINGERPRINT: u64 = 0x1b9f_4e2d_60c8_a573;
const IDS: [&str; 10] = [
    "5a1f00c3", "c7e01b94", "93b4d2f6", "4d20be58", "e86a7f1d", "2b0c9a37", "0f6e5d81", "b1943c2a",
    "78d5e06f", "6ca2f813",
];
