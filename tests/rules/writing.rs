//! Responses that write a session.

use hardtack::{Session, SessionError, carrier::RefreshAfter};
use http::header::SET_COOKIE;

use super::{
    Login, Work,
    common::{READ, Visit, WRITTEN, at, builder, builder_of, check, cookie, sealed, signed_in},
};

#[test]
fn a_new_session_that_stays_empty_is_not_written() {
    let works: [Work; 6] = [
        |session| {
            session
                .insert("user", 1)
                .and(session.remove("user").map(drop))
        },
        |session| {
            session
                .insert("user", 1)
                .and(session.take::<u32>("user").map(drop))
        },
        |session| session.insert("user", 1).and(session.clear()),
        |session| session.ensure_id().and(session.clear()),
        |session| session.ensure_id().and(session.invalidate()).map(drop),
        // Even where the application asks for it.
        |session| session.save(),
    ];
    for work in works {
        check(&Visit::to(&cookie()), work, READ);
        check(&Visit::to(&cookie()).with("theme=dark"), work, READ);
    }
}

#[test]
fn a_new_typed_session_that_stays_default_is_not_written() {
    let works: [Work<Login>; 4] = [
        |session| session.update(|_| ()),
        |session| session.replace(Login::default()),
        |session| {
            session
                .update(|login| login.visits = 1)
                .and(session.replace(Login::default()))
        },
        |session| session.save(),
    ];
    let cookie = builder_of().build().unwrap();
    for work in works {
        check(&Visit::to(&cookie), work, READ);
    }
}

#[test]
fn every_change_of_content_is_written() {
    let works: [Work; 10] = [
        |session| session.insert("name", "Ada"),
        |session| session.insert("user", 43),
        |session| session.insert("user", "42"),
        |session| session.update("user", |user: &mut u32| *user += 1),
        |session| session.update("list", |list: &mut Vec<u8>| list.push(1)),
        |session| {
            session
                .insert("name", ())
                .and(session.remove("user").map(drop))
        },
        |session| session.ensure_id().map(drop),
        |session| session.renew(),
        |session| session.renew_id(),
        |session| session.save(),
    ];
    let cookie = cookie();
    let pair = signed_in(&cookie);
    for work in works {
        check(&Visit::to(&cookie).with(&pair).at(1), work, WRITTEN);
    }
}

#[test]
fn a_new_session_with_any_content_is_written() {
    let works: [Work; 5] = [
        |session| session.insert("", ()),
        |session| session.update("user", |_: &mut u32| ()),
        |session| session.ensure_id().map(drop),
        |session| session.renew(),
        |session| session.renew_id(),
    ];
    for work in works {
        check(&Visit::to(&cookie()), work, WRITTEN);
        // Only content replaces a cookie that did not open.
        check(
            &Visit::to(&cookie()).with("__Host-session=junk"),
            work,
            WRITTEN,
        );
    }
}

#[test]
fn what_ends_as_it_arrived_is_not_written() {
    let works: [Work; 8] = [
        |session| session.insert("user", 42),
        |session| session.insert("user", 42_u64),
        |session| session.update("user", |_: &mut u32| ()),
        |session| session.insert("user", 43).and(session.insert("user", 42)),
        |session| session.remove("user").and(session.insert("user", 42)),
        |session| {
            session
                .insert("name", 1)
                .and(session.remove("name").map(drop))
        },
        |session| session.clear().and(session.insert("user", 42)),
        |session| session.remove("name").map(drop),
    ];
    let cookie = cookie();
    let pair = signed_in(&cookie);
    for work in works {
        check(&Visit::to(&cookie).with(&pair).at(1), work, READ);
    }
}

#[test]
fn on_change_an_equal_value_prolongs_nothing_and_a_save_does() {
    let refreshed = builder().refresh_after(RefreshAfter::OnChange);
    let cookie = refreshed.build().unwrap();
    let visit = Visit::to(&cookie).with(&signed_in(&cookie)).at(1000);
    check(&visit, |session| session.insert("user", 42), READ);
    let saved: Work = |session| session.insert("user", 42).and(session.save());
    let answer = check(&visit, saved, WRITTEN);
    let session = cookie.load([answer.pair()], at(1000));
    assert_eq!(session.last_active_at(), Some(at(1000)));
}

#[test]
fn a_typed_session_is_written_only_when_its_bytes_change() {
    let cookie = builder_of().build().unwrap();
    let pair = sealed(&cookie, at(0), |session: &Session<Login>| {
        session.update(|login| login.visits = 7).unwrap();
    });
    let visit = Visit::to(&cookie).with(&pair).at(1);
    check(
        &visit,
        |session| session.update(|login| login.visits = 7),
        READ,
    );
    let twice = |session: &Session<Login>| {
        session.update(|login| login.visits = 8)?;
        session.update(|login| login.visits = 7)
    };
    check(&visit, twice, READ);
    let answer = check(
        &visit,
        |session| session.update(|login| login.visits += 1),
        WRITTEN,
    );
    let session = cookie.load([answer.pair()], at(2));
    assert_eq!(session.read(|login| login.visits), 8);
}

#[test]
fn what_was_written_opens_with_the_next_request() {
    let cookie = cookie();
    let work = |session: &Session| {
        session.insert("user", 42)?;
        session.insert("name", "Ada")
    };
    let answer = check(&Visit::to(&cookie), work, WRITTEN);
    let work = |session: &Session| {
        assert_eq!(session.get("user")?, Some(42));
        assert_eq!(session.get("name")?, Some("Ada".to_owned()));
        assert!(!session.is_new());
        Ok(())
    };
    check(&Visit::to(&cookie).with(answer.pair()), work, READ);
}

#[test]
fn content_is_written_whatever_the_request_is_for() {
    let cookie = cookie();
    for destination in [
        "document", "empty", "image", "script", "style", "font", "worker",
    ] {
        let visit = Visit::to(&cookie).loading(destination);
        check(&visit, |session| session.insert("user", 42), WRITTEN);
        let visit = visit.with(&signed_in(&cookie));
        check(&visit, |session| session.save(), WRITTEN);
    }
}

#[test]
fn content_is_written_with_every_status_below_500() {
    for status in [
        200, 201, 204, 301, 302, 303, 304, 400, 401, 403, 404, 422, 429, 499,
    ] {
        let visit = Visit::to(&cookie()).answered(status);
        check(&visit, |session| session.insert("user", 42), WRITTEN);
    }
}

#[test]
fn content_is_not_written_with_a_server_error() {
    let cookie = cookie();
    let works: [Work; 4] = [
        |session| session.insert("name", "Ada"),
        |session| session.ensure_id().map(drop),
        |session| session.renew(),
        |session| session.renew_id(),
    ];
    for status in [500, 502, 503, 599] {
        for work in works {
            check(&Visit::to(&cookie).answered(status), work, READ);
            let visit = Visit::to(&cookie).with(&signed_in(&cookie));
            check(&visit.answered(status), work, READ);
        }
    }
}

/// A timeout answered, so the handler did not end: not even a sign-out is sent.
#[test]
fn nothing_is_written_with_the_status_of_a_timeout() {
    let works: [Work; 6] = [
        |session| session.insert("name", "Ada"),
        |session| session.sign_in().map(drop),
        |session| session.invalidate().map(drop),
        |session| session.clear(),
        |session| session.save(),
        |session| session.get::<u32>("user").map(drop),
    ];
    for builder in [builder(), builder().save_on_server_error()] {
        let cookie = builder.build().unwrap();
        let visit = Visit::to(&cookie).with(&signed_in(&cookie)).answered(408);
        for work in works {
            check(&visit, work, READ);
            check(&visit.clone().at(1000), work, READ);
        }
    }
}

#[test]
fn content_is_written_with_a_server_error_where_that_is_configured() {
    let cookie = builder().save_on_server_error().build().unwrap();
    let visit = Visit::to(&cookie).answered(500);
    check(&visit, |session| session.insert("user", 42), WRITTEN);
    // Refresh stays as optional as it is with a client error.
    let visit = visit.with(&signed_in(&cookie)).at(1000);
    check(&visit, |session| session.get::<u32>("user").map(drop), READ);
}

#[test]
fn an_explicit_save_is_sent_with_any_status() {
    let cookie = cookie();
    for status in [200, 404, 500, 503] {
        let visit = Visit::to(&cookie).answered(status);
        check(
            &visit,
            |session| session.insert("user", 1).and(session.save()),
            WRITTEN,
        );
        check(
            &visit,
            |session| session.save().and(session.insert("user", 1)),
            WRITTEN,
        );
        let visit = visit.with(&signed_in(&cookie));
        check(&visit, |session| session.save(), WRITTEN);
    }
}

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
