//! Any settings, and the sizes that are sent under them.
//!
//! Any options in any order of requests, and any sequence of calls.

use std::time::Duration;

use hardtack::{
    RefreshAfter, SameSite, Session, Size,
    carrier::{Padding, SessionCookieBuilder},
};
use proptest::prelude::*;
use serde_json::Value;

use super::{
    browser::pair_of,
    cases::cases,
    encrypted, long_lived, room, signed,
    times::{at, seconds},
    xchacha,
};

/// Settings of a site.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) suite: &'static str,
    pub(crate) size: Size,
    pub(crate) padding: Padding,
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) domain: bool,
    pub(crate) same_site: SameSite,
    pub(crate) partitioned: bool,
}

/// The expected sizes of a session.
#[derive(Debug)]
pub(crate) struct Expected {
    /// Bytes of each `Set-Cookie` field.
    pub(crate) fields: Vec<usize>,
    /// Bytes of the body that are padding.
    pub(crate) padding: usize,
}

impl Options {
    pub(crate) fn builder(&self) -> SessionCookieBuilder {
        self.apply(match self.suite {
            "xaes" => encrypted(),
            "xcha" => xchacha(),
            _ => signed(),
        })
    }

    /// Applies all of these but the suite.
    pub(crate) fn apply(&self, builder: SessionCookieBuilder) -> SessionCookieBuilder {
        let builder = long_lived(builder)
            .refresh_after(RefreshAfter::Never)
            .remember_up_to(LONGEST_DURATION)
            .size(self.size)
            .padding(self.padding)
            .name(&self.name)
            .path(&self.path)
            .same_site(self.same_site);
        let builder = if self.domain {
            builder.domain("example.com")
        } else {
            builder
        };
        if self.partitioned {
            builder.partitioned(true)
        } else {
            builder
        }
    }

    /// Bytes that one `Set-Cookie` field may have, and how many there may be.
    pub(crate) fn limits(&self) -> (usize, usize) {
        match self.size {
            Size::Anywhere => (3072, 1),
            Size::Browser => (4096, 1),
            Size::Split(most) => (4096, most.into()),
            other => panic!("{other:?}"),
        }
    }

    /// Bytes that all fields may have together.
    pub(crate) fn total(&self) -> usize {
        let (limit, most) = self.limits();
        let kept = if self.partitioned { 9_216 } else { usize::MAX };
        kept.min(limit * most)
    }

    /// `name=` and the attributes.
    pub(crate) fn field(&self) -> usize {
        let domain = if self.domain {
            "; Domain=example.com"
        } else {
            ""
        };
        let same_site = match self.same_site {
            SameSite::Omit => String::new(),
            word => format!("; SameSite={word:?}"),
        };
        let partitioned = if self.partitioned {
            "; Partitioned"
        } else {
            ""
        };
        let (name, path) = (&self.name, &self.path);
        format!("{name}=; Path={path}{domain}; Secure; HttpOnly{same_site}{partitioned}").len()
    }

    /// The most bytes of content (docs/spec/writer.md § 9.6).
    pub(crate) fn room(&self) -> usize {
        let (_, most) = self.limits();
        let part = if most > 1 { 2 } else { 0 };
        let fixed = self.field() + MAX_AGE.len() + part;
        // No attributes here are so long that fewer cookies take more.
        let characters = self.total() - most * fixed;
        let body = characters * 3 / 4 - if self.suite == "sign" { 21 } else { 45 };
        if self.padding == Padding::None {
            return body - RESERVED;
        }
        let fits = |room: &usize| room::padded(RESERVED + room) <= body;
        (0..body).rev().find(fits).unwrap()
    }

    /// The sizes for a head and content of these bytes, with this `Max-Age` attribute.
    pub(crate) fn sent(&self, head: usize, content: usize, max_age: &str) -> Expected {
        let body = match self.padding {
            Padding::None => head + content,
            _ => room::padded(head + content),
        };
        let token = room::token(self.suite == "sign", body);
        let (limit, _) = self.limits();
        Expected {
            fields: room::fields(token, self.field() + max_age.len(), limit),
            padding: body - head - content,
        }
    }

    /// The same with every field of the head and `Max-Age` at its longest.
    pub(crate) fn reserved(&self, content: usize) -> Expected {
        self.sent(RESERVED, content, MAX_AGE)
    }
}

/// Any settings. The name, path and domain are such that `https://www.example.com/shop/basket` may set
/// the cookie and gets it.
pub(crate) fn options() -> impl Strategy<Value = Options> {
    let same_sites = [
        SameSite::Lax,
        SameSite::Strict,
        SameSite::None,
        SameSite::Omit,
    ];
    let attributes = (
        prop::sample::select(vec!["/", "/shop", "/shop/basket"]),
        any::<bool>(),
        prop::sample::select(same_sites.to_vec()),
        any::<bool>(),
    );
    let padding = prop::sample::select(vec![Padding::None, Padding::Padme]);
    let suites = prop::sample::select(vec!["xaes", "xcha", "sign"]);
    (suites, sizes(), padding, names(), attributes).prop_map(
        |(suite, size, padding, name, (path, domain, same_site, partitioned))| Options {
            suite,
            size,
            padding,
            name,
            path: path.to_owned(),
            domain,
            same_site,
            // Browsers keep fewer bytes of these.
            partitioned: partitioned && size != Size::Split(4),
        },
    )
}

pub(crate) fn sizes() -> impl Strategy<Value = Size> {
    prop_oneof![
        Just(Size::Anywhere),
        Just(Size::Browser),
        (2..=4u8).prop_map(Size::Split),
    ]
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("session".to_owned()),
        Just("__Secure-session".to_owned()),
        Just("a.1b".to_owned()),
        "[a-z]{1,128}",
    ]
}

/// Bytes of the fields of a body before flash and payload, each at its longest.
pub(crate) const RESERVED: usize = 33;
const MAX_AGE: &str = "; Max-Age=34560000";
/// Browsers keep a cookie for 400 days.
pub(crate) const LONGEST_DURATION: Duration = Duration::from_secs(34_560_000);

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
