//! The error of keys, rings and their sources.

use std::{error::Error, fmt, sync::Arc};

use crate::format::{
    base::{config_error::ConfigError, debug_by_display},
    crypto::suite::{Mode, Suite},
};

/// An error from a key, a key ring or the source of a ring. Its message says what is wrong and, for many mistakes, what
/// to do.
///
/// The message identifies keys by their ids or entries, and sources by their names. It shows nothing of a parsed text
/// but the suites, ids and times of keys. A source's name, and the error of a
/// [`RingSource::from_fn`](crate::keys::RingSource::from_fn), are not shown if they contain a key.
#[derive(Clone)]
pub struct KeyError {
    /// Constant while the problem lasts. Empty if the details are the whole sentence.
    pub(crate) problem: String,
    /// May change while the problem lasts.
    pub(crate) details: String,
    pub(crate) source: Option<Arc<dyn Error + Send + Sync>>,
}

impl KeyError {
    pub(crate) fn new(problem: impl Into<String>) -> KeyError {
        KeyError {
            problem: problem.into(),
            details: String::new(),
            source: None,
        }
    }

    /// Returns the error for a key of this suite in a place that needs the other mode.
    pub(crate) fn wrong_kind(found: Suite) -> KeyError {
        let why = match found.mode() {
            Mode::Encrypted => "encrypts, expected `sign`",
            Mode::UnencryptedButSigned => "does not encrypt, expected `xaes` or `xcha`",
        };
        KeyError::new(format!("key is of suite `{}`, which {why}", found.word()))
    }
}

debug_by_display!(KeyError);

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&*self.problem, &*self.details) {
            ("", sentence) | (sentence, "") => f.write_str(sentence),
            (problem, details) => write!(f, "{problem}: {details}"),
        }
    }
}

impl Error for KeyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// The sentence names keys by their ids or entries.
impl From<KeyError> for ConfigError {
    fn from(error: KeyError) -> Self {
        ConfigError::with_sentence("keys", error.to_string())
    }
}

pub(super) const NOT_BASE64URL: &str = "key is not unpadded base64url";
/// Remedy for a source or a ring that lacks a key.
pub(crate) const NEW_KEY: &str = "restore its keys, because a new one signs everyone out; `hardtack keygen` and \
    `EncryptionKey::generate` make the first";

#[cfg(test)]
mod tests {
    use super::Error;
    use crate::{
        EncryptionKey,
        crypto::random::{RandomError, with_system},
    };

    #[test]
    fn a_failure_of_the_system_is_the_source_of_the_error() {
        let error = with_system(None, EncryptionKey::generate).unwrap_err();
        let source = error.source().map(ToString::to_string);
        assert_eq!(source, Some(RandomError::UNSUPPORTED.to_string()));
        assert!("".parse::<EncryptionKey>().unwrap_err().source().is_none());
    }

    #[test]
    fn a_system_that_gives_one_byte_again_and_again_makes_no_key() {
        let error = with_system(Some([7; 32]), EncryptionKey::generate).unwrap_err();
        assert_eq!(
            error.to_string(),
            "key is not random; generate one with `hardtack keygen`"
        );
    }
}
