//! Visitors who come back within their idle timeout stay signed in, through every rotation, and are signed out to the second
//! when they stay away (SPEC.md § 8.2, docs/spec/writer.md § 8.10).

use hardtack::{
    EncryptionKey, KeyRing, Session, SessionCookie, SessionData, SessionSettings, SessionToken,
    carrier::{RefreshAfter, SessionCookieBuilder, TokenChange},
    keys::{RingKey, SharedKeyRing},
    session::Payload,
};
use serde::{Deserialize, Serialize};

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

fn remembering(site: SessionCookieBuilder) -> SessionCookieBuilder {
    site.remember_up_to(seconds(YEARS))
        .remembered_idle_timeout(seconds(FORTNIGHT))
}

fn persistent<T>(site: SessionCookieBuilder<T>) -> SessionCookieBuilder<T> {
    site.persistent()
        .idle_timeout(seconds(FORTNIGHT))
        .absolute_timeout(seconds(YEARS))
}

#[test]
fn a_remembered_visitor_who_comes_back_stays_signed_in() {
    check(
        &sites(FORTNIGHT, remembering),
        FORTNIGHT,
        sign_in_remembered,
        look,
    );
}

#[test]
fn so_does_one_of_a_persistent_cookie_without_a_call_at_the_sign_in() {
    check(&sites(FORTNIGHT, persistent), FORTNIGHT, sign_in, look);
}

#[test]
fn every_rule_of_refreshes_holds_for_both() {
    type Use = fn(&Session);
    let change: Use = |session| {
        let count: u64 = session.get("count").unwrap().unwrap_or_default();
        session.insert("count", count + 1).unwrap();
    };
    let rules: [(RefreshAfter, Use); 4] = [
        (RefreshAfter::Always, look),
        (RefreshAfter::Interval(seconds(5 * DAY)), look),
        (RefreshAfter::OnChange, change),
        // The handler leaves the session alone.
        (RefreshAfter::EveryRequest, |_| ()),
    ];
    for (rule, use_it) in rules {
        // The rule is for every session, also for those that are not remembered.
        let site = |site| remembering(site).idle_timeout(None).refresh_after(rule);
        let sites_of = sites(FORTNIGHT, site);
        if rule == RefreshAfter::EveryRequest {
            untouched(&sites_of, sign_in_remembered);
            continue;
        }
        check(&sites_of, FORTNIGHT, sign_in_remembered, use_it);
        let site = |site| persistent(site).refresh_after(rule);
        check(&sites(FORTNIGHT, site), FORTNIGHT, sign_in, use_it);
    }
}

/// A visitor whose pages never look at the session.
fn untouched(sites: &[SessionCookie], sign_in: impl Fn(&Session)) {
    let mut browser = Browser::from(sites[0].clone());
    browser.visit(sign_in);
    for day in 1..=120 {
        browser.now = day * DAY;
        browser.site = sites[day as usize % sites.len()].clone();
        browser.visit(|_| ());
        assert_eq!(browser.sent.len(), 1, "day {day}");
        assert!(browser.sent[0].ends_with("; Max-Age=1209600"));
    }
    browser.now += DAY;
    assert!(!browser.visit(Session::is_new));
}

#[derive(Default, Serialize, Deserialize, PartialEq)]
struct Visits {
    count: u32,
}

impl SessionData for Visits {
    const LABEL: &'static str = "visits";
    const SCHEMA: u32 = 1;
}

#[test]
fn typed_sessions_too() {
    let ring = rotating(FORTNIGHT + 60);
    let site = || persistent(SessionCookie::encrypted(ring.clone()).typed::<Visits>());
    let sites = [(); 2].map(|()| site().build().unwrap());
    check(&sites, FORTNIGHT, sign_in, look);
    check(&sites, FORTNIGHT, sign_in, |session| {
        session.update(|visits| visits.count += 1).unwrap();
    });
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
fn tokens_in_a_header_go_on_without_a_cookie() {
    let ring = rotating(FORTNIGHT + 60);
    let header = SessionToken::encrypted(ring)
        .header("x-session")
        .idle_timeout(seconds(FORTNIGHT))
        .absolute_timeout(seconds(YEARS))
        .build()
        .unwrap();
    let session = header.load(None::<&str>, at(0));
    session.sign_in().unwrap();
    let TokenChange::Store(mut token) = header.save(&session).unwrap() else {
        panic!("it begins");
    };
    let mut written = 0;
    for day in 1..=120 {
        let session = header.load(Some(&token), at(day * DAY));
        assert!(!session.is_new(), "day {day}");
        if let TokenChange::Store(next) = header.save(&session).unwrap() {
            (token, written) = (next, day * DAY);
        }
    }
    let opens = |second| !header.load(Some(&token), at(second)).is_new();
    assert!(opens(written + FORTNIGHT - 1));
    assert!(!opens(written + FORTNIGHT));
}

#[test]
fn the_absolute_end_still_comes_whoever_visits() {
    let site = site()
        .remember_up_to(seconds(30 * DAY))
        .remembered_idle_timeout(seconds(FORTNIGHT));
    let mut browser = Browser::from(site);
    browser.visit(|session| {
        session.sign_in().unwrap();
        let end = session.remember_for(seconds(40 * DAY)).unwrap();
        assert_eq!(end, at(30 * DAY));
    });
    for day in 1..30 {
        browser.now = day * DAY;
        assert!(!browser.visit(Session::is_new), "day {day}");
        if let [field] = &browser.sent[..] {
            let left = (30 * DAY - browser.now).min(FORTNIGHT);
            assert!(field.ends_with(&format!("; Max-Age={left}")), "{field}");
        }
    }
    browser.now = 30 * DAY - 1;
    assert!(!browser.visit(Session::is_new));
    browser.now = 30 * DAY;
    assert!(browser.visit(Session::is_new));
}

#[test]
fn a_session_that_is_not_remembered_keeps_its_own_timeout_and_its_cookie() {
    let mut browser = Browser::from(remembering(site()));
    browser.visit(sign_in);
    assert!(!browser.sent[0].contains("Max-Age"));
    let jar = browser.jar.clone();
    browser.now = 1799;
    assert!(!browser.visit(Session::is_new));
    (browser.now, browser.jar) = (1800, jar);
    assert!(browser.visit(Session::is_new));
}

#[test]
fn an_instance_without_the_setting_reads_the_same_tokens() {
    let keys: SharedKeyRing = EncryptionKey::generate().unwrap().into();
    let with = remembering(SessionCookie::encrypted(keys.clone()))
        .build()
        .unwrap();
    let without = SessionCookie::encrypted(keys).remember_up_to(seconds(YEARS));
    let mut browser = Browser::from(with);
    browser.visit(sign_in_remembered);
    browser.site = without.build().unwrap();
    // By its own settings, the session is remembered without an idle timeout, and is not refreshed.
    browser.now = 20 * DAY;
    assert!(!browser.visit(Session::is_new));
    assert!(browser.sent.is_empty());
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
