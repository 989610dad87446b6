//! The causes of an error of a function, without keys.

use std::{error::Error, fmt};

use hardtack::{KeyRing, keys::RingSource};

use super::key;

/// Shows what it read by `Debug`, as errors of parsers do.
#[derive(Debug)]
struct Failed {
    sentence: &'static str,
    read: String,
    cause: Option<Box<Failed>>,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sentence {
            "" => write!(f, "expected a ring, found {}", self.read),
            sentence => f.write_str(sentence),
        }
    }
}

impl Error for Failed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

/// The error of a function that fails with a chain of these sentences. Each shown in both ways.
fn chain(sentences: [&'static str; 3], key: &str) -> Vec<String> {
    let key = key.to_owned();
    let source = RingSource::from_fn("the vault", move || {
        let failed = |cause, sentence| Failed {
            sentence,
            read: key.clone(),
            cause,
        };
        let boxed = |cause, sentence| Some(Box::new(failed(cause, sentence)));
        let [first, second, third] = sentences;
        Err(failed(boxed(boxed(None, third), second), first).into())
    });
    let error = KeyRing::from_sources([source]).unwrap_err();
    let mut shown = Vec::new();
    let mut next: Option<&dyn Error> = Some(&error);
    while let Some(error) = next {
        shown.push(format!("{error}{error:?}{error:#?}"));
        next = error.source();
    }
    shown
}

#[test]
fn no_cause_of_an_error_shows_a_key() {
    let key = key();
    for sentences in [
        ["sealed", "no answer", "refused"],
        ["", "no answer", "refused"],
        ["sealed", "", "refused"],
        ["sealed", "no answer", ""],
    ] {
        let shown = chain(sentences, &key);
        assert!(!shown.concat().contains(&key[24..]), "{shown:?}");
        if sentences.contains(&"") {
            assert_eq!(shown.len(), 1, "{shown:?}");
            assert!(shown[0].contains("its error holds a key"), "{shown:?}");
        }
    }
    let shown = chain(["sealed", "no answer", "refused"], &key);
    assert!(shown[0].starts_with("cannot read the vault: sealed"));
    assert!(shown[1].starts_with("no answer") && shown[2].starts_with("refused"));
}
