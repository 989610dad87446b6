//! Any options, and any sequence of calls.

use hardtack::{RefreshAfter, SameSite, Session, SessionCookie, SessionCookieBuilder, Size};
use proptest::prelude::*;
use serde_json::Value;

use crate::{
    browser::Browser,
    cases::cases,
    fill, long_lived,
    moments::{at, seconds},
    sites::{encrypted, signed},
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
    refresh_after: RefreshAfter,
}

fn options() -> impl Strategy<Value = Options> {
    let sizes = prop_oneof![Just(Size::Anywhere), Just(Size::Browser)];
    let same_sites = prop_oneof![Just(SameSite::Omit), Just(SameSite::Strict)];
    let refreshes = prop_oneof![
        Just(RefreshAfter::Never),
        Just(RefreshAfter::OnChange),
        Just(RefreshAfter::Span(seconds(100))),
        Just(RefreshAfter::Always),
    ];
    let paths = prop_oneof![4 => 0..4usize, 1 => 0..1024usize];
    (
        sizes,
        paths,
        any::<bool>(),
        same_sites,
        any::<bool>(),
        refreshes,
    )
        .prop_map(
            |(size, path, domain, same_site, partitioned, refresh_after)| Options {
                size,
                path,
                domain,
                same_site,
                partitioned,
                refresh_after,
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
            .refresh_after(self.refresh_after);
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
    #![proptest_config(cases(200))]

    #[test]
    fn nothing_larger_is_sent_than_is_allowed_or_came_in(
        is_signed: bool,
        visits in prop::collection::vec(
            (options(), 0..40_000u64, prop::collection::vec(step(), 0..5)),
            1..8,
        ),
    ) {
        let builder = if is_signed { signed() } else { encrypted() };
        let mut browser = Browser::from(builder.clone());
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
            .refresh_after(RefreshAfter::Always);
        if options.domain {
            builder = builder.domain("example.com");
        }
        let mut browser = Browser::from(builder);
        browser.visit(|session| {
            fill(session);
            session.ensure_id().unwrap();
        });
        // Not over the limit, and not far below it: 4 bytes of age, 5 each of limit, remembered
        // and schema, and Max-Age stand in reserve.
        let reserve = 19 * 4 / 3 + "; Max-Age=34560000".len() + 3;
        prop_assert!(browser.sent[0].len() <= options.limit());
        prop_assert!(browser.sent[0].len() + reserve >= options.limit());
        browser.now = age;
        prop_assert_eq!(browser.visit(Session::remaining_bytes), 0);
        prop_assert_eq!(browser.sent.len(), 1);
        prop_assert!(browser.sent[0].len() <= options.limit());
    }
}
