//! Settings that a visitor of the lab may switch on while the program runs.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) is_split: bool,
    pub(crate) remembers: bool,
}

/// The choice in use, and what the flags have switched on for good.
#[derive(Clone)]
pub(crate) struct Choices {
    pub(crate) by_flags: Choice,
    current: Arc<AtomicUsize>,
}

impl Choice {
    pub(crate) const ALL: [Choice; 4] = [
        Choice::of(false, false),
        Choice::of(true, false),
        Choice::of(false, true),
        Choice::of(true, true),
    ];

    const fn of(is_split: bool, remembers: bool) -> Choice {
        Choice {
            is_split,
            remembers,
        }
    }

    fn number(self) -> usize {
        usize::from(self.is_split) + 2 * usize::from(self.remembers)
    }
}

impl Choices {
    pub(crate) fn new(by_flags: Choice) -> Choices {
        Choices {
            by_flags,
            current: Arc::new(by_flags.number().into()),
        }
    }

    /// The number of the choice in use.
    pub(crate) fn current(&self) -> usize {
        self.current.load(Ordering::SeqCst)
    }

    /// Uses `choice` for the next requests. What the flags have switched on stays.
    pub(crate) fn switch_to(&self, choice: Choice) {
        let choice = Choice {
            is_split: choice.is_split || self.by_flags.is_split,
            remembers: choice.remembers || self.by_flags.remembers,
        };
        self.current.store(choice.number(), Ordering::SeqCst);
    }
}
