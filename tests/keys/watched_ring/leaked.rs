//! After a leak of a whole ring: forgeries under each of its keys, by the rings that `hardtack ring leaked` writes.

use hardtack::{
    KeyRing, Session, SessionCookie,
    keys::{KeyId, PollOutcome},
};

use super::{Vault, Watched, browser::Browser, id, key, times::at, unsettled};

/// A ring with a key that seals, one that waits and one that is planned.
struct Stolen {
    keys: [String; 3],
    ring: String,
    new: String,
}

impl Stolen {
    fn new() -> Stolen {
        let keys = [key(), key(), key()];
        let [seals, waits, planned] = &keys;
        Stolen {
            ring: format!("{seals}\n{waits}\n{planned} seal_from={}", show(50)),
            new: key(),
            keys,
        }
    }

    /// As `ring leaked --at` writes it, at first or again.
    fn ended(&self, end: u64) -> String {
        let ([seals, waits, planned], new, end) = (&self.keys, &self.new, show(end));
        format!(
            "{seals} accept_until={end}\n{waits} accept_until={end}\n{planned} seal_from={} accept_until={end}\n{new} \
             seal_from={end}",
            show(50)
        )
    }

    fn ids(&self) -> [KeyId; 3] {
        self.keys.each_ref().map(|key| id(key))
    }

    /// Browsers with a session that is forged with each key.
    fn forged(&self, site: &SessionCookie) -> [Browser; 3] {
        self.keys.each_ref().map(|key| {
            let key: KeyRing = key.parse().unwrap();
            let mut thief = Browser::from(SessionCookie::encrypted(key).build().unwrap());
            thief.visit(|session| session.insert("user", 666).unwrap());
            thief.site = site.clone();
            thief
        })
    }
}

fn show(second: u64) -> String {
    humantime::format_rfc3339_seconds(at(second)).to_string()
}

fn user(session: &Session) -> Option<u32> {
    session.get("user").unwrap()
}

/// Visits at a second. A copy of each cookie stays for later.
fn opened(thieves: &mut [Browser; 3], second: u64) -> usize {
    let visits = thieves.iter_mut().map(|thief| {
        let copy = thief.clone();
        thief.now = second;
        let seen = thief.visit(user);
        if seen.is_none() {
            *thief = copy;
        }
        seen
    });
    visits.flatten().count()
}

/// Takes a ring at a second. Returns the keys that open longer than they were to.
#[track_caller]
fn take(watched: &mut Watched, vault: &Vault, ring: &str, second: u64) -> Vec<KeyId> {
    vault.put(ring);
    unsettled(watched);
    match watched.poll(at(second)) {
        PollOutcome::Replaced { mut returned, .. } => {
            returned.sort();
            returned
        }
        look => panic!("{look:?}"),
    }
}

fn sorted(ids: impl IntoIterator<Item = KeyId>) -> Vec<KeyId> {
    let mut ids: Vec<_> = ids.into_iter().collect();
    ids.sort();
    ids
}

fn problems(cookie: &SessionCookie, second: u64) -> usize {
    cookie.keys_in_use(at(second)).problems.len()
}

#[test]
fn a_leak_that_is_put_off_twice_ends_once_and_a_backup_is_told() {
    let stolen = Stolen::new();
    let vault = Vault::with(&stolen.ring);
    let mut watched = vault.watch();
    let cookie = SessionCookie::encrypted(watched.keys()).build().unwrap();
    let mut thieves = stolen.forged(&cookie);
    let mut visitor = Browser::from(cookie.clone());
    visitor.visit(|session| session.insert("user", 7).unwrap());
    let all = sorted(stolen.ids());

    assert_eq!(take(&mut watched, &vault, &stolen.ended(100), 10), []);
    assert_eq!(take(&mut watched, &vault, &stolen.ended(200), 60), all);
    assert_eq!(take(&mut watched, &vault, &stolen.ended(300), 150), all);
    for second in [155, 250, 299] {
        assert_eq!(opened(&mut thieves, second), 3);
        visitor.now = second;
        assert_eq!(visitor.visit(user), Some(7));
    }
    assert_eq!([299, 300].map(|second| problems(&cookie, second)), [3, 0]);
    // From then on the visitor is signed out, once.
    visitor.now = 300;
    assert_eq!(visitor.visit(user), None);
    visitor.visit(|session| session.insert("user", 8).unwrap());
    for second in [300, 301, 1_000] {
        assert_eq!(opened(&mut thieves, second), 0);
        visitor.now = second;
        assert_eq!(visitor.visit(user), Some(8));
    }
    // What is in the ring is obeyed, and told.
    assert_eq!(take(&mut watched, &vault, &stolen.ring, 1_010), all);
    assert_eq!(
        (opened(&mut thieves, 1_011), problems(&cookie, 1_011)),
        (3, 3)
    );
    // The new key, which the backup lacked, is no news.
    assert_eq!(take(&mut watched, &vault, &stolen.ended(300), 1_020), []);
    assert_eq!(problems(&cookie, 1_020), 0);
    assert_eq!(opened(&mut thieves, 1_021), 0);
    visitor.now = 1_021;
    assert_eq!(visitor.visit(user), Some(8));
}

#[test]
fn a_backup_that_comes_before_the_time_of_a_leak_is_told() {
    let stolen = Stolen::new();
    let vault = Vault::with(&stolen.ring);
    let mut watched = vault.watch();
    let cookie = SessionCookie::encrypted(watched.keys()).build().unwrap();
    let mut thieves = stolen.forged(&cookie);
    let all = sorted(stolen.ids());
    assert_eq!(take(&mut watched, &vault, &stolen.ended(100), 10), []);
    assert_eq!(take(&mut watched, &vault, &stolen.ring, 40), all);
    assert_eq!(
        [41, 100, 5_000].map(|second| problems(&cookie, second)),
        [3; 3]
    );
    assert_eq!(opened(&mut thieves, 100), 3);
    // The right ring, after its time.
    take(&mut watched, &vault, &stolen.ended(100), 110);
    assert_eq!(opened(&mut thieves, 110), 0);
}

/// As with a variable: each start is a new program.
#[test]
fn a_program_without_polls_opens_no_forgery_from_the_time_on_or_from_its_next_start_on() {
    let stolen = Stolen::new();
    let started = |ring: &str| {
        let ring: KeyRing = ring.parse().unwrap();
        SessionCookie::encrypted(ring).build().unwrap()
    };
    let mut thieves = stolen.forged(&started(&stolen.ring));
    // The planned key seals them again.
    assert_eq!(opened(&mut thieves, 60), 3);
    for (ring, last) in [(stolen.ended(100), 99), (stolen.new.clone(), 0)] {
        let site = started(&ring);
        let mut thieves = thieves.clone();
        thieves.iter_mut().for_each(|it| it.site = site.clone());
        if last > 0 {
            assert_eq!(opened(&mut thieves, last), 3);
        }
        for second in [last.max(60) + 1, 1_000] {
            assert_eq!(opened(&mut thieves, second), 0, "{second}");
        }
        // Its first ring is all that it knows.
        assert_eq!(problems(&site, 1_000), 0);
    }
}

#[cfg(feature = "migrate")]
#[test]
fn forgeries_that_were_taken_over_from_an_old_cookie_end_by_the_not_before_of_the_new_one() {
    let stolen = Stolen::new();
    let was = Vault::with(&stolen.ring);
    let mut watched_was = was.watch();
    let former = SessionCookie::encrypted(watched_was.keys()).name("__Host-was");
    let former = former.build().unwrap();
    let ring = key();
    let vault = Vault::with(&ring);
    let mut watched = vault.watch();
    let site = SessionCookie::encrypted(watched.keys());
    let site = site.migrate_from(former.clone(), at(0)..at(100_000));
    let site = site.build().unwrap();
    let thieves = || {
        stolen.keys.each_ref().map(|key| {
            let key: KeyRing = key.parse().unwrap();
            let thief = SessionCookie::encrypted(key).name("__Host-was");
            let mut thief = Browser::from(thief.build().unwrap());
            thief.visit(|session| session.insert("user", 666).unwrap());
            thief.site = site.clone();
            thief
        })
    };
    let (mut early, mut late) = (thieves(), thieves());
    assert_eq!(opened(&mut early, 20), 3);
    take(&mut watched_was, &was, &stolen.ended(100), 30);
    assert_eq!(opened(&mut late, 100), 0);
    assert_eq!(opened(&mut early, 101), 3);
    // As `ring end-sessions` writes it.
    take(
        &mut watched,
        &vault,
        &format!("{ring}\nnot_before={}", show(102)),
        102,
    );
    assert_eq!(opened(&mut early, 103), 0);
    assert_eq!(opened(&mut late, 103), 0);
}
