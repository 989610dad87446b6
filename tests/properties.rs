//! What holds for every session, every token and every input.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack::{
    Context, EncryptionKey, KeyRing, Map, Outcome, Payload, Reason, RingKey, SameSite, Session,
    SessionCookie, SessionCookieBuilder, SessionData, SessionId, SigningKey, Size, TokenChange,
};
use hmac::{Hmac, KeyInit, Mac};
use proptest::{prelude::*, test_runner::TestRunner};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

// What is saved is loaded

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_dictionary_comes_back_as_it_was(suite in suite(), content in dictionary()) {
        let mut browser = Browser::of(site(suite).size(Size::Browser));
        let stored = browser.visit(|session| {
            let is_stored = |(key, value): &(String, Value)| session.insert(key, value).is_ok();
            content.into_iter().filter(is_stored).collect::<BTreeMap<_, _>>()
        });
        browser.visit(|session| {
            assert_eq!(session.len(), stored.len());
            assert!(session.keys().iter().eq(stored.keys()));
            for (key, value) in &stored {
                assert_eq!(session.get::<Value>(key).unwrap().as_ref(), Some(value));
            }
            let all: BTreeMap<String, Value> = session.to().unwrap();
            assert_eq!(all, stored);
        });
    }

    #[test]
    fn a_value_of_any_type_comes_back_from_a_dictionary(suite in suite(), value in profile()) {
        let mut browser = Browser::of(site(suite).size(Size::Browser));
        browser.visit(|session| session.insert("value", &value).unwrap());
        let read = browser.visit(|session| session.get::<Profile>("value").unwrap());
        prop_assert_eq!(read, Some(value));
    }

    #[test]
    fn a_typed_session_comes_back_as_it_was(suite in suite(), value in profile()) {
        let mut browser = Browser::of(site(suite).size(Size::Browser).typed::<Profile>());
        browser.visit(|session| session.replace(value.clone()).unwrap());
        prop_assert_eq!(browser.visit(|session| session.read(Clone::clone)), value);
    }

    #[test]
    fn a_bare_token_carries_what_a_cookie_carries(suite in suite(), value in profile()) {
        let tokens = site(suite).size(Size::Browser).typed::<Profile>().build_token("t").unwrap();
        let session = tokens.load(None::<&str>, at(0));
        session.replace(value.clone()).unwrap();
        if let TokenChange::Set(token) = tokens.save(&session).unwrap() {
            let read = tokens.load(Some(token), at(0)).read(Clone::clone);
            prop_assert_eq!(read, value);
        } else {
            prop_assert_eq!(value, Profile::default());
        }
    }

    #[test]
    fn a_typed_session_is_written_where_it_differs_from_what_came(
        suite in suite(),
        values in prop::collection::vec(prop::option::of(profile()), 1..5),
    ) {
        let mut browser = Browser::of(site(suite).size(Size::Browser).typed::<Profile>());
        let mut before = Profile::default();
        for value in values {
            let value = value.unwrap_or_default();
            let sent = browser.visit_and_count(|session| {
                session.update(|profile| *profile = value.clone()).unwrap();
            });
            prop_assert_eq!(sent, usize::from(value != before));
            prop_assert_eq!(browser.cookie.is_some(), value != Profile::default());
            prop_assert_eq!(&browser.visit(|session| session.read(Clone::clone)), &value);
            before = value;
        }
    }
}

// What was changed does not open

#[test]
fn no_token_opens_with_one_bit_flipped() {
    for suite in SUITES {
        let blob = blob_of(&small_token(suite));
        for bit in 0..blob.len() * 8 {
            let mut changed = blob.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_refused(suite, &encode(&changed));
        }
    }
}

#[test]
fn no_token_opens_with_one_bit_of_its_text_flipped() {
    for suite in SUITES {
        let token = small_token(suite).into_bytes();
        for bit in 0..token.len() * 8 {
            let mut changed = token.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_refused(suite, &changed);
        }
    }
}

#[test]
fn no_part_of_a_token_opens() {
    for suite in SUITES {
        let token = small_token(suite);
        for cut in 0..token.len() {
            assert_refused(suite, &token[..cut]);
            assert_refused(suite, &token[cut + 1..]);
        }
        let blob = blob_of(&token);
        for cut in 0..blob.len() {
            assert_refused(suite, &encode(&blob[..cut]));
        }
    }
}

#[test]
fn no_token_opens_with_a_byte_more() {
    for suite in SUITES {
        let token = small_token(suite);
        let blob = blob_of(&token);
        for byte in 0..=u8::MAX {
            assert_refused(suite, &encode(&[&blob[..], &[byte]].concat()));
            if !b" \t;".contains(&byte) {
                assert_refused(suite, &[token.as_bytes(), &[byte]].concat());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_changed_token_opens(
        suite in suite(),
        content in dictionary(),
        bit: prop::sample::Index,
        cut: prop::sample::Index,
        more in "[A-Za-z0-9_-]{1,40}",
        other: Vec<u8>,
    ) {
        let token = token_of(suite, |session| {
            session.ensure_id().unwrap();
            for (key, value) in &content {
                let _ = session.insert(key, value);
            }
        });
        let mut flipped = blob_of(&token);
        let bit = bit.index(flipped.len() * 8);
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_refused(suite, &encode(&flipped));
        let cut = cut.index(token.len());
        assert_refused(suite, &token[..cut]);
        assert_refused(suite, &format!("{token}{more}"));
        assert_refused(suite, &format!("{more}{token}"));
        assert_refused(suite, &format!("{}{more}{}", &token[..cut], &token[cut..]));
        let mut grown = blob_of(&token);
        grown.extend(other);
        grown.push(0);
        assert_refused(suite, &encode(&grown));
    }

    #[test]
    fn two_tokens_cannot_be_joined(suite in suite(), at: prop::sample::Index) {
        let (one, two) = (small_token(suite), small_token(suite));
        prop_assume!(one != two);
        let at = at.index(one.len());
        let joined = format!("{}{}", &one[..at], &two[at..]);
        if joined != one && joined != two {
            assert_refused(suite, &joined);
        }
    }
}

// A token opens where it was sealed for, and nowhere else

/// All that a token is bound to.
#[derive(Clone, Debug, PartialEq)]
struct Binding {
    suite: &'static str,
    key: u8,
    is_cookie: bool,
    name: String,
    context: Vec<(String, String)>,
}

fn binding() -> impl Strategy<Value = Binding> {
    let pair = ("[ab]{0,2}", "[ab]{0,2}");
    let context = prop::collection::vec(pair, 0..3);
    let name = prop_oneof!["[ab]", "__Host-[ab]", "header", "token"];
    (suite(), 0..2u8, any::<bool>(), name, context).prop_map(
        |(suite, key, is_cookie, name, context)| Binding {
            suite,
            key,
            is_cookie,
            name,
            context,
        },
    )
}

impl Binding {
    fn builder(&self, with_context: bool) -> SessionCookieBuilder {
        let mut builder = site_of(self.suite, self.key).name(&self.name);
        for (label, value) in self.context.iter().filter(|_| with_context) {
            builder = builder.context(label, value);
        }
        builder
    }

    fn seal(&self) -> String {
        if self.is_cookie {
            let mut browser = Browser::of(self.builder(true));
            browser.visit(|session| session.insert("a", 1).unwrap());
            return browser.token().to_owned();
        }
        let tokens = self.builder(true).build_token(&self.name).unwrap();
        let session = tokens.load(None::<&str>, at(0));
        session.insert("a", 1).unwrap();
        match tokens.save(&session).unwrap() {
            TokenChange::Set(token) => token,
            other => panic!("{other:?}"),
        }
    }

    fn opens(&self, token: &str) -> bool {
        if self.is_cookie {
            let field = [format!("{}={token}", self.name)];
            let is_open = !self
                .builder(true)
                .build()
                .unwrap()
                .load(&field, at(0))
                .is_new();
            // A context that is chosen for a request is as good as one of the cookie.
            let context = Context::new(self.context.clone()).unwrap();
            let bare = self.builder(false).build().unwrap();
            let in_request = !bare.load_in(context, &field, at(0)).is_new();
            assert_eq!(is_open, in_request);
            return is_open;
        }
        let tokens = self.builder(true).build_token(&self.name).unwrap();
        !tokens.load(Some(token), at(0)).is_new()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_token_opens_where_everything_is_the_same_and_nowhere_else(
        sealed in binding(),
        other in binding(),
    ) {
        let token = sealed.seal();
        prop_assert!(sealed.opens(&token));
        prop_assert_eq!(other.opens(&token), other == sealed);
        // One difference at a time.
        let near = [
            Binding { suite: other.suite, ..sealed.clone() },
            Binding { key: other.key, ..sealed.clone() },
            Binding { is_cookie: other.is_cookie, ..sealed.clone() },
            Binding { name: other.name, ..sealed.clone() },
            Binding { context: other.context, ..sealed.clone() },
        ];
        for near in near {
            prop_assert_eq!(near.opens(&token), near == sealed, "{:?}", near);
        }
    }
}

#[test]
fn no_two_contexts_are_the_same() {
    let texts = ["", "\0", "\0\0", "a"];
    let pairs = || {
        texts
            .into_iter()
            .flat_map(|label| texts.map(|value| (label, value)))
    };
    let mut contexts = vec![Vec::new()];
    contexts.extend(pairs().map(|pair| vec![pair]));
    contexts.extend(pairs().flat_map(|one| pairs().map(move |two| vec![one, two])));
    let bindings: Vec<_> = contexts
        .iter()
        .map(|pairs| Context::new(pairs.iter().copied()).unwrap())
        .collect();
    for (position, binding) in bindings.iter().enumerate() {
        let first = bindings.iter().position(|other| other == binding);
        assert_eq!(first, Some(position), "{:?}", contexts[position]);
    }
}

#[test]
fn a_token_does_not_open_under_another_suite_of_the_same_secret() {
    let heads = SUITES.map(|suite| blob_of(&small_token(suite))[..HEAD_LEN].to_vec());
    for suite in SUITES {
        let blob = blob_of(&small_token(suite));
        for (other, head) in SUITES.into_iter().zip(&heads) {
            if other != suite {
                assert_refused(other, &encode(&blob));
                assert_refused(other, &encode(&[head, &blob[HEAD_LEN..]].concat()));
            }
        }
    }
}

// Whatever comes in, each step of opening does its work

#[test]
fn random_bytes_end_at_the_encoding() {
    for suite in SUITES {
        let counts = open_all(suite, 300, any::<Vec<u8>>());
        counts.assert_share(&[Reason::Encoding], 80..=100);
        counts.assert_share(
            &[Reason::Encoding, Reason::TooShort, Reason::UnknownFormat],
            100..=100,
        );
    }
}

#[test]
fn random_text_ends_at_the_encoding() {
    for suite in SUITES {
        let counts = open_all(suite, 300, "\\PC{1,200}".prop_map(String::into_bytes));
        counts.assert_share(&[Reason::Encoding], 80..=100);
    }
}

#[test]
fn long_text_ends_at_its_length() {
    for suite in SUITES {
        let lengths = 32_769..100_000usize;
        let counts = open_all(suite, 20, lengths.prop_map(|len| vec![b'A'; len]));
        counts.assert_share(&[Reason::TooLong], 100..=100);
        let counts = open_all(suite, 1, Just(vec![b'A'; 32_768]));
        counts.assert_share(&[Reason::UnknownFormat], 100..=100);
    }
}

#[test]
fn random_base64url_reaches_the_format() {
    for suite in SUITES {
        let counts = open_all(suite, 300, random(5..300).prop_map(|blob| encode(&blob)));
        counts.assert_share(&[Reason::UnknownFormat], 90..=100);
        let counts = open_all(suite, 50, random(0..5).prop_map(|blob| encode(&blob)));
        counts.assert_share(&[Reason::TooShort], 100..=100);
    }
}

#[test]
fn a_format_of_the_other_mode_reaches_the_mode() {
    for suite in SUITES {
        let other = if suite == "sign" { 0x78 } else { 0xB0 };
        let tokens = random(4..300).prop_map(move |rest| encode(&[&[other], &rest[..]].concat()));
        open_all(suite, 100, tokens).assert_share(&[Reason::WrongMode], 100..=100);
    }
}

#[test]
fn a_format_of_the_cookies_own_reaches_the_key() {
    for suite in SUITES {
        let own = blob_of(&small_token(suite))[0];
        let tokens = random(4..300).prop_map(move |rest| encode(&[&[own], &rest[..]].concat()));
        open_all(suite, 300, tokens).assert_share(&[Reason::UnknownKey], 99..=100);
    }
}

#[test]
fn a_head_of_the_ring_reaches_the_tag() {
    for suite in SUITES {
        let head = blob_of(&small_token(suite))[..HEAD_LEN].to_vec();
        let tokens = random(0..300).prop_map(move |rest| encode(&[&head, &rest[..]].concat()));
        let counts = open_all(suite, 300, tokens);
        counts.assert_share(&[Reason::TooShort, Reason::Auth], 100..=100);
        counts.assert_share(&[Reason::Auth], 60..=99);
    }
}

#[test]
fn a_head_of_a_retired_key_ends_at_the_key() {
    let retired = EncryptionKey::generate().unwrap();
    let next = EncryptionKey::generate().unwrap();
    let id = u32::from_str_radix(&retired.id().to_string(), 16).unwrap();
    let ring = KeyRing::from_keys([
        RingKey::new(retired).accept_until(at(0)),
        RingKey::new(next).seal_from(at(0) - Duration::from_secs(86_400)),
    ]);
    let site = SessionCookie::encrypted(ring.unwrap()).build().unwrap();
    let tokens = random(0..300)
        .prop_map(move |rest| encode(&[&[0x78][..], &id.to_be_bytes(), &rest].concat()));
    open_all_at(&site, 100, tokens).assert_share(&[Reason::RetiredKey], 100..=100);
}

#[test]
fn a_real_token_with_other_bytes_reaches_the_tag() {
    for suite in SUITES {
        let blob = blob_of(&small_token(suite));
        let change = (HEAD_LEN..blob.len(), 1..=u8::MAX);
        let changes = prop::collection::vec(change, 1..5);
        let tokens = changes.prop_filter_map("no change", move |changes| {
            let mut changed = blob.clone();
            for (at, by) in changes {
                changed[at] ^= by;
            }
            (changed != blob).then(|| encode(&changed))
        });
        open_all(suite, 200, tokens).assert_share(&[Reason::Auth], 100..=100);
    }
}

// What only a holder of the key can send: bodies that the crate did not write

#[test]
fn these_tests_seal_as_the_specification_does() {
    let mut sealer = Sealer::new(std::array::from_fn(|i| i as u8), "__Host-session");
    assert_eq!(sealer.head, [0xB0, 0xB9, 0x42, 0xA3, 0x07]);
    let body = b"\x02\x00\x4d\xc8\x80\xac\x02\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\x81\xa6visits\x07";
    let expected = "sLlCowcCAE3IgKwCoKGio6SlpqeBpnZpc2l0cwflw1KF_baPsIUOOr5JX-Bw";
    assert_eq!(sealer.seal(body), expected.as_bytes());
    sealer = Sealer::new(secret(0), "__Host-session");
    assert_eq!(sealer.head[..], blob_of(&small_token("sign"))[..HEAD_LEN]);
}

#[test]
fn a_random_body_ends_behind_the_tag() {
    let sealer = Sealer::of_site();
    let tokens = random(6..100).prop_map(move |body| sealer.seal(&body));
    let counts = open_all("sign", 500, tokens);
    counts.assert_share(&[Reason::Malformed], 50..=99);
    counts.assert_share(&[Reason::Auth, Reason::UnknownKey, Reason::TooShort], 0..=0);
}

#[test]
fn a_body_of_random_fields_ends_where_the_specification_says() {
    let sealer = Sealer::of_site();
    let site = site("sign").build().unwrap();
    let counts = Counts::default();
    run(1000, &body(), |body| {
        let session = load(&site, &sealer.seal(&body.write()));
        counts.add(&session);
        assert_eq!(reason(&session), body.expected(), "{body:?}");
        if reason(&session).is_none() {
            assert_eq!(session.created_at(), Some(at(body.issued)));
            assert_eq!(
                session.last_active_at(),
                Some(at(body.issued + u64::from(body.age)))
            );
            assert_eq!(session.id().map(|id| *id.as_bytes()), body.sid);
            assert_eq!(session.to::<BTreeMap<String, u8>>().unwrap(), body.content);
        }
    });
    for reason in [
        Reason::NotYetValid,
        Reason::Expired,
        Reason::Idle,
        Reason::Payload,
    ] {
        counts.assert_share(&[reason], 2..=60);
    }
    counts.assert_opened(10..=60);
}

#[test]
fn a_body_of_any_fields_can_be_changed_and_keeps_what_was_not() {
    let sealer = Sealer::of_site();
    let changed = RefCell::new(0);
    run(500, &body(), |body| {
        let mut browser = Browser::of(site("sign"));
        let token = String::from_utf8(sealer.seal(&body.write())).unwrap();
        browser.cookie = Some(format!("__Host-session={token}"));
        browser.now = NOW;
        if body.expected().is_some() {
            return;
        }
        *changed.borrow_mut() += 1;
        browser.visit(|session| session.insert("new", 7).unwrap());
        let sent = blob_of(browser.token());
        // Everything but the age, the payload and the padding.
        let (before, after) = (body.write(), &sent[HEAD_LEN..sent.len() - TAG_LEN]);
        assert_eq!(after[0], before[0] & !PAD);
        assert_eq!(after[1..5], before[1..5]);
        let contains = |part: &[u8]| after.windows(part.len()).any(|window| window == part);
        assert!(body.sid.is_none_or(|sid| contains(&sid)));
        assert!(!body.has_flash || contains(FLASH_FIELD));
        let mut expected = body.content.clone();
        expected.insert("new".to_owned(), 7);
        let content = browser.visit(|session| session.to::<BTreeMap<String, u8>>().unwrap());
        assert_eq!(content, expected);
    });
    assert!(changed.into_inner() > 50);
}

#[test]
fn a_sign_in_keeps_the_earlier_deadline_of_a_body_with_a_lifetime_of_its_own() {
    let sealer = Sealer::of_site();
    let site = site("sign").build().unwrap();
    run(200, &body(), |body| {
        let (Some(ttl), None) = (body.ttl, body.expected()) else {
            return;
        };
        let session = load(&site, &sealer.seal(&body.write()));
        session.renew().unwrap();
        let fields = site.save(&session).unwrap();
        let field = fields.iter().next().unwrap();
        let (_, token) = field.split(';').next().unwrap().split_once('=').unwrap();
        let left = body.issued + u64::from(ttl) - NOW;
        let mut head = vec![0x03];
        head.extend_from_slice(&wire(NOW).to_be_bytes());
        write_varint(0, &mut head);
        write_varint(u32::try_from(left).unwrap_or(u32::MAX), &mut head);
        let sent = &blob_of(token)[HEAD_LEN..];
        assert_eq!(sent[0] & 0x03, head[0]);
        assert_eq!(sent[1..head.len()], head[1..]);
    });
}

#[test]
fn a_random_payload_ends_at_the_payload() {
    let sealer = Sealer::of_site();
    let tokens = random(1..100).prop_map(move |payload| sealer.seal(&alive(&payload)));
    let counts = open_all("sign", 500, tokens);
    counts.assert_share(&[Reason::Payload], 90..=100);
}

#[test]
fn a_nearly_right_payload_opens_or_does_not_and_never_panics() {
    let sealer = Sealer::of_site();
    let mut payload = vec![0x84];
    for (key, value) in [
        ("a", &b"\x07"[..]),
        ("list", b"\x93\x01\xc3\xc0"),
        (
            "map",
            b"\x82\xa1x\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00\x01\xa1y",
        ),
        ("text", b"\xd9\x03abc"),
    ] {
        payload.push(0xA0 | key.len() as u8);
        payload.extend_from_slice(key.as_bytes());
        payload.extend_from_slice(value);
    }
    let site = site("sign").build().unwrap();
    assert!(!load(&site, &sealer.seal(&alive(&payload))).is_new());

    let change = (0..payload.len(), any::<u8>());
    let changes = prop::collection::vec(change, 1..4);
    let counts = Counts::default();
    run(1000, &changes, |changes| {
        let mut changed = payload.clone();
        for (at, byte) in changes {
            changed[at] = byte;
        }
        let session = load(&site, &sealer.seal(&alive(&changed)));
        counts.add(&session);
        let keys = session.keys();
        assert!(keys.is_sorted_by(|one, next| one < next) && keys.len() == session.len());
        for key in &keys {
            let contains = |part: &[u8]| changed.windows(part.len()).any(|w| w == part);
            assert!(key.is_empty() || contains(key.as_bytes()));
            let _ = (
                session.get::<Value>(key),
                session.get::<u8>(key),
                session.get::<String>(key),
            );
        }
        let _ = (
            session.to::<Value>(),
            session.contains("a"),
            session.remaining_bytes(),
        );
        let is_open = reason(&session).is_none();
        assert_eq!(session.insert("new", 1).is_ok(), is_open);
        assert_eq!(session.contains("new"), is_open);
        for key in keys {
            assert!(session.remove(&key).unwrap());
        }
        assert_eq!(session.len(), usize::from(is_open));
    });
    counts.assert_share(&[Reason::Payload], 10..=90);
    counts.assert_opened(10..=90);
}

#[test]
fn a_random_typed_payload_opens_as_something_or_does_not_and_never_panics() {
    let sealer = Sealer::of_site();
    let site = site("sign").typed::<Profile>().build().unwrap();
    let counts = Counts::default();
    run(500, &random(0..100), |payload| {
        let body = [&[0x20, 0, 0, 0, 0, 0, 1], &payload[..]].concat();
        let field = [&b"__Host-session="[..], &sealer.seal(&body)].concat();
        let session = site.load([field], UNIX_EPOCH + Duration::from_secs(EPOCH));
        counts.add(&session);
        let value = session.read(Clone::clone);
        let is_open = reason(&session).is_none();
        assert!(is_open || value == Profile::default());
        assert_eq!(session.replace(value).is_ok(), is_open);
    });
    counts.assert_share(&[Reason::Payload], 50..=100);
}

// A session behaves like a sorted map

#[derive(Clone, Debug)]
enum Step {
    Insert(String, Value),
    Append(String, u8),
    Remove(String),
    Take(String),
    Clear,
    Invalidate,
    EnsureId,
    Renew,
    RenewId,
    Save,
    Discard,
    Look(String),
}

fn step() -> impl Strategy<Value = Step> {
    let key = || prop_oneof![3 => "[a-c]", 1 => "\\PC{0,40}"];
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
    ];
    prop_oneof![
        6 => (key(), value).prop_map(|(key, value)| Step::Insert(key, value)),
        4 => (key(), any::<u8>()).prop_map(|(key, byte)| Step::Append(key, byte)),
        3 => key().prop_map(Step::Remove),
        3 => key().prop_map(Step::Take),
        1 => Just(Step::Clear),
        1 => Just(Step::Invalidate),
        1 => Just(Step::EnsureId),
        1 => Just(Step::Renew),
        1 => Just(Step::RenewId),
        1 => Just(Step::Save),
        1 => Just(Step::Discard),
        6 => key().prop_map(Step::Look),
    ]
}

/// What a session is between two requests.
#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
    content: BTreeMap<String, Value>,
    id: Option<SessionId>,
    created_at: Option<SystemTime>,
}

#[derive(Clone, Copy, Default)]
struct Deeds {
    brought_id: Option<SessionId>,
    is_invalidated: bool,
    is_saved: bool,
    is_discarded: bool,
}

impl Model {
    fn is_empty(&self) -> bool {
        self.content.is_empty() && self.id.is_none()
    }

    fn take(&mut self, step: Step, session: &Session, now: SystemTime, deeds: &mut Deeds) {
        match step {
            Step::Insert(key, value) => {
                session.insert(&key, &value).unwrap();
                self.content.insert(key, value);
            }
            Step::Append(key, byte) => {
                let append = |value: &mut Value| match value {
                    Value::Array(list) => list.push(byte.into()),
                    other => *other = vec![byte].into(),
                };
                session.update(&key, append).unwrap();
                append(self.content.entry(key).or_default());
            }
            Step::Remove(key) => {
                let is_removed = session.remove(&key).unwrap();
                assert_eq!(is_removed, self.content.remove(&key).is_some());
            }
            Step::Take(key) => {
                let taken = session.take::<Value>(&key).unwrap();
                assert_eq!(taken, self.content.remove(&key));
            }
            Step::Clear => {
                session.clear().unwrap();
                self.content.clear();
                self.id = None;
            }
            Step::Invalidate => {
                // The id that the browser has, whatever became of it in this request.
                assert_eq!(session.invalidate().unwrap(), deeds.brought_id.take());
                *self = Model::default();
                deeds.is_invalidated = true;
            }
            Step::EnsureId => {
                let id = session.ensure_id().unwrap();
                assert_eq!(*self.id.get_or_insert(id), id);
            }
            Step::Renew | Step::RenewId => {
                match step {
                    Step::Renew => session.renew().unwrap(),
                    _ => session.renew_id().unwrap(),
                }
                assert!(session.id().is_some() && session.id() != self.id);
                self.id = session.id();
                if matches!(step, Step::Renew) && self.created_at.is_some() {
                    self.created_at = Some(now);
                }
            }
            Step::Save => {
                session.save().unwrap();
                (deeds.is_saved, deeds.is_discarded) = (true, false);
            }
            Step::Discard => {
                session.discard().unwrap();
                (deeds.is_saved, deeds.is_discarded) = (false, true);
            }
            Step::Look(key) => self.assert_is(session, &key),
        }
    }

    #[track_caller]
    fn assert_is(&self, session: &Session, key: &str) {
        assert_eq!(
            session.get::<Value>(key).unwrap().as_ref(),
            self.content.get(key)
        );
        assert_eq!(session.contains(key), self.content.contains_key(key));
        assert!(session.keys().iter().eq(self.content.keys()));
        assert_eq!(session.len(), self.content.len());
        assert_eq!(session.is_empty(), self.content.is_empty());
        let all: BTreeMap<String, Value> = session.to().unwrap();
        assert_eq!(all, self.content);
        assert_eq!(session.id(), self.id);
        assert_eq!(session.created_at(), self.created_at);
        assert_eq!(session.is_new(), self.created_at.is_none());
        assert!(!session.is_persistent());
        let _ = (session.last_active_at(), session.expires_at());
        let _ = (session.remaining_bytes(), session.outcome());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_session_behaves_like_a_sorted_map(
        suite in suite(),
        visits in prop::collection::vec(
            (0..30u64, prop::collection::vec(step(), 0..8)),
            1..8,
        ),
    ) {
        // The visits end before a renewal is due.
        let mut browser = Browser::of(site(suite).size(Size::Browser));
        let mut before = Model::default();
        for (later, steps) in visits {
            browser.now += later;
            let now = at(browser.now);
            let brought = browser.cookie.is_some();
            let (mut model, mut deeds) = (before.clone(), Deeds::default());
            deeds.brought_id = before.id;
            let sent = browser.visit_and_count(|session| {
                for step in steps {
                    model.take(step, session, now, &mut deeds);
                }
                model.assert_is(session, "a");
            });

            let is_ended = deeds.is_invalidated && (deeds.is_discarded || model.is_empty());
            let expected = if is_ended {
                model = Model::default();
                usize::from(brought)
            } else if deeds.is_discarded {
                model = before.clone();
                0
            } else if model.is_empty() {
                model = Model::default();
                usize::from(brought)
            } else {
                let is_changed = deeds.is_invalidated || model != before;
                usize::from(is_changed || deeds.is_saved)
            };
            prop_assert_eq!(sent, expected);
            if !model.is_empty() && model.created_at.is_none() {
                model.created_at = Some(now);
            }
            prop_assert_eq!(browser.cookie.is_some(), !model.is_empty());
            let sent = browser.visit_and_count(|session| model.assert_is(session, "b"));
            prop_assert_eq!(sent, 0, "reading wrote");
            before = model;
        }
    }
}

// Cookies

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_cookie_is_found_among_anything(
        suite in suite(),
        before in prop::collection::vec(junk_pair(), 0..5),
        after in prop::collection::vec(junk_pair(), 0..5),
        line_breaks: [bool; 2],
        is_quoted: bool,
    ) {
        let mut browser = Browser::of(site(suite));
        browser.visit(|session| session.insert("a", 1).unwrap());
        let quote = if is_quoted { "\"" } else { "" };
        let cookie = format!("__Host-session={quote}{}{quote}", browser.token()).into_bytes();
        let mut fields: Vec<Vec<u8>> = vec![Vec::new()];
        let parts = [before.join(&b"; "[..]), cookie, after.join(&b";"[..])];
        for (part, breaks) in parts.iter().zip([false, line_breaks[0], line_breaks[1]]) {
            match fields.last_mut() {
                Some(field) if !breaks => {
                    field.extend_from_slice(b"; ");
                    field.extend_from_slice(part);
                }
                _ => fields.push(part.clone()),
            }
        }
        let session = browser.site.load(&fields, at(0));
        prop_assert_eq!(session.get("a").unwrap(), Some(1));
    }

    #[test]
    fn no_cookie_field_panics_or_opens(
        suite in suite(),
        fields in prop::collection::vec(any::<Vec<u8>>(), 0..4),
        values in prop::collection::vec("[\\PC;=\" ]{0,20}", 0..6),
    ) {
        let mut fields = fields;
        for value in values {
            fields.push(format!("__Host-session={value}").into_bytes());
        }
        let site = site(suite).build().unwrap();
        let session = site.load(&fields, at(0));
        prop_assert!(session.is_new() && session.is_empty());
        prop_assert!(site.save(&session).unwrap().is_empty());
    }
}

/// A pair of another name, or no pair at all.
fn junk_pair() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[a-z]{1,8}=[a-z0-9]{0,8}".prop_map(String::into_bytes),
        "__Host-sessio[=; ]?".prop_map(String::into_bytes),
        "__Host-session[ .x]=[a-z]{0,8}".prop_map(String::into_bytes),
        prop::collection::vec(
            any::<u8>().prop_filter("ends the pair", |&b| b != b';'),
            0..12
        )
        .prop_filter("has the name", |pair| !pair.starts_with(b"__Host-session=")),
    ]
}

#[derive(Clone, Debug)]
struct Attributes {
    name: Option<String>,
    path: Option<String>,
    domain: Option<String>,
    same_site: SameSite,
    allows_http: bool,
    is_partitioned: bool,
}

fn attributes() -> impl Strategy<Value = Attributes> {
    let name = prop_oneof![
        4 => "[a-z]{1,12}",
        2 => "__Host-[a-zA-Z0-9!#$%&'*+.^_`|~-]{0,20}",
        2 => "__Secure-[a-z.0-9]{0,20}",
        1 => "__[hH][oO]st-[a-z]{1,3}",
        1 => "\\PC{0,20}",
    ];
    let path = prop_oneof![2 => Just("/".to_owned()), 2 => "/[!-~]{0,40}", 1 => "\\PC{0,20}"];
    let domain = prop_oneof![
        2 => "[a-zA-Z0-9-]{1,10}(\\.[a-zA-Z0-9-]{1,10}){0,3}",
        1 => "\\PC{0,20}",
    ];
    let same_site = prop_oneof![
        Just(SameSite::Strict),
        Just(SameSite::Lax),
        Just(SameSite::None),
        Just(SameSite::Omit),
    ];
    let rarely = || prop::bool::weighted(0.2);
    let name = prop::option::of(name);
    let path = prop::option::weighted(0.5, path);
    let domain = prop::option::weighted(0.4, domain);
    (name, path, domain, same_site, rarely(), rarely()).prop_map(
        |(name, path, domain, same_site, allows_http, is_partitioned)| Attributes {
            name,
            path,
            domain,
            same_site,
            allows_http,
            is_partitioned,
        },
    )
}

impl Attributes {
    fn builder(&self) -> SessionCookieBuilder {
        let mut builder = site("xaes").same_site(self.same_site);
        if let Some(name) = &self.name {
            builder = builder.name(name);
        }
        if let Some(path) = &self.path {
            builder = builder.path(path);
        }
        if let Some(domain) = &self.domain {
            builder = builder.domain(domain);
        }
        if self.allows_http {
            builder = builder.danger_allow_http();
        }
        if self.is_partitioned {
            builder = builder.partitioned();
        }
        builder
    }

    /// What a browser must make of it (RFC 6265bis section 5.6), by attributes in lower case.
    fn expected(&self) -> HashMap<String, String> {
        let mut expected = HashMap::new();
        let mut add = |name: &str, value: &str| expected.insert(name.to_owned(), value.to_owned());
        add("path", self.path.as_deref().unwrap_or("/"));
        add("httponly", "");
        if let Some(domain) = &self.domain {
            add("domain", domain);
        }
        if !self.allows_http {
            add("secure", "");
        }
        if self.is_partitioned {
            add("partitioned", "");
        }
        match self.same_site {
            SameSite::Strict => _ = add("samesite", "Strict"),
            SameSite::Lax => _ = add("samesite", "Lax"),
            SameSite::None => _ = add("samesite", "None"),
            _ => {}
        }
        expected
    }
}

#[test]
fn every_accepted_configuration_makes_a_cookie_that_a_browser_takes() {
    let (accepted, refused) = (RefCell::new(0), RefCell::new(0));
    run(1000, &attributes(), |attributes| {
        let Ok(site) = attributes.builder().build() else {
            *refused.borrow_mut() += 1;
            return;
        };
        *accepted.borrow_mut() += 1;
        let name = site.name().as_str().to_owned();
        assert!(attributes.name.is_none_or(|chosen| chosen == name));
        let attributes = Attributes {
            name: None,
            ..attributes
        };
        let mut browser = Browser::of_built(site);

        let fields = browser.visit_and_keep(|session| session.insert("a", 1).unwrap());
        let [field] = &fields[..] else {
            panic!("one field");
        };
        let (found_name, value, found) = parse_set_cookie(field);
        assert_eq!(found_name, name);
        assert!(!value.is_empty() && BASE64_URL_SAFE_NO_PAD.decode(value).is_ok());
        assert_eq!(found, attributes.expected());
        assert_browser_takes(&name, &found);
        assert_eq!(browser.visit(|session| session.get("a").unwrap()), Some(1));

        let fields = browser.visit_and_keep(|session| _ = session.invalidate().unwrap());
        let (found_name, value, mut found) = parse_set_cookie(&fields[0]);
        assert_eq!((&found_name, &*value), (&name, ""));
        assert_eq!(found.remove("max-age").as_deref(), Some("0"));
        let epoch = "Thu, 01 Jan 1970 00:00:00 GMT";
        assert_eq!(found.remove("expires").as_deref(), Some(epoch));
        assert_eq!(found, attributes.expected());
    });
    assert!(accepted.into_inner() > 250 && refused.into_inner() > 100);
}

/// Name, value and attributes, as RFC 6265 section 5.2 reads a field.
fn parse_set_cookie(field: &str) -> (String, String, HashMap<String, String>) {
    assert!(
        field
            .bytes()
            .all(|byte| byte == b' ' || byte.is_ascii_graphic())
    );
    let mut parts = field.split(';');
    let (name, value) = parts.next().unwrap().split_once('=').unwrap();
    let mut attributes = HashMap::new();
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = name.trim().to_ascii_lowercase();
        let known = attributes.insert(name, value.trim().to_owned());
        assert_eq!(known, None, "an attribute twice");
        assert!(value.len() <= 1024);
    }
    (name.trim().to_owned(), value.trim().to_owned(), attributes)
}

/// What browsers demand of a cookie's attributes, beyond their syntax.
#[track_caller]
fn assert_browser_takes(name: &str, attributes: &HashMap<String, String>) {
    let has = |attribute: &str| attributes.contains_key(attribute);
    let name = name.to_ascii_lowercase();
    assert!(attributes["path"].starts_with('/'));
    if name.starts_with("__host-") {
        assert!(has("secure") && !has("domain") && attributes["path"] == "/");
    }
    if name.starts_with("__secure-") || has("partitioned") {
        assert!(has("secure"));
    }
    if attributes
        .get("samesite")
        .is_some_and(|value| value == "None")
    {
        assert!(has("secure"));
    }
    assert!(
        attributes
            .get("domain")
            .is_none_or(|domain| !domain.is_empty())
    );
}

// Values

fn dictionary() -> impl Strategy<Value = Vec<(String, Value)>> {
    let key = prop_oneof!["[a-z]{0,8}", "\\PC{0,40}", any::<String>()];
    prop::collection::vec((key, json()), 0..12)
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i8>().prop_map(Value::from),
        finite().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-z]{0,300}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 20, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..20).prop_map(Value::from),
            prop::collection::hash_map("\\PC{0,8}", inner, 0..5)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn finite() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("JSON has no such number", |number| number.is_finite())
}

#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
struct Profile {
    name: String,
    nickname: Option<String>,
    role: Role,
    roles: Vec<Role>,
    scores: BTreeMap<i32, f64>,
    flags: (bool, char, i8),
    large: (u64, i64, u128, i128),
    small: f32,
    bytes: Vec<u8>,
    nested: Option<Box<Profile>>,
    unit: (),
}

#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
enum Role {
    #[default]
    Guest,
    Member(u32),
    Pair(String, bool),
    Admin {
        since: u64,
        rights: BTreeMap<String, Option<u8>>,
    },
}

impl SessionData for Profile {
    const SCHEMA: u32 = 1;
}

fn role() -> impl Strategy<Value = Role> {
    let rights = prop::collection::btree_map("\\PC{0,6}", any::<Option<u8>>(), 0..4);
    prop_oneof![
        Just(Role::Guest),
        any::<u32>().prop_map(Role::Member),
        ("\\PC{0,6}", any::<bool>()).prop_map(|(name, is_so)| Role::Pair(name, is_so)),
        (any::<u64>(), rights).prop_map(|(since, rights)| Role::Admin { since, rights }),
    ]
}

fn profile() -> impl Strategy<Value = Profile> {
    let texts = ("\\PC{0,20}", prop::option::of("\\PC{0,20}"));
    let roles = (role(), prop::collection::vec(role(), 0..4));
    let scores = prop::collection::btree_map(any::<i32>(), finite(), 0..4);
    let small = any::<f32>().prop_filter("equal to itself", |number| !number.is_nan());
    let bytes = prop::collection::vec(any::<u8>(), 0..40);
    let rest = (
        scores,
        any::<(bool, char, i8)>(),
        any::<(u64, i64, u128, i128)>(),
        small,
        bytes,
    );
    let flat = (texts, roles, rest).prop_map(
        |((name, nickname), (role, roles), (scores, flags, large, small, bytes))| Profile {
            name,
            nickname,
            role,
            roles,
            scores,
            flags,
            large,
            small,
            bytes,
            nested: None,
            unit: (),
        },
    );
    flat.prop_recursive(1, 2, 1, |inner| {
        (inner.clone(), prop::option::of(inner)).prop_map(|(outer, nested)| Profile {
            nested: nested.map(Box::new),
            ..outer
        })
    })
}

// Sealing without the crate (SPEC.md § 3.1, § 4), for the signed suite

struct Sealer {
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
    fn of_site() -> Sealer {
        Sealer::new(secret(0), "__Host-session")
    }

    /// `base64url(head || body || tag)`
    fn seal(&self, body: &[u8]) -> Vec<u8> {
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

/// A body of a session that begins at `at(NOW)`.
fn alive(payload: &[u8]) -> Vec<u8> {
    let mut body = vec![0];
    body.extend_from_slice(&wire(NOW).to_be_bytes());
    body.push(0);
    body.extend_from_slice(payload);
    body
}

fn wire(second: u64) -> u32 {
    u32::try_from(START - EPOCH + second).unwrap()
}

/// The fields of a body (SPEC.md § 5).
#[derive(Clone, Debug)]
struct Body {
    /// Seconds after `at(0)`.
    issued: u64,
    age: u32,
    ttl: Option<u32>,
    is_persistent: bool,
    sid: Option<[u8; 8]>,
    schema: u32,
    has_flash: bool,
    padding: Option<usize>,
    content: BTreeMap<String, u8>,
}

fn body() -> impl Strategy<Value = Body> {
    let spans = || prop_oneof![4 => 0..200u32, 2 => 1000..50_000u32, 1 => any::<u32>()];
    let times = (
        0..60_000u64,
        spans(),
        prop::option::of(spans()),
        any::<bool>(),
    );
    let schema = prop_oneof![6 => Just(0), 1 => 1..u32::MAX];
    let padding = prop::option::of(0..20usize);
    let content = prop::collection::btree_map("[a-z]{0,20}", 0..128u8, 0..6);
    let rest = (
        any::<Option<[u8; 8]>>(),
        schema,
        any::<bool>(),
        padding,
        content,
    );
    (times, rest).prop_map(
        |((issued, age, ttl, persistent), (sid, schema, has_flash, padding, content))| Body {
            // The session is opened at `at(NOW)`: most begin shortly before, some after.
            issued: if issued % 4 == 0 {
                issued
            } else {
                NOW - issued % 1000
            },
            age,
            ttl,
            is_persistent: persistent && ttl.is_some(),
            sid,
            schema,
            has_flash,
            padding,
            content,
        },
    )
}

impl Body {
    fn write(&self) -> Vec<u8> {
        let flag = |flag: u8, is_set: bool| if is_set { flag } else { 0 };
        let flags = flag(0x01, self.ttl.is_some())
            | flag(0x02, self.sid.is_some())
            | flag(PAD, self.padding.is_some())
            | flag(0x10, self.has_flash)
            | flag(0x20, self.schema != 0)
            | flag(0x40, self.is_persistent);
        let mut body = vec![flags];
        body.extend_from_slice(&wire(self.issued).to_be_bytes());
        write_varint(self.age, &mut body);
        if let Some(ttl) = self.ttl {
            write_varint(ttl, &mut body);
        }
        body.extend_from_slice(self.sid.as_ref().map_or(&[], |sid| &sid[..]));
        if self.schema != 0 {
            write_varint(self.schema, &mut body);
        }
        if self.has_flash {
            body.extend_from_slice(FLASH_FIELD);
        }
        if !self.content.is_empty() {
            body.push(0x80 | self.content.len() as u8);
        }
        for (key, value) in &self.content {
            body.push(0xA0 | key.len() as u8);
            body.extend_from_slice(key.as_bytes());
            body.push(*value);
        }
        if let Some(zeros) = self.padding {
            body.push(0x80);
            body.extend(vec![0; zeros]);
        }
        body
    }

    /// What opening ends with at `at(NOW)` under the default policy (SPEC.md § 7.7, § 8.1, § 8.2).
    fn expected(&self) -> Option<Reason> {
        let seen = self.issued + u64::from(self.age);
        let lifetime = self.ttl.map_or(43_200, |ttl| u64::from(ttl).min(43_200));
        if seen > NOW + 60 {
            Some(Reason::NotYetValid)
        } else if NOW >= self.issued + lifetime {
            Some(Reason::Expired)
        } else if NOW >= seen + 1800 {
            Some(Reason::Idle)
        } else if self.schema != 0 {
            Some(Reason::Payload)
        } else {
            None
        }
    }
}

fn write_varint(mut value: u32, bytes: &mut Vec<u8>) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

// What the tests above have in common

/// A browser that knows one site, and a clock that moves when it is told to.
struct Browser<T = Map> {
    site: SessionCookie<T>,
    /// What it sends: `name=value`.
    cookie: Option<String>,
    now: u64,
}

impl<T: Payload> Browser<T> {
    fn of(site: SessionCookieBuilder<T>) -> Browser<T> {
        Browser::of_built(site.build().unwrap())
    }

    fn of_built(site: SessionCookie<T>) -> Browser<T> {
        Browser {
            site,
            cookie: None,
            now: 0,
        }
    }

    fn visit<R>(&mut self, page: impl FnOnce(&Session<T>) -> R) -> R {
        let session = self.site.load(&self.cookie, at(self.now));
        let result = page(&session);
        self.receive(&session);
        result
    }

    /// Number of `Set-Cookie` fields.
    fn visit_and_count(&mut self, page: impl FnOnce(&Session<T>)) -> usize {
        self.visit_and_keep(page).len()
    }

    fn visit_and_keep(&mut self, page: impl FnOnce(&Session<T>)) -> Vec<String> {
        let session = self.site.load(&self.cookie, at(self.now));
        page(&session);
        self.receive(&session)
    }

    fn receive(&mut self, session: &Session<T>) -> Vec<String> {
        let fields: Vec<_> = self.site.save(session).unwrap().into_iter().collect();
        for field in &fields {
            let (cookie, attributes) = field.split_once(';').unwrap();
            let is_kept = !attributes.contains("Max-Age=0");
            self.cookie = is_kept.then(|| cookie.to_owned());
        }
        fields
    }

    fn token(&self) -> &str {
        self.cookie.as_deref().unwrap().split_once('=').unwrap().1
    }
}

/// How often each Reason occurred.
#[derive(Default)]
struct Counts(RefCell<HashMap<Option<Reason>, usize>>);

impl Counts {
    #[track_caller]
    fn add<T: Payload>(&self, session: &Session<T>) {
        let reason = reason(session);
        assert_eq!(session.is_new(), reason.is_some());
        *self.0.borrow_mut().entry(reason).or_default() += 1;
    }

    #[track_caller]
    fn assert_share(&self, reasons: &[Reason], percent: std::ops::RangeInclusive<usize>) {
        self.assert(
            |reason| reason.is_some_and(|reason| reasons.contains(&reason)),
            percent,
        );
    }

    #[track_caller]
    fn assert_opened(&self, percent: std::ops::RangeInclusive<usize>) {
        self.assert(|reason| reason.is_none(), percent);
    }

    #[track_caller]
    fn assert(
        &self,
        counts: impl Fn(Option<Reason>) -> bool,
        percent: std::ops::RangeInclusive<usize>,
    ) {
        let all = self.0.borrow();
        let sum: usize = all.values().sum();
        let counted = all.iter().filter(|(reason, _)| counts(**reason));
        let share = counted.map(|(_, count)| count).sum::<usize>() * 100 / sum;
        assert!(percent.contains(&share), "{share} % in {all:?}");
    }
}

/// Opens the tokens of a strategy with the site of `suite`, and counts the Reasons.
fn open_all(suite: &'static str, cases: u32, tokens: impl Strategy<Value = Vec<u8>>) -> Counts {
    open_all_at(&site(suite).build().unwrap(), cases, tokens)
}

fn open_all_at(site: &SessionCookie, cases: u32, tokens: impl Strategy<Value = Vec<u8>>) -> Counts {
    let counts = Counts::default();
    run(cases, &tokens, |token| {
        let session = load(site, &token);
        counts.add(&session);
        assert!(session.is_empty() || !session.is_new());
    });
    counts
}

/// A property whose cases are counted outside of them.
fn run<S: Strategy>(cases: u32, strategy: &S, check: impl Fn(S::Value)) {
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let check = |value| {
        check(value);
        Ok(())
    };
    if let Err(error) = TestRunner::new(config).run(strategy, check) {
        panic!("{error}");
    }
}

#[track_caller]
fn assert_refused(suite: &'static str, token: &(impl AsRef<[u8]> + ?Sized)) {
    thread_local! {
        static SITES: [SessionCookie; 3] = SUITES.map(|suite| site(suite).build().unwrap());
    }
    let position = SUITES.iter().position(|&known| known == suite).unwrap();
    SITES.with(|sites| {
        let session = load(&sites[position], token.as_ref());
        assert!(reason(&session).is_some());
        assert!(session.is_new() && session.is_empty() && session.id().is_none());
    });
}

fn load(site: &SessionCookie, token: &[u8]) -> Session {
    site.load([[&b"__Host-session="[..], token].concat()], at(NOW))
}

/// `None`: the session opened.
#[track_caller]
fn reason<T: Payload>(session: &Session<T>) -> Option<Reason> {
    match session.outcome() {
        Outcome::Rejected { reason, .. } => Some(reason),
        Outcome::Opened { .. } => None,
        outcome => panic!("{outcome:?}"),
    }
}

fn suite() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&SUITES[..])
}

fn random(len: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), len)
}

fn site(suite: &str) -> SessionCookieBuilder {
    site_of(suite, 0)
}

fn site_of(suite: &str, key: u8) -> SessionCookieBuilder {
    let text = key_text(suite, secret(key));
    match suite {
        "sign" => SessionCookie::unencrypted_but_signed(text.parse::<SigningKey>().unwrap()),
        _ => SessionCookie::encrypted(text.parse::<EncryptionKey>().unwrap()),
    }
}

/// SPEC.md § 3.3. The same secrets in every run, so that a failure can be repeated.
fn key_text(suite: &str, secret: [u8; 32]) -> String {
    let start = format!("hardtack_key_v1_{suite}_");
    let check = Sha256::digest([start.as_bytes(), &secret].concat());
    start + &BASE64_URL_SAFE_NO_PAD.encode([&secret[..], &check[..4]].concat())
}

fn secret(key: u8) -> [u8; 32] {
    Sha256::digest([key]).into()
}

fn small_token(suite: &str) -> String {
    token_of(suite, |session| {
        session.insert("user_id", 42).unwrap();
        session.insert("name", "Ada").unwrap();
        session.ensure_id().unwrap();
    })
}

fn token_of(suite: &str, fill: impl FnOnce(&Session)) -> String {
    let mut browser = Browser::of(site(suite).size(Size::Browser));
    browser.now = NOW;
    browser.visit(fill);
    browser.token().to_owned()
}

fn blob_of(token: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(token).unwrap()
}

fn encode(blob: &[u8]) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.encode(blob).into_bytes()
}

/// Seconds after the beginning of the test.
fn at(second: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(START + second)
}

const SUITES: [&str; 3] = ["xaes", "xcha", "sign"];
const SIGNED: u8 = 0xB0;
const PAD: u8 = 0x04;
/// One message in the queue without a name.
const FLASH_FIELD: &[u8] = b"\x01\x00\x06saved!";
const HEAD_LEN: usize = 5;
const TAG_LEN: usize = 16;
const EPOCH: u64 = 1_767_225_600;
const START: u64 = 1_800_000_000;
/// When tokens that were not made by a browser are opened.
const NOW: u64 = 50_000;
