//! Properties that count how often opening ended with each Reason.
//!
//! Sealing without the crate (SPEC.md § 3.1, § 4), for the signed suite.
//!
//! Two visitors at once, whose requests one thread and one site answer.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    ops::RangeInclusive,
};

use hardtack::{
    Session, SessionCookie, Size,
    session::{Payload, Reason},
};
use hardtack_jar::Jar;
use hmac::{Hmac, KeyInit, Mac};
use proptest::{prelude::*, test_runner::TestRunner};
use sha2::Sha256;

use super::{
    HEAD_LEN, TAG_LEN, blob_of,
    cases::{cases, exactly},
    encode, load, reason, secret, site, small_token, suite,
    times::{START, at},
};

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
    if let Err(error) = TestRunner::new(exactly(count)).run(strategy, check) {
        panic!("{error}");
    }
}

#[test]
fn these_tests_seal_as_the_specification_does() {
    let mut sealer = Sealer::new(std::array::from_fn(|i| i as u8), "__Host-session");
    assert_eq!(sealer.head, [0xB0, 0x1B, 0xD9, 0xF0, 0xDB]);
    let body = b"\x02\x00\x4d\xc8\x80\xac\x02\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\x81\xa6visits\x07";
    let expected = "sBvZ8NsCAE3IgKwCoKGio6SlpqeBpnZpc2l0cweSoGc5I2BwA0WgqM5_516p";
    assert_eq!(sealer.seal(body), expected.as_bytes());
    sealer = Sealer::new(secret(0), "__Host-session");
    assert_eq!(sealer.head[..], blob_of(&small_token("sign"))[..HEAD_LEN]);
}

pub(crate) struct Sealer {
    head: [u8; HEAD_LEN],
    key: [u8; 32],
}

impl Sealer {
    fn new(secret: [u8; 32], purpose: &str) -> Sealer {
        let prk = hmac(b"hardtack/v1", &[&secret]);
        let expand = |word: &str, purpose: &str| {
            let label = b"hardtack/v1";
            let purpose_len = (purpose.len() as u16).to_be_bytes();
            hmac(
                &prk,
                &[
                    &[label.len() as u8],
                    label,
                    &[word.len() as u8],
                    word.as_bytes(),
                    &[SIGNED],
                    &purpose_len,
                    purpose.as_bytes(),
                    &NO_LABELS,
                    &[1],
                ],
            )
        };
        let [a, b, c, d, ..] = expand("kid", "");
        Sealer {
            head: [SIGNED, a, b, c, d],
            key: expand("key", purpose),
        }
    }

    /// That of `site("sign")`.
    pub(crate) fn of_site() -> Sealer {
        Sealer::new(secret(0), "__Host-session")
    }

    /// `base64url(head || body || tag)`
    pub(crate) fn seal(&self, body: &[u8]) -> Vec<u8> {
        // Without context, whose length is 0.
        let tag = hmac(&self.key, &[&self.head, &[0; 4], body]);
        encode(&[&self.head, body, &tag[..TAG_LEN]].concat())
    }
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// A time as a body has it, from seconds after `at(0)`.
pub(crate) fn wire(second: u64) -> u32 {
    u32::try_from(START - EPOCH + second).unwrap()
}

const SIGNED: u8 = 0xB0;
/// The lengths of an empty application label and an empty type label.
const NO_LABELS: [u8; 2] = [0, 0];
const EPOCH: u64 = 1_767_225_600;

/// A browser, and what its session has to hold.
#[derive(Default)]
struct Visitor {
    name: &'static str,
    jar: Jar,
    content: BTreeMap<String, String>,
}

/// Key that a handler sets, to a value of this length, or removes.
type Change = (u8, Option<usize>);

impl Visitor {
    fn arrive(&self, site: &SessionCookie) -> Session {
        let session = site.load(self.jar.pairs(), at(0));
        self.check(&session);
        session
    }

    fn change(&mut self, session: &Session, (key, len): Change) {
        let key = format!("key {key}");
        match len {
            Some(len) => {
                let value = self.name.repeat(len);
                session.insert(&key, &value).unwrap();
                self.content.insert(key, value);
            }
            None => {
                session.remove(&key).unwrap();
                self.content.remove(&key);
            }
        }
        self.check(session);
    }

    fn leave(&mut self, site: &SessionCookie, session: &Session) {
        let sent: Vec<_> = site.save(session).unwrap().into_iter().collect();
        self.jar.receive(&sent);
    }

    #[track_caller]
    fn check(&self, session: &Session) {
        let found: BTreeMap<String, String> = session.deserialize().unwrap();
        assert_eq!(found, self.content);
    }
}

fn change() -> impl Strategy<Value = Change> {
    (0..3u8, prop::option::of(0..60usize))
}

proptest! {
    #![proptest_config(cases(100))]

    /// The buffers of the thread and the keys of the site serve both, and their requests overlap.
    #[test]
    fn each_of_two_visitors_gets_their_own_session_whatever_the_other_does(
        suite in suite(),
        requests in prop::collection::vec((change(), change(), any::<[bool; 3]>()), 1..12),
    ) {
        let site = site(suite).size(Size::Browser).build().unwrap();
        let [mut ada, mut bob] = ["Ada", "Bob"].map(|name| Visitor { name, ..Visitor::default() });
        for (of_ada, of_bob, [arrives_later, changes_later, leaves_later]) in requests {
            let before = (!arrives_later).then(|| ada.arrive(&site));
            let to_bob = bob.arrive(&site);
            let to_ada = before.unwrap_or_else(|| ada.arrive(&site));
            if changes_later {
                bob.change(&to_bob, of_bob);
                ada.change(&to_ada, of_ada);
            } else {
                ada.change(&to_ada, of_ada);
                bob.change(&to_bob, of_bob);
            }
            if leaves_later {
                bob.leave(&site, &to_bob);
                ada.leave(&site, &to_ada);
            } else {
                ada.leave(&site, &to_ada);
                bob.leave(&site, &to_bob);
            }
        }
    }
}
