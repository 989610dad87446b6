//! Waiting for three instances, each a server with sessions and the health check of docs/metrics.md.

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::SystemTime,
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use hardtack::{KeyRing, SessionCookie, carrier::KeysInUse, keys::SharedKeyRing};
use serde_json::json;

use crate::desk::Desk;

/// An instance whose ring changes while it serves.
#[derive(Clone)]
struct Instance {
    /// The ring at each request; the last one stays.
    rings: Vec<KeyRing>,
    keys: SharedKeyRing,
    cookie: SessionCookie,
    asked: Arc<AtomicUsize>,
}

impl Instance {
    fn new<const N: usize>(rings: [&KeyRing; N]) -> Instance {
        let keys = SharedKeyRing::from(rings[0].clone());
        let cookie = SessionCookie::encrypted(keys.clone()).build().unwrap();
        Instance {
            rings: rings.map(KeyRing::clone).to_vec(),
            keys,
            cookie,
            asked: Arc::default(),
        }
    }

    /// Serves on loopback as long as the tests run. Its health check.
    fn serve(self) -> String {
        let app = Router::new()
            .route("/health", get(show_health))
            .route("/health.json", get(show_json))
            .route("/long/{bytes}", get(show_long))
            .route("/redirect/{status}", get(redirect))
            .with_state(self);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().unwrap();
        thread::spawn(move || {
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, app).await.unwrap();
            });
        });
        format!("http://{address}/health")
    }

    fn keys_in_use(&self) -> KeysInUse {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        let ring = self.rings.get(asked).or(self.rings.last()).unwrap();
        self.keys.replace(ring.clone()).unwrap();
        self.cookie.keys_in_use(SystemTime::now())
    }
}

async fn show_health(State(instance): State<Instance>) -> String {
    instance.keys_in_use().to_string()
}

async fn show_json(State(instance): State<Instance>) -> Json<serde_json::Value> {
    let fingerprint = instance.keys_in_use().fingerprint;
    Json(json!({ "up": true, "fingerprint": fingerprint.to_string() }))
}

/// The health check on a page of this many bytes.
async fn show_long(Path(bytes): Path<usize>, State(instance): State<Instance>) -> String {
    let page = instance.keys_in_use().to_string();
    let rest = bytes - page.len();
    page + &"-".repeat(rest)
}

async fn redirect(Path(status): Path<u16>) -> (StatusCode, [(&'static str, &'static str); 1]) {
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("location", "/health")])
}

/// A ring before and after another key was added, in the file `keys`.
fn two_rings(desk: &Desk) -> [KeyRing; 2] {
    let before = desk.ring();
    desk.add("");
    [before, desk.ring()]
}

/// Runs the command without a pause between rounds.
fn wait_line(options: &str, urls: &[&str]) -> String {
    format!("ring wait {} --every 0s {options}", urls.join(" "))
}

#[test]
fn it_waits_until_the_last_of_three_instances_has_the_ring() {
    let (desk, _) = Desk::with_ring();
    let [before, after] = two_rings(&desk);
    let first = Instance::new([&after]).serve();
    let second = Instance::new([&before, &after]).serve();
    let second = second.replace("/health", "/health.json");
    let third = Instance::new([&before, &before, &after]).serve();
    let ran = desk.run(&wait_line("--keys keys", &[&first, &second, &third]));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let (before, after) = (before.fingerprint(), after.fingerprint());
    assert_eq!(
        ran.out,
        format!("fingerprint {after} on 3 of 3 instances\n")
    );
    let notes: Vec<_> = ran.notes().collect();
    assert_eq!(
        notes,
        [
            format!(
                "fingerprint {after} on 1 of 3 instances; {second} has {before}; {third} has {before}"
            ),
            format!("fingerprint {after} on 2 of 3 instances; {third} has {before}"),
        ]
    );
}

#[test]
fn an_instance_that_goes_back_is_waited_for_again() {
    let (desk, _) = Desk::with_ring();
    let [before, after] = two_rings(&desk);
    let one = Instance::new([&after, &before, &after]).serve();
    let another = Instance::new([&before, &after]).serve();
    let ran = desk.run(&wait_line("--keys keys", &[&one, &another]));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let (before, after) = (before.fingerprint(), after.fingerprint());
    let begin = format!("fingerprint {after} on 1 of 2 instances; ");
    let notes: Vec<_> = ran.notes().collect();
    assert_eq!(
        notes,
        [another, one].map(|url| format!("{begin}{url} has {before}"))
    );
}

#[test]
fn when_the_time_is_up_it_has_told_what_every_instance_says() {
    let (desk, _) = Desk::with_ring();
    let [before, after] = two_rings(&desk);
    let old = Instance::new([&before]).serve();
    let absent = old.replace("/health", "/nothing");
    let silent = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/health", listener.local_addr().unwrap())
    };
    let urls = [&*old, &absent, &silent];
    let line = wait_line(
        &format!("--timeout 0s --fingerprint {}", after.fingerprint()),
        &urls,
    );
    let ran = desk.run(&line);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.out, "");
    let (before, after) = (before.fingerprint(), after.fingerprint());
    let notes: Vec<_> = ran.notes().collect();
    let told = format!(
        "fingerprint {after} on 0 of 3 instances; {old} has {before}; {absent} answers 404; {silent} does not \
         answer ("
    );
    assert!(notes[0].starts_with(&told), "{}", ran.err);
    assert_eq!(
        notes[1],
        format!(
            "gave up after 0s: fingerprint {after} on 0 of 3 instances; \
             if an instance has refused the ring, its log says why"
        )
    );
}

/// The instance behind it may be another one.
#[test]
fn an_instance_that_redirects_has_not_the_ring() {
    let (desk, _) = Desk::with_ring();
    let instance = Instance::new([&desk.ring()]).serve();
    let fingerprint = desk.ring().fingerprint();
    for status in [301, 302, 303, 307, 308] {
        let asked = instance.replace("/health", &format!("/redirect/{status}"));
        let ran = desk.run(&wait_line("--timeout 0s --keys keys", &[&asked]));
        assert_eq!(ran.code, Some(1), "{}", ran.err);
        let told =
            format!("fingerprint {fingerprint} on 0 of 1 instances; {asked} answers {status}");
        let first = ran.notes().next().unwrap();
        assert!(first.starts_with(&told), "{}", ran.err);
    }
}

#[test]
fn of_many_instances_without_the_ring_it_names_some() {
    let (desk, _) = Desk::with_ring();
    let [before, _] = two_rings(&desk);
    let old = Instance::new([&before]).serve();
    for (all, rest) in [(8, ""), (9, "; and 1 others"), (11, "; and 3 others")] {
        let line = wait_line("--timeout 0s --keys keys", &vec![&*old; all]);
        let ran = desk.run(&line);
        let first = ran.notes().next().unwrap().to_owned();
        assert_eq!(first.matches(&old).count(), 8);
        let end = format!("{old} has {}{rest}", before.fingerprint());
        assert!(first.ends_with(&end), "{first}");
    }
}

/// More than are asked at the same time.
#[test]
fn the_last_of_very_many_instances_counts() {
    let (desk, _) = Desk::with_ring();
    let [before, after] = two_rings(&desk);
    let fingerprint = after.fingerprint();
    let [old, new] = [&before, &after].map(|ring| Instance::new([ring]).serve());
    for most in [63, 64, 128] {
        let mut urls = vec![&*new; most];
        urls.push(&old);
        let line = wait_line("--timeout 0s --keys keys", &urls);
        let ran = desk.run(&line);
        assert_eq!(ran.code, Some(1), "{}", ran.err);
        let told = format!(
            "fingerprint {fingerprint} on {most} of {} instances; {old} has {}",
            most + 1,
            before.fingerprint()
        );
        assert_eq!(ran.notes().next(), Some(&*told));
        urls[most] = &new;
        let told = desk.done(&wait_line("--timeout 0s --keys keys", &urls));
        let all = most + 1;
        assert_eq!(
            told,
            format!("fingerprint {fingerprint} on {all} of {all} instances\n")
        );
    }
}

#[test]
fn a_page_of_less_than_64_kib_is_read_and_no_larger_one() {
    let (desk, _) = Desk::with_ring();
    let instance = Instance::new([&desk.ring()]).serve();
    // Versions of the client differ in whether the head counts.
    for (bytes, code) in [(65_000, 0), (65_537, 1)] {
        let page = instance.replace("/health", &format!("/long/{bytes}"));
        let ran = desk.run(&wait_line("--timeout 0s --keys keys", &[&page]));
        assert_eq!(ran.code, Some(code), "{bytes}: {}", ran.err);
    }
}

#[test]
fn what_cannot_be_waited_for_is_refused() {
    let (desk, _) = Desk::with_ring();
    for (line, sentence) in [
        (
            "--keys keys",
            "required arguments were not provided: <URL>...",
        ),
        (
            "http://a/b",
            "required arguments were not provided: <--keys <FILE>|--fingerprint",
        ),
        (
            "https://a/b --keys keys",
            "https is not supported; ask the instance itself",
        ),
        (
            "a.example --keys keys",
            "expected an address like `http://10.0.0.1:8080/health`",
        ),
        (
            "ftp://a/b --keys keys",
            "expected an address like `http://10.0.0.1:8080/health`",
        ),
        (
            "http://a/b --fingerprint 5a1f00c3",
            "expected a fingerprint of 16 hexadecimal digits",
        ),
        (
            "http://a/b --keys keys --fingerprint 60e3d18f92b7ca45",
            "cannot be used with",
        ),
    ] {
        let refused = desk.refused(2, &format!("ring wait {line}"));
        assert!(refused.contains(sentence), "{refused}");
    }
    desk.refused(3, "ring wait http://a/b --keys nothing");
}
