#[path = "../traces.rs"]
#[allow(dead_code, reason = "it is not run as a process")]
mod example;

use std::{
    convert::Infallible,
    io,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use axum::{body::Body, http::Request};
use hardtack::{EncryptionKey, SessionCookie, session::Validity};
use tower::ServiceExt;
use tracing::subscriber::set_default;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_spans_of_a_session_have_one_hash_and_those_without_a_session_none() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone());
    let _until_the_end = set_default(subscriber.finish());

    let minute = Duration::from_secs(60);
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap())
        .revalidate_after(minute, |_| async { Ok::<_, Infallible>(Validity::Valid) })
        .build()
        .unwrap();
    let mut id = None;
    let field = cookie.cookie_for(SystemTime::now() - minute, |session| {
        id = Some(session.ensure_id()?);
        Ok(())
    });
    let field = field.unwrap();
    for path in ["/", "/", "/style.css"] {
        let request = Request::get(path).header("cookie", &field);
        let response = example::app(cookie.clone()).oneshot(request.body(Body::empty()).unwrap());
        let response = response.await.unwrap();
        // A page that is the same for all visitors stays so.
        assert_eq!(response.headers().contains_key("vary"), path == "/");
    }

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let hashes: Vec<_> = log
        .lines()
        .map(|line| Some(line.split_once("session=\"")?.1))
        .collect();
    let hashes: Vec<_> = hashes
        .iter()
        .map(|hash| hash.map(|hash| &hash[..16]))
        .collect();
    assert!(hashes[0].is_some(), "{log}");
    assert_eq!(hashes, [hashes[0], hashes[0], None], "{log}");
    assert!(!log.contains(&id.unwrap().to_string()), "{log}");
}
