//! Advice about a text that should be a key and does not begin like one.

/// Returns what the text looks like, and what to do. No part of the text is repeated, because it may be a secret.
pub(super) fn advice(text: &str) -> &'static str {
    let is_name = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    match text {
        "" => "it is empty; `hardtack keygen` makes a key",
        _ if text.starts_with('\u{feff}') => {
            "a byte order mark precedes it; save the text as UTF-8 without one"
        }
        _ if text.starts_with(['"', '\'', '`']) => "it is in quotes; leave them out",
        "export" => NAME,
        _ if text.split_once('=').is_some_and(|(name, _)| is_name(name)) => NAME,
        _ if text.starts_with("hardtack_key_v") => {
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

/// The slashes of base64 alone make no path.
fn is_path(text: &str) -> bool {
    let is_of_windows = text.as_bytes().get(1..3) == Some(b":\\");
    let has_file = text.contains('/') && text.contains('.');
    is_of_windows || has_file || text.starts_with(['/', '~'])
}

const NAME: &str = "the name of a variable precedes it; give the value alone";

#[cfg(test)]
mod tests {
    use crate::keys::{EncryptionKey, KeyRing};

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
        refused(
            text.parse::<KeyRing<EncryptionKey>>()
                .unwrap_err()
                .to_string(),
        );
    }

    #[test]
    fn a_text_that_is_no_key_is_told_from_one_by_its_look() {
        let password = "looks like a password or the key of another program";
        let path = "looks like the path of a file";
        for (text, advice) in [
            ("hunter2", password),
            ("Tc/wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuA=", password),
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
    fn a_line_of_a_shell_is_told_from_a_key() {
        let ring = format!("export SESSION_KEYS={KEY}").parse::<KeyRing<EncryptionKey>>();
        let sentence = ring.unwrap_err().to_string();
        assert!(
            sentence.contains("name of a variable precedes it"),
            "{sentence}"
        );
    }

    #[test]
    fn an_empty_text_is_told_where_a_key_comes_from() {
        let key = "".parse::<EncryptionKey>().unwrap_err().to_string();
        let ring = "\n"
            .parse::<KeyRing<EncryptionKey>>()
            .unwrap_err()
            .to_string();
        for sentence in [key, ring] {
            assert!(
                sentence.ends_with("`hardtack keygen` makes a key"),
                "{sentence}"
            );
        }
    }
}
