//! Parts that do not belong together (SPEC.md § 7.1, § 9.2): never data, never an error.

use hardtack::{Outcome, Reason, SessionCookie, Size};
use proptest::prelude::*;

use crate::{
    cases::cases,
    client::Client,
    long_lived,
    moments::at,
    outcome::reason,
    parts::{cut, token_of},
    sites::{encrypted, signed, xchacha},
};

/// One site, and two generations of one session there, of the same length, in four cookies each.
struct Visitor {
    site: SessionCookie,
    old: Vec<String>,
    new: Vec<String>,
}

/// One in every suite.
fn visitors() -> [Visitor; 3] {
    [encrypted(), xchacha(), signed()].map(|site| {
        let site = long_lived(site).name("session").size(Size::Split(4));
        let mut client = Client::from(site);
        let mut generation = |letter: &str| {
            client.visit(|session| session.insert("k", letter.repeat(11_000)).unwrap());
            assert_eq!(client.pairs().len(), 4);
            client.pairs()
        };
        let (old, new) = (generation("a"), generation("b"));
        Visitor {
            site: client.site,
            old,
            new,
        }
    })
}

impl Visitor {
    fn outcome(&self, fields: &[impl AsRef<[u8]>]) -> Outcome {
        let session = self.site.load(fields, at(0));
        let outcome = session.outcome();
        if !matches!(outcome, Outcome::Opened { .. }) {
            assert!(session.is_new() && session.is_empty() && session.id().is_none());
        }
        assert!(
            self.site.save(&session).unwrap().is_empty(),
            "reading sends nothing"
        );
        outcome
    }

    /// What is sent as one field of a pair each, and as one field of all pairs.
    #[track_caller]
    fn assert_refused(&self, pairs: &[impl AsRef<str>], expected: &[Reason]) {
        let pairs: Vec<_> = pairs.iter().map(AsRef::as_ref).collect();
        for fields in [pairs.clone(), vec![&*pairs.join("; ")]] {
            match self.outcome(&fields) {
                Outcome::Rejected { reason, .. } if expected.contains(&reason) => {}
                outcome => panic!("{outcome:?}, expected {expected:?}"),
            }
        }
    }

    #[track_caller]
    fn assert_opens(&self, pairs: &[impl AsRef<str>], letter: &str) {
        let fields: Vec<_> = pairs.iter().map(AsRef::as_ref).collect();
        let session = self.site.load(&fields, at(0));
        assert_eq!(reason(&session), None);
        assert_eq!(session.get("k").unwrap(), Some(letter.repeat(11_000)));
        assert!(self.site.save(&session).unwrap().is_empty());
    }

    /// The new session with other pairs in the place of some of its own.
    fn with(&self, others: &[(usize, &str)]) -> Vec<String> {
        let mut pairs = self.new.clone();
        for (at, pair) in others {
            (*pair).clone_into(&mut pairs[*at]);
        }
        pairs
    }
}

const NO_PAIRS: [&str; 0] = [];

#[test]
fn a_session_opens_in_any_order_of_its_parts() {
    for visitor in visitors() {
        let [a, b, c, d] = &visitor.new[..] else {
            panic!("four parts")
        };
        visitor.assert_opens(&[a, b, c, d], "b");
        visitor.assert_opens(&[d, c, b, a], "b");
        visitor.assert_opens(&[c, a, d, b], "b");
        visitor.assert_opens(&[c, "theme=dark", a, "x", d, b, "", "session.4=other"], "b");
    }
}

#[test]
fn a_part_that_is_missing_is_incomplete() {
    for visitor in visitors() {
        for missing in 1..4 {
            let mut pairs = visitor.new.clone();
            pairs.remove(missing);
            visitor.assert_refused(&pairs, &[Reason::Incomplete]);
        }
        visitor.assert_refused(&visitor.new[..1], &[Reason::Incomplete]);
    }
}

#[test]
fn parts_without_the_first_cookie_are_nothing() {
    for visitor in visitors() {
        for kept in [1..4, 1..2, 3..4] {
            assert_eq!(visitor.outcome(&visitor.new[kept]), Outcome::Absent);
        }
        assert_eq!(visitor.outcome(&NO_PAIRS), Outcome::Absent);
    }
}

#[test]
fn what_a_client_with_too_little_room_leaves_out_is_missing() {
    // curl sends longer names first, and leaves out what does not fit 8,190 bytes.
    for visitor in visitors() {
        let mut pairs = visitor.new.clone();
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.find('=')));
        while pairs.join("; ").len() > 8_190 {
            pairs.pop();
        }
        assert_eq!(pairs.len(), 2);
        assert_eq!(visitor.outcome(&pairs), Outcome::Absent);
        // Others may send the first cookie first.
        visitor.assert_refused(&visitor.new[..2], &[Reason::Incomplete]);
    }
}

#[test]
fn parts_of_two_generations_open_nothing() {
    for visitor in visitors() {
        for of_old in 1..15 {
            let is_old = |at: &usize| of_old & (1 << at) != 0;
            let old = (0..4).filter(is_old);
            let old: Vec<_> = old.map(|at| (at, &*visitor.old[at])).collect();
            visitor.assert_refused(&visitor.with(&old), &[Reason::Auth]);
        }
    }
}

#[test]
fn parts_of_two_visitors_open_nothing() {
    let [visitor, ..] = visitors();
    let mut other = Client::from(visitor.site.clone());
    other.visit(|session| session.insert("k", "b".repeat(11_000)).unwrap());
    for at in 0..4 {
        let pairs = visitor.with(&[(at, &other.pairs()[at])]);
        visitor.assert_refused(&pairs, &[Reason::Auth]);
    }
}

#[test]
fn parts_that_are_swapped_open_nothing() {
    for visitor in visitors() {
        let value = |at: usize| visitor.new[at].split_once('=').unwrap().1;
        for (one, other) in [(1, 2), (2, 3), (1, 3)] {
            let pairs = visitor.with(&[
                (one, &format!("session.{one}={}", value(other))),
                (other, &format!("session.{other}={}", value(one))),
            ]);
            // The last character of a token has bits that are zero.
            visitor.assert_refused(&pairs, &[Reason::Auth, Reason::Encoding]);
        }
    }
}

#[test]
fn a_part_that_came_twice_alike_is_one_and_otherwise_in_doubt() {
    for visitor in visitors() {
        let twice = |pair: &str| [&visitor.new[..], &[pair.to_owned()]].concat();
        for at in 0..4 {
            visitor.assert_opens(&twice(&visitor.new[at]), "b");
        }
        for at in 1..4 {
            let expected = &[Reason::Duplicate];
            visitor.assert_refused(&twice(&visitor.old[at]), expected);
            visitor.assert_refused(&twice(&format!("session.{at}=")), expected);
        }
        // Combinations are not tried: that the first cookie came twice leaves one that opens.
        visitor.assert_opens(&twice(&visitor.old[0]), "b");
        let both = [&visitor.old[..], &visitor.new[..]].concat();
        visitor.assert_refused(&both, &[Reason::Duplicate]);
    }
}

#[test]
fn the_first_part_that_fails_says_why() {
    let [visitor, ..] = visitors();
    let [a, b, c, d] = &visitor.new[..] else {
        panic!("four parts")
    };
    let other_c = &visitor.old[2];
    visitor.assert_refused(&[a, c, other_c, d], &[Reason::Incomplete]);
    visitor.assert_refused(&[a, b, c, other_c], &[Reason::Duplicate]);
    // The first value of the name that fails decides.
    visitor.assert_refused(&["session=junk!", a, b, c], &[Reason::Encoding]);
    visitor.assert_refused(&[a, "session=junk!", b, c], &[Reason::Incomplete]);
}

#[test]
fn a_wrong_count_opens_nothing() {
    for visitor in visitors() {
        let part = visitor.new[0].strip_prefix("session=4.").unwrap();
        let counts = [
            "0", "1", "5", "8", "9", "10", "04", "44", "-4", "+4", "4 ", "x", "", "²",
        ];
        for count in counts.into_iter().chain(["99999999999", "4294967300"]) {
            let pairs = visitor.with(&[(0, &format!("session={count}.{part}"))]);
            visitor.assert_refused(&pairs, &[Reason::Incomplete]);
        }
        for count in ["2", "3"] {
            let pairs = visitor.with(&[(0, &format!("session={count}.{part}"))]);
            visitor.assert_refused(&pairs, &[Reason::Auth, Reason::Encoding]);
        }
        let twice = visitor.with(&[(0, &format!("session=4.4.{part}"))]);
        visitor.assert_refused(&twice, &[Reason::Encoding]);
        let inside = visitor.with(&[(2, &format!("{}.", visitor.new[2]))]);
        visitor.assert_refused(&inside, &[Reason::Encoding]);
        let without = visitor.with(&[(0, &format!("session={part}"))]);
        visitor.assert_refused(&without, &[Reason::Auth, Reason::Encoding]);
    }
}

#[test]
fn stale_parts_beside_a_whole_token_change_nothing() {
    for visitor in visitors() {
        let whole = format!("session={}", token_of("session", &visitor.new));
        visitor.assert_opens(&[&whole], "b");
        for stale in [&visitor.old[1..], &visitor.new[1..], &visitor.old[3..]] {
            let pairs = [std::slice::from_ref(&whole), stale].concat();
            visitor.assert_opens(&pairs, "b");
        }
        // So do those behind the last part.
        let more = ["session.4=x", "session.5=y", "session.5=z", "session.7="];
        visitor.assert_opens(&[&visitor.new[..], &more.map(str::to_owned)].concat(), "b");
    }
}

#[test]
fn a_whole_token_that_opens_is_taken_beside_parts_that_do_not() {
    let [visitor, ..] = visitors();
    let whole = format!("session={}", token_of("session", &visitor.new));
    let broken = [&whole, &visitor.old[0], &visitor.old[1]];
    visitor.assert_opens(&broken, "b");
    // Both open, and neither is preferred under this name.
    let both = [&[whole], &visitor.old[..]].concat();
    visitor.assert_refused(&both, &[Reason::Duplicate]);
}

#[test]
fn what_is_longer_than_any_token_is_too_long_however_it_is_cut() {
    let [visitor, ..] = visitors();
    for (cookies, len) in [(1, 32_769), (2, 32_769), (8, 32_769), (8, 1 << 20)] {
        let junk = "e".repeat(len);
        let pairs = match cookies {
            1 => vec![format!("session={junk}")],
            _ => cut("session", &junk, cookies),
        };
        visitor.assert_refused(&pairs, &[Reason::TooLong]);
    }
    let longest = cut("session", &"A".repeat(32_768), 8);
    visitor.assert_refused(&longest, &[Reason::UnknownFormat]);
}

/// What may become of one part on its way.
#[derive(Clone, Debug)]
enum Damage {
    Lost,
    CutTo(usize),
    Longer(String),
    Changed(usize, char),
    OfOldBeside,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        Just(Damage::Lost),
        (0..4_000usize).prop_map(Damage::CutTo),
        "[A-Za-z0-9_.=-]{1,9}".prop_map(Damage::Longer),
        (0..4_000usize, any::<char>()).prop_map(|(at, to)| Damage::Changed(at, to)),
        Just(Damage::OfOldBeside),
    ]
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn whatever_becomes_of_a_part_no_data_comes_of_it(hit in 0..4usize, damage in damage(), seed: u8) {
        thread_local! {
            static VISITORS: [Visitor; 3] = visitors();
        }
        VISITORS.with(|visitors| {
            let visitor = &visitors[usize::from(seed) % 3];
            let pair = visitor.new[hit].clone();
            let (name, value) = pair.split_once('=').unwrap();
            let changed = match &damage {
                Damage::Lost => None,
                Damage::CutTo(len) => Some(value[..value.len().min(*len)].to_owned()),
                Damage::Longer(more) => Some(format!("{value}{more}")),
                Damage::Changed(at, to) => {
                    let at = at % value.len();
                    Some(format!("{}{to}{}", &value[..at], &value[at + 1..]))
                }
                Damage::OfOldBeside => Some(value.to_owned()),
            };
            let mut pairs = visitor.new.clone();
            match &changed {
                Some(value) => pairs[hit] = format!("{name}={value}"),
                None => drop(pairs.remove(hit)),
            }
            let is_in_doubt = matches!(damage, Damage::OfOldBeside);
            if is_in_doubt {
                pairs.push(visitor.old[hit].clone());
            }
            let by = usize::from(seed) % pairs.len();
            pairs.rotate_left(by);

            // Of two first cookies one fits the parts.
            let opens = changed.as_deref() == Some(value) && (hit == 0 || !is_in_doubt);
            let outcome = visitor.outcome(&pairs);
            assert_eq!(matches!(outcome, Outcome::Opened { .. }), opens, "{damage:?}");
            if opens {
                visitor.assert_opens(&pairs, "b");
            }
        });
    }
}
