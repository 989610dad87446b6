//! Sessions as SPEC.md and docs/spec/writer.md have them, without tokens: times in place of durations, texts in place of
//! bytes.

mod finish;
mod settings;
mod visit;

use std::collections::BTreeMap;

use hardtack::session::SessionId;

pub use finish::{Answer, Change, Response};
pub use settings::{Attributes, Carrier, Refresh, Revalidation, Settings, Size};
pub use visit::{Arrival, Refused, Visit};

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

impl Settings {
    /// Returns the cookies in which a session goes at most, and the bytes of each field.
    pub fn allowed(&self) -> (usize, usize) {
        match self.carrier {
            Carrier::Cookie(Size::Anywhere) => (1, 3072),
            Carrier::Cookie(Size::Browser) => (1, 4096),
            Carrier::Cookie(Size::Split(cookies)) => (cookies.into(), 4096),
            Carrier::Header(_, characters) | Carrier::Token(characters) => (1, characters),
        }
    }

    /// Returns the bytes of all fields together (docs/spec/writer.md § 9.5.3).
    pub fn total(&self) -> usize {
        let (cookies, field) = self.allowed();
        match self.carrier {
            Carrier::Cookie(_) if self.attributes.is_partitioned => 9216.min(cookies * field),
            _ => cookies * field,
        }
    }

    /// Returns the bytes that payload and flash field may take together.
    pub fn room(&self) -> usize {
        let (cookies, field) = self.allowed();
        let fixed = match self.carrier {
            Carrier::Cookie(_) => {
                let fixed =
                    self.name().len() + self.attributes().len() + "=; Max-Age=34560000".len();
                fixed + if cookies > 1 { 2 } else { 0 }
            }
            Carrier::Header(..) | Carrier::Token(_) => 0,
        };
        let overhead = if self.is_signed { 21 } else { 45 };
        let in_cookies = |k| self.total().min(k * field).saturating_sub(k * fixed);
        let characters = (1..=cookies).map(in_cookies).max().expect("there is one");
        let longest_body = characters * 3 / 4 - overhead;
        let fits = |room: &usize| padme(METADATA + room + 1) <= longest_body;
        if self.is_padded {
            (0..longest_body).rev().find(fits).expect("there is room")
        } else {
            longest_body - METADATA
        }
    }
}

/// Returns the length to which a body is padded (SPEC.md § 5.6).
fn padme(len: usize) -> usize {
    let exponent = len.ilog2();
    let step = 1 << (exponent - exponent.ilog2() - 1);
    len.next_multiple_of(step)
}

/// Fields of a body before flash and payload, each at its longest.
const METADATA: usize = 33;
