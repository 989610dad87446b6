//! Properties that count how often opening ended with each Reason.

use std::{cell::RefCell, collections::HashMap, ops::RangeInclusive};

use hardtack::{
    Session, SessionCookie,
    session::{Payload, Reason},
};
use proptest::{prelude::*, test_runner::TestRunner};

use super::{cases::cases, load, outcome::reason, site};

/// How often each Reason occurred.
#[derive(Default)]
pub(crate) struct Counts(RefCell<HashMap<Option<Reason>, usize>>);

impl Counts {
    #[track_caller]
    pub(crate) fn add<T: Payload>(&self, session: &Session<T>) {
        let reason = reason(session);
        assert_eq!(session.is_new(), reason.is_some());
        *self.0.borrow_mut().entry(reason).or_default() += 1;
    }

    #[track_caller]
    pub(crate) fn assert_share(&self, reasons: &[Reason], percent: RangeInclusive<usize>) {
        self.assert(
            |reason| reason.is_some_and(|reason| reasons.contains(&reason)),
            percent,
        );
    }

    #[track_caller]
    pub(crate) fn assert_opened(&self, percent: RangeInclusive<usize>) {
        self.assert(|reason| reason.is_none(), percent);
    }

    #[track_caller]
    fn assert(&self, counts: impl Fn(Option<Reason>) -> bool, percent: RangeInclusive<usize>) {
        let all = self.0.borrow();
        let sum: usize = all.values().sum();
        let counted = all.iter().filter(|(reason, _)| counts(**reason));
        let share = counted.map(|(_, count)| count).sum::<usize>() * 100 / sum;
        assert!(percent.contains(&share), "{share} % in {all:?}");
    }
}

/// Opens the tokens of a strategy with the site of `suite`, and counts the Reasons.
pub(crate) fn open_all(
    suite: &'static str,
    cases: u32,
    tokens: impl Strategy<Value = Vec<u8>>,
) -> Counts {
    open_all_at(&site(suite).build().unwrap(), cases, tokens)
}

pub(crate) fn open_all_at(
    site: &SessionCookie,
    cases: u32,
    tokens: impl Strategy<Value = Vec<u8>>,
) -> Counts {
    let counts = Counts::default();
    run(cases, &tokens, |token| {
        let session = load(site, &token);
        counts.add(&session);
        assert!(session.is_empty() || !session.is_new());
    });
    counts
}

/// A property whose cases are counted outside of them.
pub(crate) fn run<S: Strategy>(count: u32, strategy: &S, check: impl Fn(S::Value)) {
    let check = |value| {
        check(value);
        Ok(())
    };
    if let Err(error) = TestRunner::new(cases(count)).run(strategy, check) {
        panic!("{error}");
    }
}
