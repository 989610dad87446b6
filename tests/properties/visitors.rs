//! Two visitors at once, whose requests one thread and one site answer.

use std::collections::BTreeMap;

use hardtack::{Session, SessionCookie, Size};
use hardtack_jar::Jar;
use proptest::prelude::*;

use super::{cases::cases, site, suite, times::at};

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
