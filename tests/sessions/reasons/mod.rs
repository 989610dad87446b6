//! Whatever the reason for which a token fails to open, the visitor gets the same response (through the tower layer).

mod arrivals;

use crate::common;

use std::{collections::BTreeSet, convert::Infallible, fmt::Write, time::SystemTime};

use arrivals::{Arrival, arrivals};
use common::{at, block_on, cookie, repository::Repository, token_of};
use hardtack::{
    Session, SessionCookie, SessionError, SessionLayer,
    session::{Outcome, Reason},
};
use http::{HeaderValue, Request, Response, header::COOKIE};
use serde_json::Value;
use tower::{Layer, ServiceExt, service_fn};

/// The whole response of an application that does `work` and answers with its result.
fn respond(
    cookie: &SessionCookie,
    now: SystemTime,
    cookie_field: Option<&str>,
    work: impl Fn(&Session) -> Result<String, SessionError>,
) -> Response<String> {
    let work = &work;
    let service = service_fn(|request: Request<()>| async move {
        let session: Session = Session::from_extensions(request.extensions())
            .await
            .unwrap();
        Ok::<_, Infallible>(match work(&session) {
            Ok(body) => Response::new(body),
            Err(error) => Response::builder()
                .status(500)
                .body(error.to_string())
                .unwrap(),
        })
    });
    let mut request = Request::new(());
    if let Some(field) = cookie_field {
        let field = HeaderValue::from_bytes(field.as_bytes()).unwrap();
        request.headers_mut().insert(COOKIE, field);
    }
    let service = SessionLayer::new(cookie.clone()).clock(now).layer(service);
    let Ok(response) = block_on(service.oneshot(request));
    response
}

impl Arrival {
    fn respond(&self, work: impl Fn(&Session) -> Result<String, SessionError>) -> Response<String> {
        respond(&self.cookie, self.now, Some(&self.cookie_field), work)
    }
}

/// The results of all accessors but the outcome.
fn look(session: &Session) -> Result<String, SessionError> {
    let mut found = String::new();
    write!(
        found,
        "{} {:?} {:?} {:?} {} {} {} {:?} {:?} {:?} {:?} {}",
        session.len(),
        session.keys(),
        session.get::<u32>("user")?,
        session.deserialize::<Value>()?,
        session.contains_key("user"),
        session.is_new(),
        session.is_persistent(),
        session.id(),
        session.created_at(),
        session.last_active_at(),
        session.expires_at(),
        session.remaining_bytes(),
    )
    .unwrap();
    Ok(found)
}

/// All bytes that a response has on the wire.
fn bytes_of(response: &Response<String>) -> String {
    let head = (response.status(), response.version(), response.headers());
    format!("{head:?}\n{}", response.body())
}

fn reason(session: &Session) -> Option<Reason> {
    match session.outcome() {
        Outcome::Rejected { reason, .. } => Some(reason),
        _ => None,
    }
}

#[test]
fn each_arrival_fails_for_its_own_reason() {
    for arrival in arrivals() {
        let found = arrival.respond(|session| Ok(format!("{:?}", reason(session))));
        assert_eq!(
            *found.body(),
            format!("{:?}", Some(arrival.expected)),
            "{}",
            arrival.name
        );
    }
}

/// `Stale` and `Unvalidated` always withhold a session, so the response is another.
#[test]
fn the_table_has_every_reason() {
    let mut found: BTreeSet<_> = arrivals()
        .iter()
        .map(|arrival| arrival.expected.name().to_owned())
        .collect();
    found.extend(["Stale", "Unvalidated"].map(str::to_owned));
    assert_eq!(found, Repository::read().reasons());
}

#[test]
fn a_response_that_reads_is_the_same_to_the_byte_for_every_reason_and_for_none() {
    let without = respond(&cookie(), at(10), None, look);
    assert_eq!(without.status(), 200);
    assert!(!without.headers().contains_key("set-cookie"));
    for arrival in arrivals() {
        let response = arrival.respond(look);
        assert_eq!(bytes_of(&response), bytes_of(&without), "{}", arrival.name);
    }
}

#[test]
fn a_response_that_writes_differs_in_its_token_only() {
    let write = |session: &Session| session.insert("user", 42).map(|()| String::new());
    let shape = |response: &Response<String>| {
        let field = response.headers()["set-cookie"].to_str().unwrap();
        let (pair, attributes) = field.split_once(';').unwrap();
        let mut headers = response.headers().clone();
        headers.remove("set-cookie");
        let status = response.status();
        format!("{status} {headers:?} {} {attributes}", token_of(pair).len())
    };
    let without = respond(&cookie(), at(10), None, write);
    for arrival in arrivals() {
        if arrival.expected == Reason::Payload {
            continue;
        }
        let response = arrival.respond(write);
        assert_eq!(shape(&response), shape(&without), "{}", arrival.name);
    }
}

#[test]
fn a_response_that_ends_is_the_same_to_the_byte_for_every_reason() {
    for (of_siblings, count) in [(false, arrivals().len() - 1), (true, 1)] {
        let mut arrivals = arrivals();
        arrivals.retain(|arrival| (arrival.expected == Reason::Duplicate) == of_siblings);
        assert_eq!(arrivals.len(), count);
        let ended = arrivals.iter().map(|arrival| {
            let end = |session: &Session| session.invalidate().map(|id| format!("{id:?}"));
            let response = arrival.respond(end);
            assert!(
                response.headers()["set-cookie"]
                    .to_str()
                    .unwrap()
                    .contains("Max-Age=0")
            );
            bytes_of(&response)
        });
        assert_eq!(ended.collect::<BTreeSet<_>>().len(), 1);
    }
}
