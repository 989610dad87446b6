//! What each answer of the application does to its visitor.

use std::task::Poll;

use hardtack::{
    Session, SessionCookie, SessionError,
    session::{Outcome, Reason, Validity},
};
use http::StatusCode;

use super::{
    Change, GOES_ON, INTERVAL, IS_GONE, IS_OUT_OF_REACH, IS_OVER, NO_ANSWER, PANICS, Row,
    common::{
        ENDED, READ, REFRESHED, UNTOUCHED, Visit, WRITTEN, at, block_on, builder, check, cookie,
        is_valid, reason, sealed, seconds, signed_in,
    },
    find, look, miss, scripted, scripting,
};

#[test]
fn a_session_that_has_ended_is_a_new_one_like_any_other_that_was_revoked() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let pair = signed_in(&site);
    row.becomes(IS_GONE);
    let visit = Visit::to(&site).with(&pair).at(INTERVAL);
    // Reading never deletes a cookie.
    check(&visit, miss, READ);
    check(&visit, |session| session.insert("user", 43), WRITTEN);
    check(&visit, |session| session.invalidate().map(drop), ENDED);

    let session = site.load([&pair], at(INTERVAL));
    assert!(!is_valid(&session));
    assert_eq!(reason(&session), Some(Reason::Revoked));
    // It stays ended in this request, whatever becomes of the row.
    row.becomes(0);
    row.asked();
    assert!(!is_valid(&session));
    assert_eq!(row.asked(), 0);
    // The cookie has not changed, so the next request asks.
    check(&visit, find, REFRESHED);
}

#[test]
fn the_id_of_a_session_that_has_ended_is_told_for_a_list() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let mut id = None;
    let pair = sealed(&site, at(0), |session| {
        id = Some(session.ensure_id().unwrap())
    });
    row.becomes(IS_GONE);
    for is_asked in [true, false] {
        let session = site.load([&pair], at(INTERVAL));
        if is_asked {
            assert!(!is_valid(&session));
        }
        assert_eq!(session.id(), None);
        assert_eq!(session.invalidate().unwrap(), id);
        assert_eq!(session.invalidate().unwrap(), None);
    }
}

const CHANGES: [Change; 9] = [
    |session| session.insert("user", 43),
    |session| session.remove("user").map(drop),
    |session| session.flash("", "Hello."),
    |session| session.ensure_id().map(drop),
    |session| session.renew_id(),
    |session| session.limit_to(seconds(9)),
    |session| session.clear(),
    |session| session.save(),
    |session| session.csrf_token().map(drop),
];

#[test]
fn a_request_is_refused_and_its_cookie_left_alone_while_nobody_can_answer() {
    for state in [IS_OUT_OF_REACH, PANICS] {
        let row = Row::default();
        let site = row.site().build().unwrap();
        let pair = signed_in(&site);
        row.becomes(state);
        let visit = Visit::to(&site).with(&pair).at(INTERVAL);
        let answer = visit.run(|_| panic!("no handler sees the session"));
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.lines(), READ);

        let session = site.load([&pair], at(INTERVAL));
        row.asked();
        let error = block_on(session.validate()).unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        let expected = match state {
            PANICS => "the function of `revalidate_after` panicked",
            _ => "the database does not answer",
        };
        assert_eq!(source, expected);
        assert_eq!(reason(&session), Some(Reason::Unvalidated));
        miss(&session).unwrap();
        for change in CHANGES {
            let refused = change(&session);
            assert!(matches!(refused, Err(SessionError::Unvalidated(_))));
        }
        // One question in one request.
        row.becomes(0);
        assert!(block_on(session.validate()).is_err());
        assert_eq!(row.asked(), 1);
        assert!(site.save(&session).unwrap().is_empty());
        check(&visit, find, REFRESHED);
    }
}

#[test]
fn a_function_that_panics_before_its_future_counts_as_one_that_cannot_answer() {
    let site = builder().revalidate_after(seconds(INTERVAL), |session| {
        let is_asked = session.get::<u32>("user").unwrap() != Some(42);
        assert!(is_asked, "a bug");
        Row::default().validity()
    });
    let site = site.build().unwrap();
    let session = site.load([signed_in(&site)], at(INTERVAL));
    assert!(block_on(session.validate()).is_err());
}

#[test]
fn a_user_of_another_type_is_no_visitor_without_a_user() {
    let site = builder().revalidate_after(seconds(INTERVAL), |session| {
        let user = session.get::<u32>("user");
        async move {
            let Some(user) = user? else {
                return Ok(Validity::Valid);
            };
            Ok::<_, SessionError>(Validity::valid_if(user == 42))
        }
    });
    let site = site.build().unwrap();
    let cases: [(Change, _); 3] = [
        (|session| session.insert("user", 42), Some(true)),
        (|session| session.insert("cart", 42), Some(true)),
        (|session| session.insert("user", "42"), None),
    ];
    for (fill, expected) in cases {
        let pair = sealed(&site, at(0), |session| fill(session).unwrap());
        let session = site.load([pair], at(INTERVAL));
        let answer = block_on(session.validate()).ok();
        assert_eq!(answer.map(|answer| answer == Validity::Valid), expected);
        assert_eq!(session.is_empty(), expected.is_none());
    }
}

#[test]
fn a_session_may_go_on_for_a_while_where_nobody_can_answer() {
    let row = Row::default();
    let site = row.site().unvalidated_up_to(seconds(600)).build().unwrap();
    let pair = signed_in(&site);
    row.becomes(IS_OUT_OF_REACH);
    let visit = Visit::to(&site).with(&pair);
    // Asked in every request, because nothing is sealed.
    check(&visit.clone().at(INTERVAL), find, READ);
    check(&visit.clone().at(599), find, READ);
    assert!(row.asked() > 2);
    let changed = visit
        .clone()
        .at(599)
        .run(|session| session.insert("visits", 2));
    let changed = Visit::to(&site).with(changed.pair());
    for visit in [visit, changed] {
        let answer = visit.clone().at(600).run(find);
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        // An answer still ends it before.
        row.becomes(IS_GONE);
        check(&visit.at(INTERVAL), miss, READ);
        row.becomes(IS_OUT_OF_REACH);
    }
}

#[test]
fn a_session_that_is_kept_is_asked_about_once_in_a_request() {
    let row = Row::default();
    let site = row.site().unvalidated_up_to(seconds(600)).build().unwrap();
    row.becomes(IS_OUT_OF_REACH);
    let session = site.load([signed_in(&site)], at(INTERVAL));
    assert!(is_valid(&session) && is_valid(&session));
    assert_eq!(row.asked(), 1);
}

#[test]
fn a_session_that_nobody_asks_about_is_empty_and_refuses_changes() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let pair = signed_in(&site);
    let session = site.load([&pair], at(INTERVAL));
    miss(&session).unwrap();
    assert_eq!(session.id(), None);
    assert_eq!(reason(&session), Some(Reason::Unvalidated));
    for change in CHANGES {
        let refused = change(&session).unwrap_err();
        assert!(matches!(refused, SessionError::Unvalidated(None)));
        assert!(refused.to_string().contains("call `validate`"));
    }
    assert!(site.save(&session).unwrap().is_empty());

    // It can be asked about later.
    let session = site.load([&pair], at(INTERVAL));
    miss(&session).unwrap();
    session.discard().unwrap();
    assert!(is_valid(&session));
    find(&session).unwrap();
    assert!(matches!(session.outcome(), Outcome::Opened { .. }));
    // And what was asked for before still counts.
    session.insert("visits", 2).unwrap();
    assert!(site.save(&session).unwrap().is_empty());
}

#[test]
fn a_session_that_begins_in_place_of_one_that_waits_needs_no_answer() {
    let begin: [Change; 2] = [
        |session| session.sign_in().map(drop),
        |session| session.renew(),
    ];
    for begin in begin {
        let row = Row::default();
        let site = row.site().build().unwrap();
        let session = site.load([signed_in(&site)], at(INTERVAL));
        begin(&session).unwrap();
        session.insert("user", 43).unwrap();
        assert!(is_valid(&session));
        assert_eq!(row.asked(), 0);
        assert_eq!(session.get("user").unwrap(), Some(43));
        assert_eq!(site.save(&session).unwrap().iter().count(), 1);
    }
}

/// A site whose sessions ask for a row that comes later.
fn slow(row: &Row) -> SessionCookie {
    let row = row.clone();
    let site = builder().revalidate_after(seconds(INTERVAL), move |_| {
        let row = row.clone();
        async move {
            tokio::task::yield_now().await;
            row.validity().await
        }
    });
    site.build().unwrap()
}

#[test]
fn an_answer_that_comes_after_a_new_session_has_begun_changes_nothing() {
    for state in [0, IS_GONE, IS_OUT_OF_REACH] {
        let row = Row::default();
        row.becomes(state);
        let site = slow(&row);
        let session = site.load([signed_in(&site)], at(INTERVAL));
        let answered = block_on(async {
            let begin = async {
                session.sign_in().unwrap();
                session.insert("user", 43).unwrap();
            };
            tokio::join!(session.validate(), begin).0
        });
        assert_eq!(answered.unwrap(), Validity::Valid);
        assert_eq!((row.asked(), session.get("user").unwrap()), (1, Some(43)));
    }
}

const BEGINNINGS: [Change; 3] = [
    |session| session.sign_in().map(drop),
    Session::renew,
    |session| session.invalidate().map(drop),
];

#[test]
fn a_session_that_begins_after_an_answer_that_ended_one_goes_on() {
    for begin in BEGINNINGS {
        let site = scripted([(0, IS_OVER)]);
        let session = site.load([signed_in(&cookie())], at(INTERVAL));
        assert!(!is_valid(&session));
        assert!(!session.is_alive());
        begin(&session).unwrap();
        session.insert("user", 43).unwrap();
        assert!(is_valid(&session) && session.is_alive());
        assert_eq!(site.save(&session).unwrap().iter().len(), 1);
        assert!(is_valid(&session) && session.is_alive());
    }
}

#[test]
fn a_second_answer_changes_no_session_that_began_after_the_first() {
    for first in [GOES_ON, IS_OVER] {
        for second in [GOES_ON, IS_OVER, NO_ANSWER] {
            for begin in BEGINNINGS {
                let site = scripted([(1, first), (5, second)]);
                let session = site.load([signed_in(&cookie())], at(INTERVAL));
                let begun = async {
                    let answered = session.validate().await.unwrap();
                    assert_eq!(answered == Validity::Valid, first == GOES_ON);
                    begin(&session).unwrap();
                    session.insert("user", 43).unwrap();
                };
                let both = async { tokio::join!(begun, session.validate()).1 };
                assert_eq!(block_on(both).unwrap(), Validity::Valid);
                let cookie = site.save(&session).unwrap();
                let user = site.load(&cookie, at(INTERVAL)).get::<u32>("user").unwrap();
                assert_eq!(user, Some(43), "{first:?}, {second:?}");
            }
        }
    }
}

#[test]
fn of_two_answers_about_one_session_the_end_counts() {
    for answers in [[(1, GOES_ON), (5, IS_OVER)], [(5, GOES_ON), (1, IS_OVER)]] {
        let site = scripted(answers);
        let session = site.load([signed_in(&cookie())], at(INTERVAL));
        let _ = block_on(async { tokio::join!(session.validate(), session.validate()) });
        miss(&session).unwrap();
        assert!(!is_valid(&session));
    }
}

#[test]
fn after_an_error_no_other_answer_counts() {
    for second in [GOES_ON, IS_OVER, NO_ANSWER] {
        let site = scripted([(1, NO_ANSWER), (5, second)]);
        let session = site.load([signed_in(&cookie())], at(INTERVAL));
        let both = async { tokio::join!(session.validate(), session.validate()) };
        let (first, second) = block_on(both);
        assert!(first.is_err() && second.is_err());
        assert!(site.save(&session).unwrap().is_empty());
    }
}

#[test]
fn an_error_after_an_answer_takes_nothing_back() {
    for unvalidated_up_to in [None, Some(seconds(600))] {
        let mut site = scripting([(1, GOES_ON), (5, NO_ANSWER)]);
        if let Some(duration) = unvalidated_up_to {
            site = site.unvalidated_up_to(duration);
        }
        let site = site.build().unwrap();
        let session = site.load([signed_in(&cookie())], at(INTERVAL));
        let both = async { tokio::join!(session.validate(), session.validate()) };
        let (first, second) = block_on(both);
        assert_eq!([first, second].map(Result::unwrap), [Validity::Valid; 2]);
        // The answer is sealed.
        let cookie = site.save(&session).unwrap();
        find(&site.load(&cookie, at(2 * INTERVAL - 1))).unwrap();
    }
}

#[test]
fn a_session_that_was_cleared_stays_so_when_a_late_answer_ends_it() {
    for refills in [false, true] {
        let site = scripted([(1, GOES_ON), (5, IS_OVER)]);
        let session = site.load([signed_in(&cookie())], at(INTERVAL));
        let cleared = async {
            assert_eq!(session.validate().await.unwrap(), Validity::Valid);
            session.clear().unwrap();
        };
        block_on(async { tokio::join!(cleared, session.validate()).1 }).unwrap();
        if refills {
            session.insert("user", 43).unwrap();
        }
        let cookie = site.save(&session).unwrap();
        let after = site.load(&cookie, at(INTERVAL));
        assert_eq!(cookie.iter().len(), 1);
        assert_eq!(after.get::<u32>("user").unwrap(), refills.then_some(43));
        assert_eq!(after.created_at(), refills.then(|| at(INTERVAL)));
    }
}

#[test]
fn a_request_that_is_cancelled_while_it_waits_leaves_the_session_as_it_was() {
    let row = Row::default();
    row.becomes(IS_GONE);
    let site = slow(&row);
    let session = site.load([signed_in(&site)], at(INTERVAL));
    block_on(async {
        let mut waiting = Box::pin(session.validate());
        let polled = std::future::poll_fn(|cx| Poll::Ready(waiting.as_mut().poll(cx))).await;
        assert!(polled.is_pending());
    });
    // The response depends on the session all the same.
    assert!(session.is_touched());
    row.becomes(0);
    assert!(is_valid(&session));
    find(&session).unwrap();
}

#[test]
fn an_untouched_session_is_not_read() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let session = site.load([signed_in(&site)], at(INTERVAL));
    assert!(!session.is_touched());
    assert!(site.save(&session).unwrap().is_empty());
    assert_eq!(row.asked(), 0);
    let visit = Visit::to(&site).with(&signed_in(&site)).at(INTERVAL - 1);
    check(&visit, |_: &Session| Ok(()), UNTOUCHED);
    assert!(look(&site.load(None::<&str>, at(0))).is_ok());
}
