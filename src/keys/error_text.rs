use std::{error::Error, fmt};

use super::key_text::looks_like_a_key;
use crate::base::debug_by_display;

/// The sentences of an error and of its sources. The error itself is dropped, because its `Debug`, or a downcast,
/// may show the text that was read.
pub(super) struct ErrorText {
    sentence: String,
    source: Option<Box<ErrorText>>,
}

impl ErrorText {
    /// `None`: a sentence contains a key.
    pub(super) fn of(error: &(dyn Error + 'static)) -> Option<ErrorText> {
        let sentence = error.to_string();
        if looks_like_a_key(&sentence) {
            return None;
        }
        let source = match error.source() {
            Some(source) => Some(Box::new(ErrorText::of(source)?)),
            None => None,
        };
        Some(ErrorText { sentence, source })
    }
}

impl fmt::Display for ErrorText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

debug_by_display!(ErrorText);

impl Error for ErrorText {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
