//! Any options in any order of requests, and any sequence of calls.

use hardtack::{Session, carrier::RefreshAfter};
use proptest::prelude::*;
use serde_json::Value;

use super::{
    browser::pair_of,
    cases::cases,
    options::{Options, options},
    sites::{encrypted, signed},
    times::{at, seconds},
};

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

/// Does one step. Errors are allowed; the state they leave is what counts.
fn take(step: &Step, session: &Session) {
    let value = |len: usize| "x".repeat(len);
    let key = |key: &u8| format!("key {key}");
    match step {
        Step::Insert(k, len) => _ = session.insert(&key(k), value(*len)),
        Step::Update(k, len) => _ = session.update(&key(k), |v: &mut String| *v = value(*len)),
        Step::Remove(k) => _ = session.remove(&key(k)),
        Step::Fill => {
            let room = session.remaining_bytes();
            (0..16).any(|less| session.insert("fill", value(room - room.min(less))).is_ok());
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

/// Bytes of a `Set-Cookie` field that browsers store.
const BROWSER: usize = 4096;

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn nothing_larger_is_sent_than_is_allowed_or_came_in(
        is_signed: bool,
        visits in prop::collection::vec(
            (options(), 0..40_000u64, prop::collection::vec(step(), 0..5)),
            1..8,
        ),
    ) {
        let site = if is_signed { signed() } else { encrypted() };
        let (mut now, mut pairs) = (0, Vec::new());
        for (options, later, steps) in visits {
            let options = Options { name: "session".to_owned(), ..options };
            let site = options.apply(site.clone()).refresh_after(RefreshAfter::Interval(seconds(100)));
            let site = site.build().unwrap();
            now += later;
            let session = site.load(&pairs, at(now));
            for step in &steps {
                take(step, &session);
            }
            let content: Value = session.deserialize().unwrap();
            let fields = site.save(&session).unwrap();
            let set: Vec<_> = fields.iter().filter(|field| !field.contains("=; ")).collect();
            let bytes: usize = set.iter().map(|field| field.len()).sum();
            let arrived: usize = pairs.iter().map(String::len).sum();
            // It may be sent in fewer cookies than it came in, and has the room of those (docs/spec/writer.md § 9.5.3).
            let attributes = set.first().map_or(0, |field| field.len() - pair_of(field).len());
            let (limit, most) = options.limits();
            prop_assert!(bytes <= (limit * most).max(arrived + pairs.len() * attributes));
            // Each of them may be as long as the longest that came in, and as a browser stores.
            let came_in = pairs.iter().map(|pair: &String| pair.len() + attributes);
            let longest = came_in.max().map_or(limit, |longest| longest.max(BROWSER));
            prop_assert!(set.iter().all(|field| field.len() <= longest));
            if !fields.is_empty() {
                pairs = set.into_iter().map(|field| pair_of(field).to_owned()).collect();
            }
            let session = site.load(&pairs, at(now));
            prop_assert_eq!(session.deserialize::<Value>().unwrap(), content);
        }
    }
}
