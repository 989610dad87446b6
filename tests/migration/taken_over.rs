use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::{Duration, UNIX_EPOCH},
};

use hardtack::{
    ConfigError, Context, EncryptionKey, Session, SessionCookie, SessionData, SessionError,
    SigningKey, Size,
    carrier::{FormerAttributes, SessionCookieBuilder},
    migrate::OldCookie,
    session::{Map, Outcome, Reason, SessionId, Validity},
};
use serde::{Deserialize, Serialize};

use crate::common::{at, block_on, browser::Browser, builder, key, says, seconds};

/// Returns the cookie in use, which takes over the sessions of the other one: the steps of docs/rotation.md.
fn cookie(
    signed: SessionCookieBuilder,
    encrypted: SessionCookieBuilder,
    is_first_step: bool,
) -> Result<SessionCookie, ConfigError> {
    let from = UNIX_EPOCH + Duration::from_secs(1_796_083_200); // 2026-12-01, before the first step
    let until = from + Duration::from_secs(90 * 86_400); // no session in the signed cookie lives longer
    if is_first_step {
        signed.migrate_from(encrypted.build()?, from..until).build()
    } else {
        encrypted.migrate_from(signed.build()?, from..until).build()
    }
}

/// An application in the four versions of the move, with one deny list.
struct Versions {
    all: [SessionCookie; 4],
    denied: Arc<Mutex<BTreeSet<SessionId>>>,
}

const BEFORE: usize = 0;
const FIRST: usize = 1;
const SECOND: usize = 2;
const AFTER: usize = 3;

/// Versions of which instances run at the same time.
const TOGETHER: [&[usize]; 6] = [
    &[BEFORE, FIRST],
    &[FIRST],
    &[FIRST, SECOND],
    &[SECOND, FIRST, SECOND],
    &[SECOND],
    &[SECOND, AFTER],
];

fn versions(options: fn(SessionCookieBuilder) -> SessionCookieBuilder) -> Versions {
    let denied = Arc::<Mutex<BTreeSet<SessionId>>>::default();
    let with_options = |builder| {
        let denied = Arc::clone(&denied);
        options(builder).revoked_if(move |session| {
            let id = session.info().id;
            id.is_some_and(|id| denied.lock().unwrap().contains(&id))
        })
    };
    let key = SigningKey::generate().unwrap();
    let signed = || {
        let key = key.expose_secret().parse::<SigningKey>().unwrap();
        with_options(SessionCookie::unencrypted_but_signed(key).name("__Host-visit"))
    };
    let encrypted = || with_options(builder());
    let all = [
        signed().build(),
        cookie(signed(), encrypted(), true),
        cookie(signed(), encrypted(), false),
        encrypted().build(),
    ];
    Versions {
        all: all.map(Result::unwrap),
        denied,
    }
}

impl Versions {
    /// A visitor who signed in at the first of these versions, and met the others since.
    fn visitor_of(
        &self,
        met: &[usize],
        sign_in: impl Fn(&Session) -> Result<(), SessionError>,
    ) -> Browser {
        let mut browser = Browser::from(self.all[met[0]].clone());
        browser.visit(|session| {
            session.sign_in().unwrap();
            session.insert("user", 7).unwrap();
            sign_in(session).unwrap();
        });
        for &version in met {
            assert_eq!(self.user(&mut browser, version), Some(7), "{met:?}");
        }
        browser
    }

    fn user(&self, browser: &mut Browser, version: usize) -> Option<u32> {
        browser.site = self.all[version].clone();
        browser.visit(|session| {
            block_on(session.validate()).unwrap();
            session.get("user").unwrap()
        })
    }

    /// Asserts that the visitor stays signed out, whatever is met how often.
    #[track_caller]
    fn check_signed_out(&self, browser: &mut Browser, met: &[usize]) {
        for version in [met, met].concat() {
            let user = self.user(browser, version);
            assert_eq!(user, None, "{version} of {met:?}");
        }
    }
}

fn plain(builder: SessionCookieBuilder) -> SessionCookieBuilder {
    builder
}

#[test]
fn a_visitor_who_meets_two_versions_stays_who_they_are_in_one_cookie() {
    let versions = versions(|builder| builder.remember_up_to(seconds(86_400)));
    for met in TOGETHER {
        let mut browser = versions.visitor_of(met, |session| {
            session.flash("", "Welcome.")?;
            session.remember_for(seconds(7_200)).map(drop)
        });
        let look = |session: &Session| (session.id(), session.created_at(), session.expires_at());
        let known = browser.visit(look);
        assert_eq!(known.2, Some(at(7_200)));
        browser.now = 3_000;
        for version in [met, met].concat() {
            browser.site = versions.all[version].clone();
            let (is_readable_by_next, seen) = (version != BEFORE, browser.visit(look));
            // Before and after, one of the two cookies means nothing.
            if seen.0.is_some() || is_readable_by_next && version != AFTER {
                assert_eq!(seen, known, "{version} of {met:?}");
            }
            assert_eq!(browser.jar.pairs().len(), 1, "{version} of {met:?}");
        }
        browser.site = versions.all[*met.last().unwrap()].clone();
        let messages = browser.visit(|session| session.take_flashes("").unwrap());
        assert_eq!(messages, ["Welcome."]);
    }
}

#[test]
fn a_sign_out_signs_out_whatever_was_met() {
    let versions = versions(plain);
    for met in TOGETHER {
        for &last in met {
            for end in [
                (|session| session.invalidate().map(drop))
                    as fn(&Session) -> Result<(), SessionError>,
                |session| session.clear(),
                |session| session.remove("user").map(drop),
            ] {
                let mut browser = versions.visitor_of(met, |_| Ok(()));
                assert_eq!(versions.user(&mut browser, last), Some(7));
                browser.visit(|session| end(session).unwrap());
                versions.check_signed_out(&mut browser, met);
            }
        }
    }
}

#[test]
fn a_session_on_the_deny_list_ends_by_the_id_that_it_always_had() {
    let versions = versions(plain);
    for met in TOGETHER {
        let mut browser = versions.visitor_of(met, |_| Ok(()));
        let id = browser.visit(|session| session.id()).unwrap();
        versions.denied.lock().unwrap().insert(id);
        versions.check_signed_out(&mut browser, met);
        // What it leaves is not kept from a new sign-in.
        browser.visit(|session| {
            session.sign_in().unwrap();
            session.insert("user", 8).unwrap();
        });
        let last = *met.last().unwrap();
        assert_eq!(versions.user(&mut browser, last), Some(8), "{met:?}");
    }
}

#[test]
fn a_session_that_the_application_ends_stays_ended() {
    let versions = versions(|builder| {
        builder.revalidate_after(seconds(60), |session| {
            let is_valid = session.info().last_active_at < at(60);
            std::future::ready(Ok::<_, std::io::Error>(Validity::valid_if(is_valid)))
        })
    });
    for met in TOGETHER {
        let mut browser = versions.visitor_of(met, |_| Ok(()));
        browser.now = 61;
        let last = *met.last().unwrap();
        assert_eq!(versions.user(&mut browser, last), Some(7), "{met:?}");
        browser.now = 200;
        versions.check_signed_out(&mut browser, met);
    }
}

#[test]
fn a_session_ends_when_it_would_have_ended_without_the_move() {
    let versions = versions(plain);
    for met in TOGETHER {
        let limited = || versions.visitor_of(met, |session| session.limit_to(seconds(600)));
        let idle = || versions.visitor_of(met, |_| Ok(()));
        for (mut browser, end) in [(limited(), 600), (idle(), 1_800)] {
            browser.now = end - 1;
            let mut late = browser.clone();
            assert_eq!(versions.user(&mut browser, *met.last().unwrap()), Some(7));
            late.now = end;
            versions.check_signed_out(&mut late, met);
        }
    }
}

/// The same move for another name, key ring or label, here with sessions in two cookies.
#[test]
fn every_part_of_a_large_session_is_taken_over_and_dropped() {
    let large = |builder: SessionCookieBuilder| builder.size(Size::Split(2));
    let range = at(0)..at(1_000);
    let former = large(builder().name("session").application("shop"));
    let former = former.build().unwrap();
    let mut browser = Browser::from(former.clone());
    let text = "x".repeat(4_000);
    browser.visit(|session| session.insert("text", &text).unwrap());
    assert_eq!(browser.jar.pairs().len(), 2);
    browser.site = large(builder().migrate_from(former, range))
        .build()
        .unwrap();
    browser.visit(|session| {
        assert_eq!(session.outcome(), Outcome::Migrated);
        assert_eq!(session.get("text").unwrap(), Some(text.clone()));
    });
    assert_eq!(browser.expired(), ["session", "session.1"]);
    let set = browser.set().len();
    assert_eq!((set, browser.jar.pairs().len()), (2, 2));
    browser.visit(|session| session.invalidate().map(drop).unwrap());
    assert_eq!(browser.jar.pairs().len(), 0);
}

#[test]
fn a_cookie_that_moved_before_is_dropped_wherever_it_was() {
    let large = |path: &str| builder().name("session").path(path).size(Size::Split(2));
    let text = "x".repeat(4_000);
    let [here, there] = ["/", "/app"].map(|path| {
        let first = large(path).build().unwrap();
        let mut browser = Browser::from(first);
        browser.jar.url.set_path("/app");
        browser.visit(|session| session.insert("text", &text).unwrap());
        browser
    });
    for mut browser in [here, there] {
        let moved = large("/").formerly(FormerAttributes::new().path("/app"));
        let site = builder().size(Size::Split(2));
        let site = site.migrate_from(moved.build().unwrap(), at(0)..at(9));
        browser.site = site.build().unwrap();
        browser.visit(|session| {
            assert_eq!(session.outcome(), Outcome::Migrated);
            session.invalidate().map(drop).unwrap();
        });
        // Otherwise the next page takes the session over again.
        assert_eq!(browser.jar.pairs().len(), 0);
    }
}

#[test]
#[cfg(feature = "cookie")]
fn every_part_of_a_large_session_is_taken_over_from_a_jar() {
    let of_size = |size| builder().name("session").size(size).build().unwrap();
    let (former, smaller) = (of_size(Size::Split(2)), of_size(Size::Anywhere));
    let pairs = former.cookie_for(at(0), |session| session.insert("text", "x".repeat(4_000)));
    let pairs = pairs.unwrap();
    let jar = pairs
        .split("; ")
        .map(|pair| cookie::Cookie::parse(pair).unwrap());
    let jar: Vec<_> = jar.collect();
    // Whatever size the old cookie has now.
    for former in [former, smaller] {
        let site = builder().size(Size::Split(2));
        let site = site.migrate_from(former, at(0)..at(9)).build().unwrap();
        let session = site.load_from_cookies(&jar, at(1));
        assert_eq!(session.outcome(), Outcome::Migrated);
    }
}

/// The context that a request chooses counts, else the old cookie's own. The new cookie's own does not.
#[test]
fn a_session_is_taken_over_in_its_context_alone() {
    const TENANTS: [Option<&str>; 3] = [None, Some("acme"), Some("other")];
    let of = |cookie: &SessionCookie, tenant: Option<&str>| match tenant {
        None => cookie.clone(),
        Some(name) => cookie.in_context(Context::new([("tenant", name)]).unwrap()),
    };
    let plain = builder().name("session").build().unwrap();
    for own in TENANTS {
        let former = of(&plain, own);
        let sites = [builder(), builder().context("tenant", "acme")];
        for site in sites.map(|site| site.migrate_from(former.clone(), at(0)..at(9))) {
            let site = site.build().unwrap();
            for (chosen, tenant) in TENANTS
                .iter()
                .flat_map(|one| TENANTS.map(|other| (*one, other)))
            {
                let field =
                    of(&plain, tenant).cookie_for(at(0), |session| session.insert("user", 7));
                let session = of(&site, chosen).load([field.unwrap()], at(1));
                let refused = Outcome::NotMigrated {
                    reason: Reason::Auth,
                };
                let (outcome, user) = if chosen.or(own) == tenant {
                    (Outcome::Migrated, Some(7))
                } else {
                    (refused, None)
                };
                let row = format!("former {own:?}, request {chosen:?}, session {tenant:?}");
                assert_eq!(session.outcome(), outcome, "{row}");
                assert_eq!(session.get("user").unwrap(), user, "{row}");
            }
        }
    }
}

#[test]
fn a_session_that_was_planted_wins_by_no_key_of_an_old_cookie() {
    let [newer, older] = [(); 2].map(|()| {
        let former = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
        former.name("session").build().unwrap()
    });
    let field = |cookie: &SessionCookie, user: u32| {
        let field = cookie.cookie_for(at(0), |session| session.insert("user", user));
        field.unwrap()
    };
    let (ada, mallory) = (field(&older, 7), field(&newer, 8));
    let site = [newer, older].into_iter().fold(builder(), |site, former| {
        site.migrate_from(former, at(0)..at(9))
    });
    let site = site.build().unwrap();
    for fields in [[&ada, &mallory], [&mallory, &ada]] {
        let refused = Outcome::NotMigrated {
            reason: Reason::Duplicate,
        };
        assert_eq!(site.load(fields, at(1)).outcome(), refused);
    }
    assert_eq!(site.load([&ada, &ada], at(1)).outcome(), Outcome::Migrated);
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Login {
    user: Option<u32>,
}

impl SessionData for Login {
    const LABEL: &'static str = "login of an old cookie";
    const SCHEMA: u32 = 2;

    fn convert(schema: u32, bytes: &[u8]) -> Option<Self> {
        (schema == 0).then(|| Map::decode(bytes))?
    }
}

#[derive(Default, PartialEq, Serialize, Deserialize)]
struct Count(u32);

impl SessionData for Count {
    const LABEL: &'static str = "count of an old cookie";
    const SCHEMA: u32 = 2;
}

#[test]
fn a_type_takes_over_its_own_sessions_and_dictionaries_and_no_other_type() {
    let range = || at(0)..at(9);
    let typed = builder().name("session").typed::<Login>().build().unwrap();
    let field = typed.cookie_for(at(0), |session| session.replace(Login { user: Some(7) }));
    let site = builder()
        .typed::<Login>()
        .migrate_from(typed.clone(), range());
    let session = site.build().unwrap().load([field.unwrap()], at(1));
    assert_eq!(session.read(|login| login.user), Some(7));

    let dictionary = builder().name("session").build().unwrap();
    let field = dictionary.cookie_for(at(0), |session| session.insert("user", 8));
    let site = builder().typed::<Login>().migrate_from(dictionary, range());
    let session = site.build().unwrap().load([field.unwrap()], at(1));
    assert_eq!(session.read(|login| login.user), Some(8));

    let other = "sessions hold another type";
    let counts = builder()
        .typed::<Count>()
        .migrate_from(typed.clone(), range());
    assert!(says(&counts.build(), other));
    let dictionaries = builder().migrate_from(typed, range());
    assert!(says(&dictionaries.build(), other));
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct NextLogin {
    user: Option<u32>,
    is_admin: bool,
}

impl SessionData for NextLogin {
    const LABEL: &'static str = Login::LABEL;
    const SCHEMA: u32 = 3;
}

#[test]
fn a_session_that_another_instance_could_take_over_is_left_to_it() {
    fn old(key: EncryptionKey) -> SessionCookieBuilder {
        SessionCookie::encrypted(key).name("session")
    }
    let next = old(key(0)).typed::<NextLogin>().build().unwrap();
    let of_other_key = old(key(1)).typed::<Login>().build().unwrap();
    let mut id = None;
    let of_next = next.cookie_for(at(0), |session| {
        session.sign_in()?;
        id = session.id();
        session.replace(NextLogin::default())
    });
    let login = Login { user: Some(7) };
    let of_other_key = of_other_key.cookie_for(at(0), |session| session.replace(login.clone()));
    let cases = [
        (of_next.unwrap(), Reason::Payload, id),
        (of_other_key.unwrap(), Reason::UnknownKey, None),
    ];
    for (field, reason, id) in cases {
        let former = old(key(0)).typed::<Login>().keep_unknown_keys(true);
        let site = builder().typed::<Login>();
        let site = site.migrate_from(former.build().unwrap(), at(0)..at(9));
        let site = site.build().unwrap();
        let session = site.load([&field], at(1));
        assert_eq!(session.outcome(), Outcome::NotMigrated { reason });
        let refused = [session.replace(login.clone()), session.flash("", "Saved.")];
        for refused in refused {
            assert!(matches!(refused, Err(SessionError::Unreadable(_))));
        }
        assert!(site.save(&session).unwrap().is_empty());
        let session = site.load([&field], at(1));
        assert_eq!(session.invalidate().unwrap(), id);
        let fields = site.save(&session).unwrap();
        assert!(fields.iter().any(|field| field.starts_with("session=; ")));
        let session = site.load([&field], at(1));
        session.sign_in().unwrap();
        assert_eq!(site.save(&session).unwrap().iter().len(), 2);
    }
}

#[test]
fn of_two_old_cookies_one_that_another_instance_could_take_over_is_left_to_it() {
    let old = |name, key| {
        SessionCookie::encrypted(key)
            .name(name)
            .keep_unknown_keys(true)
    };
    let site = ["first", "second"]
        .into_iter()
        .fold(builder(), |site, name| {
            site.migrate_from(old(name, key(0)).build().unwrap(), at(0)..at(9))
        });
    let site = site.build().unwrap();
    for (junk, name) in [("first", "second"), ("second", "first")] {
        let of_other_key = old(name, key(1)).build().unwrap();
        let field = of_other_key.cookie_for(at(0), |session| session.insert("user", 7));
        let session = site.load([format!("{junk}=junk"), field.unwrap()], at(1));
        let refused = session.insert("user", 8);
        assert!(
            matches!(refused, Err(SessionError::Unreadable(_))),
            "{name}"
        );
        assert!(site.save(&session).unwrap().is_empty(), "{name}");
    }
}

#[test]
fn the_forms_of_two_visitors_with_unreadable_former_cookies_have_different_tokens() {
    let former = || named("session").keep_unknown_keys(true);
    let site = builder().migrate_from(former().build().unwrap(), at(0)..at(9));
    let site = site.build().unwrap();
    let other = SessionCookie::encrypted(key(1))
        .name("session")
        .build()
        .unwrap();
    let [ada, bob] = [7, 8].map(|user| {
        let fill = |session: &Session| session.insert("user", user);
        other.cookie_for(at(0), fill).unwrap()
    });
    let token = site.load([&ada], at(1)).csrf_token().unwrap();
    let passes = |field: &str| site.load([field], at(1)).verify_csrf(&token).is_ok();
    assert!(passes(&ada));
    assert!(!passes(&bob) && !passes("session=eAAAAAA"));
}

#[test]
fn what_cannot_be_followed_is_an_error_at_start_up() {
    let range = || at(0)..at(9);
    let former = builder().name("session").build().unwrap();
    let converted = OldCookie::from(former).convert(Some);
    let site = builder().migrate_from(converted, range()).build();
    assert!(says(&site, "leave `convert` out"));
    let same = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let site = builder()
        .migrate_from(same.build().unwrap(), range())
        .build();
    assert!(says(&site, "choose another `name`"));
    // Of three cookies in a row, the first would not be read.
    let chain = |first: &str| builder().migrate_from(named(first).build().unwrap(), range());
    let second = named("second").migrate_from(named("first").build().unwrap(), range());
    let site = builder().migrate_from(second.build().unwrap(), range());
    assert!(says(
        &site.build(),
        "has a `SessionCookie` with a `migrate_from` of its own"
    ));
    let both = chain("first").migrate_from(named("second").build().unwrap(), range());
    let both = both.build().unwrap();
    for name in ["first", "second"] {
        let field = named(name)
            .build()
            .unwrap()
            .cookie_for(at(0), |session| session.insert("user", 7));
        let session = both.load([field.unwrap()], at(1));
        assert_eq!(session.get("user").unwrap(), Some(7), "{name}");
    }
}

fn named(name: &str) -> SessionCookieBuilder {
    builder().name(name)
}
