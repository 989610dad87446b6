//! How large a session may be, and how large what is sent is (SPEC.md § 9.5, § 9.6, § 11).

#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hardtack::{
    ConfigError, EncryptionKey, Map, Payload, RenewAfter, SameSite, Session, SessionCookie,
    SessionCookieBuilder, SessionData, SessionError, SigningKey, Size, TokenChange, TooLarge,
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

// What a token costs

#[test]
fn a_user_id_and_a_name_fit_96_characters() {
    let fill = |session: &Session| {
        session.insert("user_id", 42).unwrap();
        session.insert("name", "Ada").unwrap();
    };
    assert!(token_len(encrypted(), fill) <= 96);
    assert!(token_len(signed(), fill) <= 64);
}

#[test]
fn a_dictionary_of_100_bytes_costs_what_the_specification_says() {
    let fill = |session: &Session| {
        let before = session.remaining_bytes();
        session.insert("a", "x".repeat(95)).unwrap();
        assert_eq!(before - session.remaining_bytes(), 100);
    };
    assert_eq!(token_len(encrypted(), fill), 202);
    assert_eq!(token_len(xchacha(), fill), 202);
    assert_eq!(token_len(signed(), fill), 170);
}

#[test]
fn typed_payloads_cost_what_the_specification_says() {
    #[track_caller]
    fn check(payload: usize, expected_encrypted: usize, expected_signed: usize) {
        let fill = |session: &Session<Bytes>| {
            let prefix = if payload > 128 { 2 } else { 1 };
            session.replace(Bytes(vec![7; payload - prefix])).unwrap();
            assert_eq!(postcard_len(session), payload);
        };
        assert_eq!(token_len(encrypted().typed(), fill), expected_encrypted);
        assert_eq!(token_len(signed().typed(), fill), expected_signed);
    }
    check(33, 114, 82);
    check(210, 350, 318);
    check(2139, 2922, 2890);
}

// What a session has room for

#[test]
fn the_room_is_what_the_specification_says() {
    #[track_caller]
    fn check(site: SessionCookieBuilder, expected: usize) {
        let session = site.build().unwrap().load([""], at(0));
        assert_eq!(session.remaining_bytes(), expected);
    }
    check(encrypted(), 2176);
    check(xchacha(), 2176);
    check(encrypted().size(Size::Anywhere), 2176);
    check(encrypted().size(Size::Browser), 2944);
    check(signed(), 2200);
    check(signed().size(Size::Browser), 2968);
}

#[test]
fn what_the_attributes_take_is_not_left_for_the_content() {
    #[track_caller]
    fn check(site: SessionCookieBuilder, expected: usize) {
        let session = site.name("session").build().unwrap().load([""], at(0));
        assert_eq!(session.remaining_bytes(), expected);
    }
    // floor((3072 - fixed) * 3 / 4) - 45 - 28
    check(encrypted(), 2181);
    check(encrypted().path("/app"), 2179);
    check(encrypted().path("/application/"), 2172);
    check(encrypted().domain("example.com"), 2166);
    check(encrypted().partitioned(), 2171);
    check(encrypted().same_site(SameSite::Omit), 2192);
    check(encrypted().danger_allow_http(), 2187);
}

#[test]
fn a_default_that_does_not_fit_is_refused_when_the_cookie_is_built() {
    #[derive(Serialize, Deserialize)]
    struct Large(String);
    impl Default for Large {
        fn default() -> Self {
            Large("x".repeat(3000))
        }
    }
    impl SessionData for Large {
        const SCHEMA: u32 = 1;
    }
    let refused = encrypted().typed::<Large>().build();
    assert!(matches!(refused, Err(ConfigError::NoRoom)));
    assert!(
        encrypted()
            .typed::<Large>()
            .size(Size::Browser)
            .build()
            .is_err()
    );
}

#[test]
fn one_byte_more_than_fits_is_refused_and_changes_nothing() {
    #[track_caller]
    fn check(site: SessionCookieBuilder, limit: usize) {
        let mut browser = Browser::of(site);
        browser.visit(|session| {
            fill(session);
            let before: Value = session.to().unwrap();
            let len = before["full"].as_str().unwrap().len();
            let longer = "x".repeat(len + 1);
            assert_too_large(session.insert("full", &longer), limit + 1, limit);
            let replace = |full: &mut String| full.push('x');
            assert_too_large(session.update("full", replace), limit + 1, limit);
            assert_too_large(session.insert("a", ()), limit + 4, limit);
            assert_eq!(session.to::<Value>().unwrap(), before);
            assert_eq!(session.remaining_bytes(), 0);
        });
        assert_eq!(browser.visit(Session::remaining_bytes), 0);
    }
    check(encrypted(), 3072);
    check(encrypted().size(Size::Browser), 4096);
    check(signed(), 3072);
    check(signed().size(Size::Browser), 4096);
}

#[test]
fn a_typed_session_that_grew_too_large_is_as_it_was() {
    let mut browser = Browser::of(encrypted().typed::<Bytes>());
    browser.visit(|session| {
        session.update(|bytes| bytes.0 = vec![7; 2174]).unwrap();
        assert_eq!(session.remaining_bytes(), 0);
        let grown = session.update(|bytes| bytes.0.push(7));
        assert_too_large(grown, 3073, 3072);
        assert_too_large(session.replace(Bytes(vec![8; 2175])), 3073, 3072);
        assert_eq!(session.read(Clone::clone), Bytes(vec![7; 2174]));
    });
    let read = browser.visit(|session| session.read(Clone::clone));
    assert_eq!(read, Bytes(vec![7; 2174]));
}

#[test]
fn the_sentence_of_a_refusal_says_what_to_do() {
    let session = encrypted().build().unwrap().load([""], at(0));
    let refused = session.insert("a", "x".repeat(3000)).unwrap_err();
    assert!(refused.to_string().contains("Size::Browser"), "{refused}");
}

#[test]
fn a_bare_token_is_held_to_the_profile() {
    #[track_caller]
    fn check(builder: SessionCookieBuilder, limit: usize) {
        let tokens = builder.absolute_timeout(CENTURY).idle_timeout(None);
        let tokens = tokens.renew_after(RenewAfter::Always).build_token("mobile");
        let tokens = tokens.unwrap();
        let session = tokens.load(None::<&str>, at(0));
        fill(&session);
        let len = session.get::<String>("full").unwrap().unwrap().len();
        assert_too_large(
            session.insert("full", "x".repeat(len + 1)),
            limit + 2,
            limit,
        );
        session.ensure_id().unwrap();
        let mut change = tokens.save(&session).unwrap();
        for age in AGES {
            let TokenChange::Set(token) = change else {
                panic!("written or renewed");
            };
            assert!(token.len() <= limit);
            let session = tokens.load(Some(token), at(age));
            session.renew_id().unwrap();
            change = tokens.save(&session).unwrap();
        }
    }
    check(encrypted(), 3072);
    check(signed().size(Size::Browser), 4096);
}

// A full session still fits, whatever is done with it

#[test]
fn a_full_session_is_renewed_at_any_age() {
    for_every_site(|site, limit| {
        let mut browser = Browser::of(site.renew_after(RenewAfter::Always));
        browser.visit(fill);
        for age in AGES {
            browser.now = age;
            assert_eq!(browser.visit(Session::remaining_bytes), 0);
            assert_within(&browser.sent, limit);
            assert_eq!(browser.visit(Session::last_active_at), Some(at(age)));
        }
    });
}

#[test]
fn a_full_session_is_changed_at_any_age() {
    for_every_site(|site, limit| {
        let mut browser = Browser::of(site);
        browser.visit(fill);
        for (age, letter) in AGES.into_iter().zip('a'..) {
            browser.now = age;
            let change = |full: &mut String| *full = letter.to_string().repeat(full.len());
            browser.visit(|session| session.update("full", change).unwrap());
            assert_within(&browser.sent, limit);
            assert_eq!(browser.visit(Session::remaining_bytes), 0);
        }
    });
}

#[test]
fn a_full_session_gets_an_id_at_any_age() {
    for_every_site(|site, limit| {
        for age in AGES {
            let mut browser = Browser::of(site.clone());
            browser.visit(fill);
            browser.now = age;
            let id = browser.visit(|session| session.ensure_id().unwrap());
            assert_within(&browser.sent, limit);
            assert_eq!(browser.visit(Session::id), Some(id));
        }
    });
}

#[test]
fn a_full_session_begins_anew_at_a_sign_in_at_any_age() {
    for_every_site(|site, limit| {
        for age in AGES {
            let mut browser = Browser::of(site.clone());
            browser.visit(fill);
            browser.now = age;
            browser.visit(|session| {
                session.renew().unwrap();
                session.renew_id().unwrap();
                session.save().unwrap();
            });
            assert_within(&browser.sent, limit);
            assert_eq!(browser.visit(Session::created_at), Some(at(age)));
            assert_eq!(browser.visit(Session::remaining_bytes), 0);
        }
    });
}

// A session that came in larger than the profile now allows

#[test]
fn a_session_stays_readable_when_an_option_is_narrowed() {
    for_every_narrowing(|mut browser, full| {
        for age in AGES {
            browser.now = age;
            assert_eq!(
                browser.visit(|session| session.to::<Value>().unwrap()),
                full
            );
            assert_eq!(browser.visit(Session::remaining_bytes), 0);
        }
    });
}

#[test]
fn a_session_that_is_too_large_now_is_written_back_in_no_more_bytes_than_it_came_in() {
    for_every_narrowing(|mut browser, full| {
        let token = browser.token().len();
        browser.now = 127;
        browser.visit(|session| session.save().unwrap());
        assert_eq!(browser.sent.len(), 1);
        assert_eq!(browser.token().len(), token);
        assert_eq!(
            browser.visit(|session| session.to::<Value>().unwrap()),
            full
        );
    });
}

#[test]
fn a_session_that_is_too_large_now_is_written_back_at_any_age() {
    for_every_narrowing(|browser, _| {
        for age in AGES {
            let mut browser = browser.clone();
            let token = browser.token().len();
            browser.now = age;
            browser.visit(|session| {
                let saved = session.save();
                assert!(saved.is_ok(), "at {age}: {saved:?}");
            });
            assert!(browser.token().len() <= token);
        }
    });
}

#[test]
fn a_value_of_a_session_that_is_too_large_now_is_exchanged_for_one_of_its_length_at_any_age() {
    for_every_narrowing(|browser, _| {
        for age in AGES {
            let mut browser = browser.clone();
            let token = browser.token().len();
            browser.now = age;
            browser.visit(|session| {
                let changed = session.insert("small", 2);
                assert!(changed.is_ok(), "at {age}: {changed:?}");
            });
            assert!(browser.token().len() <= token);
        }
    });
}

#[test]
fn a_session_that_is_too_large_now_may_shrink_by_any_entry_at_any_age() {
    for_every_narrowing(|browser, _| {
        for age in AGES {
            let mut browser = browser.clone();
            let token = browser.token().len();
            browser.now = age;
            browser.visit(|session| {
                let removed = session.remove("");
                assert!(matches!(removed, Ok(true)), "at {age}: {removed:?}");
            });
            assert!(browser.token().len() <= token);
        }
    });
}

#[test]
fn a_session_that_is_too_large_now_does_not_grow() {
    for_every_narrowing(|mut browser, full| {
        browser.visit(|session| {
            let refused = [
                session.insert("more", 1),
                session.update("full", |full: &mut String| full.push('x')),
                session.ensure_id().map(|_| ()),
                session.renew(),
                session.renew_id(),
            ];
            for refused in refused {
                let Err(SessionError::TooLarge(TooLarge {
                    needed, allowed, ..
                })) = refused
                else {
                    panic!("{refused:?}");
                };
                assert!(needed > allowed);
            }
            assert_eq!(session.to::<Value>().unwrap(), full);
            assert_eq!(session.id(), None);
        });
        let content: Value = browser.visit(|session| session.to().unwrap());
        assert_eq!(content, full);
    });
}

#[test]
fn a_session_that_is_too_large_now_shrinks_until_it_fits_and_is_then_like_any_other() {
    for_every_narrowing(|mut browser, _| {
        browser.now = 16_384;
        let before = browser.token().len();
        browser.visit(|session| {
            session
                .update("full", |full: &mut String| full.truncate(full.len() - 4))
                .unwrap();
        });
        assert!(browser.token().len() < before);
        browser.visit(|session| {
            session
                .update("full", |full: &mut String| full.truncate(100))
                .unwrap();
            session.insert("more", 1).unwrap();
            session.ensure_id().unwrap();
            fill(session);
        });
        let limit = browser.visit(|session| match session.insert("even more", 1) {
            Err(SessionError::TooLarge(TooLarge { allowed, .. })) => allowed,
            other => panic!("{other:?}"),
        });
        assert_within(&browser.sent, limit);
        assert!([3072, 4096].contains(&limit));
    });
}

#[test]
fn a_session_that_is_too_large_now_can_be_ended_and_begun_anew() {
    for_every_narrowing(|browser, _| {
        for end in [Session::clear, |session: &Session| {
            session.invalidate().map(|_| ())
        }] {
            let mut ended = browser.clone();
            ended.visit(|session| end(session).unwrap());
            assert_eq!(ended.cookie, None);

            let mut used = browser.clone();
            used.visit(|session| {
                end(session).unwrap();
                session.insert("a", 1).unwrap();
                session.ensure_id().unwrap();
            });
            let content: Value = used.visit(|session| session.to().unwrap());
            assert_eq!(content, json!({"a": 1}));
        }
    });
}

#[test]
fn a_session_that_an_option_left_within_the_limit_is_renewed_like_any_other() {
    let site = long_lived(encrypted())
        .name("session")
        .renew_after(RenewAfter::Always);
    let mut browser = Browser::of(site.clone());
    browser.visit(fill);
    browser.site = site.path("/app").build().unwrap();
    for age in AGES {
        browser.now = age;
        browser.visit(|session| session.contains("full"));
        assert_within(&browser.sent, 3072);
        assert_eq!(browser.visit(Session::last_active_at), Some(at(age)));
    }
    browser.visit(|session| {
        session.ensure_id().unwrap();
        session.renew().unwrap();
        assert_too_large(session.insert("more", 1), 3083, 3072);
    });
    assert_within(&browser.sent, 3072);
}

#[test]
fn a_renewal_that_does_not_fit_is_left_out() {
    for_every_narrowing(|mut browser, _| {
        for (age, is_renewed) in [(127, true), (128, false), (16_384, false)] {
            browser.now = age;
            browser.visit(|session| session.contains("full"));
            assert_eq!(!browser.sent.is_empty(), is_renewed, "at {age}");
        }
    });
}

#[test]
fn a_session_that_is_too_large_now_is_sealed_under_a_new_key() {
    let old = EncryptionKey::generate().unwrap().expose_secret();
    let old = || old.parse::<EncryptionKey>().unwrap();
    let mut browser = Browser::of(long_lived(encrypted_with(old())).size(Size::Browser));
    browser.visit(fill);
    let token = browser.token().len();
    let new = EncryptionKey::generate().unwrap();
    let key_id = new.id();
    let ring = hardtack::KeyRing::from_keys([new, old()]).unwrap();
    browser.site = long_lived(SessionCookie::encrypted(ring)).build().unwrap();
    browser.now = 20_000;
    browser.visit(|session| session.contains("full"));
    assert_eq!(browser.token().len(), token);
    let outcome = browser.visit(Session::outcome);
    assert_eq!(outcome, hardtack::Outcome::Opened { key_id });
}

#[test]
fn a_session_that_a_conversion_made_too_large_can_be_read_and_only_written_smaller() {
    #[derive(Serialize, Deserialize)]
    struct Grown(String);
    impl Default for Grown {
        fn default() -> Self {
            Grown("new".to_owned())
        }
    }
    impl SessionData for Grown {
        const SCHEMA: u32 = 2;
        fn convert(_: u32, bytes: &[u8]) -> Option<Grown> {
            Some(Grown("x".repeat(bytes.len() * 2)))
        }
    }
    let key = EncryptionKey::generate().unwrap().expose_secret();
    let site = || SessionCookie::encrypted(key.parse::<EncryptionKey>().unwrap());
    let mut before = Browser::of(site().typed::<Bytes>());
    before.visit(|session| session.replace(Bytes(vec![7; 1998])).unwrap());

    let mut browser = Browser::of(site().typed::<Grown>());
    browser.cookie = before.cookie;
    browser.now = 450;
    assert_eq!(
        browser.visit(|session| session.read(|grown| grown.0.len())),
        4000
    );
    assert_eq!(browser.sent.len(), 1, "it is renewed as it came");
    browser.visit(|session| {
        let written = session.update(|_| ());
        assert!(matches!(written, Err(SessionError::TooLarge(_))));
        assert_eq!(session.read(|grown| grown.0.len()), 4000);
        session.update(|grown| grown.0.truncate(100)).unwrap();
    });
    assert_eq!(
        browser.visit(|session| session.read(|grown| grown.0.len())),
        100
    );
}

// Everything at once

#[derive(Clone, Debug)]
enum Step {
    Insert(u8, usize),
    Update(u8, usize),
    Remove(u8),
    Fill,
    Clear,
    Invalidate,
    EnsureId,
    Renew,
    RenewId,
    Save,
    Read,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..4u8, 0..4000usize).prop_map(|(key, len)| Step::Insert(key, len)),
        4 => (0..4u8, 0..1500usize).prop_map(|(key, len)| Step::Update(key, len)),
        2 => (0..4u8).prop_map(Step::Remove),
        3 => Just(Step::Fill),
        1 => Just(Step::Clear),
        1 => Just(Step::Invalidate),
        2 => Just(Step::EnsureId),
        2 => Just(Step::Renew),
        2 => Just(Step::RenewId),
        2 => Just(Step::Save),
        4 => Just(Step::Read),
    ]
}

/// Errors are part of the game: what they leave behind is what counts.
fn take(step: &Step, session: &Session) {
    let value = |len: usize| "x".repeat(len);
    let key = |key: &u8| format!("key {key}");
    match step {
        Step::Insert(k, len) => _ = session.insert(&key(k), value(*len)),
        Step::Update(k, len) => _ = session.update(&key(k), |v: &mut String| *v = value(*len)),
        Step::Remove(k) => _ = session.remove(&key(k)),
        Step::Fill => {
            let room = session.remaining_bytes();
            let _ = (0..16).find(|less| {
                session
                    .insert("fill", value(room - less.min(&room)))
                    .is_ok()
            });
        }
        Step::Clear => _ = session.clear(),
        Step::Invalidate => _ = session.invalidate(),
        Step::EnsureId => _ = session.ensure_id(),
        Step::Renew => _ = session.renew(),
        Step::RenewId => _ = session.renew_id(),
        Step::Save => _ = session.save(),
        Step::Read => _ = session.len(),
    }
}

/// Options that may change between two requests without ending a session.
#[derive(Clone, Debug)]
struct Options {
    size: Size,
    path: usize,
    domain: bool,
    same_site: SameSite,
    partitioned: bool,
    renew_after: RenewAfter,
}

fn options() -> impl Strategy<Value = Options> {
    let sizes = prop_oneof![Just(Size::Anywhere), Just(Size::Browser)];
    let same_sites = prop_oneof![Just(SameSite::Omit), Just(SameSite::Strict)];
    let renewals = prop_oneof![
        Just(RenewAfter::Never),
        Just(RenewAfter::OnChange),
        Just(RenewAfter::Span(Duration::from_secs(100))),
        Just(RenewAfter::Always),
    ];
    let paths = prop_oneof![4 => 0..4usize, 1 => 0..1024usize];
    (
        sizes,
        paths,
        any::<bool>(),
        same_sites,
        any::<bool>(),
        renewals,
    )
        .prop_map(
            |(size, path, domain, same_site, partitioned, renew_after)| Options {
                size,
                path,
                domain,
                same_site,
                partitioned,
                renew_after,
            },
        )
}

impl Options {
    fn apply(&self, builder: SessionCookieBuilder) -> SessionCookie {
        let mut builder = long_lived(builder)
            .name("session")
            .size(self.size)
            .path(format!("/{}", "p".repeat(self.path)))
            .same_site(self.same_site)
            .renew_after(self.renew_after);
        if self.domain {
            builder = builder.domain("example.com");
        }
        if self.partitioned {
            builder = builder.partitioned();
        }
        builder.build().unwrap()
    }

    fn limit(&self) -> usize {
        match self.size {
            Size::Anywhere => 3072,
            _ => 4096,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_larger_is_sent_than_is_allowed_or_came_in(
        is_signed: bool,
        visits in prop::collection::vec(
            (options(), 0..40_000u64, prop::collection::vec(step(), 0..5)),
            1..8,
        ),
    ) {
        let builder = if is_signed { signed() } else { encrypted() };
        let mut browser = Browser::of(builder.clone());
        for (options, later, steps) in visits {
            browser.site = options.apply(builder.clone());
            browser.now += later;
            let arrived = browser.cookie.as_ref().map_or(0, String::len);
            let content = browser.visit(|session| {
                for step in &steps {
                    take(step, session);
                }
                session.to::<Value>().unwrap()
            });
            if let Some(field) = browser.sent.first() {
                let attributes = field.len() - field.find(';').unwrap();
                prop_assert!(field.len() <= options.limit().max(arrived + attributes));
            }
            let session = browser.site.load(&browser.cookie, at(browser.now));
            prop_assert_eq!(session.to::<Value>().unwrap(), content);
        }
    }

    #[test]
    fn a_session_fills_its_cookie_under_any_name_and_attributes(
        is_signed: bool,
        options in options(),
        name in "[a-z]{1,128}",
        age in 0..4_000_000_000u64,
    ) {
        let builder = if is_signed { signed() } else { encrypted() };
        let mut builder = long_lived(builder)
            .name(name)
            .size(options.size)
            .path(format!("/{}", "p".repeat(options.path)))
            .same_site(options.same_site)
            .renew_after(RenewAfter::Always);
        if options.domain {
            builder = builder.domain("example.com");
        }
        let mut browser = Browser::of(builder);
        browser.visit(|session| {
            fill(session);
            session.ensure_id().unwrap();
        });
        // Not over the limit, and not far below it: 4 bytes of age, 5 of ttl, 5 of schema and Max-Age
        // stand in reserve.
        let reserve = 14 * 4 / 3 + "; Max-Age=34560000".len() + 3;
        prop_assert!(browser.sent[0].len() <= options.limit());
        prop_assert!(browser.sent[0].len() + reserve >= options.limit());
        browser.now = age;
        prop_assert_eq!(browser.visit(Session::remaining_bytes), 0);
        prop_assert_eq!(browser.sent.len(), 1);
        prop_assert!(browser.sent[0].len() <= options.limit());
    }
}

// What the tests above have in common

#[derive(Serialize, Deserialize, Default, Clone, Debug, PartialEq)]
struct Bytes(Vec<u8>);

impl SessionData for Bytes {
    const SCHEMA: u32 = 1;
}

/// A browser that knows one site, and a clock that moves when it is told to.
struct Browser<T = Map> {
    site: SessionCookie<T>,
    /// What it sends: `name=value`.
    cookie: Option<String>,
    /// What it got last.
    sent: Vec<String>,
    now: u64,
}

impl<T: Payload> Browser<T> {
    fn of(site: SessionCookieBuilder<T>) -> Browser<T> {
        Browser {
            site: site.build().unwrap(),
            cookie: None,
            sent: Vec::new(),
            now: 0,
        }
    }

    fn visit<R>(&mut self, page: impl FnOnce(&Session<T>) -> R) -> R {
        let session = self.site.load(&self.cookie, at(self.now));
        let result = page(&session);
        self.sent = self.site.save(&session).unwrap().into_iter().collect();
        for field in &self.sent {
            let (cookie, attributes) = field.split_once("; ").unwrap();
            let is_kept = !attributes.contains("Max-Age=0");
            self.cookie = is_kept.then(|| cookie.to_owned());
        }
        result
    }

    fn token(&self) -> &str {
        self.cookie.as_deref().unwrap().split_once('=').unwrap().1
    }
}

impl<T> Clone for Browser<T> {
    fn clone(&self) -> Self {
        Browser {
            site: self.site.clone(),
            cookie: self.cookie.clone(),
            sent: self.sent.clone(),
            now: self.now,
        }
    }
}

fn encrypted() -> SessionCookieBuilder {
    encrypted_with(EncryptionKey::generate().unwrap())
}

fn xchacha() -> SessionCookieBuilder {
    encrypted_with(EncryptionKey::generate_xchacha20().unwrap())
}

fn encrypted_with(key: EncryptionKey) -> SessionCookieBuilder {
    SessionCookie::encrypted(key)
}

fn signed() -> SessionCookieBuilder {
    SessionCookie::unencrypted_but_signed(SigningKey::generate().unwrap())
}

fn long_lived(site: SessionCookieBuilder) -> SessionCookieBuilder {
    site.idle_timeout(None).absolute_timeout(CENTURY)
}

/// Both profiles in every suite, with sessions that live long, and their limits.
fn for_every_site(check: impl Fn(SessionCookieBuilder, usize)) {
    for site in [encrypted(), xchacha(), signed()] {
        check(long_lived(site.clone()), 3072);
        check(long_lived(site).size(Size::Browser), 4096);
    }
}

/// Browsers with a full session, whose site has since been given an option that leaves less room, and
/// what is in the session. Each option costs more than the reserve, which is 47 characters here.
fn for_every_narrowing(check: impl Fn(Browser, Value)) {
    let narrowings: [fn(SessionCookieBuilder) -> SessionCookieBuilder; 6] = [
        |site| site.size(Size::Anywhere),
        |site| site.path(format!("/{}", "application/".repeat(5))),
        |site| site.domain("a-very-long-host-name-for-a-domain.example.com"),
        |site| {
            site.path("/application/in/a/path/with/many/more/letters/than/before")
                .same_site(SameSite::Strict)
        },
        |site| {
            site.partitioned()
                .domain("still-a-rather-long-name.example.com")
        },
        |site| {
            site.path(format!("/{}", "x".repeat(1023)))
                .size(Size::Anywhere)
        },
    ];
    for narrow in narrowings {
        for site in [encrypted(), signed()] {
            let site = long_lived(site)
                .name("session")
                .renew_after(RenewAfter::Always);
            let mut browser = Browser::of(site.clone().size(Size::Browser));
            let full = browser.visit(|session| {
                session.insert("", ()).unwrap();
                session.insert("small", 1).unwrap();
                fill(session);
                session.to::<Value>().unwrap()
            });
            browser.site = narrow(site.size(Size::Browser)).build().unwrap();
            check(browser, full);
        }
    }
}

/// Fills a dictionary to its last byte.
fn fill(session: &Session) {
    let _ = session.remove("full");
    // An entry has a marker, 4 letters, and 3 bytes before a long text; the dictionary has a marker.
    let map = usize::from(session.is_empty());
    let len = session.remaining_bytes() - 5 - 3 - map;
    session.insert("full", "x".repeat(len)).unwrap();
    assert_eq!(session.remaining_bytes(), 0);
}

/// Characters of the token of a session that `fill` filled.
fn token_len<T: Payload>(site: SessionCookieBuilder<T>, fill: impl FnOnce(&Session<T>)) -> usize {
    let mut browser = Browser::of(site);
    browser.visit(fill);
    browser.token().len()
}

fn postcard_len(session: &Session<Bytes>) -> usize {
    session.read(|bytes| postcard::to_stdvec(bytes).unwrap().len())
}

#[track_caller]
fn assert_within(sent: &[String], limit: usize) {
    assert_eq!(sent.len(), 1);
    assert!(sent[0].len() <= limit, "{} bytes", sent[0].len());
}

#[track_caller]
fn assert_too_large<R: std::fmt::Debug>(
    result: Result<R, SessionError>,
    expected_needed: usize,
    expected_allowed: usize,
) {
    match result {
        Err(SessionError::TooLarge(TooLarge {
            needed, allowed, ..
        })) => {
            assert_eq!((needed, allowed), (expected_needed, expected_allowed));
        }
        other => panic!("{other:?}"),
    }
}

/// Seconds after the beginning of the test.
fn at(second: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000 + second)
}

/// Where the age of a session takes one byte, and from where on it takes two, three and four.
const AGES: [u64; 4] = [127, 128, 16_384, 2_097_152];
const CENTURY: Duration = Duration::from_secs(4_200_000_000);
