//! A key that is retired when no token needs it any more (SPEC.md § 3.4.8) changes no answer: any policy, visits and clocks, in
//! two worlds of which one keeps the key for ever.

use hardtack::{
    EncryptionKey, KeyRing, Session, SessionCookie, carrier::SessionCookieBuilder, keys::RingKey,
};
use proptest::prelude::*;

use super::{
    browser::Browser,
    cases::cases,
    is_valid,
    policies::Refresh,
    times::{at, seconds},
};

/// The second at which the next key begins to seal.
const TURN: u64 = 10_000;

#[derive(Clone, Copy, Debug)]
struct Policy {
    idle: Option<u64>,
    absolute: u64,
    remembered: Option<(u64, Option<u64>)>,
    skew: u64,
    refresh: Refresh,
    is_persistent: bool,
}

impl Policy {
    /// The time for which the old key is needed, in the words of the specification.
    fn needed(&self) -> u64 {
        let least =
            |longest: u64, idle: Option<u64>| idle.map_or(longest, |idle| idle.min(longest));
        let plain = least(self.absolute, self.idle);
        let remembered = self
            .remembered
            .map_or(0, |(up_to, idle)| least(up_to, idle));
        plain.max(remembered) + self.skew
    }

    fn site(&self, ring: KeyRing) -> SessionCookieBuilder {
        let mut site = SessionCookie::encrypted(ring)
            .idle_timeout(self.idle.map(seconds))
            .absolute_timeout(seconds(self.absolute))
            .clock_skew(seconds(self.skew));
        if self.is_persistent {
            site = site.persistent(true);
        }
        if let Some((up_to, idle)) = self.remembered {
            site = site.remember_up_to(seconds(up_to));
            if let Some(idle) = idle {
                site = site.remembered_idle_timeout(seconds(idle));
            }
        }
        site
    }
}

fn idle_up_to(longest: u64) -> impl Strategy<Value = Option<u64>> {
    prop::option::weighted(0.8, 2..=longest.min(3000))
}

fn policy() -> impl Strategy<Value = Policy> {
    let plain = (2..6000u64).prop_flat_map(|longest| (Just(longest), idle_up_to(longest)));
    let remembered = (2..9000u64).prop_flat_map(|longest| (Just(longest), idle_up_to(longest)));
    let remembered = prop::option::of(remembered);
    let others = (0..=300u64, 0..7u8, 0..=100u64, any::<bool>());
    (plain, remembered, others).prop_map(
        |((absolute, idle), remembered, (skew, refresh, percent, is_persistent))| {
            let idles = [idle, remembered.and_then(|(_, idle)| idle)];
            let least = idles.into_iter().flatten().min().unwrap_or(3000);
            let duration = least / 2 * percent / 100;
            Policy {
                idle,
                absolute,
                remembered,
                skew,
                is_persistent,
                refresh: Refresh::of(refresh, duration),
            }
        },
    )
}

#[derive(Clone, Copy, Debug)]
enum Deed {
    Nothing,
    Read,
    Write,
    Renew,
    Remember(u64),
    Forget,
    Limit(u64),
    Discard,
}

/// A visit: when, how far the clock of its instance is ahead, and what the page does.
#[derive(Clone, Copy, Debug)]
struct Visit {
    time: u64,
    ahead: i64,
    deed: Deed,
    /// The browser gets the response.
    arrives: bool,
    /// It sends a copy of an earlier cookie.
    sends_a_copy: bool,
    /// It copies the cookie that it has.
    keeps_a_copy: bool,
}

fn visits() -> impl Strategy<Value = Vec<Visit>> {
    let deed = prop_oneof![
        1 => Just(Deed::Nothing),
        4 => Just(Deed::Read),
        3 => Just(Deed::Write),
        1 => Just(Deed::Renew),
        2 => (1..9000u64).prop_map(Deed::Remember),
        1 => Just(Deed::Forget),
        1 => (1..4000u64).prop_map(Deed::Limit),
        1 => Just(Deed::Discard),
    ];
    // Mostly within a lifetime of the turn, and often close to it.
    let time = prop_oneof![
        3 => TURN - 400..TURN + 400,
        3 => TURN - 6000..TURN + 9500,
    ];
    let rarely = || prop::bool::weighted(0.2);
    let browser = (prop::bool::weighted(0.8), rarely(), rarely());
    let visit = (time, -300..=300i64, deed, browser);
    let visit = visit.prop_map(
        |(time, ahead, deed, (arrives, sends_a_copy, keeps_a_copy))| Visit {
            time,
            ahead,
            deed,
            arrives,
            sends_a_copy,
            keeps_a_copy,
        },
    );
    prop::collection::vec(visit, 2..25).prop_map(|mut visits| {
        visits.sort_by_key(|visit| visit.time);
        visits
    })
}

/// What a visitor notices: whether the session opened, its content, and its end.
type Noticed = (bool, Option<u64>, Option<std::time::SystemTime>);

struct World {
    browser: Browser,
    copy: Option<hardtack_jar::Jar>,
}

impl World {
    fn of(site: SessionCookie) -> World {
        World {
            browser: Browser::from(site),
            copy: None,
        }
    }

    fn visit(&mut self, visit: Visit) -> Noticed {
        let before = self.browser.jar.clone();
        if let Some(copy) = self.copy.clone().filter(|_| visit.sends_a_copy) {
            self.browser.jar = copy;
        }
        self.browser.now = visit.time.saturating_add_signed(visit.ahead);
        let noticed = self.browser.visit(|session| act(session, visit));
        if !visit.arrives || visit.sends_a_copy {
            self.browser.jar = before.clone();
        }
        if visit.keeps_a_copy {
            self.copy = Some(before);
        }
        noticed
    }
}

fn act(session: &Session, visit: Visit) -> Noticed {
    if matches!(visit.deed, Deed::Nothing) {
        return (false, None, None);
    }
    assert!(is_valid(session));
    let noticed = (
        !session.is_new(),
        session.get("count").unwrap(),
        session.expires_at(),
    );
    match visit.deed {
        Deed::Nothing | Deed::Read => {}
        Deed::Write => session.insert("count", visit.time).unwrap(),
        Deed::Renew => session.renew().unwrap(),
        // An error where no session is remembered.
        Deed::Remember(duration) => _ = session.remember_for(seconds(duration)),
        Deed::Forget => session.forget().unwrap(),
        Deed::Limit(duration) => session.limit_to(seconds(duration)).unwrap(),
        Deed::Discard => {
            session.insert("count", 0).unwrap();
            session.discard().unwrap();
        }
    }
    noticed
}

/// The first key seals until the turn, and opens until a second or for ever.
fn ring(keys: &[String; 2], until: Option<u64>) -> KeyRing {
    let [old, new] = keys
        .each_ref()
        .map(|key| RingKey::from(key.parse::<EncryptionKey>().unwrap()));
    let old = match until {
        Some(until) => old.accept_until(at(until)),
        None => old,
    };
    KeyRing::from_keys([old, new.seal_from(at(TURN))]).unwrap()
}

fn keys() -> [String; 2] {
    [(); 2].map(|()| {
        EncryptionKey::generate()
            .unwrap()
            .expose_secret()
            .to_string()
    })
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn a_key_that_is_no_longer_needed_is_missed_by_nobody(policy in policy(), visits in visits()) {
        let keys = keys();
        let needed = TURN + policy.needed();
        let worlds = [
            policy.refresh.build(policy.site(ring(&keys, None))),
            policy.refresh.build(policy.site(ring(&keys, Some(needed)))),
        ];
        let mut worlds = worlds.map(World::of);
        for visit in visits {
            let [for_ever, in_time] = worlds.each_mut().map(|world| world.visit(visit));
            prop_assert_eq!(for_ever, in_time);
        }
    }
}

/// A session that a slow instance writes, after a fast one has used it: its last activity is ahead of the clock that seals.
fn late_session_opens_at(second: u64, site: impl Fn() -> SessionCookieBuilder) -> bool {
    let mut browser = Browser::from(site());
    // Signed in where the clock is 60 seconds ahead, in its last second under the old key.
    browser.now = TURN - 1;
    browser.visit(|session| session.insert("count", 1).unwrap());
    // Used a minute later there, under the new key, and then changed by a slow instance under the old one.
    browser.now = TURN + 59;
    browser.visit(|session| session.insert("count", 2).unwrap());
    browser.now = TURN - 1;
    browser.visit(|session| session.insert("count", 3).unwrap());
    browser.now = second;
    browser.visit(|session| !session.is_new())
}

/// The last second of that session.
const LAST: u64 = TURN + 59 + 1800 - 1;

#[test]
fn a_second_less_would_be_missed() {
    let keys = keys();
    let opens_at = |second, until| {
        let ring = || ring(&keys, Some(until));
        late_session_opens_at(second, || SessionCookie::encrypted(ring()))
    };
    assert!(opens_at(LAST, TURN + 1800 + 60));
    assert!(opens_at(LAST, LAST + 1));
    assert!(!opens_at(LAST, LAST));
    assert!(!opens_at(LAST + 1, TURN + 9999));
}
