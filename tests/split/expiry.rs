//! Which parts are dropped, and when (docs/spec/carriers.md § 9.2.5, § 9.4).

use hardtack::{Padding, RefreshAfter, Session, SessionError, Size};

use crate::{
    client::Client,
    long_lived,
    moments::at,
    parts::{cut, names, token_of},
    sites::{encrypted, signed},
};

type Work = fn(&Session) -> Result<(), SessionError>;

/// A client with a session in so many cookies, 1 to 4.
fn in_cookies(cookies: usize) -> Client {
    let mut client = Client::from(encrypted().name("session").size(Size::Split(4)));
    client.visit(|session| store(session, cookies).unwrap());
    assert_eq!(client.names(), names("session", cookies));
    client
}

/// What takes so many cookies.
fn store(session: &Session, cookies: usize) -> Result<(), SessionError> {
    session.insert("k", "x".repeat(2_950 * cookies - 2_000))
}

/// Those of a session that has been in seven cookies more than it has now.
const STALE: &str = "session.1=a; session.2=b; session.3=c; session.4=d; session.5=e; session.6=f; \
                     session.7=g; session.8=h; session.0=i; session.01=j";

/// The names of the parts from this number to that.
fn parts(from: usize, to: usize) -> Vec<String> {
    (from..=to)
        .map(|number| format!("session.{number}"))
        .collect()
}

#[track_caller]
fn check(client: &Client, set: usize, dropped: &[String]) {
    assert_eq!(client.set().len(), set);
    assert_eq!(client.dropped(), dropped);
}

#[test]
fn a_session_that_grows_and_shrinks_drops_the_parts_that_it_no_longer_uses_and_no_others() {
    for before in 1..=4 {
        for after in 1..=4 {
            let mut client = in_cookies(before);
            client.visit(|session| {
                session.insert("more", 1).unwrap();
                store(session, after).unwrap();
            });
            check(&client, after, &parts(after, before - 1));
            assert_eq!(client.names(), names("session", after));
            assert_eq!(
                client.visit(|session| session.get("more").unwrap()),
                Some(1)
            );
        }
    }
}

#[test]
fn only_parts_that_came_are_dropped() {
    // A client that lost some of them.
    let client = in_cookies(1);
    let shrink = |pairs: &str, expected: &[&str]| {
        let mut client = client.clone();
        client.visit_with([pairs], |session| session.insert("more", 1).unwrap());
        assert_eq!(
            (client.set().len(), client.dropped()),
            (1, expected.to_vec())
        );
    };
    let whole = &client.pairs()[0];
    shrink(whole, &[]);
    shrink(&format!("session.3=x; {whole}"), &["session.3"]);
    shrink(
        &format!("session.6=; {whole}; session.2=x; session.2=y"),
        &["session.2", "session.6"],
    );
    shrink("session.5=x", &["session.5"]);
    let alike = "session.0=x; session.8=x; session.9=x; session.01=x; session.1x=x; session.1.1=x; \
                 SESSION.1=x; session.1 =x; session..1=x; xsession.1=x; session.10=x";
    shrink(&format!("{alike}; {whole}"), &[]);
}

#[test]
fn every_part_that_can_have_come_is_dropped_beside_any_number_of_cookies() {
    for cookies in 1..=4 {
        let mut client = in_cookies(cookies);
        let pairs = [client.pairs(), vec![STALE.to_owned()]].concat();
        client.visit_with(pairs, |session| {
            // Its own parts came with two values each.
            assert_eq!(session.is_new(), cookies > 1);
            store(session, cookies).unwrap();
            session.insert("more", 1).unwrap();
        });
        check(&client, cookies, &parts(cookies, 7));
        assert_eq!(client.sent.len(), 8);
    }
}

#[test]
fn a_cookie_is_set_and_dropped_with_the_same_attributes() {
    let site = signed()
        .name("__Secure-s")
        .path("/shop")
        .domain("example.com")
        .same_site(hardtack::SameSite::None)
        .partitioned()
        .size(Size::Split(3));
    let attributes =
        "; Path=/shop; Domain=example.com; Secure; HttpOnly; SameSite=None; Partitioned";
    let mut client = Client::from(site);
    client.visit(|session| store(session, 3).unwrap());
    assert!(client.sent.iter().all(|field| field.ends_with(attributes)));
    client.visit(Session::clear).unwrap();
    let gone = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    let expected = names("__Secure-s", 3).into_iter();
    let expected: Vec<_> = expected
        .map(|name| format!("{name}={attributes}{gone}"))
        .collect();
    assert_eq!(client.sent, expected);
    assert!(client.pairs().is_empty());
}

#[test]
fn reading_never_drops_a_part() {
    let works: [Work; 7] = [
        |_| Ok(()),
        |session| session.get::<String>("k").map(drop),
        |session| store(session, session.len()),
        |session| session.remove("nothing").map(drop),
        |session| session.insert("a", 1).and(session.discard()),
        |session| session.insert("a", 1).and(session.remove("a").map(drop)),
        |session| session.flashes("").map(drop),
    ];
    let client = in_cookies(1);
    for work in works {
        let mut client = client.clone();
        let pairs = [client.pairs(), vec![STALE.to_owned()]].concat();
        client.visit_with(pairs, |session| work(session).unwrap());
        assert_eq!(client.sent, [""; 0]);
        // Nor where there is nothing but parts.
        client.visit_with([STALE], |session| session.len());
        assert_eq!(client.sent, [""; 0]);
        // Nor where they do not open.
        client.visit_with(["session=8.", STALE], |session| session.len());
        assert_eq!(client.sent, [""; 0]);
    }
}

#[test]
fn a_refresh_drops_the_parts_that_it_does_not_use() {
    let site = encrypted().name("session").size(Size::Split(4));
    let mut client = Client::from(site.refresh_after(RefreshAfter::Always));
    for cookies in 1..=4 {
        client.visit(|session| store(session, cookies).unwrap());
        let mut client = client.clone();
        client.now = 1;
        let mut pairs = client.pairs();
        pairs.extend(
            parts(cookies, 7)
                .into_iter()
                .map(|name| format!("{name}=stale")),
        );
        client.visit_with(pairs, |session| session.len());
        check(&client, cookies, &parts(cookies, 7));
        assert_eq!(client.visit(Session::last_active_at), Some(at(1)));
    }
}

#[test]
fn an_ending_drops_the_cookie_and_all_parts_that_came() {
    let endings: [Work; 5] = [
        |session| session.clear(),
        |session| session.invalidate().map(drop),
        |session| session.remove("k").map(drop),
        |session| session.invalidate().and(session.discard()),
        |session| session.clear().and(session.save()),
    ];
    for work in endings {
        for cookies in 1..=4 {
            let mut client = in_cookies(cookies);
            client.visit(|session| work(session).unwrap());
            check(&client, 0, &names("session", cookies));
            assert!(client.pairs().is_empty());
        }
        // One of a foreign writer.
        let mut client = in_cookies(4);
        let parts = cut("session", &token_of("session", &client.pairs()), 8);
        client.visit_with(&parts, |session| {
            assert!(!session.is_new());
            work(session).unwrap();
        });
        check(&client, 0, &names("session", 8));
    }
}

#[test]
fn parts_without_the_first_cookie_are_dropped_by_an_ending_and_by_a_write() {
    for parts_alone in ["session.2=x", "session.1=x; session.7=y", STALE] {
        let endings: [Work; 2] = [Session::clear, |session| session.invalidate().map(drop)];
        for work in endings {
            let mut client = in_cookies(1);
            client.visit_with([parts_alone], |session| work(session).unwrap());
            assert_eq!(client.dropped()[0], "session");
            let came = parts(1, 7).into_iter();
            let came = came.filter(|name| parts_alone.contains(&format!("{name}=")));
            assert_eq!(client.dropped()[1..], came.collect::<Vec<_>>());
            assert!(client.set().is_empty());
        }
        let mut client = in_cookies(1);
        client.visit_with([parts_alone], |session| session.insert("a", 1).unwrap());
        assert_eq!(client.set().len(), 1);
        assert_eq!(
            client.sent.len(),
            1 + parts_alone.matches('.').count().min(7)
        );
    }
}

#[test]
fn padding_may_take_a_cookie_more() {
    let site = || long_lived(encrypted()).name("session").size(Size::Split(2));
    // Close below what one cookie holds without padding.
    let content = "x".repeat(2_940);
    let mut plain = Client::from(site());
    plain.visit(|session| session.insert("k", &content).unwrap());
    check(&plain, 1, &[]);
    let mut padded = Client::from(site().padding(Padding::Padme));
    padded.visit(|session| session.insert("k", &content).unwrap());
    check(&padded, 2, &[]);
    padded.visit(|session| {
        session
            .update("k", |k: &mut String| k.truncate(2_800))
            .unwrap()
    });
    check(&padded, 1, &parts(1, 1));
}
