//! The result of a run.

use std::{collections::HashMap, fmt};

use hardtack::session::Reason;

use super::plan::Visit;

#[derive(Default)]
pub(crate) struct Report {
    pub(crate) faults: Vec<Fault>,
    counts: HashMap<Event, u64>,
}

/// Something that must not happen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    pub(crate) client: u64,
    pub(crate) visit: Visit,
    /// The number of the push that the instance had heard of last.
    pub(crate) ring: usize,
    /// The number of the key that the cookie names, if there is one.
    pub(crate) key: Option<usize>,
    /// The reason if the cookie did not open.
    pub(crate) refusal: Option<Reason>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A session is gone that should live.
    Lost,
    /// A session lives that should not.
    Undead,
    /// A session lives with a wrong count.
    Miscounted,
    /// A cookie was set without need, or was missing.
    Cookie,
    /// Reading brought a session under a key whose turn to seal was not later than that of its own.
    PingPong,
    /// A forgery under a leaked key opened after the leak was dealt with.
    Forged,
}

/// Counted events, to check that a run contained all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Event {
    Visit,
    Opened,
    Refused(Reason),
    Begun,
    SignedIn,
    /// By reading: with a new last activity, or with nothing but another key.
    Refreshed,
    Resealed,
    /// During the propagation of a push, at an instance that has heard of it, or that has not.
    Heard(usize),
    Unheard(usize),
    /// So close to a `seal_from` that it has passed on some clocks only.
    Turn,
    /// A forgery came back under a key that had not leaked.
    Laundered,
}

impl Report {
    pub(crate) fn count(&mut self, event: Event) {
        *self.counts.entry(event).or_default() += 1;
    }

    pub(crate) fn of(&self, event: Event) -> u64 {
        self.counts.get(&event).copied().unwrap_or(0)
    }

    /// Both reports in one.
    pub(crate) fn with(mut self, other: Report) -> Report {
        self.faults.extend(other.faults);
        for (event, count) in other.counts {
            *self.counts.entry(event).or_default() += count;
        }
        self
    }

    #[track_caller]
    pub(crate) fn assert_faultless(&self) {
        assert!(self.faults.is_empty(), "{self:?}");
    }

    /// Asserts that there are faults, all of this kind.
    #[track_caller]
    pub(crate) fn assert_only(&self, kind: Kind) {
        let found = self.faults.iter().filter(|fault| fault.kind == kind);
        assert!(found.clone().count() > 0, "no {kind:?} in {self:?}");
        assert_eq!(found.count(), self.faults.len(), "{self:?}");
    }

    /// Asserts that each of these events happened at least this often.
    #[track_caller]
    pub(crate) fn assert_counted(&self, least: u64, events: impl IntoIterator<Item = Event>) {
        for event in events {
            assert!(
                self.of(event) >= least,
                "{event:?}: less than {least} in {self:?}"
            );
        }
    }
}

/// The counts, and the first faults.
impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, {} faults", self.counts, self.faults.len())?;
        for fault in self.faults.iter().take(5) {
            write!(f, "\n{fault:?}")?;
        }
        Ok(())
    }
}
