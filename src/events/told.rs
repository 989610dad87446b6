//! Errors in the words of an event.

use std::error::Error;

/// Returns an error and its sources, in one sentence.
pub(super) fn told(error: &(dyn Error + 'static)) -> String {
    let errors = std::iter::successors(Some(error), |&error| error.source());
    let sentences: Vec<_> = errors.map(|error| error.to_string()).collect();
    sentences.join(": ")
}

#[cfg(test)]
mod tests {
    use std::{fmt, io};

    use super::*;

    #[derive(Debug)]
    struct Unread(io::Error);

    impl fmt::Display for Unread {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the file was not read")
        }
    }

    impl Error for Unread {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn an_error_is_told_with_its_causes() {
        let cause = io::Error::other("the disk is gone");
        assert_eq!(told(&cause), "the disk is gone");
        let sentence = "the file was not read: the disk is gone";
        assert_eq!(told(&Unread(cause)), sentence);
    }
}
