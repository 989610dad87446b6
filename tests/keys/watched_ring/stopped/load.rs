//! Requests through layers, on a runtime with two workers (or one, of actix-web).

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use axum::{Router, body::Body, routing::get};
use hardtack::{SessionLayer, companion::CompanionLayer, keys::Problem};
use http::Request;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

use super::*;

/// A hundred times what a request takes, and half of what it would take if it waited.
const PROMPT: Duration = Duration::from_secs(2);

fn two_workers() -> Runtime {
    let mut runtime = Builder::new_multi_thread();
    runtime.worker_threads(2).enable_all().build().unwrap()
}

fn site(cookie: SessionCookie) -> Router {
    let page = async |session: Session| format!("opens: {}", !session.is_new());
    let site = Router::new().route("/", get(page));
    let site = site.layer(CompanionLayer::new(SessionLayer::new(cookie)));
    site.route("/health", get(async || "well"))
}

async fn ask(site: &Router, path: &str, pair: &str) -> (String, Duration) {
    let request = Request::get(path).header("cookie", pair);
    let request = request.body(Body::empty()).unwrap();
    let before = Instant::now();
    let answer = site.clone().oneshot(request).await.unwrap();
    let body = axum::body::to_bytes(answer.into_body(), 100).await;
    let body = String::from_utf8(body.unwrap().to_vec()).unwrap();
    (body, before.elapsed())
}

/// Returns the longest of the requests that 16 visitors make for some seconds.
fn longest_request(cookie: SessionCookie, lasts: Duration) -> Duration {
    let (site, pair) = (site(cookie.clone()), signed_in(&cookie));
    two_workers().block_on(async {
        let until = Instant::now() + lasts;
        let visitors: Vec<_> = (0..16)
            .map(|_| {
                let (site, pair) = (site.clone(), pair.clone());
                tokio::spawn(async move {
                    let mut longest = Duration::ZERO;
                    while Instant::now() < until {
                        let (page, took) = ask(&site, "/", &pair).await;
                        assert_eq!(page, "opens: true");
                        longest = longest.max(took);
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                    longest
                })
            })
            .collect();
        let mut longest = Duration::ZERO;
        for visitor in visitors {
            longest = longest.max(visitor.await.unwrap());
        }
        longest
    })
}

/// Side by side, because each takes ten seconds, most of them asleep.
#[test]
fn no_request_waits_for_its_source() {
    thread::scope(|scope| {
        scope.spawn(a_source_that_takes_four_seconds_holds_up_no_request);
        scope.spawn(a_source_that_hangs_holds_up_no_request);
        #[cfg(all(unix, feature = "tracing", feature = "migrate"))]
        scope.spawn(no_request_waits_on_a_worker_after_the_process_stood_still);
    });
}

fn a_source_that_takes_four_seconds_holds_up_no_request() {
    let (text, is_first) = (key(), AtomicBool::new(true));
    let cookie = followed(RingSource::from_fn("a slow vault", move || {
        if !is_first.swap(false, SeqCst) {
            thread::sleep(Duration::from_secs(4));
        }
        Ok(text.clone())
    }));
    // Two polls.
    let longest = longest_request(cookie, Duration::from_secs(9));
    assert!(longest < PROMPT, "{longest:?}");
}

fn a_source_that_hangs_holds_up_no_request() {
    let (source, answer, _asked) = held(&key());
    let cookie = followed(source);
    let longest = longest_request(cookie.clone(), Duration::from_secs(8));
    assert!(longest < PROMPT, "{longest:?}");
    let problems = || cookie.keys_in_use(SystemTime::now()).problems;
    let names = |problems: Vec<Problem>| problems.iter().map(Problem::name).collect::<Vec<_>>();
    assert_eq!(names(problems()), ["SourceHangs"]);
    drop(answer);
    while names(problems()).contains(&"SourceHangs") {
        thread::sleep(Duration::from_millis(10));
    }
}

/// Asks for pages while a health check goes on. Says how long each took.
async fn ask_beside_health(site: &Router, pair: &str) {
    let asking: Vec<_> = ["/", "/ask", "/", "/ask"]
        .into_iter()
        .map(|path| {
            let (site, pair) = (site.clone(), pair.to_owned());
            tokio::spawn(async move { ask(&site, path, &pair).await.1 })
        })
        .collect();
    let mut health = Duration::ZERO;
    while !asking.iter().all(|asked| asked.is_finished()) {
        let before = Instant::now();
        ask(site, "/health", pair).await;
        // Without a free worker, this takes as long as they are blocked.
        tokio::time::sleep(Duration::from_millis(20)).await;
        health = health.max(before.elapsed());
    }
    let mut pages = Duration::ZERO;
    for asked in asking {
        pages = pages.max(asked.await.unwrap());
    }
    say(&format!("health: {}", health.as_secs()));
    say(&format!("pages: {}", pages.as_secs()));
}

#[cfg(all(unix, feature = "tracing", feature = "migrate"))]
#[test]
#[ignore = "a process of its own, which the next test stops"]
fn a_process_with_two_workers() {
    let told = crate::common::told::told_by_all();
    let cookie = followed(RingSource::file(file()));
    let (good, of_good) = (site(cookie.clone()), signed_in(&cookie));
    let (source, _answer, _asked) = held(&key());
    let (cookie, _) = super::uses::with_companion(source);
    let (hanging, of_hanging) = (site(cookie.clone()), signed_in(&cookie));
    wait_to_be_stopped();
    two_workers().block_on(async {
        tokio::spawn(async move {
            say(&ask(&good, "/", &of_good).await.0);
            ask_beside_health(&hanging, &of_hanging).await;
            ask_beside_health(&hanging, &of_hanging).await;
        })
        .await
        .unwrap();
    });
    let is_warning = |it: &&crate::common::told::Told| it.fields.contains("have not answered");
    say(&format!(
        "warnings: {}",
        told().iter().filter(is_warning).count()
    ));
}

/// As many requests wait as there are workers, and more; the health check has no session.
#[cfg(all(unix, feature = "tracing", feature = "migrate"))]
fn no_request_waits_on_a_worker_after_the_process_stood_still() {
    let (folder, path) = Folder::with("keys", file_of(&key()));
    let mut program = Program::start(module_path!(), "a_process_with_two_workers", &path);
    program.stop(|| folder.write("keys", file_of(&key())), "");
    assert_eq!(program.answer("opens: "), "false");
    let mut seconds = |what: &str| program.answer(what).parse::<u64>().unwrap();
    assert!(seconds("health: ") < PROMPT.as_secs());
    assert!((3..30).contains(&seconds("pages: ")));
    assert!(seconds("health: ") < PROMPT.as_secs());
    assert!(seconds("pages: ") < PROMPT.as_secs());
    assert_eq!(seconds("warnings: "), 1);
}

#[cfg(feature = "actix")]
mod of_actix {
    use actix_web::{App, test as actix_test, web};

    use super::*;

    #[test]
    #[ignore = "a process of its own, which the next test stops"]
    fn a_process_with_one_worker() {
        let (source, _answer, _asked) = held(&key());
        let (cookie, _) = crate::keys::watched_ring::stopped::uses::with_companion(source);
        wait_to_be_stopped();
        actix_web::rt::System::new().block_on(async move {
            let page = async |session: Session| format!("opens: {}", !session.is_new());
            let layer = CompanionLayer::new(SessionLayer::new(cookie));
            let site = App::new()
                .route("/health", web::get().to(async || "well"))
                .service(web::scope("").wrap(layer).route("/", web::get().to(page)));
            let site = actix_test::init_service(site).await;
            let request = |path: &str| actix_test::TestRequest::with_uri(path).to_request();
            let before = Instant::now();
            let page = actix_test::call_service(&site, request("/"));
            let health = async {
                actix_test::call_service(&site, request("/health")).await;
                say(&format!("health: {}", before.elapsed().as_secs()));
            };
            tokio::join!(page, health);
            say(&format!("page: {}", before.elapsed().as_secs()));
        });
    }

    #[cfg(all(unix, feature = "migrate"))]
    #[test]
    fn a_page_waits_and_a_health_check_does_not() {
        let (_folder, path) = Folder::with("keys", file_of(&key()));
        let mut program = Program::start(module_path!(), "a_process_with_one_worker", &path);
        program.stop(|| (), "");
        let mut seconds = |what: &str| program.answer(what).parse::<u64>().unwrap();
        assert!(seconds("health: ") < PROMPT.as_secs());
        assert!((3..30).contains(&seconds("page: ")));
    }
}
