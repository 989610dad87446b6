#[cfg(feature = "watch")]
use std::mem::{self, Discriminant};
use std::{error::Error, fmt};

use super::ring_error::RingError;
use crate::base::debug_by_display;

/// An error from reading a key ring. Its message names the source and shows nothing of the content.
pub struct RingSourceError {
    /// The names of the sources concerned.
    sources: String,
    problem: SourceProblem,
}

#[derive(Debug)]
pub(super) enum SourceProblem {
    NotSet,
    Empty,
    NotUnicode,
    CannotRead(Box<dyn Error + Send + Sync>),
    /// The function's error contains a key.
    ErrorHasKey,
    Panicked,
    TooLarge,
    #[cfg(feature = "watch")]
    NoLineFeed,
    Ring(RingError),
}

impl RingSourceError {
    pub(super) fn new(sources: String, problem: SourceProblem) -> RingSourceError {
        RingSourceError { sources, problem }
    }

    /// The part of the error that stays the same while a problem lasts. Details of the message may change.
    #[cfg(feature = "watch")]
    pub(super) fn identity(&self) -> ErrorIdentity {
        ErrorIdentity {
            sources: self.sources.clone(),
            problem: mem::discriminant(&self.problem),
        }
    }
}

#[cfg(feature = "watch")]
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ErrorIdentity {
    sources: String,
    problem: Discriminant<SourceProblem>,
}

debug_by_display!(RingSourceError);

impl fmt::Display for RingSourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sources = &self.sources;
        match &self.problem {
            SourceProblem::NotSet => write!(f, "{sources} is not set; {NEW_KEY}"),
            SourceProblem::Empty => write!(f, "{sources} is empty; {NEW_KEY}"),
            SourceProblem::NotUnicode => write!(f, "{sources} is not UTF-8, expected keys"),
            SourceProblem::CannotRead(error) => write!(f, "cannot read {sources}: {error}"),
            SourceProblem::ErrorHasKey => write!(
                f,
                "cannot read {sources}: its error holds a key and is not shown"
            ),
            SourceProblem::Panicked => write!(f, "cannot read {sources}: it panicked"),
            SourceProblem::TooLarge => write!(f, "{sources} is larger than 1 MiB, expected keys"),
            #[cfg(feature = "watch")]
            SourceProblem::NoLineFeed => write!(
                f,
                "{sources} does not end with a line feed, so it may be half written; end it with one"
            ),
            SourceProblem::Ring(error) => match &*self.sources {
                "" => error.fmt(f),
                sources => write!(f, "{sources}: {error}"),
            },
        }
    }
}

impl Error for RingSourceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            SourceProblem::CannotRead(error) => error.source(),
            SourceProblem::Ring(error) => error.source(),
            _ => None,
        }
    }
}

const NEW_KEY: &str = "put a key into it; `hardtack keygen` makes one (`cargo install hardtack-cli`), and so does \
    `EncryptionKey::generate`";
