//! The error of keys, rings and their sources, and advice about a string that should be a key but does not begin like
//! one.

use std::{error::Error, fmt};

use crate::{
    base::{config_error::ConfigError, debug_by_display},
    crypto::suite::{Mode, Suite},
};

/// An error from a key, a key ring or a source of one. Its message says what is wrong and what to do.
///
/// The message calls keys by their ids, and sources by their names. It never shows a key, nor a part of a string that
/// may be a key.
pub struct KeyError {
    /// Constant while the problem lasts. Empty if the details are the whole sentence.
    pub(in crate::keys) problem: String,
    /// May change while the problem lasts.
    pub(in crate::keys) details: String,
    pub(in crate::keys) source: Option<Box<dyn Error + Send + Sync>>,
}

impl KeyError {
    pub(in crate::keys) fn new(problem: impl Into<String>) -> KeyError {
        KeyError {
            problem: problem.into(),
            details: String::new(),
            source: None,
        }
    }

    /// Returns the error for a key of this suite where the other mode is needed.
    pub(in crate::keys) fn wrong_kind(found: Suite) -> KeyError {
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

/// The sentence names keys by their ids.
impl From<KeyError> for ConfigError {
    fn from(error: KeyError) -> Self {
        ConfigError::about("keys", error.to_string())
    }
}

/// Says what the text looks like and what to do. Repeats no part of the text, which may be a secret.
pub(super) fn advice(text: &str) -> &'static str {
    let is_name = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    // The padding of base64 is not a value after `=`.
    let pair = text.trim_end_matches('=').split_once('=');
    match text {
        "" => "it is empty; `hardtack keygen` makes a key",
        _ if text.starts_with('\u{feff}') => {
            "a byte order mark precedes it; save the text as UTF-8 without one"
        }
        _ if text.starts_with(['"', '\'', '`']) => "it is in quotes; leave them out",
        "export" => NAME,
        _ if pair.is_some_and(|(name, _)| is_name(name)) => NAME,
        _ if text.starts_with(ANY_KEY_PREFIX) => {
            "it is of another version of the format; give a key of version 1, or update hardtack"
        }
        _ if is_path(text) => {
            "it looks like the path of a file; give the content of that file, or read it with `KeyRing::from_file`"
        }
        _ => {
            "it looks like a password or the key of another program, neither of which is accepted; \
             `hardtack keygen` makes a key"
        }
    }
}

/// A `/` alone does not make a path, because base64 has it too.
fn is_path(text: &str) -> bool {
    let is_of_windows = text.as_bytes().get(1..3) == Some(b":\\");
    let has_file = text.contains('/') && text.contains('.');
    is_of_windows || has_file || text.starts_with(['/', '~'])
}

/// Begins the text of a key (SPEC.md § 3.3).
pub(super) const KEY_PREFIX: &str = "hardtack_key_v1_";
/// Begins the text of a key in every version of the format.
pub(super) const ANY_KEY_PREFIX: &str = "hardtack_key_";
/// Characters of secret and checksum in base64url.
pub(super) const ENCODED_LEN: usize = 48;
pub(in crate::keys) const NOT_BASE64URL: &str = "key is not unpadded base64url";
/// Remedy for a place that lacks a key.
pub(crate) const NEW_KEY: &str =
    "put a key into it; `hardtack keygen` makes one, and so does `EncryptionKey::generate`";
const NAME: &str = "the name of a variable precedes it; give the value alone";

#[cfg(test)]
mod tests {
    use super::Error;
    use crate::{
        EncryptionKey, KeyRing,
        crypto::random::{RandomError, with_system},
    };

    const KEY: &str = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";

    #[track_caller]
    fn check(text: &str, advice: &str) {
        let refused = |error: String| {
            assert!(error.contains(advice), "{error}");
            assert!(
                !error.contains(&KEY[24..]) && !error.contains("hunter2"),
                "{error}"
            );
        };
        refused(text.parse::<EncryptionKey>().unwrap_err().to_string());
        refused(text.parse::<KeyRing>().unwrap_err().to_string());
    }

    #[test]
    fn a_text_that_is_no_key_is_told_from_one_by_its_look() {
        let password = "looks like a password or the key of another program";
        let path = "looks like the path of a file";
        for (text, advice) in [
            ("hunter2", password),
            ("Tc/wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuA=", password),
            ("Tc7wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuA=", password),
            ("Tc7wLcc4iPxZvK6BxG7ZxA==", password),
            ("-----BEGIN_PRIVATE_KEY-----", password),
            ("/run/secrets/session.keys", path),
            ("./keys", path),
            ("~/keys", path),
            ("secrets/session.keys", path),
            ("C:\\keys", path),
            (&format!("\"{KEY}\""), "is in quotes; leave them out"),
            (&format!("'{KEY}"), "is in quotes; leave them out"),
            (
                &format!("SESSION_KEYS={KEY}"),
                "name of a variable precedes it",
            ),
            (&format!("\u{feff}{KEY}"), "byte order mark precedes it"),
            (
                &KEY.replace("_v1_", "_v2_"),
                "of another version of the format",
            ),
            (&format!("{KEY} {KEY}"), "found several"),
        ] {
            check(text, advice);
        }
    }

    #[test]
    fn a_key_may_contain_what_begins_another() {
        let text = "hardtack_key_v1_xaes_hardtack_key_QwErTyUiOpAsDfGhJkLzXcVbNm0122SDzmU";
        let key: EncryptionKey = text.parse().unwrap();
        assert_eq!(*key.expose_secret(), text);
        assert!(text.parse::<KeyRing>().is_ok());
        check(&format!("{text}{KEY}"), "found several");
    }

    #[test]
    fn a_line_of_a_shell_is_told_from_a_key() {
        let ring = format!("export SESSION_KEYS={KEY}").parse::<KeyRing>();
        let sentence = ring.unwrap_err().to_string();
        assert!(
            sentence.contains("name of a variable precedes it"),
            "{sentence}"
        );
    }

    #[test]
    fn an_empty_text_is_told_where_a_key_comes_from() {
        let key = "".parse::<EncryptionKey>().unwrap_err().to_string();
        let ring = "\n".parse::<KeyRing>().unwrap_err().to_string();
        assert!(
            key.contains("it is empty; `hardtack keygen` makes a key"),
            "{key}"
        );
        assert!(ring.contains("`hardtack keygen` makes "), "{ring}");
    }

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
