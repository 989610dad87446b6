//! Responses that write a session.

use hardtack::SessionError;
use http::header::SET_COOKIE;

use super::{
    Work,
    common::{Visit, at, check, cookie, signed_in},
};

#[test]
fn the_cookies_of_others_are_left_alone() {
    let visit = Visit::to(&cookie())
        .saying("set-cookie", "theme=dark; Path=/")
        .saying("set-cookie", "lang=xx");
    let expected = [
        "cache-control: no-store",
        "set-cookie: theme=dark; Path=/",
        "set-cookie: lang=xx",
        "set-cookie: __Host-session=…; Path=/; Secure; HttpOnly; SameSite=Lax",
        "vary: Cookie",
    ];
    let answer = check(&visit, |session| session.insert("user", 1), &expected);
    // Marked sensitive, for logs and compression tables.
    let fields = answer.headers.get_all(SET_COOKIE).into_iter();
    let are_sensitive: Vec<_> = fields.map(|field| field.is_sensitive()).collect();
    assert_eq!(are_sensitive, [false, false, true]);
}

#[test]
fn after_the_head_looking_works_and_changing_is_an_error() {
    let works: [Work; 14] = [
        |session| session.insert("name", 1),
        |session| session.insert("user", 42),
        |session| session.update("user", |_: &mut u32| unreachable!("nothing is handed out")),
        |session| session.remove("user").map(drop),
        |session| session.remove("name").map(drop),
        |session| session.take::<u32>("user").map(drop),
        |session| session.clear(),
        |session| session.ensure_id().map(drop),
        |session| session.renew(),
        |session| session.renew_id(),
        |session| session.invalidate().map(drop),
        |session| session.discard(),
        |session| session.save(),
        |session| session.clone().insert("name", 1),
    ];
    let cookie = cookie();
    let pair = signed_in(&cookie);
    for work in works {
        let session = cookie.load([&pair], at(1));
        assert!(cookie.save(&session).unwrap().is_empty());
        assert!(matches!(work(&session), Err(SessionError::AfterHead)));
        assert_eq!(session.get::<u32>("user").unwrap(), Some(42));
        assert_eq!((session.len(), session.is_new()), (1, false));
        assert_eq!(session.created_at(), Some(at(0)));
    }
}
