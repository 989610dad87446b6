//! Responses to a session in a header, through `http` and `tower`.

use std::convert::Infallible;

use hardtack::{KeyRing, Session, SessionLayer, SessionToken};
use http::{HeaderMap, Request, Response, StatusCode};
use tower::{Layer, ServiceExt, service_fn};

use super::{
    Work,
    common::{at, block_on, header_builder, key},
    header::{check_outcome, header, map, signed_in_by},
    look,
};

/// A request with these fields, and the response of the application.
struct Ask<'a> {
    header: SessionToken,
    fields: &'a [(&'a str, &'a str)],
    now: u64,
    status: u16,
    says: &'a [(&'a str, &'a str)],
}

fn ask<'a>(header: SessionToken, fields: &'a [(&'a str, &'a str)], now: u64) -> Ask<'a> {
    Ask {
        header,
        fields,
        now,
        status: 200,
        says: &[],
    }
}

impl Ask<'_> {
    /// The fields of the response, by name, with `…` for a token, and that token.
    #[track_caller]
    fn run(&self, work: Work) -> (Vec<String>, String) {
        let request = map(self.fields);
        let status = StatusCode::from_u16(self.status).unwrap();
        let session = self.header.load_from(&request, at(self.now));
        work(&session).unwrap();
        let mut response = map(self.says);
        self.header
            .save_to(&session, status, &mut response)
            .unwrap();
        drop(session);

        let service = service_fn(|request: Request<()>| async move {
            let session: Session = Session::from_extensions(request.extensions())
                .await
                .unwrap();
            work(&session).unwrap();
            let mut response = Response::new(());
            *response.headers_mut() = map(self.says);
            *response.status_mut() = status;
            Ok::<_, Infallible>(response)
        });
        let layer = SessionLayer::in_header(self.header.clone())
            .unwrap()
            .clock(at(self.now));
        let mut through_tower = Request::new(());
        *through_tower.headers_mut() = request;
        let Ok(other) = block_on(layer.layer(service).oneshot(through_tower));
        let (lines, token) = self.lines(&response);
        let (other_lines, other_token) = self.lines(other.headers());
        assert_eq!((&lines, token.len()), (&other_lines, other_token.len()));
        assert_eq!(other.status(), status);
        (lines, token)
    }

    fn lines(&self, response: &HeaderMap) -> (Vec<String>, String) {
        let mut token = String::new();
        let lines = response.iter().map(|(name, value)| {
            let is_sensitive = value.is_sensitive();
            let value = value.to_str().unwrap();
            let is_own = self.header.response_header() == Some(name.as_str());
            let is_token = is_own && !value.is_empty();
            // For logs and compression tables.
            assert_eq!(is_sensitive, is_token, "{name}");
            if is_token {
                value.clone_into(&mut token);
                return format!("{name}: …");
            }
            format!("{name}: {value}")
        });
        let mut lines: Vec<_> = lines.collect();
        lines.sort();
        (lines, token)
    }
}

#[test]
fn a_refresh_and_a_change_leave_what_the_answer_says_already() {
    let plain = || header("x-session");
    let token = signed_in_by(&plain());
    let fields = [("x-session", &*token)];
    let refreshed = ask(plain(), &fields, 450).run(look).1;
    let out: &[(&str, &str)] = &[("session-token", "")];
    let both: &[(&str, &str)] = &[("session-token", ""), ("session-token", &refreshed)];
    let again: &[(&str, &str)] = &[("session-token", &refreshed)];
    let change: Work = |session| session.insert("outer", 1);
    let end: Work = |session| session.invalidate().map(drop);
    let begin: Work = |session| session.sign_in().map(drop);
    for (says, work, expected) in [
        (out, look as Work, "session-token: "),
        (out, change, "session-token: "),
        (both, look, "session-token: "),
        (both, change, "session-token: "),
        (again, end, "session-token: "),
        (out, begin, "session-token: …"),
        (again, change, "session-token: …"),
    ] {
        let asked = Ask {
            says,
            ..ask(plain(), &fields, 450)
        };
        let lines = asked.run(work).0;
        assert_eq!(
            lines,
            ["cache-control: no-store", expected, "vary: x-session"]
        );
    }
}

#[test]
fn the_answer_stands_in_a_field_of_its_own() {
    let plain = || header("x-session");
    let token = signed_in_by(&plain());
    let fields = [("x-session", &*token)];
    let cases: [(Work, &[&str]); 6] = [
        (|_| Ok(()), &[]),
        (look, &["cache-control: private", "vary: x-session"]),
        (
            |session| session.insert("user", 43),
            &[
                "cache-control: no-store",
                "session-token: …",
                "vary: x-session",
            ],
        ),
        (
            |session| session.invalidate().map(drop),
            &[
                "cache-control: no-store",
                "session-token: ",
                "vary: x-session",
            ],
        ),
        (
            |session| session.clear(),
            &[
                "cache-control: no-store",
                "session-token: ",
                "vary: x-session",
            ],
        ),
        (
            |session| session.remove("user").map(drop),
            &[
                "cache-control: no-store",
                "session-token: ",
                "vary: x-session",
            ],
        ),
    ];
    for (work, expected) in cases {
        assert_eq!(ask(plain(), &fields, 1).run(work).0, expected);
    }
    // Without a token there is nothing to end.
    let (lines, _) = ask(plain(), &[], 1).run(|session| session.invalidate().map(drop));
    assert_eq!(lines, ["cache-control: private", "vary: x-session"]);
    let named = header_builder("x-session").response_header("X-Session");
    let named = named.build().unwrap();
    let (lines, changed) =
        ask(named, &fields, 1).run(|session| session.insert("user", 42).and(session.renew()));
    assert_eq!(
        lines,
        ["cache-control: no-store", "vary: x-session", "x-session: …"]
    );
    check_outcome(&plain(), &[("x-session", &changed)], None);
}

#[test]
fn cache_fields_are_as_for_cookies() {
    let token = signed_in_by(&header("authorization"));
    let bearer = format!("bearer {token}");
    let fields = [("authorization", &*bearer)];
    let says = [
        ("cache-control", "public, max-age=60"),
        ("vary", "accept, Authorization"),
    ];
    let public = |now| Ask {
        says: &says,
        ..ask(header("authorization"), &fields, now)
    };
    let change: Work = |session| session.insert("user", 43);
    let shared = [
        "cache-control: public, max-age=60",
        "vary: accept, Authorization",
    ];
    assert_eq!(public(1).run(look).0, shared);
    // A refresh is left out.
    assert_eq!(public(1000).run(look).0, shared);
    assert_eq!(
        public(1).run(change).0,
        ["cache-control: no-store", "session-token: …", shared[1]]
    );

    let allowing = || {
        header_builder("authorization")
            .danger_allow_shared_caching()
            .build()
            .unwrap()
    };
    let (lines, _) = Ask {
        says: &says,
        ..ask(allowing(), &fields, 1)
    }
    .run(change);
    assert_eq!(lines, [shared[0], "session-token: …", shared[1]]);
}

#[test]
fn refresh_and_sealing_again_are_as_for_cookies() {
    let token = signed_in_by(&header("x-session"));
    let fields = [("x-session", &*token)];
    let refreshed = [
        "cache-control: private",
        "session-token: …",
        "vary: x-session",
    ];
    let (lines, newer) = ask(header("x-session"), &fields, 450).run(look);
    assert_eq!(lines, refreshed);
    let session = header("x-session").load([newer], at(451));
    assert_eq!(session.last_active_at(), Some(at(450)));
    for (now, status, destination) in [
        (449, 200, "empty"),
        (450, 404, "empty"),
        (450, 200, "image"),
    ] {
        let fields = [fields[0], ("sec-fetch-dest", destination)];
        let (lines, _) = Ask {
            status,
            ..ask(header("x-session"), &fields, now)
        }
        .run(look);
        assert_eq!(lines, ["cache-control: private", "vary: x-session"]);
    }
    let ring = KeyRing::from_keys([key(1), key(0)]).unwrap();
    let rotated = SessionToken::encrypted(ring)
        .header("x-session")
        .build()
        .unwrap();
    assert_eq!(ask(rotated, &fields, 1).run(look).0, refreshed);
}
