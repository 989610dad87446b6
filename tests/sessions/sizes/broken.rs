//! Parts that do not belong together give no data and no error (SPEC.md § 7.1, § 9.2).

use hardtack::{SessionCookie, Size, session::Outcome};
use proptest::prelude::*;

use super::{
    browser::Browser, cases::cases, encrypted, long_lived, reason, signed, times::at, xchacha,
};

/// One site, and two generations of one session there, of the same length, in four cookies each.
struct Visitor {
    site: SessionCookie,
    old: Vec<String>,
    new: Vec<String>,
}

/// One visitor for each suite.
fn visitors() -> [Visitor; 3] {
    [encrypted(), xchacha(), signed()].map(|site| {
        let site = long_lived(site).name("session").size(Size::Split(4));
        let mut browser = Browser::from(site);
        let mut generation = |letter: &str| {
            browser.visit(|session| session.insert("k", letter.repeat(11_000)).unwrap());
            assert_eq!(browser.jar.pairs().len(), 4);
            browser.jar.pairs()
        };
        let (old, new) = (generation("a"), generation("b"));
        Visitor {
            site: browser.site,
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

    #[track_caller]
    fn assert_opens(&self, pairs: &[impl AsRef<str>], letter: &str) {
        let fields: Vec<_> = pairs.iter().map(AsRef::as_ref).collect();
        let session = self.site.load(&fields, at(0));
        assert_eq!(reason(&session), None);
        assert_eq!(session.get("k").unwrap(), Some(letter.repeat(11_000)));
        assert!(self.site.save(&session).unwrap().is_empty());
    }
}

/// Damage to one part.
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

            // Of two first cookies, one fits the parts.
            let opens = changed.as_deref() == Some(value) && (hit == 0 || !is_in_doubt);
            let outcome = visitor.outcome(&pairs);
            assert_eq!(matches!(outcome, Outcome::Opened { .. }), opens, "{damage:?}");
            if opens {
                visitor.assert_opens(&pairs, "b");
            }
        });
    }
}
