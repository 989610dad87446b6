//! The keys in use, as a program and as a health check see them.

use axum::{Router, body::Body, routing};
use hardtack::{
    KeyRing, SessionCookie, SigningKey,
    keys::{Backend, KeyRole, RingEvent, RingKey},
};
use http::Request;
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::common::{HOUR, at, block_on, cookie, key};

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
        RingEvent::Seals {
            at: at(HOUR),
            key: key(1).id(),
        },
        RingEvent::Retires {
            at: at(24 * HOUR),
            key: key(0).id(),
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
    assert_eq!(next, Some(RingEvent::Seals { at: at(HOUR), key }));
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
    let backend = hardtack::keys::Suite::Xaes256Gcm.backend();
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
        "seals {new}\naccepts {old} {new}\nfingerprint {}\nbackend {}\nnext 2027-01-16T08:00:00Z {old} retires\n",
        keys.fingerprint, keys.backend
    );
    assert_eq!(text, expected);
}
