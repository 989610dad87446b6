//! The advice of errors, followed: then the session works, and its cookie is no weaker than before. `adapters::csrf_guard::advice`
//! does this for the guard.

use std::time::Duration;

use hardtack::{
    ConfigError, KeyRing, RefreshAfter, SameSite, SessionCookie, SessionError, Size,
    carrier::{FormerAttributes, SessionCookieBuilder},
    keys::RingKey,
    session::Validity,
};

use super::MINUTE;
use crate::common::{HOUR, at, builder, key, pair_of, says};

fn asking(builder: SessionCookieBuilder, every: Duration) -> SessionCookieBuilder {
    builder.revalidate_after(every, |_| async { Ok::<_, SessionError>(Validity::Valid) })
}

/// Seals a session, opens it, and returns the field of its cookie.
fn sent(builder: SessionCookieBuilder) -> Result<String, ConfigError> {
    let site = builder.build()?;
    let session = site.load(None::<&str>, at(0));
    session.insert("user", 42).unwrap();
    let fields = site.save(&session).unwrap();
    let field = fields.iter().find(|field| !field.contains("Max-Age=0"));
    let field = field.unwrap().to_owned();
    let pair = pair_of(&field);
    assert_eq!(site.load([pair], at(1)).get("user").unwrap(), Some(42));
    // The absolute timeout, and the key.
    assert!(site.load([pair], at(13 * HOUR)).is_new());
    let other = SessionCookie::encrypted(key(1)).build()?;
    assert!(other.load([pair], at(1)).is_new());
    Ok(field)
}

/// A part of the sentence, the mistake, and the ways out that the sentence names.
type Advice = (
    &'static str,
    SessionCookieBuilder,
    Vec<SessionCookieBuilder>,
);

fn of_attributes() -> Vec<Advice> {
    let host = || builder().name("__Host-login");
    let http = || builder().danger_allow_http(true);
    let prefixed = "leave out `danger_allow_http` or choose a name without a prefix";
    let same_site = "leave out `danger_allow_http` or choose another `same_site`";
    let none = SameSite::None;
    vec![
        (
            "use letters, digits, `-` and `_`",
            builder().name("log in"),
            vec![builder().name("log-in_1")],
        ),
        (
            "choose another ending",
            builder().name("login.2"),
            vec![builder().name("login.two")],
        ),
        (
            "leave out `domain` or choose a `__Secure-` name",
            host().domain("example.com"),
            vec![
                host(),
                builder().name("__Secure-login").domain("example.com"),
            ],
        ),
        (
            "leave out `path` or choose a `__Secure-` name",
            host().path("/app"),
            vec![host(), builder().name("__Secure-login").path("/app")],
        ),
        (
            prefixed,
            host().danger_allow_http(true),
            vec![host(), http().name("login")],
        ),
        (
            same_site,
            http().same_site(none),
            vec![builder().same_site(none), http().same_site(SameSite::Lax)],
        ),
        (
            "leave out `danger_allow_http` or `partitioned`",
            http().partitioned(true),
            vec![builder().partitioned(true), http()],
        ),
        (
            "give one like `/app`",
            builder().path("app"),
            vec![builder().path("/app")],
        ),
        (
            "which browsers resolve; leave it out",
            builder().path("/app/../shop"),
            vec![builder().path("/shop")],
        ),
        (
            "that the cookie has now; leave it out",
            builder().formerly(FormerAttributes::new().path("/")),
            vec![builder()],
        ),
        (
            "which is out of range; use 2 to 4 cookies",
            builder().size(Size::Split(5)),
            vec![
                builder().size(Size::Split(2)),
                builder().size(Size::Split(4)),
            ],
        ),
    ]
}

fn of_lifetimes() -> Vec<Advice> {
    let idle = |minutes: u32| builder().idle_timeout(minutes * MINUTE);
    let remembering = || builder().remember_up_to(600 * MINUTE);
    vec![
        (
            "correct the clocks instead",
            builder().clock_skew(10 * MINUTE),
            vec![builder()],
        ),
        (
            "set `absolute_timeout` to at least the same, or a shorter `idle_timeout`",
            idle(60).absolute_timeout(30 * MINUTE),
            vec![
                idle(60).absolute_timeout(60 * MINUTE),
                idle(30).absolute_timeout(30 * MINUTE),
            ],
        ),
        (
            "active visitors would be signed out; choose at most half",
            asking(idle(60), 31 * MINUTE),
            vec![asking(idle(60), 30 * MINUTE)],
        ),
        (
            "has no effect together with `revalidate_after`; leave it out",
            asking(builder(), MINUTE).refresh_after(RefreshAfter::Always),
            vec![asking(builder(), MINUTE)],
        ),
        (
            "needs a `revalidate_after` that is shorter; set that first",
            builder().unvalidated_up_to(10 * MINUTE),
            vec![asking(builder(), MINUTE).unvalidated_up_to(10 * MINUTE)],
        ),
        (
            "set both, or leave this out",
            builder().remembered_idle_timeout(60 * MINUTE),
            vec![
                remembering().remembered_idle_timeout(60 * MINUTE),
                builder(),
            ],
        ),
    ]
}

#[test]
fn who_follows_the_error_of_a_builder_has_a_cookie_that_works() {
    for (advice, mistake, followed) in of_attributes().into_iter().chain(of_lifetimes()) {
        let refused = sent(mistake);
        assert!(says(&refused, advice), "{advice}: {refused:?}");
        let is_without_tls = advice.contains("danger_allow_http");
        for builder in followed {
            let field = sent(builder).unwrap_or_else(|error| panic!("{advice}: {error}"));
            assert!(field.contains("; HttpOnly"), "{advice}: {field}");
            let is_secure = field.contains("; Secure");
            let asked_for = is_without_tls && !field.starts_with("__");
            assert!(is_secure || asked_for, "{advice}: {field}");
        }
    }
}

#[test]
fn who_follows_the_error_of_a_ring_opens_what_was_sealed_before() {
    let [old, new] = [0, 1].map(|number| move || RingKey::from(key(number)));
    let before = sealed_under(KeyRing::from(key(0)));
    let turn = HOUR;
    for (advice, mistake, followed) in [
        (
            "restore the end of the ring, remove the time, or add a key that seals later",
            vec![old().accept_until(at(2 * HOUR))],
            vec![
                vec![new().seal_from(at(turn)), old().accept_until(at(2 * HOUR))],
                vec![old()],
            ],
        ),
        (
            "set a later `accept_until`",
            vec![new().seal_from(at(turn)), old().accept_until(at(turn - 1))],
            vec![vec![
                new().seal_from(at(turn)),
                old().accept_until(at(2 * HOUR)),
            ]],
        ),
        (
            "is listed twice in the key ring; leave one out",
            vec![old(), old()],
            vec![vec![old()]],
        ),
    ] {
        let refused = KeyRing::from_keys(mistake);
        assert!(says(&refused, advice), "{advice}");
        for keys in followed {
            let site = SessionCookie::encrypted(KeyRing::from_keys(keys).unwrap());
            let site = site.build().unwrap();
            let session = site.load([&before], at(60));
            assert_eq!(session.get("user").unwrap(), Some(42), "{advice}");
        }
    }
}

fn sealed_under(ring: KeyRing) -> String {
    let site = SessionCookie::encrypted(ring).build().unwrap();
    let pair = site.cookie_for(at(0), |session| session.insert("user", 42));
    pair.unwrap()
}

/// The parts of a session's errors that tell what to do.
#[test]
fn who_follows_the_error_of_a_session_changes_it() {
    let site = builder().build().unwrap();
    let session = site.load(None::<&str>, at(0));
    let told = |result: Result<(), SessionError>, words: &str| {
        assert!(says(&result, words), "{words}: {result:?}");
    };

    told(
        session.remember_for(MINUTE).map(drop),
        "set `remember_up_to` on the builder",
    );
    let remembering = builder().remember_up_to(MINUTE).build().unwrap();
    let remembered = remembering.load(None::<&str>, at(0));
    remembered.remember_for(MINUTE).unwrap();

    session.insert("count", 1).unwrap();
    let inside = session.update("count", |_: &mut u32| session.insert("count", 2));
    told(inside.unwrap(), "use the value passed to its closure");
    session
        .update("count", |count: &mut u32| *count = 2)
        .unwrap();
    assert_eq!(session.get("count").unwrap(), Some(2));

    let of_another_type = session.get::<String>("count").map(drop);
    told(
        of_another_type,
        "store a value of another type under another key",
    );
    session.insert("label", "two").unwrap();
    assert_eq!(session.get("label").unwrap(), Some("two".to_owned()));

    let wide = session.insert("wide", u128::MAX);
    told(wide, "store a string");
    session.insert("wide", u128::MAX.to_string()).unwrap();

    let other = builder().name("__Host-other").build().unwrap();
    let refused = other.save(&session).map(drop);
    assert!(says(&refused, "save it with that one"));
    let _ = site.save(&session).unwrap();
    let late = session.insert("count", 3);
    told(late, "change it before the response begins");
}

/// A jar has one cookie of each name.
#[cfg(feature = "cookie")]
#[test]
fn a_jar_that_cannot_drop_a_former_cookie_has_the_fields_of_save() {
    let moved = builder().formerly(FormerAttributes::new().path("/app"));
    let site = moved.name("__Secure-login").build().unwrap();
    let pair = site.cookie_for(at(0), |session| session.insert("user", 42));
    let mut jar = cookie::CookieJar::new();
    jar.add_original(cookie::Cookie::parse(pair.unwrap()).unwrap());
    let session = site.load_from_cookies(jar.iter(), at(1));
    session.insert("user", 43).unwrap();
    let refused = site.save_as_cookies(&session);
    assert!(says(&refused, "use `save` instead"));
    let fields: Vec<String> = site.save(&session).unwrap().into_iter().collect();
    let is_dropped = |field: &&String| field.contains("Path=/app;") && field.contains("Max-Age=0");
    assert_eq!(fields.iter().filter(is_dropped).count(), 1, "{fields:?}");
    let kept = fields.iter().find(|field| !field.contains("Max-Age=0"));
    let kept = site.load([pair_of(kept.unwrap())], at(2));
    assert_eq!(kept.get("user").unwrap(), Some(43));
}
