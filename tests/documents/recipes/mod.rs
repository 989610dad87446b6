//! Programs of the documents, each followed to its end. A page shows some of them, as they stand here, and has links to the
//! others. `signed_in/` has more.

#![allow(
    dead_code,
    unused_variables,
    reason = "some show a part that no test needs"
)]

#[cfg(feature = "actix")]
mod actix_forms;
mod denied;
mod domains;
#[cfg(feature = "derive")]
mod epochs;
mod first;
mod forms;
mod full;
#[cfg(feature = "actix")]
mod gate;
mod jobs;
#[cfg(feature = "actix")]
mod own_pages;
#[cfg(feature = "derive")]
mod password;
#[cfg(feature = "derive")]
mod preference;
mod resets;
mod upload;

use axum::{
    Router,
    body::{Body, to_bytes},
};
use hardtack::{
    Session, SessionCookie,
    session::{Outcome, Payload, Reason},
};
use http::{Response, request::Builder};
use tower::ServiceExt;

use crate::common::{block_on, pair_of};

/// Sends a request, and returns the answer with its whole text.
fn send(app: &Router, request: Builder, body: &str) -> Response<String> {
    block_on(async {
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let (head, body) = app.clone().oneshot(request).await.unwrap().into_parts();
        let text = to_bytes(body, 100_000).await.unwrap();
        Response::from_parts(head, String::from_utf8(text.to_vec()).unwrap())
    })
}

/// Returns the field that sends back the cookie of an answer, if it sets one.
fn field(answer: &Response<String>) -> Option<String> {
    let set = answer.headers().get("set-cookie")?;
    Some(pair_of(set.to_str().unwrap()).to_owned())
}

/// Saves a session. Returns the field that sends it back.
fn stored<T: Payload>(cookie: &SessionCookie<T>, session: &Session<T>) -> String {
    let fields = cookie.save(session).unwrap();
    pair_of(fields.iter().next().unwrap()).to_owned()
}

/// Returns the reason for which a session was refused, if it was.
fn outcome_of<T: Payload>(session: &Session<T>) -> Option<Reason> {
    match session.outcome() {
        Outcome::Rejected { reason, .. } => Some(reason),
        _ => None,
    }
}

/// Links to the others are tested in links.rs.
#[test]
fn the_documents_show_these_programs() {
    for (page, program) in PROGRAMS {
        let (program, _) = program
            .split_once("// What follows is not in the document.")
            .unwrap();
        let shown = bare(program);
        let blocks = page.split("\n```rust").skip(1);
        let mut blocks = blocks.map(|block| block.split_once('\n').unwrap().1);
        let is_shown = blocks.any(|block| bare(block.split("```").next().unwrap()) == shown);
        assert!(is_shown, "{program}");
    }
}

/// Returns the parts of a program without what `rustfmt` changes, such as the order of imports.
fn bare(program: &str) -> Vec<String> {
    let characters = program.chars();
    let text: String = characters
        .filter(|c| !c.is_whitespace() && *c != ',')
        .collect();
    let mut parts: Vec<_> = text.split(';').map(str::to_owned).collect();
    parts.sort();
    parts
}

const README: &str = include_str!("../../../README.md");
const GUIDES: &str = include_str!("../../../docs/guides.md");
const FRAMEWORKS: &str = include_str!("../../../docs/frameworks.md");
const ENDING: &str = include_str!("../../../docs/ending-sessions.md");

const PROGRAMS: &[(&str, &str)] = &[
    (README, include_str!("first.rs")),
    (GUIDES, include_str!("forms.rs")),
    (FRAMEWORKS, include_str!("actix_forms.rs")),
    (FRAMEWORKS, include_str!("gate.rs")),
    (ENDING, include_str!("denied.rs")),
    (ENDING, include_str!("epochs.rs")),
];
