//! A browser keeps the cookies of its session and no others, after any sequence of calls.

use std::collections::BTreeSet;

use hardtack::Session;
use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    browser::{Browser, pair_of},
    cases::cases,
    options::{Options, options},
    room,
    times::{at, seconds},
    tokens::{names, token_of},
};

#[derive(Clone, Debug)]
enum Step {
    /// A text of this many thousandths of the room.
    Store(usize),
    /// The same text again.
    StoreAgain,
    Other(usize),
    RemoveOther,
    Flash,
    Pop,
    Id,
    Remember(u64),
    Forget,
    Renew,
    Save,
    Clear,
    Invalidate,
    Discard,
    Read,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..=1000usize).prop_map(Step::Store),
        1 => Just(Step::StoreAgain),
        2 => (0..1000usize).prop_map(Step::Other),
        2 => Just(Step::RemoveOther),
        1 => Just(Step::Flash),
        1 => Just(Step::Pop),
        1 => Just(Step::Id),
        // Long enough for the jar, which uses the real clock.
        1 => (100_000..40_000_000_000u64).prop_map(Step::Remember),
        1 => Just(Step::Forget),
        1 => Just(Step::Renew),
        1 => Just(Step::Save),
        2 => Just(Step::Clear),
        2 => Just(Step::Invalidate),
        1 => Just(Step::Discard),
        2 => Just(Step::Read),
    ]
}

/// Does one step. A value that does not fit is left out.
fn take(step: &Step, session: &Session, room: usize) {
    let text = |share: usize| "x".repeat(room.saturating_sub(20) * share / 1000);
    match step {
        Step::Store(share) => _ = session.insert("k", text(*share)),
        Step::StoreAgain => {
            if let Some(text) = session.get::<String>("k").unwrap() {
                session.insert("k", text).unwrap();
            }
        }
        Step::Other(share) => _ = session.insert("other", text(*share)),
        Step::RemoveOther => session.remove("other").map(drop).unwrap(),
        Step::Flash => _ = session.flash("", &"x".repeat(700)),
        Step::Pop => drop(session.take_flashes("").unwrap()),
        Step::Id => session.ensure_id().map(drop).unwrap(),
        Step::Remember(duration) => _ = session.remember_for(seconds(*duration)).unwrap(),
        Step::Forget => session.forget().unwrap(),
        Step::Renew => session.renew().unwrap(),
        Step::Save => session.save().unwrap(),
        Step::Clear => session.clear().unwrap(),
        Step::Invalidate => session.invalidate().map(drop).unwrap(),
        Step::Discard => session.discard().unwrap(),
        Step::Read => _ = session.len(),
    }
}

/// The content of a session.
#[derive(Clone, Debug, PartialEq)]
struct Content {
    entries: Value,
    messages: Vec<String>,
    id: Option<String>,
    persistent: bool,
}

impl Content {
    fn of(session: &Session) -> Content {
        Content {
            entries: session.deserialize().unwrap(),
            messages: session.flashes(""),
            id: session.id().map(|id| id.to_string()),
            persistent: session.is_persistent(),
        }
    }

    /// Ignores whether the session is remembered.
    fn is_empty(&self) -> bool {
        let Content { persistent, .. } = *self;
        *self
            == Content {
                persistent,
                ..Content::nothing()
            }
    }

    fn nothing() -> Content {
        Content {
            entries: Value::Object(Default::default()),
            messages: Vec::new(),
            id: None,
            persistent: false,
        }
    }
}

/// The form of the request's `Cookie` fields.
#[derive(Clone, Debug)]
struct Noise {
    order: u64,
    /// The number of pairs in a field.
    pairs_in_field: usize,
}

fn noise() -> impl Strategy<Value = Noise> {
    (any::<u64>(), 1..8usize).prop_map(|(order, pairs_in_field)| Noise {
        order,
        pairs_in_field,
    })
}

impl Noise {
    fn fields(&self, mut pairs: Vec<String>) -> Vec<String> {
        pairs.sort_by_cached_key(|pair| Sha256::digest(format!("{} {pair}", self.order)));
        let fields = pairs.chunks(self.pairs_in_field);
        fields.map(|pairs| pairs.join("; ")).collect()
    }
}

/// Cookies of others that look like ours.
fn junk(name: &str) -> Vec<String> {
    let alike = [
        format!("{name}.0"),
        format!("{name}.8"),
        format!("{name}.01"),
        format!("{name}.11"),
        format!("{name}.1.1"),
        format!("{name}.a"),
        format!("x{name}.1"),
        format!("{}.1", name.to_uppercase()),
        "theme".to_owned(),
    ];
    alike.into_iter().filter(|of| of != name).collect()
}

/// The names of the session's cookies in the jar.
fn ours(browser: &Browser, options: &Options) -> Vec<String> {
    let junk = junk(&options.name);
    let mut names = browser.jar.names();
    names.retain(|name| !junk.contains(name));
    names
}

#[track_caller]
fn check_response(browser: &Browser, options: &Options, carried: &[String]) {
    let (limit, most) = options.limits();
    let (set, dropped) = (browser.set(), browser.expired());
    assert!(
        browser.sent.len() <= 8 && set.len() <= most,
        "{:?}",
        set.len()
    );
    assert!(browser.sent.iter().all(|field| field.len() <= limit));
    let expected_dropped: BTreeSet<_> = if browser.sent.is_empty() {
        BTreeSet::new()
    } else if set.is_empty() {
        let parts = carried.iter().cloned();
        parts.chain([options.name.clone()]).collect()
    } else {
        let used = names(&options.name, set.len());
        let carried = carried.iter().filter(|name| !used.contains(name));
        carried.cloned().collect()
    };
    let names_of_dropped: BTreeSet<_> = dropped.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(names_of_dropped.len(), dropped.len(), "each once");
    assert_eq!(names_of_dropped, expected_dropped);
    let Some(first) = set.first() else {
        return;
    };
    let pairs: Vec<_> = set.iter().map(|field| pair_of(field)).collect();
    let attributes = first.len() - pairs[0].len();
    let token = token_of(&options.name, &pairs).len();
    let beside = options.name.len() + 1 + attributes;
    let lengths: Vec<_> = set.iter().map(|field| field.len()).collect();
    assert_eq!(lengths, room::fields(token, beside, limit));
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn a_client_is_left_with_the_session_and_nothing_else(
        options in options(),
        visits in prop::collection::vec(
            (noise(), 0..30_000u64, prop::collection::vec(step(), 0..4)),
            1..10,
        ),
    ) {
        let mut browser = Browser::from(options.builder());
        for name in junk(&options.name) {
            browser.jar.receive([format!("{name}=junk; Path=/")]);
        }
        let mut content = Content::nothing();
        for (noise, later, steps) in visits {
            browser.now += later;
            let (before, carried) = (browser.jar.pairs(), ours(&browser, &options));
            let left = browser.visit_with(noise.fields(browser.jar.pairs()), |session| {
                assert_eq!(Content::of(session), content);
                for step in &steps {
                    take(step, session, options.room());
                }
                Content::of(session)
            });
            content = after(&steps, content, left);
            check_response(&browser, &options, &carried);
            if browser.sent.is_empty() {
                prop_assert_eq!(browser.jar.pairs(), before);
            } else {
                let expected = names(&options.name, browser.set().len());
                let expected = if browser.set().is_empty() { Vec::new() } else { expected };
                prop_assert_eq!(ours(&browser, &options), expected);
            }
            prop_assert_eq!(ours(&browser, &options).is_empty(), content == Content::nothing());
        }
        let session = browser.site.load(browser.jar.pairs(), at(browser.now));
        prop_assert_eq!(Content::of(&session), content);
    }
}

/// The content after a visit that found `found` and left `left`.
fn after(steps: &[Step], found: Content, left: Content) -> Content {
    let any = |is: fn(&Step) -> bool| steps.iter().any(is);
    let is_invalidated = any(|step| matches!(step, Step::Invalidate));
    let is_cleared = any(|step| matches!(step, Step::Clear));
    // The last of these calls counts.
    let said = steps.iter().rev();
    let mut said = said.filter(|step| matches!(step, Step::Discard | Step::Save));
    let is_discarded = matches!(said.next(), Some(Step::Discard));

    if is_discarded && !is_invalidated {
        found
    } else if is_discarded {
        // The session has ended all the same.
        Content::nothing()
    } else if is_cleared && !is_invalidated && left.is_empty() {
        // A session is not kept only because it was to be remembered.
        Content::nothing()
    } else {
        left
    }
}
