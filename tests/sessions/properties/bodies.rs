//! Bodies that the crate did not write, which only a holder of the key can send.

use std::{cell::RefCell, collections::BTreeMap};

use hardtack::session::Reason;
use proptest::prelude::*;

use super::{
    HEAD_LEN, NOW, TAG_LEN, blob_of,
    browser::{Browser, Jar},
    counting::{Counts, open_all, run},
    counting::{Sealer, wire},
    load, random, reason, site,
    times::at,
};

#[test]
fn a_random_body_is_malformed_behind_a_good_tag() {
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
            assert_eq!(
                session.deserialize::<BTreeMap<String, u8>>().unwrap(),
                body.content
            );
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
        let mut browser = Browser::from(site("sign"));
        let token = String::from_utf8(sealer.seal(&body.write())).unwrap();
        browser.jar = Jar::of(&format!("__Host-session={token}"));
        browser.now = NOW;
        if body.expected().is_some() {
            return;
        }
        *changed.borrow_mut() += 1;
        browser.visit(|session| session.insert("new", 7).unwrap());
        let sent = blob_of(&browser.token());
        // Everything but the age, the payload and the padding.
        let (before, after) = (body.write(), &sent[HEAD_LEN..sent.len() - TAG_LEN]);
        assert_eq!(after[0], before[0] & !PAD);
        assert_eq!(after[1..5], before[1..5]);
        let contains = |part: &[u8]| after.windows(part.len()).any(|window| window == part);
        assert!(body.sid.is_none_or(|sid| contains(&sid)));
        assert!(!body.has_flash || contains(FLASH_FIELD));
        let mut expected = body.content.clone();
        expected.insert("new".to_owned(), 7);
        let content =
            browser.visit(|session| session.deserialize::<BTreeMap<String, u8>>().unwrap());
        assert_eq!(content, expected);
    });
    assert!(changed.into_inner() > 50);
}

#[test]
fn a_sign_in_keeps_the_remembered_deadline_of_a_body_and_drops_its_limit() {
    let sealer = Sealer::of_site();
    let site = site("sign").build().unwrap();
    run(200, &body(), |body| {
        let (Some(remembered), None) = (body.remembered, body.expected()) else {
            return;
        };
        let session = load(&site, &sealer.seal(&body.write()));
        session.renew().unwrap();
        let fields = site.save(&session).unwrap();
        let field = fields.iter().next().unwrap();
        let (_, token) = field.split(';').next().unwrap().split_once('=').unwrap();
        let left = (body.issued + u64::from(remembered)).saturating_sub(NOW);
        let mut head = vec![0x42];
        head.extend_from_slice(&wire(NOW).to_be_bytes());
        write_varint(0, &mut head);
        write_varint(u32::try_from(left).unwrap_or(u32::MAX), &mut head);
        let sent = &blob_of(token)[HEAD_LEN..];
        assert_eq!(sent[0] & 0x43, head[0]);
        assert_eq!(sent[1..head.len()], head[1..]);
    });
}

/// The fields of a body (SPEC.md § 5).
#[derive(Clone, Debug)]
struct Body {
    /// Seconds after `at(0)`.
    issued: u64,
    age: u32,
    limit: Option<u32>,
    remembered: Option<u32>,
    sid: Option<[u8; 8]>,
    schema: u32,
    has_flash: bool,
    padding: Option<usize>,
    content: BTreeMap<String, u8>,
}

/// The weights make each end so frequent that a count of 500 misses its share less than once in 10^8 runs.
fn body() -> impl Strategy<Value = Body> {
    let durations =
        |short| prop_oneof![short => 0..200u32, 2 => 1000..50_000u32, 1 => any::<u32>()];
    let times = (
        0..60_000u64,
        durations(8),
        prop::option::of(durations(4)),
        prop::option::of(durations(4)),
    );
    let schema = prop_oneof![3 => Just(0), 1 => 1..u32::MAX];
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
        |((issued, age, limit, remembered), (sid, schema, has_flash, padding, content))| Body {
            // The session is opened at `at(NOW)`: most begin shortly before, some after.
            issued: if issued % 4 == 0 {
                issued
            } else {
                NOW - issued % 1000
            },
            age,
            limit,
            remembered,
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
        let flags = flag(0x01, self.limit.is_some())
            | flag(0x02, self.sid.is_some())
            | flag(PAD, self.padding.is_some())
            | flag(0x10, self.has_flash)
            | flag(0x20, self.schema != 0)
            | flag(0x40, self.remembered.is_some());
        let mut body = vec![flags];
        body.extend_from_slice(&wire(self.issued).to_be_bytes());
        write_varint(self.age, &mut body);
        for duration in [self.limit, self.remembered].into_iter().flatten() {
            write_varint(duration, &mut body);
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

    /// The result of opening at `at(NOW)` under the default policy (SPEC.md § 7.7, § 8.1, § 8.2).
    fn expected(&self) -> Option<Reason> {
        let seen = self.issued + u64::from(self.age);
        let durations = [self.limit, self.remembered].into_iter().flatten();
        let lifetime = durations.map(u64::from).fold(43_200, u64::min);
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

const PAD: u8 = 0x04;
/// One message in the queue without a name.
const FLASH_FIELD: &[u8] = b"\x01\x00\x06saved!";
