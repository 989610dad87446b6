//! The fleet as a whole: real processes, and clients that go through haproxy.

#![allow(clippy::unwrap_used, reason = "tests")]

mod crowd;
mod parts;

use std::time::{Duration, SystemTime};

use hardtack_scenarios::{Browser, Server, Site, answers_the_table, fresh_key, until};

use crowd::Crowd;
use parts::Fleet;

#[test]
fn it_answers_the_table_through_haproxy() {
    answers_the_table(Site::Counter, |ring| {
        let fleet = Fleet::start(ring);
        Server::at(fleet.entrance().base(), fleet)
    });
}

#[test]
fn no_count_is_lost_while_keys_rotate_and_instances_restart() {
    let [old, new] = [(); 2].map(|()| fresh_key());
    let mut fleet = Fleet::start(&old);
    let crowd = Crowd::arrive(fleet.entrance().base(), 8);
    crowd.goes_on();

    // Each push waits until both instances show its fingerprint.
    fleet.push(&format!("{old}\n{new}")); // accept the new key
    crowd.goes_on();
    fleet.push(&format!("{new}\n{old}")); // promote it
    crowd.goes_on();
    let end = SystemTime::now() + Duration::from_secs(9 * 3600);
    let end = humantime::format_rfc3339_seconds(end);
    fleet.push(&format!("{new}\n{old} accept_until={end}")); // retire the old one
    crowd.goes_on();

    for instance in [0, 1] {
        fleet.restart(instance);
        crowd.goes_on();
    }

    // Every visitor has been sealed under the new key, so instances that never saw the old one open all sessions. A
    // running instance would refuse this ring before `accept_until`, as it cannot know.
    fleet.secret.replace(&new);
    for instance in [0, 1] {
        fleet.restart(instance);
        crowd.goes_on();
    }
    println!("{} requests", crowd.leaves());
}

#[test]
fn signing_out_reaches_copies_on_every_instance() {
    let fleet = Fleet::start(&fresh_key());
    let browser = Browser::new();
    Site::Counter.sign_in(&browser, &fleet.entrance(), "ada");
    let copy = browser.copy();
    both_show(&fleet, &copy, "ada 0");
    Site::Counter.sign_out(&browser, &fleet.entrance());
    both_show(&fleet, &copy, "nobody 0");
}

#[test]
fn signing_out_everywhere_ends_every_session_of_the_user_and_no_other() {
    let fleet = Fleet::start(&fresh_key());
    let [laptop, phone, other] = ["ada", "ada", "grace"].map(|name| {
        let browser = Browser::new();
        Site::Counter.sign_in(&browser, &fleet.entrance(), name);
        browser
    });
    let entrance = fleet.entrance();
    let path = "/sign-out-everywhere";
    let answer = laptop.send(&entrance, "POST".parse().unwrap(), path, "", "");
    assert_eq!(answer.text, "nobody 0");
    both_show(&fleet, &phone, "nobody 0");
    both_show(&fleet, &other, "grace 0");
    Site::Counter.sign_in(&phone, &fleet.entrance(), "ada");
    both_show(&fleet, &phone, "ada 0");
}

#[test]
fn without_redis_the_signed_in_are_refused_and_keep_their_sessions() {
    let mut fleet = Fleet::start(&fresh_key());
    let [browser, gone] = [(); 2].map(|()| Browser::new());
    for browser in [&browser, &gone] {
        Site::Counter.sign_in(browser, &fleet.entrance(), "ada");
    }
    Site::Counter.count(&browser, &fleet.entrance());
    let copy = gone.copy();
    Site::Counter.sign_out(&gone, &fleet.entrance());

    fleet.stop_redis();
    for path in ["/", "/count", "/sign-out"] {
        let method = if path == "/" { "GET" } else { "POST" };
        let method = method.parse().unwrap();
        let answer = browser.send(&fleet.entrance(), method, path, "", "");
        assert_eq!(answer.status, 503, "{path}: {}", answer.text);
        assert!(answer.set_cookies().is_empty(), "{path}");
    }
    both_show(&fleet, &Browser::new(), "nobody 0");

    fleet.start_redis();
    until("the instances find Redis again", || {
        let servers = fleet.instances.iter().map(parts::Instance::server);
        let mut answers = servers.map(|server| Site::Counter.look(&browser, &server));
        answers.all(|visitor| visitor.answer.status == 200)
    });
    both_show(&fleet, &browser, "ada 1");
    both_show(&fleet, &copy, "nobody 0");
}

/// Asks each instance itself, with a copy of the browser.
#[track_caller]
fn both_show(fleet: &Fleet, browser: &Browser, expected: &str) {
    for instance in &fleet.instances {
        let visitor = Site::Counter.look(&browser.copy(), &instance.server());
        assert_eq!(visitor.state, expected);
    }
}
