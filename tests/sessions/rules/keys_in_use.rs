//! The keys in use, as a program and as a health check see them.
//!
//! Keys that encrypt and keys that only sign never stand in for each other.

use std::time::Duration;

use axum::{Router, body::Body, routing};
use hardtack::{
    Clock, ConfigError, KeyRing, RefreshAfter, SameSite, SessionCookie, SessionHeader,
    SessionToken, SigningKey, Size,
    keys::{Backend, KeyRole, Mode, RingEvent, RingKey, RingSource, SharedKeyRing},
};
use http::Request;
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::common::{HOUR, at, block_on, builder, cookie, key, sealed};

/// Key 1 takes over after an hour, and key 0 retires after a day.
fn rotation() -> [RingKey; 2] {
    let retiring = RingKey::from(key(0)).accept_until(at(24 * HOUR));
    [retiring, RingKey::from(key(1)).seal_from(at(HOUR))]
}

fn rotating() -> SessionCookie {
    cookie_of(rotation())
}

fn cookie_of<const N: usize>(keys: [RingKey; N]) -> SessionCookie {
    let ring = KeyRing::from_keys(keys).unwrap();
    SessionCookie::encrypted(ring).build().unwrap()
}

#[test]
fn a_key_has_each_role_from_the_second_at_which_it_begins() {
    use KeyRole::{Accepted, Planned, Retired, Sealing};
    let ring = KeyRing::from_keys(rotation()).unwrap();
    for (now, roles) in [
        (0, [Sealing, Planned]),
        (HOUR - 1, [Sealing, Planned]),
        (HOUR, [Accepted, Sealing]),
        (24 * HOUR - 1, [Accepted, Sealing]),
        (24 * HOUR, [Retired, Sealing]),
    ] {
        let found = [0, 1].map(|number| ring.role(key(number).id(), at(now)).unwrap());
        assert_eq!(found, roles, "{now}");
    }
    assert_eq!(ring.role(key(2).id(), at(0)), None);
}

#[test]
fn a_role_is_shown_as_the_documented_word() {
    use KeyRole::{Accepted, Planned, Retired, Sealing};
    let words = [Sealing, Accepted, Planned, Retired].map(|role| role.to_string());
    assert_eq!(words, ["seals", "accepted", "planned", "retired"]);
}

#[test]
fn a_key_that_seals_before_its_time_because_no_other_can_is_not_planned() {
    let alone = RingKey::from(key(0)).seal_from(at(HOUR));
    let ring = KeyRing::from_keys([alone]).unwrap();
    assert_eq!(ring.role(key(0).id(), at(0)), Some(KeyRole::Sealing));
}

#[test]
fn the_next_event_is_the_next_change_of_a_role() {
    let (seals, retires) = (
        RingEvent {
            at: at(HOUR),
            key: key(1).id(),
            role: KeyRole::Sealing,
        },
        RingEvent {
            at: at(24 * HOUR),
            key: key(0).id(),
            role: KeyRole::Retired,
        },
    );
    let cookie = rotating();
    for (now, next) in [
        (0, Some(seals)),
        (HOUR - 1, Some(seals)),
        (HOUR, Some(retires)),
        (24 * HOUR - 1, Some(retires)),
        (24 * HOUR, None),
    ] {
        assert_eq!(cookie.keys_in_use(at(now)).next, next, "{now}");
    }
}

#[test]
fn of_two_keys_with_the_same_time_the_one_that_seals_is_next() {
    let [first, second] = [1, 2].map(|index| RingKey::from(key(index)).seal_from(at(HOUR)));
    let cookie = cookie_of([RingKey::from(key(0)), first, second]);
    let next = cookie.keys_in_use(at(0)).next;
    let key = cookie.keys_in_use(at(HOUR)).seals;
    let (at, role) = (at(HOUR), KeyRole::Sealing);
    assert_eq!(next, Some(RingEvent { at, key, role }));
}

#[test]
fn a_key_that_seals_before_its_time_is_no_event() {
    let cookie = cookie_of([RingKey::from(key(0)).seal_from(at(HOUR))]);
    let keys = cookie.keys_in_use(at(0));
    assert_eq!((keys.seals, keys.next), (key(0).id(), None));
}

#[test]
fn a_signing_key_runs_on_rust_crypto() {
    let signing = SessionCookie::unencrypted_but_signed(SigningKey::generate().unwrap());
    let keys = signing.build().unwrap().keys_in_use(at(0));
    assert_eq!(keys.backend, Backend::RustCrypto);
    let backend = hardtack::packages::Suite::Xaes256Gcm.backend();
    assert_eq!(cookie().keys_in_use(at(0)).backend, backend);
}

#[test]
fn a_handler_returns_the_keys_as_a_text_that_no_cache_stores() {
    let cookie = rotating();
    let keys = cookie.keys_in_use(at(HOUR));
    let health = routing::get(move || async move { cookie.keys_in_use(at(HOUR)) });
    let app: Router = Router::new().route("/health", health);
    let text = block_on(async {
        let request = Request::get("/health").body(Body::empty()).unwrap();
        let response = app.oneshot(request).await.unwrap();
        assert_eq!(response.headers()["cache-control"], "no-store");
        let kind = &response.headers()["content-type"];
        assert_eq!(kind, "text/plain; charset=utf-8");
        response.into_body().collect().await.unwrap().to_bytes()
    });
    let [old, new] = [key(0).id(), key(1).id()];
    let expected = format!(
        "seals {new}\naccepts {old} {new}\nfingerprint {}\nsettings 331a75f197d27245\nsettings_text {}\nbackend {}\n\
         now 2027-01-15T09:00:00Z\nnext 2027-01-16T08:00:00Z {old} retires\n",
        keys.fingerprint, keys.settings_text, keys.backend
    );
    assert_eq!(text, expected);
    let settings = "cookie=__Host-session mode=encrypted application= ";
    assert!(keys.settings_text.starts_with(settings), "{expected}");
}

#[test]
fn a_key_that_has_ended_is_listed_as_retired() {
    let [old, new] = [key(0).id(), key(1).id()];
    let end = 24 * HOUR;
    let [before, after] = [end - 1, end].map(|second| rotating().keys_in_use(at(second)));
    assert_eq!((before.accepts, before.retired), (vec![old, new], vec![]));
    let text = after.to_string();
    let lines = format!("\naccepts {new}\nretired {old}\nfingerprint ");
    assert!(text.contains(&lines), "{text}");
    assert_eq!((after.accepts, after.retired), (vec![new], vec![old]));
}

/// The lines of the health check that begin with `problem`.
fn problems(cookie: &SessionCookie, second: u64) -> Vec<String> {
    let health = cookie.keys_in_use(at(second)).to_string();
    let lines = health.lines().map(str::to_owned);
    lines.filter(|line| line.starts_with("problem ")).collect()
}

#[test]
fn a_not_before_in_the_future_is_a_problem_until_it_has_passed() {
    let cookie = builder().not_before(at(60)).build().unwrap();
    let found = problems(&cookie, 59);
    let expected =
        "problem NotBeforeAhead: `not_before` is in the future: until then every session";
    assert!(
        found.len() == 1 && found[0].starts_with(expected),
        "{found:?}"
    );
    assert!(problems(&cookie, 60).is_empty());
}

/// Also if the visitors come from a program whose clock is ahead.
#[test]
fn a_session_from_the_future_is_a_problem_for_ten_minutes() {
    let [cookie, ahead] = [(); 2].map(|()| cookie());
    assert!(problems(&cookie, 0).is_empty());
    let pair = sealed(&ahead, at(24 * HOUR), |it| it.insert("user", 7).unwrap());
    for second in [60, 100] {
        let _ = cookie.load([&pair], at(second)).is_new();
    }
    let since = "problem ClockDisagrees since 2027-01-15T08:01:00Z: ";
    for second in [100, 699] {
        let found = problems(&cookie, second);
        assert!(found.len() == 1 && found[0].starts_with(since), "{found:?}");
    }
    assert!(problems(&cookie, 700).is_empty());
    assert!(problems(&ahead, 100).is_empty());
    let _ = cookie.load([&pair], at(900)).is_new();
    let found = problems(&cookie, 900);
    assert!(found[0].contains("since 2027-01-15T08:15:00Z"), "{found:?}");
}

/// Although this program, which tells, is healthy.
#[test]
fn a_program_that_lacks_the_ring_is_a_problem_for_ten_minutes() {
    let next = RingKey::from(key(1)).seal_from(at(0));
    let ring = KeyRing::from_keys([RingKey::from(key(0)), next]).unwrap();
    let (old, new) = (cookie(), SessionCookie::encrypted(ring).build().unwrap());
    let read = |sealed_at, read_at| {
        let pair = sealed(&old, at(sealed_at), |it| it.insert("user", 7).unwrap());
        let _ = new.load([&pair], at(read_at)).is_new();
    };
    read(59, 60);
    assert!(problems(&new, 60).is_empty());
    for second in [60, 100] {
        read(60, second);
    }
    let since = "problem ProgramLacksRing since 2027-01-15T08:01:00Z: a session was sealed under an earlier key after";
    for second in [100, 699] {
        let found = problems(&new, second);
        assert!(found.len() == 1 && found[0].starts_with(since), "{found:?}");
    }
    assert!(problems(&new, 700).is_empty());
}

#[test]
fn the_later_not_before_is_shown_that_of_the_ring_or_that_of_the_cookie() {
    let text = format!(
        "{},not_before=2027-01-15T08:00:07Z",
        *key(0).expose_secret()
    );
    let ring: KeyRing = text.parse().unwrap();
    let not_before = |cookie: &SessionCookie| cookie.keys_in_use(at(100)).not_before;
    let cookie = SessionCookie::encrypted(ring.clone()).build().unwrap();
    assert_eq!(not_before(&cookie), Some(at(7)));
    let lines = "now 2027-01-15T08:01:40Z\nnot_before 2027-01-15T08:00:07Z\n";
    assert!(cookie.keys_in_use(at(100)).to_string().ends_with(lines));
    cookie.raise_not_before(at(9));
    assert_eq!(not_before(&cookie), Some(at(9)));
    let cookie = SessionCookie::encrypted(ring).not_before(at(5)).build();
    assert_eq!(not_before(&cookie.unwrap()), Some(at(7)));
    assert_eq!(not_before(&super::common::cookie()), None);
}

/// A program that lacks a setting, or has another one.
#[test]
fn programs_whose_settings_differ_have_different_fingerprints_of_them() {
    let settings = |cookie: SessionCookie| cookie.keys_in_use(at(0)).settings;
    let same = || {
        builder()
            .refresh_after(RefreshAfter::Always)
            .not_before(at(0))
    };
    assert_eq!(settings(same().build().unwrap()), settings(cookie()));
    let day = Duration::from_secs(86_400);
    for (index, differs) in [
        builder().remember_up_to(day),
        builder().remember_up_to(2 * day),
        builder().application("shop"),
        builder().context("stage", "live"),
        builder().same_site(SameSite::Strict),
        builder().persistent(true),
        builder().size(Size::Browser),
        builder().clock_skew(Duration::ZERO),
        builder().idle_timeout(None),
    ]
    .into_iter()
    .enumerate()
    {
        let differs = settings(differs.build().unwrap());
        assert_ne!(differs, settings(cookie()), "{index}");
    }
}

/// Also where `SystemTime::now()` panics, as in a Worker.
#[test]
fn a_clock_shows_the_time() {
    let clock = || Clock::from_fn(|| at(7));
    let cookie = cookie();
    assert_eq!(cookie.keys_in_use(clock().now()), cookie.keys_in_use(at(7)));
    let field = cookie.cookie_for(clock().now(), |session| session.insert("user", 42));
    let field = field.unwrap();
    let (_, token) = field.split_once('=').unwrap();
    let content = cookie.inspect(token, clock().now()).unwrap();
    assert_eq!(content.session.created_at, at(7));
}

fn signing_key() -> SigningKey {
    SigningKey::generate().unwrap()
}

#[track_caller]
fn refused<S>(built: Result<S, ConfigError>, remedy: &str) {
    let error = built.err().expect("the keys are of the other kind");
    assert_eq!(error.settings().next(), Some("keys"));
    assert!(error.to_string().contains(remedy), "{error}");
}

#[test]
fn a_key_that_only_signs_does_not_encrypt() {
    let remedy = "choose `unencrypted_but_signed`";
    refused(SessionCookie::encrypted(signing_key()).build(), remedy);
    refused(
        SessionHeader::encrypted(signing_key(), "x-session").build(),
        remedy,
    );
    refused(
        SessionToken::encrypted(signing_key(), "mobile").build(),
        remedy,
    );
}

#[test]
fn a_key_that_encrypts_does_not_sign_what_anyone_may_read() {
    let remedy = "choose `encrypted`";
    refused(
        SessionCookie::unencrypted_but_signed(key(0)).build(),
        remedy,
    );
    refused(
        SessionHeader::unencrypted_but_signed(key(0), "x-session").build(),
        remedy,
    );
    refused(
        SessionToken::unencrypted_but_signed(key(0), "mobile").build(),
        remedy,
    );
}

#[test]
fn a_ring_has_keys_of_one_kind() {
    let (encrypts, signs) = (key(0), signing_key());
    let ids = [encrypts.id(), signs.id()];
    let texts = [encrypts.expose_secret(), signs.expose_secret()].map(|text| text.to_string());
    for sentence in [
        texts.join("\n").parse::<KeyRing>().unwrap_err().to_string(),
        KeyRing::from_sources(texts.map(vault))
            .unwrap_err()
            .to_string(),
    ] {
        assert!(
            sentence.ends_with("which does not encrypt, expected `xaes` or `xcha`"),
            "{sentence}"
        );
    }
    let keys = [RingKey::from(encrypts), RingKey::from(signs)];
    let sentence = KeyRing::from_keys(keys).unwrap_err().to_string();
    for id in ids {
        assert!(sentence.contains(&id.to_string()), "{sentence}");
    }
    assert!(
        sentence.contains("give each kind a separate key ring"),
        "{sentence}"
    );
    // Wherever it stands among others, and whenever each seals.
    for place in 0..3 {
        for seals_at in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let signing = signing_key();
            let id = signing.id();
            let mut keys = [0, 1, 2].map(|number| RingKey::from(key(number)));
            keys[place] = RingKey::from(signing);
            let mut times = seals_at.into_iter();
            let keys = keys.map(|key| key.seal_from(at(times.next().unwrap())));
            let sentence = KeyRing::from_keys(keys).unwrap_err().to_string();
            assert!(sentence.contains(&id.to_string()), "{place}: {sentence}");
        }
    }
}

fn vault(text: String) -> RingSource {
    RingSource::from_fn("a vault", move || Ok(text.clone()))
}

#[test]
fn a_ring_says_which_kind_it_has() {
    assert_eq!(KeyRing::from(key(0)).mode(), Mode::Encrypted);
    assert_eq!(
        KeyRing::from(signing_key()).mode(),
        Mode::UnencryptedButSigned
    );
}

/// Sessions that are promised to be encrypted stay so.
#[test]
fn a_ring_in_use_is_not_replaced_by_one_of_the_other_kind() {
    let keys = SharedKeyRing::from(key(0));
    let cookie = SessionCookie::encrypted(keys.clone()).build().unwrap();
    let error = keys.replace(signing_key()).unwrap_err();
    let remedy = "give keys of the mode in use, or restart the program with other settings";
    assert!(error.to_string().ends_with(remedy), "{error}");
    assert_eq!(
        keys.current().fingerprint(),
        KeyRing::from(key(0)).fingerprint()
    );
    assert_eq!(cookie.keys_in_use(at(0)).seals, key(0).id());

    let signing = SharedKeyRing::from(signing_key());
    let error = signing.replace(key(0)).unwrap_err();
    assert!(error.to_string().ends_with(remedy), "{error}");
    assert_eq!(signing.current().mode(), Mode::UnencryptedButSigned);
}
