//! Visitors who come back within their idle timeout stay signed in, through every rotation, and are signed out to the second
//! when they stay away (SPEC.md § 8.2, docs/spec/writer.md § 8.10).

use hardtack::{
    EncryptionKey, KeyRing, Session, SessionCookie, SessionSettings,
    carrier::SessionCookieBuilder,
    keys::{RingKey, SharedKeyRing},
    session::Payload,
};

use super::{
    browser::Browser,
    site,
    times::{at, seconds},
};

const DAY: u64 = 86_400;
const FORTNIGHT: u64 = 14 * DAY;
const YEARS: u64 = 3650 * DAY;

/// A ring whose keys change on days 30 and 75, each retiring as soon as no token of these sessions needs it.
fn rotating(needed: u64) -> KeyRing {
    let turns = [30, 75].map(|day| day * DAY);
    let [first, second, third] = [(); 3].map(|()| EncryptionKey::generate().unwrap());
    KeyRing::from_keys([
        RingKey::from(first).accept_until(at(turns[0] + needed)),
        RingKey::from(second)
            .seal_from(at(turns[0]))
            .accept_until(at(turns[1] + needed)),
        RingKey::from(third).seal_from(at(turns[1])),
    ])
    .unwrap()
}

/// The sites of several instances of an application, with one ring, whose tokens open for `unused` seconds.
fn sites(
    unused: u64,
    decide: impl Fn(SessionCookieBuilder) -> SessionCookieBuilder,
) -> [SessionCookie; 3] {
    let ring = rotating(unused + 60);
    [(); 3].map(|()| {
        let site = SessionCookie::encrypted(SharedKeyRing::from(ring.clone()));
        decide(site).build().unwrap()
    })
}

/// Asserts that a visitor of one instance after another who comes every day stays signed in for 120 days, with a `Max-Age` of
/// `unused` seconds from the last activity, and that one who then stays away is out after `unused` seconds, on every instance.
#[track_caller]
fn check<T: Payload>(
    sites: &[SessionCookie<T>],
    unused: u64,
    sign_in: impl Fn(&Session<T>),
    use_it: impl Fn(&Session<T>),
) {
    let mut browser = Browser::from(sites[0].clone());
    browser.visit(&sign_in);
    let (mut written, mut refreshes) = (0, 0);
    for day in 0..=120 {
        browser.now = day * DAY;
        browser.site = sites[day as usize % sites.len()].clone();
        browser.visit(|session| {
            assert!(!session.is_new(), "signed out on day {day}");
            use_it(session);
        });
        if let [field] = &browser.sent[..] {
            let (_, max_age) = field.rsplit_once("; Max-Age=").unwrap();
            if max_age == unused.to_string() {
                (written, refreshes) = (browser.now, refreshes + 1);
            } else {
                // Sealed again under the next key, which is no activity.
                assert!(
                    browser.now == 30 * DAY || browser.now == 75 * DAY,
                    "day {day}"
                );
                assert_eq!(max_age, (written + unused - browser.now).to_string());
            }
        }
    }
    assert!(refreshes > 8, "{refreshes} refreshes");
    let jar = browser.jar.clone();
    for site in sites {
        browser.site = site.clone();
        for (second, is_out) in [(written + unused - 1, false), (written + unused, true)] {
            (browser.now, browser.jar) = (second, jar.clone());
            assert_eq!(browser.visit(Session::is_new), is_out);
        }
    }
}

fn sign_in<T: Payload>(session: &Session<T>) {
    session.sign_in().unwrap();
}

fn sign_in_remembered(session: &Session) {
    session.sign_in().unwrap();
    session.remember_for(seconds(YEARS)).unwrap();
    assert!(session.is_persistent());
}

fn look<T: Payload>(session: &Session<T>) {
    assert!(session.created_at().is_some());
}

#[test]
fn settings_from_a_file_do_the_same() {
    let settings = "{\"persistent\": true, \"idle_timeout\": \"14d\", \"absolute_timeout\": \"3650d\", \
                    \"refresh_after\": \"always\"}";
    let decide = |builder: SessionCookieBuilder| {
        let settings: SessionSettings = serde_json::from_str(settings).unwrap();
        assert_eq!(settings.key_overlap().unwrap(), seconds(FORTNIGHT + 60));
        settings.apply_to(builder).unwrap()
    };
    check(&sites(FORTNIGHT, decide), FORTNIGHT, sign_in, look);
    let settings = "{\"remember_up_to\": \"3650d\", \"remembered_idle_timeout\": \"14d\"}";
    let decide = |builder: SessionCookieBuilder| {
        let settings: SessionSettings = serde_json::from_str(settings).unwrap();
        assert_eq!(settings.key_overlap().unwrap(), seconds(FORTNIGHT + 60));
        settings.apply_to(builder).unwrap()
    };
    check(
        &sites(FORTNIGHT, decide),
        FORTNIGHT,
        sign_in_remembered,
        look,
    );
}

#[test]
fn the_answer_to_remember_for_says_what_was_given() {
    let mut browser = Browser::from(site().remember_up_to(seconds(DAY)));
    browser.visit(|session| {
        session.sign_in().unwrap();
        assert_eq!(session.remember_for(seconds(3 * DAY)).unwrap(), at(DAY));
        assert_eq!(session.remember_for(seconds(600)).unwrap(), at(600));
        session.limit_to(seconds(60)).unwrap();
        assert_eq!(session.remember_for(seconds(600)).unwrap(), at(60));
    });
}
