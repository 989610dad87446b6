use std::{error::Error, fmt};

/// The sentences of an error and of its causes, without the error: its `Debug`, or what it can be cast to,
/// may hold the text that was read.
pub(super) struct Told {
    sentence: String,
    cause: Option<Box<Told>>,
}

impl Told {
    /// `None`: there is a key in it.
    pub(super) fn of(error: &(dyn Error + 'static)) -> Option<Told> {
        let sentence = error.to_string();
        if looks_like_a_key(&sentence) {
            return None;
        }
        let cause = match error.source() {
            Some(cause) => Some(Box::new(Told::of(cause)?)),
            None => None,
        };
        Some(Told { sentence, cause })
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for Told {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

/// Whether a part of `text` is a key of ours, of any kind, whole or not.
pub(crate) fn looks_like_a_key(text: &str) -> bool {
    text.contains("hardtack_key_")
}
