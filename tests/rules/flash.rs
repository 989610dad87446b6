//! Messages from one request to a later one.

use hardtack::SessionCookie;

use super::{
    Work,
    common::{
        Jar, PREFETCHES, READ, Visit, WRITTEN, at, builder, check, cookie, sealed, set_cookies,
    },
};

/// A visitor with an entry and the messages "one" and "two", and "other" in a queue of its own.
pub(super) fn visitor(cookie: &SessionCookie) -> String {
    sealed(cookie, at(0), |session| {
        session.insert("user", 42).unwrap();
        session.flash("", "one").unwrap();
        session.flash("errors", "other").unwrap();
        session.flash("", "two").unwrap();
    })
}

/// Asserts the messages of both queues after a request did `work` and was answered.
#[track_caller]
fn check_queues(work: Work, expected: &[&str], errors: &[&str]) {
    let cookie = cookie();
    let mut jar = Jar::of(&visitor(&cookie));
    let answer = Visit::to(&cookie).with(&jar.field()).run(work);
    jar.receive(set_cookies(&answer.headers));
    let session = cookie.load([&jar.field()], at(1));
    assert_eq!(session.flashes(""), expected);
    assert_eq!(session.take_flashes("").unwrap(), expected);
    assert_eq!(session.take_flashes("errors").unwrap(), errors);
    assert_eq!(session.get("user").unwrap(), Some(42));
}

#[test]
fn a_message_is_left_once_where_that_is_wanted() {
    let once: Work = |session| {
        session
            .flash_once("", "one")
            .and(session.flash_once("", "new"))
    };
    check_queues(once, &["one", "two", "new"], &["other"]);
    // The same text in another queue is another message.
    let elsewhere: Work = |session| session.flash_once("errors", "one");
    check_queues(elsewhere, &["one", "two"], &["other", "one"]);
    let swapped: Work = |session| {
        session
            .flash_once("", "errors")
            .and(session.flash_once("other", ""))
    };
    check_queues(swapped, &["one", "two", "errors"], &["other"]);
}

#[test]
fn a_page_that_the_browser_prefetches_gets_no_messages_and_leaves_them() {
    let cookie = cookie();
    let visit = Visit::to(&cookie).with(&visitor(&cookie));
    let take: Work = |session| {
        assert!(session.take_flashes("")?.is_empty());
        assert_eq!(session.flashes(""), ["one", "two"]);
        Ok(())
    };
    for prefetch in PREFETCHES {
        check(&visit.clone().purposed(prefetch), take, READ);
    }
    // What it changes is saved, with the messages.
    let prefetch = visit.clone().purposed(PREFETCHES[0]);
    let answer = check(
        &prefetch,
        |session| session.take_flashes("").and(session.insert("seen", 1)),
        WRITTEN,
    );
    let session = cookie.load([answer.pair()], at(1));
    assert_eq!(session.take_flashes("").unwrap(), ["one", "two"]);
    // A part of a page may show them, such as a script.
    let shown: Work = |session| {
        session
            .take_flashes("")
            .map(|taken| assert_eq!(taken.len(), 2))
    };
    check(&visit.loading("script"), shown, WRITTEN);
}

#[test]
fn a_page_that_names_no_queue_takes_all_messages_in_their_order() {
    let cookie = cookie();
    let visit = Visit::to(&cookie).with(&visitor(&cookie));
    let all = [("", "one"), ("errors", "other"), ("", "two")];
    let all = all.map(|(queue, text)| (queue.to_owned(), text.to_owned()));
    let session = cookie.load([&visitor(&cookie)], at(1));
    assert_eq!(session.all_flashes(), all);
    assert_eq!(session.take_all_flashes().unwrap(), all);
    assert!(session.all_flashes().is_empty() && session.flashes("errors").is_empty());
    let take: Work = |session| session.take_all_flashes().map(drop);
    let answer = check(&visit, take, WRITTEN);
    assert!(cookie.load([answer.pair()], at(1)).all_flashes().is_empty());
    // There is none any more, or nobody waits for the page yet.
    check(&Visit::to(&cookie).with(answer.pair()), take, READ);
    check(&visit.purposed(PREFETCHES[0]), take, READ);
}

#[test]
fn looking_leaves_the_messages_and_writes_nothing() {
    let cookie = cookie();
    let look: Work = |session| {
        assert_eq!(session.flashes(""), ["one", "two"]);
        assert_eq!(session.flashes("errors"), ["other"]);
        assert!(session.flashes("Errors").is_empty());
        assert_eq!(session.all_flashes().len(), 3);
        session.flash_once("", "two")
    };
    check(&Visit::to(&cookie).with(&visitor(&cookie)), look, READ);
}

#[test]
fn a_message_waits_through_requests_that_do_not_read_it() {
    let cookie = cookie();
    let mut jar = Jar::default();
    // The form is answered by a redirect.
    let visit = Visit::to(&cookie).answered(303);
    jar.receive(set_cookies(
        &check(&visit, |session| session.flash("", "Saved"), WRITTEN).headers,
    ));
    let works: [Work; 5] = [
        |_| Ok(()),
        |session| session.get::<u32>("user").map(drop),
        |session| session.insert("user", 42),
        |session| session.renew(),
        |session| session.renew_id(),
    ];
    for (now, work) in (1..).zip(works) {
        let visit = Visit::to(&cookie).with(&jar.field()).at(now);
        jar.receive(set_cookies(&visit.run(work).headers));
    }
    // It survives a refresh.
    let visit = Visit::to(&cookie).with(&jar.field()).at(1000);
    let answer = visit.run(|session| session.get::<u32>("user").map(drop));
    jar.receive(set_cookies(&answer.headers));
    let session = cookie.load([&jar.field()], at(1001));
    assert_eq!(session.last_active_at(), Some(at(1000)));
    assert_eq!(session.take_flashes("").unwrap(), ["Saved"]);
}

#[test]
fn a_message_that_an_error_page_took_comes_again() {
    let cookie = cookie();
    let pair = visitor(&cookie);
    let take: Work = |session| {
        assert_eq!(session.take_flashes("")?, ["one", "two"]);
        Ok(())
    };
    for status in [500, 503] {
        let visit = Visit::to(&cookie).with(&pair).answered(status);
        check(&visit, take, READ);
        check(&visit, |session| session.flash("", "lost"), READ);
    }
    // The visitor still has the old cookie.
    for status in [200, 303, 404] {
        check(
            &Visit::to(&cookie).with(&pair).answered(status),
            take,
            WRITTEN,
        );
    }
    let saving = builder().save_on_server_error().build().unwrap();
    check(&Visit::to(&saving).with(&pair).answered(500), take, WRITTEN);
}

#[test]
fn any_text_is_a_message_and_a_queue() {
    let cookie = cookie();
    let long = "x".repeat(200);
    let texts = ["", "\0", "ä €", "a\r\nSet-Cookie: b", "1", &long];
    let pair = sealed(&cookie, at(0), |session| {
        for text in texts {
            session.flash(text, text).unwrap();
            session.flash("all", text).unwrap();
        }
    });
    assert!(pair.is_ascii() && !pair.contains('\n'));
    let session = cookie.load([&pair], at(1));
    for text in texts {
        assert_eq!(session.take_flashes(text).unwrap(), [text]);
    }
    assert_eq!(session.take_flashes("all").unwrap(), texts);
}
