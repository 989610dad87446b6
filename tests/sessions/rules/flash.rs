//! Messages from one request to a later one.

use hardtack::SessionCookie;

use super::{
    Work,
    common::{Jar, PREFETCHES, READ, Visit, WRITTEN, at, check, cookie, sealed, set_cookies},
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
fn a_page_that_names_no_queue_takes_all_messages_in_their_order() {
    let cookie = cookie();
    let visit = Visit::to(&cookie).with(&visitor(&cookie));
    let all = [("", "one"), ("errors", "other"), ("", "two")];
    let all = all.map(|(queue, text)| (queue.to_owned(), text.to_owned()));
    let session = cookie.load([&visitor(&cookie)], at(1));
    assert_eq!(session.take_all_flashes().unwrap(), all);
    assert!(session.flashes("").is_empty() && session.flashes("errors").is_empty());
    let take: Work = |session| session.take_all_flashes().map(drop);
    let answer = check(&visit, take, WRITTEN);
    let next = cookie.load([answer.pair()], at(1));
    assert!(next.take_all_flashes().unwrap().is_empty());
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
        session.flash_once("", "two")
    };
    check(&Visit::to(&cookie).with(&visitor(&cookie)), look, READ);
}
