//! A session as a token holds it.

use std::collections::BTreeMap;

use hardtack::session::SessionId;

/// Times are Unix seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    pub content: BTreeMap<String, String>,
    /// Form in which the content was written.
    pub form: Form,
    pub flash: Vec<(String, String)>,
    pub id: Option<SessionId>,
    pub issued: u64,
    pub active: u64,
    pub limit: Option<u64>,
    pub remembered: Option<u64>,
}

/// Form of a content: a dictionary, or a type by two releases of the application, of which the later one reads both.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub enum Form {
    #[default]
    Dictionary,
    Earlier,
    Later,
}

impl Record {
    pub fn new(now: u64, form: Form) -> Record {
        Record {
            form,
            issued: now,
            active: now,
            ..Record::default()
        }
    }

    pub fn flashes(&self, queue: &str) -> Vec<String> {
        let of_queue = self.flash.iter().filter(|(of, _)| of == queue);
        of_queue.map(|(_, text)| text.clone()).collect()
    }

    /// Returns whether a reader of `form` finds nothing in it.
    pub fn is_empty(&self, form: Form) -> bool {
        let has_content = !self.content.is_empty() || self.form != form;
        !has_content && self.flash.is_empty() && self.id.is_none()
    }

    /// Returns the bytes of the content (SPEC.md § 5.3, § 5.4, § 5.5), of few keys and few messages.
    pub fn len(&self) -> usize {
        let flash: usize = self
            .flash
            .iter()
            .map(|(queue, text)| counted(queue) + counted(text))
            .sum();
        self.payload_len() + flash + usize::from(!self.flash.is_empty())
    }

    pub fn payload_len(&self) -> usize {
        let len_of: fn(&str) -> usize = match self.form {
            Form::Dictionary => packed,
            Form::Earlier | Form::Later => counted,
        };
        let entries = self.content.iter();
        let entries: usize = entries
            .map(|(key, value)| len_of(key) + len_of(value))
            .sum();
        // A dictionary without entries is no byte, and a type counts them always.
        let has_count = self.form != Form::Dictionary || !self.content.is_empty();
        entries + usize::from(has_count)
    }
}

/// Returns the bytes of a text of MessagePack.
fn packed(text: &str) -> usize {
    match text.len() {
        len @ 0..32 => 1 + len,
        len @ 32..256 => 2 + len,
        len => 3 + len,
    }
}

/// Returns the bytes of a text behind its length, a varint.
fn counted(text: &str) -> usize {
    text.len() + if text.len() < 128 { 1 } else { 2 }
}
