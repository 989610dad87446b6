//! The examples against a local Runtime API, behind each way of calling a function over HTTP.

#![allow(clippy::unwrap_used, reason = "tests")]

mod deployments;
mod filters;
mod front;
mod function;
mod runtime_api;

use front::Front;
use function::Function;
use hardtack_scenarios::{Browser, Server, Site, answers_the_table, fresh_key};

#[test]
fn tower_answers_the_table_behind_every_front() {
    for front in FRONTS {
        check("tower", front);
    }
}

#[test]
fn axum_answers_the_table_behind_every_front() {
    for front in FRONTS {
        check("axum", front);
    }
}

const FRONTS: [Front; 5] = [
    Front::RestApi,
    Front::HttpApi,
    Front::FunctionUrl,
    Front::Alb { multi_value: true },
    Front::Alb { multi_value: false },
];

fn check(example: &'static str, front: Front) {
    eprintln!("{example} behind {front:?}");
    answers_the_table(Site::Counter, |ring| {
        Function::new(example)
            .env("SESSION_KEYS", ring)
            .behind(front)
    });
}

/// A session in three cookies, which nothing may join to one field.
fn large(front: Front) -> (Server, Browser, Vec<String>) {
    let function = Function::new("axum").env("SESSION_KEYS", &fresh_key());
    let server = function.env("SESSION_SIZE", "split:3").behind(front);
    let browser = Browser::new();
    let visitor = Site::Counter.sign_in(&browser, &server, &name());
    let fields = visitor.answer.set_cookies();
    let fields = fields.into_iter().map(str::to_owned).collect();
    (server, browser, fields)
}

fn name() -> String {
    "a".repeat(6_000)
}

#[test]
fn the_sentence_of_an_error_is_for_the_log() {
    let function = Function::new("tower").env("SESSION_KEYS", &fresh_key());
    let (server, log, _) = function.heard_behind(Front::FunctionUrl);
    let visitor = Site::Counter.sign_in(&Browser::new(), &server, &name());
    assert_eq!(
        (visitor.answer.status, &*visitor.answer.text),
        (500, "server error")
    );
    let _ = log.line("`user` does not fit");
}

#[test]
fn every_set_cookie_is_kept_separate() {
    for front in FRONTS {
        if front == (Front::Alb { multi_value: false }) {
            continue;
        }
        let (server, browser, fields) = large(front);
        assert_eq!(fields.len(), 3, "{front:?}");
        assert!(
            fields.iter().all(|field| field.contains("; SameSite=Lax")),
            "{front:?}"
        );
        let visitor = Site::Counter.count(&browser, &server);
        assert_eq!(visitor.state, format!("{} 1", name()), "{front:?}");
        let visitor = Site::Counter.sign_out(&browser, &server);
        assert_eq!(visitor.answer.set_cookies().len(), 3, "{front:?}");
        assert_eq!(browser.cookie_field(), "", "{front:?}");
    }
}

/// docs/deployments.md says so. One cookie is all that such a load balancer delivers.
#[test]
fn a_load_balancer_without_multi_value_headers_delivers_one_cookie_of_several() {
    let (server, browser, fields) = large(Front::Alb { multi_value: false });
    assert_eq!(fields.len(), 1);
    let visitor = Site::Counter.look(&browser, &server);
    assert_eq!(
        visitor.state, "nobody 0",
        "the session is lost, and nothing fails"
    );
    assert_eq!(visitor.answer.status, 200);
}

#[test]
fn a_stage_in_the_path_is_left_to_lambda_http() {
    // By default lambda_http puts the stage before the path, so that no route is found.
    let function = Function::new("axum").env("SESSION_KEYS", &fresh_key());
    let server = function.with_stage_in_path().behind(Front::RestApi);
    let answer = Site::Counter.look(&Browser::new(), &server).answer;
    assert_eq!(answer.status, 404);
}

#[test]
fn a_function_without_keys_does_not_start() {
    let told = Function::new("tower").output();
    assert!(told.contains("SESSION_KEYS"), "{told}");
}
